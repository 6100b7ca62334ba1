//! Secrets on their way out over several commands: copied, packed or piped first, then sent.

use hook_core::Severity;
use shell::{Analysis, Mode, Source, Target as Into};

use crate::call::Call;
use crate::effects::{self, Act, Effect};
use crate::place::{Target, absolute, base_name, is_below};
use crate::rule::{Hit, Instead, Rule};
use crate::rules::credentials::{Secrecy, secrecy_of};
use crate::scene::Scene;

pub(crate) static RULES: &[&Rule] = &[&SECRET_LEAK, &KEY_LEAK];

static SECRET_LEAK: Rule = Rule {
    id: "secret-leak",
    severity: Severity::Critical,
    harm: "would send a copy of secrets to another machine",
    instead: Instead::Person("Nothing here needs a secret to leave the machine; ask the user"),
};
static KEY_LEAK: Rule = Rule {
    id: "key-leak",
    severity: Severity::High,
    harm: "would send a private key or a folder of keys to another machine",
    instead: Instead::Person("Let the user copy keys in their own terminal"),
};

/// Programs that send what they are given.
const SENDERS: &[&str] = &[
    "curl", "wget", "nc", "ncat", "netcat", "socat", "ssh", "scp", "sftp", "rsync", "http", "https", "xh",
    "ftp", "tftp", "telnet", "openssl", "aws", "gsutil", "gcloud", "rclone", "mail", "sendmail", "tar", "hg",
];

/// Follows secrets through the copies a line makes of them to what sends them.
pub(crate) fn judge_line(line: &Analysis, scene: &Scene, hits: &mut Vec<Hit>) {
    let calls: Vec<Call<'_>> = line
        .commands
        .iter()
        .enumerate()
        .map(|(index, command)| Call::new(line, index, command, scene))
        .collect();
    let socket = calls.iter().any(opens_socket);
    if !socket && !calls.iter().any(|call| SENDERS.contains(&call.name)) {
        return;
    }
    let effects: Vec<Vec<Effect<'_>>> = calls.iter().map(effects::of).collect();
    let mut copies = Copies::default();
    // Twice, because a named pipe may be written after what reads it has started.
    for _ in 0..2 {
        for (call, effects) in calls.iter().zip(&effects) {
            copies.follow(call, effects);
        }
    }
    for (call, own) in calls.iter().zip(&effects) {
        let sent = own
            .iter()
            .filter(|effect| effect.act == Act::Send)
            .map(|effect| copies.secrecy(call, effect))
            .max();
        let piped =
            if takes_input(call) { upstream(call, &calls, &effects, &copies) } else { Secrecy::Plain };
        let through_socket = if socket {
            own.iter()
                .filter(|effect| effect.act == Act::Read || effect.act == Act::Mention)
                .map(|effect| copies.secrecy(call, effect))
                .max()
        } else {
            None
        };
        let worst = sent
            .unwrap_or(Secrecy::Plain)
            .max(piped)
            .max(through_socket.unwrap_or(Secrecy::Plain))
            .max(by_socat(call, &copies));
        let rule = match worst {
            Secrecy::Plain => continue,
            Secrecy::Key => &KEY_LEAK,
            Secrecy::EnvironmentFile | Secrecy::Store => &SECRET_LEAK,
        };
        if !call.is_contained() {
            hits.push(call.hit(rule, call.shown(2)));
        }
    }
}

/// A redirection into `/dev/tcp`.
fn opens_socket(call: &Call<'_>) -> bool {
    call.command.redirections.iter().any(|redirection| match &redirection.target {
        Into::File(path) => {
            redirection.mode != Mode::Read
                && (path.text().starts_with("/dev/tcp/") || path.text().starts_with("/dev/udp/"))
        }
        Into::Descriptor(_) | Into::Text(_) | Into::Process => false,
    })
}

/// The program sends what it reads on standard input.
fn takes_input(call: &Call<'_>) -> bool {
    match call.name {
        "nc" | "ncat" | "netcat" | "socat" | "ssh" | "telnet" | "ftp" | "mail" | "sendmail" => true,
        "curl" | "http" | "https" | "xh" | "aws" | "gsutil" | "rclone" => {
            call.words()
                .iter()
                .any(|word| word.text() == "-" || word.text().ends_with("@-") || word.text().ends_with("=-"))
                || matches!(call.name, "http" | "https" | "xh")
        }
        "wget" => call.words().iter().any(|word| word.text().ends_with("=-")),
        "openssl" => call.words().first().is_some_and(|word| word.text() == "s_client"),
        _ => false,
    }
}

/// The most secret thing any command reads whose output reaches this one.
fn upstream(call: &Call<'_>, calls: &[Call<'_>], effects: &[Vec<Effect<'_>>], copies: &Copies) -> Secrecy {
    let mut worst = Secrecy::Plain;
    let mut at = call.index;
    for _ in 0..calls.len() {
        let Some(Source::Pipe(from)) = calls.get(at).and_then(|call| call.command.stdin.as_ref()) else {
            break;
        };
        at = *from;
        if let (Some(call), Some(effects)) = (calls.get(at), effects.get(at)) {
            let read = effects
                .iter()
                .filter(|effect| matches!(effect.act, Act::Read | Act::Mention))
                .map(|effect| copies.secrecy(call, effect))
                .max();
            worst = worst.max(read.unwrap_or(Secrecy::Plain));
        }
    }
    worst
}

/// `OPEN:path`, `FILE:path`, `EXEC:'cat path'` or a bare path on one side, the network on the other.
fn by_socat(call: &Call<'_>, copies: &Copies) -> Secrecy {
    let network = call.words().iter().any(|word| {
        let kind = word.text().split(':').next().unwrap_or("").to_ascii_uppercase();
        ["TCP", "UDP", "SSL", "OPENSSL", "PROXY", "SOCKS", "FD", "SCTP"]
            .iter()
            .any(|name| kind.starts_with(name))
    });
    if call.name != "socat" || !network {
        return Secrecy::Plain;
    }
    let paths = call.words().iter().flat_map(|word| {
        let (kind, rest) = word.text().split_once(':').unwrap_or(("", word.text()));
        let rest = rest.split(',').next().unwrap_or("").trim_matches('"');
        let words: Vec<&str> = if kind.eq_ignore_ascii_case("EXEC") || kind.eq_ignore_ascii_case("SYSTEM") {
            rest.split_whitespace().skip(1).collect()
        } else {
            vec![rest]
        };
        words
    });
    paths
        .map(|path| copies.secrecy(call, &Effect::new(Act::Read, Target::literal(path))))
        .max()
        .unwrap_or(Secrecy::Plain)
}

/// Paths that hold, or contain something that holds, a copy of a secret.
#[derive(Debug, Default)]
struct Copies {
    paths: Vec<(String, Secrecy)>,
}

impl Copies {
    /// Notes what `call` copies where.
    fn follow(&mut self, call: &Call<'_>, effects: &[Effect<'_>]) {
        let reads =
            effects.iter().filter(|effect| matches!(effect.act, Act::Read | Act::Move | Act::Mention));
        let worst = reads.map(|effect| self.secrecy(call, effect)).max().unwrap_or(Secrecy::Plain);
        for effect in effects {
            let written = matches!(effect.act, Act::Write | Act::Append);
            let secrecy = if written { worst.max(secrecy_of(effect.target, call)) } else { Secrecy::Plain };
            self.add(call, effect.target, secrecy);
        }
        let ending = match call.name {
            "gzip" | "pigz" => ".gz",
            "xz" => ".xz",
            "bzip2" => ".bz2",
            "zstd" => ".zst",
            _ => return,
        };
        for effect in effects.iter().filter(|effect| effect.act == Act::Read) {
            let packed = format!("{}{ending}", effect.target.text);
            let secrecy = self.secrecy(call, effect);
            self.add(call, Target::literal(&packed), secrecy);
        }
    }

    fn add(&mut self, call: &Call<'_>, target: Target<'_>, secrecy: Secrecy) {
        let Some(path) = absolute(target, call.directory(), call.scene) else { return };
        let devices = path.starts_with("/dev/");
        if secrecy > Secrecy::Plain && !devices && !self.paths.iter().any(|(other, _)| *other == path) {
            self.paths.push((path, secrecy));
        }
    }

    /// How secret what `effect` reads is: by its name, as a copy, or as a folder with a copy in it.
    fn secrecy(&self, call: &Call<'_>, effect: &Effect<'_>) -> Secrecy {
        let named = secrecy_of(effect.target, call).max(in_key_folder(effect.target.text));
        let Some(path) = absolute(effect.target, call.directory(), call.scene) else { return named };
        let copied = self
            .paths
            .iter()
            .filter(|(copy, _)| *copy == path || is_below(copy, &path) || is_below(&path, copy))
            .map(|(_, secrecy)| *secrecy)
            .max();
        named.max(copied.unwrap_or(Secrecy::Plain))
    }
}

/// A file in a folder that is called after what it hides. Certificates themselves are public.
fn in_key_folder(path: &str) -> Secrecy {
    let name = base_name(path).to_ascii_lowercase();
    let public = [".crt", ".cer", ".csr", ".pub", ".md"].iter().any(|ending| name.ends_with(ending));
    let folder = path.split('/').any(|part| {
        matches!(part.to_ascii_lowercase().as_str(), "certs" | "private" | "private_keys" | "secrets")
    });
    if folder && !public { Secrecy::Key } else { Secrecy::Plain }
}
