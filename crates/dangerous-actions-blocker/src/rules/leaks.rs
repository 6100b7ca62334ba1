//! Secrets on their way out over several commands: copied, packed or piped first, then sent.

use std::collections::BTreeMap;
use std::ops::Bound;

use hook_core::Severity;
use shell::{Mode, Source, Target as Into};

use crate::call::Call;
use crate::effects::{Act, Effect};
use crate::place::{Target, absolute, base_name};
use crate::rule::{Hit, Instead, Rule};
use crate::rules::credentials::{Secrecy, secrecy};

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
pub(crate) fn judge_line<'a>(calls: &[Call<'_>], effects: &'a [Vec<Effect<'a>>], hits: &mut Vec<Hit>) {
    let socket = calls.iter().any(opens_socket);
    if !socket && !calls.iter().any(|call| SENDERS.contains(&call.name)) {
        return;
    }
    let files = |(call, effects): (&Call<'_>, &'a Vec<Effect<'a>>)| -> Vec<File<'a>> {
        effects.iter().map(|effect| File::new(call, effect.act, effect.target)).collect()
    };
    let files: Vec<Vec<File<'_>>> = calls.iter().zip(effects).map(files).collect();
    let mut copies = Copies::default();
    // Twice, because a named pipe may be written after what reads it has started.
    for _ in 0..2 {
        for (call, files) in calls.iter().zip(&files) {
            copies.follow(call, files);
        }
    }
    let upstream = upstream(calls, &files, &copies);
    for (call, own) in calls.iter().zip(&files) {
        let sent = copies.worst(own, &[Act::Send]);
        let piped = upstream.get(call.index).copied().filter(|_| takes_input(call));
        let through_socket = if socket { copies.worst(own, READS) } else { Secrecy::Plain };
        let piped = piped.unwrap_or(Secrecy::Plain);
        let worst = sent.max(piped).max(through_socket).max(by_socat(call, &copies));
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

/// For each command the most secret thing any command reads whose output reaches it.
fn upstream(calls: &[Call<'_>], files: &[Vec<File<'_>>], copies: &Copies) -> Vec<Secrecy> {
    let mut worst: Vec<Secrecy> = Vec::with_capacity(calls.len());
    for call in calls {
        // What writes into a pipe stands before what reads from it.
        let from = match call.command.stdin {
            Some(Source::Pipe(from)) if from < call.index => from,
            _ => {
                worst.push(Secrecy::Plain);
                continue;
            }
        };
        let above = worst.get(from).copied().unwrap_or(Secrecy::Plain);
        let read = files.get(from).map_or(Secrecy::Plain, |files| copies.worst(files, READS));
        worst.push(above.max(read));
    }
    worst
}

const READS: &[Act] = &[Act::Read, Act::Mention];

/// A file of a command, with what its name alone says.
struct File<'a> {
    act: Act,
    target: Target<'a>,
    /// Absolute, where that is known.
    path: Option<String>,
    named: Secrecy,
}

impl<'a> File<'a> {
    fn new(call: &Call<'_>, act: Act, target: Target<'a>) -> Self {
        let path = absolute(target, call.directory(), call.scene);
        let named = if target.text.is_empty() {
            Secrecy::Plain
        } else {
            secrecy(path.as_deref().unwrap_or(target.text), target.glob).max(in_key_folder(target.text))
        };
        Self { act, target, path, named }
    }
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
        .map(|path| copies.secrecy(&File::new(call, Act::Read, Target::literal(path))))
        .max()
        .unwrap_or(Secrecy::Plain)
}

const MOST_COPIES: usize = 64;

/// Paths that hold, or contain something that holds, a copy of a secret.
#[derive(Debug, Default)]
struct Copies {
    paths: BTreeMap<String, Secrecy>,
}

impl Copies {
    /// Notes what `call` copies where.
    fn follow(&mut self, call: &Call<'_>, files: &[File<'_>]) {
        let worst = self.worst(files, &[Act::Read, Act::Move, Act::Mention]);
        for file in files.iter().filter(|file| matches!(file.act, Act::Write | Act::Append)) {
            self.add(file, worst.max(file.named));
        }
        let ending = match call.name {
            "gzip" | "pigz" => ".gz",
            "xz" => ".xz",
            "bzip2" => ".bz2",
            "zstd" => ".zst",
            _ => return,
        };
        for file in files.iter().filter(|file| file.act == Act::Read) {
            let packed = format!("{}{ending}", file.target.text);
            let secrecy = self.secrecy(file);
            self.add(&File::new(call, Act::Write, Target::literal(&packed)), secrecy);
        }
    }

    fn add(&mut self, file: &File<'_>, secrecy: Secrecy) {
        let Some(path) = file.path.clone().filter(|path| !path.starts_with("/dev/")) else { return };
        if secrecy > Secrecy::Plain {
            // Of a line that makes more copies than anybody does, everything is taken for one.
            let path = if self.paths.len() < MOST_COPIES { path } else { "/".into() };
            self.paths.entry(path).or_insert(secrecy);
        }
    }

    /// The most secret of the files that something of `acts` happens to.
    fn worst(&self, files: &[File<'_>], acts: &[Act]) -> Secrecy {
        let those = files.iter().filter(|file| acts.contains(&file.act));
        those.map(|file| self.secrecy(file)).max().unwrap_or(Secrecy::Plain)
    }

    /// How secret a file is: by its name, as a copy, or as a folder with a copy in it.
    fn secrecy(&self, file: &File<'_>) -> Secrecy {
        let Some(path) = file.path.as_ref().filter(|_| !self.paths.is_empty()) else { return file.named };
        let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at.max(1)));
        let within = folders.chain([path.as_str()]).filter_map(|folder| self.paths.get(folder)).max();
        file.named.max(within.copied().unwrap_or(Secrecy::Plain)).max(self.below(path))
    }

    /// The worst copy in the folder `path`.
    fn below(&self, path: &str) -> Secrecy {
        let folder = if path == "/" { path.to_owned() } else { format!("{path}/") };
        let inside = self.paths.range::<str, _>((Bound::Excluded(folder.as_str()), Bound::Unbounded));
        let inside = inside.take_while(|(copy, _)| copy.starts_with(&folder));
        inside.map(|(_, secrecy)| *secrecy).max().unwrap_or(Secrecy::Plain)
    }
}

/// A file in a folder that is called after what it hides. Certificates themselves are public.
fn in_key_folder(path: &str) -> Secrecy {
    let name = base_name(path).to_ascii_lowercase();
    let public = [".crt", ".cer", ".csr", ".pub", ".md"].iter().any(|ending| name.ends_with(ending));
    let folder = path.split('/').any(|part| {
        ["certs", "private", "private_keys", "secrets"].iter().any(|name| part.eq_ignore_ascii_case(name))
    });
    if folder && !public { Secrecy::Key } else { Secrecy::Plain }
}
