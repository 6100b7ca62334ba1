//! Commands that change something on a target the policy calls production.

use hook_core::Severity;

use crate::call::Call;
use crate::names::{Names, count, lists};
use crate::rule::{Hit, Instead, Rule};

pub(crate) static RULES: &[&Rule] = &[&PRODUCTION];

static PRODUCTION: Rule = Rule {
    id: "production-target",
    severity: Severity::Medium,
    harm: "would act on production",
    instead: Instead::Run(
        "kubectl --context staging get pods",
        "try it on another target; the user runs it on production",
    ),
};

/// Programs that reach other machines, and the words by which they only look.
const PROGRAMS: &[(&[&str], &[&str])] = &[
    (
        &["kubectl", "oc", "helm", "k9s", "flux", "argocd"],
        &[
            "get",
            "describe",
            "logs",
            "top",
            "explain",
            "version",
            "list",
            "ls",
            "status",
            "diff",
            "template",
            "config",
            "history",
            "api-resources",
            "cluster-info",
            "events",
            "auth",
        ],
    ),
    (
        &["terraform", "tofu", "terragrunt", "pulumi", "cdk"],
        &[
            "plan",
            "show",
            "output",
            "validate",
            "fmt",
            "init",
            "state",
            "preview",
            "diff",
            "ls",
            "list",
            "synth",
            "providers",
            "graph",
            "version",
        ],
    ),
    (
        &[
            "psql",
            "mysql",
            "mariadb",
            "mongosh",
            "mongo",
            "redis-cli",
            "sqlcmd",
            "cqlsh",
            "pg_restore",
            "mysqladmin",
        ],
        &[],
    ),
    (&["ssh", "mosh", "scp", "sftp", "rsync", "ansible", "ansible-playbook", "fab", "cap"], &[]),
    (
        &["aws", "gcloud", "az", "doctl", "heroku", "fly", "flyctl", "firebase", "wrangler"],
        &[
            "ls",
            "list",
            "get",
            "describe",
            "logs",
            "status",
            "show",
            "info",
            "config",
            "sts",
            "configure",
            "auth",
            "login",
            "whoami",
        ],
    ),
];

const LISTS: &[&[&str]] = &lists!(PROGRAMS, 0);
static NAMES: Names<{ count(&[LISTS]) }> = Names::of(&[LISTS]);

pub(crate) fn judge(call: &Call<'_>, hits: &mut Vec<Hit>) {
    let Some((_, looking)) = NAMES.list(call.name).and_then(|number| PROGRAMS.get(number)) else {
        return;
    };
    if call.scene.production.is_empty() {
        return;
    }
    let mut looks = false;
    let mut named = false;
    let mut before: Option<&str> = None;
    for word in call.words().iter().take(32) {
        let text = word.text();
        looks |= looking.iter().any(|verb| {
            text == *verb || (text.starts_with(verb) && text.contains('-') && !text.starts_with('-'))
        });
        looks |= matches!(text, "--help" | "--dry-run" | "--dryrun" | "--version")
            || text.starts_with("--dry-run=");
        let chosen =
            !CLOUDS.contains(&call.name) || before.is_some_and(chooses_account) || chooses_account(text);
        named |= chosen && is_target(text) && names_production(call, text);
        before = Some(text);
    }
    if named && !looks {
        hits.push(call.hit(&PRODUCTION, call.shown(4)));
    }
}

/// In these, only what chooses an account, a cluster or an app makes a target; names of things may hold any word.
const CLOUDS: &[&str] = &["aws", "gcloud", "az", "doctl", "heroku", "fly", "flyctl", "firebase", "wrangler"];

fn chooses_account(option: &str) -> bool {
    let name = option.split('=').next().unwrap_or("");
    matches!(
        name,
        "--profile"
            | "--project"
            | "--subscription"
            | "--account"
            | "--cluster"
            | "--context"
            | "-a"
            | "--app"
            | "--env"
            | "--environment"
            | "-g"
            | "--resource-group"
            | "-P"
    )
}

/// A host, a context, a profile: not a sentence, not a path of this machine, not a package flag.
fn is_target(text: &str) -> bool {
    text.len() < 200 && !text.contains([' ', '\n']) && !text.starts_with(['.', '/'])
}

fn names_production(call: &Call<'_>, text: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .any(|part| call.scene.production.iter().any(|word| part.eq_ignore_ascii_case(word)))
}
