//! Becoming root, and leaving a sandbox.

#![expect(clippy::match_same_arms, reason = "the arms are questions in an order; joined, the order is lost")]

use hook_core::Severity;

use crate::arguments::{Arguments, FLAGS_ONLY};
use crate::call::Call;
use crate::place::base_name;
use crate::rule::{Hit, Instead, Rule};

pub(crate) static RULES: &[&Rule] = &[&SUDO, &ROOT_SHELL, &ACCOUNT, &HARDENING];

static SUDO: Rule = Rule {
    id: "privilege-sudo",
    severity: Severity::Low,
    harm: "would act as root",
    instead: Instead::Run("id", "do it as yourself, or ask the user to run it"),
};
static ROOT_SHELL: Rule = Rule {
    id: "privilege-root-shell",
    severity: Severity::Medium,
    harm: "would open a shell as root, in which nothing is checked any more",
    instead: Instead::Run("id", "name the one command; the user runs it as root"),
};
static ACCOUNT: Rule = Rule {
    id: "privilege-account",
    severity: Severity::High,
    harm: "would create an account, change a password or give rights on this machine",
    instead: Instead::Run("id", "the user manages accounts"),
};
static HARDENING: Rule = Rule {
    id: "privilege-protection-off",
    severity: Severity::High,
    harm: "would switch off a protection of this machine",
    instead: Instead::Run("systemctl status firewalld", "look at it; the user switches protections"),
};

pub(crate) fn judge(call: &Call<'_>, hits: &mut Vec<Hit>) {
    if call.is_contained() {
        return;
    }
    match call.name {
        "sudo" | "doas" | "pkexec" | "gsudo" | "run0" => {
            let arguments = call.arguments(FLAGS_ONLY);
            let shell = arguments.has("is", "shell") || arguments.has("", "login");
            let bare = arguments.operands.iter().all(|word| {
                matches!(base_name(word.text()), "su" | "bash" | "sh" | "zsh" | "-" | "root" | "-i")
            });
            let only_asks = arguments.has("lvkKh", "list") || arguments.has("", "validate");
            // What it runs stands right behind it.
            let commands = || {
                call.line
                    .commands
                    .iter()
                    .skip(call.index + 1)
                    .take_while(|other| other.via.iter().any(|wrapper| wrapper.command == Some(call.index)))
                    .filter_map(|other| other.argv.first())
                    .any(|word| !matches!(base_name(word.text()), "su" | "bash" | "sh" | "zsh"))
            };
            let opens = (shell || !arguments.operands.is_empty()) && bare && !only_asks && !commands();
            hits.push(call.hit(if opens { &ROOT_SHELL } else { &SUDO }, call.shown(2)));
        }
        "su" if !call.words().iter().any(|word| matches!(word.text(), "-c" | "--command")) => {
            hits.push(call.hit(&ROOT_SHELL, call.shown(2)));
        }
        "useradd" | "adduser" | "usermod" | "passwd" | "chpasswd" | "visudo" | "gpasswd" | "userdel"
        | "deluser" | "groupadd" | "dsenableroot"
            if !call.words().is_empty() && changes_accounts(&call.arguments(FLAGS_ONLY)) =>
        {
            hits.push(call.hit(&ACCOUNT, call.shown(2)));
        }
        "setcap" => hits.push(call.hit(&ACCOUNT, call.shown(2))),
        _ if switches_off(call) => hits.push(call.hit(&HARDENING, call.shown(2))),
        _ => {}
    }
}

fn changes_accounts(arguments: &Arguments<'_>) -> bool {
    !arguments.has("SV", "status") && !arguments.is_harmless()
}

fn switches_off(call: &Call<'_>) -> bool {
    let words = call.words().iter().map(shell::Value::text).take(4);
    let has = |word: &str| words.clone().any(|other| other == word);
    match call.name {
        "setenforce" => has("0") || has("Permissive"),
        "ufw" => has("disable") || has("reset"),
        "iptables" | "ip6tables" | "nft" => {
            has("-F") || has("--flush") || (has("flush") && has("ruleset")) || (has("-P") && has("ACCEPT"))
        }
        "csrutil" | "spctl" => has("disable") || has("--master-disable") || has("--global-disable"),
        "aa-teardown" | "aa-disable" => true,
        "auditctl" => has("-D") || (has("-e") && has("0")),
        "systemctl" | "service" => {
            (has("stop") || has("disable") || has("mask"))
                && words.clone().any(|word| PROTECTIONS.contains(&word.trim_end_matches(".service")))
        }
        "set-mppreference" | "Set-MpPreference" => true,
        "sysctl" => words.clone().any(|word| {
            word.starts_with("kernel.randomize_va_space=0") || word.starts_with("kernel.yama.ptrace_scope=0")
        }),
        _ => false,
    }
}

const PROTECTIONS: &[&str] = &[
    "firewalld",
    "ufw",
    "iptables",
    "nftables",
    "auditd",
    "apparmor",
    "fail2ban",
    "falcon-sensor",
    "clamav-daemon",
    "crowdsec",
    "wazuh-agent",
    "osqueryd",
];
