//! `govern log prove`: that a record is in the log, or that one head goes on from another, for someone without the log.

use super::{Verb, place};
use crate::commands::arguments::Arguments;
use crate::{Exit, Failure, Io};
use hook_core::files::read_text;
use ledger::{
    Digest, Lines, Note, Verifier, consistency_proof, from_hex, inclusion_proof, is_consistent, leaf_hash,
    parse_notes, root, root_of_inclusion, stored_notes, to_hex,
};
use serde_json::{Value, json};
use std::path::Path;

pub(super) const VERB: Verb = Verb {
    name: "prove",
    about: "prove that a record is in the log, or that a head goes on from an older one",
    options: "  --record COUNT   the number of the record\n  \
              --from COUNT     the older size; the newest checkpoint is proved to go on from it\n  \
              --check FILE     check a proof made by this command, without the log; exit 1 if it fails\n  \
              --key TEXT       with --check: the key the checkpoint must be signed by\n  \
              --dir FOLDER     the log of another place (default: this user's)\n",
    run,
};

fn run(arguments: &Arguments<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    if let Some(file) = arguments.value("--check") {
        return check(&io.cwd.join(file), arguments.value("--key"), io);
    }
    let log = place::existing(arguments, io)?;
    let note = newest_note(&log)?;
    let size = note.0.checkpoint.size;
    let (leaves, lines) = leaves(&log, size, arguments.number("--record")?)?;
    if leaves.len() as u64 != size {
        return Err(Failure::Unreadable("earlier days were pruned; prove from the shipped copy".into()));
    }
    let index = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let hexes = |hashes: Vec<Digest>| hashes.iter().map(|hash| to_hex(hash)).collect::<Vec<_>>();
    let beyond = || {
        Failure::Usage(format!("the newest checkpoint covers {size} records; try `govern log seal` first"))
    };
    let proof = match (arguments.number("--record")?, arguments.number("--from")?) {
        (Some(record), None) => {
            let proof = inclusion_proof(&leaves, index(record)).ok_or_else(beyond)?;
            json!({"kind": "inclusion", "record": record, "line": lines, "proof": hexes(proof), "checkpoint": note.1})
        }
        (None, Some(from)) => {
            let proof = consistency_proof(&leaves, index(from)).ok_or_else(beyond)?;
            let before = leaves.get(..index(from)).unwrap_or_default();
            json!({"kind": "consistency", "from": from, "from_root": to_hex(&root(before)), "proof": hexes(proof),
                   "checkpoint": note.1})
        }
        _ => return Err(Failure::Usage("give --record or --from".into())),
    };
    writeln!(io.out, "{proof}")?;
    Ok(Exit::Clean)
}

fn newest_note(log: &Path) -> Result<(Note, String), Failure> {
    let files = stored_notes(log).map_err(place::unreadable)?;
    let text = files.last().map(|(_, text)| text.as_str()).unwrap_or_default();
    let count = parse_notes(text).len();
    // The last note of the newest file, cut out of it: its body is the last but one block.
    let start = text.match_indices("\n\n").map(|(at, _)| at).nth(count.saturating_sub(2));
    let own = match (count, start) {
        (0, _) => return Err(Failure::Unreadable("there is no checkpoint; run `govern log seal`".into())),
        (1, _) | (_, None) => text,
        (_, Some(before)) => {
            let rest = text.get(before + 2..).unwrap_or_default();
            let signatures: usize = rest
                .split_inclusive('\n')
                .take_while(|line| line.starts_with('\u{2014}'))
                .map(str::len)
                .sum();
            rest.get(signatures..).unwrap_or_default()
        }
    };
    let note =
        Note::parse(own).ok_or_else(|| Failure::Unreadable("the newest checkpoint cannot be read".into()))?;
    Ok((note, own.to_owned()))
}

/// The leaf hashes of the first `size` lines, and the text of one of them.
fn leaves(log: &Path, size: u64, wanted: Option<u64>) -> Result<(Vec<Digest>, String), Failure> {
    let (mut leaves, mut text) = (Vec::new(), String::new());
    for day in ledger::segments(log).map_err(place::unreadable)? {
        let mut lines = Lines::open(&day.path(log), 0).map_err(place::unreadable)?;
        while let Some(line) = lines.next_line().map_err(place::unreadable)? {
            if leaves.len() as u64 == size {
                return Ok((leaves, text));
            }
            if wanted == Some(leaves.len() as u64) {
                text = String::from_utf8_lossy(line.bytes).into_owned();
            }
            leaves.push(leaf_hash(line.bytes));
        }
    }
    Ok((leaves, text))
}

/// The largest proof file that is read, in bytes.
const LARGEST_PROOF: usize = 1 << 20;

fn check(file: &Path, key: Option<&str>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let wrong = |what: &str| Failure::Unreadable(format!("{}: {what}", file.display()));
    let text = read_text(file, LARGEST_PROOF)?.ok_or_else(|| wrong("there is no such file"))?;
    let proof: Value = serde_json::from_str(&text).map_err(|error| wrong(&error.to_string()))?;
    let field = |name: &str| proof.get(name).and_then(Value::as_str).unwrap_or_default();
    let note = Note::parse(field("checkpoint")).ok_or_else(|| wrong("no checkpoint in it"))?;
    let hashes = proof.get("proof").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let hashes: Option<Vec<Digest>> = hashes.iter().map(|hash| from_hex(hash.as_str()?)).collect();
    let hashes = hashes.ok_or_else(|| wrong("no proof in it"))?;
    let head = &note.checkpoint;
    let number = |name: &str| proof.get(name).and_then(Value::as_u64).unwrap_or(u64::MAX);
    let holds = match field("kind") {
        "inclusion" => {
            let leaf = leaf_hash(field("line").as_bytes());
            root_of_inclusion(leaf, number("record"), head.size, &hashes) == Some(head.root)
        }
        "consistency" => {
            let before = from_hex(field("from_root")).ok_or_else(|| wrong("no older root in it"))?;
            is_consistent((number("from"), before), (head.size, head.root), &hashes)
        }
        _ => return Err(wrong("neither an inclusion nor a consistency proof")),
    };
    let signed = match key {
        None => "signature not asked for (--key)",
        Some(text) => {
            let key = Verifier::from_text(text).ok_or_else(|| Failure::Usage("--key is not a key".into()))?;
            if !note.is_signed_by(&key) {
                writeln!(io.out, "the checkpoint is not signed by that key")?;
                return Ok(Exit::Findings);
            }
            "signature holds"
        }
    };
    writeln!(io.out, "{}; {signed}", if holds { "the proof holds" } else { "THE PROOF DOES NOT HOLD" })?;
    Ok(if holds { Exit::Clean } else { Exit::Findings })
}
