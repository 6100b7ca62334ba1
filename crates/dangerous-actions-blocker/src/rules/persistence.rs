//! What would still act after this session: start-up files, timers, hooks of git, keys that let somebody in.

use hook_core::Severity;

use crate::arguments::FLAGS_ONLY;
use crate::call::Call;
use crate::effects::{Act, Effect};
use crate::place::{Place, absolute, base_name, is_below};
use crate::rule::{Hit, Instead, Rule};

pub(crate) static RULES: &[&Rule] =
    &[&STARTUP, &SCHEDULE, &SERVICE, &GIT_HOOK, &LOGIN_KEY, &SYSTEM_WRITE, &ACCOUNTS];

static STARTUP: Rule = Rule {
    id: "persist-startup-file",
    severity: Severity::Medium,
    harm: "would change what every new shell or login runs",
    instead: Instead::Run(
        "export PATH=\"$PWD/bin:$PATH\"",
        "set it for this session, and ask the user to keep it",
    ),
};
static SCHEDULE: Rule = Rule {
    id: "persist-schedule",
    severity: Severity::High,
    harm: "would change what runs by itself at set times",
    instead: Instead::Run("crontab -l", "show the present table; the user changes it"),
};
static SERVICE: Rule = Rule {
    id: "persist-service",
    severity: Severity::Medium,
    harm: "would install something that starts by itself",
    instead: Instead::Run("systemctl status", "start it by hand for this session"),
};
static GIT_HOOK: Rule = Rule {
    id: "persist-git-hook",
    severity: Severity::Medium,
    harm: "would put a program where git runs it unasked",
    instead: Instead::Run(
        "git config --get core.hooksPath",
        "keep hooks in the project, where they are reviewed",
    ),
};
static LOGIN_KEY: Rule = Rule {
    id: "persist-login-key",
    severity: Severity::Critical,
    harm: "would let somebody log in to this machine or account",
    instead: Instead::Person("Ask the user to add keys in their own terminal"),
};
static SYSTEM_WRITE: Rule = Rule {
    id: "system-file-write",
    severity: Severity::Medium,
    harm: "would change a file of the operating system",
    instead: Instead::Run(
        "cp /etc/hosts ./hosts.proposed",
        "write the change into the project and let the user install it",
    ),
};
static ACCOUNTS: Rule = Rule {
    id: "system-accounts-write",
    severity: Severity::Critical,
    harm: "would change who may log in to this machine or become root",
    instead: Instead::Person("Ask the user to change accounts and rights in their own terminal"),
};

pub(crate) fn judge_effects(call: &Call<'_>, effects: &[Effect<'_>], hits: &mut Vec<Hit>) {
    if !call.is_contained() {
        for effect in effects.iter().filter(|effect| effect.act.changes()) {
            hits.extend(written(call, effect));
        }
    }
}

pub(crate) fn judge(call: &Call<'_>, hits: &mut Vec<Hit>) {
    if !call.is_contained()
        && let Some(rule) = tool(call)
    {
        hits.push(call.hit(rule, call.shown(2)));
    }
}

fn written(call: &Call<'_>, effect: &Effect<'_>) -> Option<Hit> {
    if effect.act == Act::Create && !matches!(call.name, "tar" | "touch") {
        return None;
    }
    let located = call.locate(effect.target);
    let path = if located.path.is_empty() {
        absolute(effect.target, call.directory(), call.scene)?
    } else {
        located.path.clone()
    };
    let rule = rule_for_path(&path, &call.scene.home).or_else(|| {
        let writes = matches!(effect.act, Act::Write | Act::Append | Act::Change);
        let certain = !(effect.target.starts_unknown || effect.recursive && effect.act == Act::Change);
        (writes && certain && located.place == Place::System && !is_own_process(&path))
            .then_some(&SYSTEM_WRITE)
    })?;
    if rule.id == STARTUP.id && (is_tool_setup(call) || effect.act == Act::Create) {
        return None;
    }
    // Who may read such a file is not what it does.
    if (rule.id == STARTUP.id || rule.id == LOGIN_KEY.id) && matches!(call.name, "chmod" | "chown" | "chgrp")
    {
        return None;
    }
    Some(call.hit_on(rule, format!("{} {}", call.shown(0), effect.target.text), &located))
}

/// The rule for changing the file at `path`, for commands and file tools alike.
pub(crate) fn rule_for_path(path: &str, home: &str) -> Option<&'static Rule> {
    let name = base_name(path);
    if name == "authorized_keys" || name == "authorized_keys2" || name == ".rhosts" || name == ".shosts" {
        return Some(&LOGIN_KEY);
    }
    if ACCOUNT_FILES.iter().any(|file| is_below(path, file)) {
        return Some(&ACCOUNTS);
    }
    if SCHEDULES.iter().any(|place| is_below(path, place)) {
        return Some(&SCHEDULE);
    }
    let in_home = path.strip_prefix(home).map(|rest| rest.trim_start_matches('/'));
    if in_home.is_some_and(|rest| {
        STARTUP_FILES.contains(&rest) || rest.starts_with(".config/fish/") || rest.starts_with(".bashrc.d/")
    }) || SYSTEM_STARTUP.iter().any(|file| is_below(path, file))
        || in_home.is_none()
            && STARTUP_FILES.contains(&name)
            && (path.starts_with("/home/") || path.starts_with("/root/") || path.starts_with("/Users/"))
    {
        return Some(&STARTUP);
    }
    let services = [
        "/etc/systemd/",
        "/lib/systemd/",
        "/usr/lib/systemd/",
        "/etc/init.d/",
        "/.config/systemd/user/",
        "/LaunchAgents/",
        "/LaunchDaemons/",
        "/.config/autostart/",
        "/etc/xdg/autostart/",
    ];
    if services.iter().any(|place| path.contains(place)) {
        return Some(&SERVICE);
    }
    if path.contains("/.git/hooks/") && !name.ends_with(".sample") || path.ends_with("/.git/config") {
        return Some(&GIT_HOOK);
    }
    None
}

/// `kubectl completion bash >> ~/.bashrc` and `eval "$(tool init bash)"` lines: a tool's own documented set-up.
fn is_tool_setup(call: &Call<'_>) -> bool {
    let words = call.words();
    words.iter().any(|word| matches!(word.text(), "completion" | "completions" | "shellenv"))
        || (matches!(call.name, "echo" | "printf")
            && words.iter().any(|word| {
                let text = word.text();
                ["export PATH=", "eval \"$(", "source <(", "export PATH ", "alias ", "fpath"]
                    .iter()
                    .any(|setup| text.trim_start().starts_with(setup))
                    && !["curl", "wget", "/dev/tcp", "base64", "nc "].iter().any(|net| text.contains(net))
            }))
}

fn is_own_process(path: &str) -> bool {
    path.starts_with("/proc/self/") || path.starts_with("/sys/class/") || path.starts_with("/proc/sys/vm/")
}

fn tool(call: &Call<'_>) -> Option<&'static Rule> {
    if !matches!(call.name, "crontab" | "at" | "batch" | "schtasks" | "launchctl" | "systemd-run") {
        return None;
    }
    let arguments = call.arguments(FLAGS_ONLY);
    if arguments.is_harmless() {
        return None;
    }
    match call.name {
        // `crontab FILE`, `crontab -`, `crontab -r`; `-l` lists.
        "crontab" if !call.words().is_empty() && !arguments.has("lV", "list") => Some(&SCHEDULE),
        "at" | "batch" if !arguments.has("lcVq", "") => Some(&SCHEDULE),
        "schtasks"
            if call.words().iter().any(|word| {
                matches!(word.text().to_ascii_lowercase().as_str(), "/create" | "/delete" | "/change")
            }) =>
        {
            Some(&SCHEDULE)
        }
        "launchctl" if matches!(arguments.word(0), "load" | "bootstrap" | "submit") => Some(&SERVICE),
        "systemd-run" if call.words().iter().any(|word| word.text().starts_with("--on-")) => Some(&SCHEDULE),
        _ => None,
    }
}

const ACCOUNT_FILES: &[&str] = &[
    "/etc/passwd",
    "/etc/shadow",
    "/etc/group",
    "/etc/gshadow",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/pam.d",
    "/etc/ld.so.preload",
    "/etc/ssh/sshd_config",
    "/etc/doas.conf",
    "/etc/polkit-1",
];

const SCHEDULES: &[&str] = &[
    "/etc/crontab",
    "/etc/cron.d",
    "/etc/cron.daily",
    "/etc/cron.hourly",
    "/etc/cron.weekly",
    "/etc/cron.monthly",
    "/var/spool/cron",
    "/etc/anacrontab",
    "/var/spool/at",
];

const STARTUP_FILES: &[&str] = &[
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".profile",
    ".bash_logout",
    ".bash_aliases",
    ".zshrc",
    ".zprofile",
    ".zshenv",
    ".zlogin",
    ".zlogout",
    ".kshrc",
    ".cshrc",
    ".tcshrc",
    ".login",
    ".xinitrc",
    ".xsession",
    ".xprofile",
    ".inputrc",
    ".pam_environment",
    ".config/nushell/config.nu",
    ".gitconfig",
    ".config/git/config",
    ".ssh/config",
    ".ssh/rc",
    ".ssh/environment",
    ".vimrc",
    ".emacs",
    ".pythonrc",
    ".npmrc",
    ".curlrc",
    ".wgetrc",
];

const SYSTEM_STARTUP: &[&str] = &[
    "/etc/profile",
    "/etc/profile.d",
    "/etc/bash.bashrc",
    "/etc/zsh",
    "/etc/zshrc",
    "/etc/environment",
    "/etc/rc.local",
    "/etc/ld.so.conf",
    "/etc/inittab",
];
