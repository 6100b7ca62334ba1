//! Any text at all: no panic, hits in order and on character boundaries, redacted texts hold none of the values, and
//! time grows with the length and no faster.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use secrets::{Options, TagKey, redact, scan};

const ALL: Options = Options { personal_data: true };

/// Pieces that begin, end or break a rule; random sequences of them reach deep into every matcher.
const PIECES: &[&str] = &[
    "password",
    " = ",
    "\"",
    "'",
    "ghp_",
    "AKIA",
    "sk-",
    "eyJ",
    ".",
    "-----BEGIN ",
    "RSA PRIVATE KEY-----",
    "-----END ",
    "\n",
    "\\n",
    "\\u0041",
    "%3D",
    "&quot;",
    "://",
    "user:",
    "@host",
    "abcdefghijklmnop",
    "Q29uZmlnPXRydWU",
    "0123456789abcdef",
    "é",
    "漢",
    "🙂",
    "kind: Secret\n",
    "data:\n  a: ",
    "curl -u ",
    "+",
    "{AQAAABAAA",
    "xoxb-",
    "-us12",
    ":AA",
    "T3BlbkFJ",
    "4111 1111",
    "DE89",
    "email: ",
    "A",
    "z9",
    "_",
    "-",
    "=",
    "\0",
    "\u{202e}",
    "\" + \"",
    "[REDACTED:x:1234]",
    "token",
    "<master>{",
    "sig=",
    "\\",
    "%",
    "&",
];

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn text(&mut self) -> String {
        (0..self.below(40)).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }
}

#[test]
fn any_text_is_scanned_without_a_panic_and_redacted_whole() {
    let key = TagKey::new([7; 32]);
    for round in 1..=5_000_u64 {
        let text = Random(round.wrapping_mul(0x9e37_79b9_7f4a_7c15)).text();
        let hits = scan(&text, &ALL);
        let mut done = 0;
        for hit in &hits {
            assert!(hit.span.start >= done && hit.span.end <= text.len(), "{text:?}: {hit:?}");
            assert!(text.get(hit.span.clone()).is_some(), "{text:?}: {hit:?} is not on character boundaries");
            done = hit.span.end;
        }
        let clean = redact(&text, &hits, &key);
        assert_eq!(
            clean.matches("[REDACTED:").count(),
            text.matches("[REDACTED:").count() + hits.len() - inside(&text, &hits)
        );
    }
}

/// Marks of the text that a hit swallowed.
fn inside(text: &str, hits: &[secrets::Hit<'_>]) -> usize {
    hits.iter().map(|hit| text[hit.span.clone()].matches("[REDACTED:").count()).sum()
}

/// Repeated, each makes some rule begin anew at every place, or look far ahead.
const HOSTILE: &[&str] = &[
    "sk-",
    "eyJ",
    "-eyJabcdefghijklmnop",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\nAAAA",
    "A",
    "AAAA+",
    "password is ",
    "password=",
    "\\n",
    "\\u0041",
    "%41",
    "\"a\" + ",
    "\"a\"\n",
    "kind: Secret\n",
    "curl -u ",
    "://",
    "://a:",
    "machine login ",
    "key",
    "xoxb-",
    "hvs.",
    "ghs_a",
    "bedrock-api-key-",
    "api.particle.io",
    "blynk.cloud/",
    "{AQAAABAAA",
    "Q29uZmlnPXRydWU",
    "4111 1111 1111 1111 ",
    "DE89 ",
    "email:",
    "unseal ",
    "psexec -u a -p ",
    "token: x = x = x = ",
    "mailgun",
    ":AA",
    "T3BlbkFJ",
    "secret \t \t",
    "\0",
    "sig=",
    "connection",
    "<password>{",
    "credentials {",
];

#[test]
fn time_grows_with_the_length_and_no_faster() {
    for piece in HOSTILE {
        let (short, long) = (time_of(piece, 12_000), time_of(piece, 96_000));
        // Eight times the text; three times that allows for a busy machine, and quadratic growth would be 64 times.
        let allowed = short.max(Duration::from_millis(4)) * 24;
        assert!(long < allowed, "{piece:?}: {short:?} for 12 KB, {long:?} for 96 KB");
    }
}

/// The processor time of the best of three: other work on the machine counts in no other way than by emptying caches.
fn time_of(piece: &str, length: usize) -> Duration {
    let text = piece.repeat(length / piece.len());
    (0..3)
        .map(|_| {
            let start = processor_time();
            std::hint::black_box(scan(&text, &ALL));
            processor_time().saturating_sub(start)
        })
        .min()
        .unwrap_or_default()
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
}

/// The same at full size: 10 MB of anything takes ten times what 1 MB of it takes, with room for caches, and never more than
/// half of the 20 s that the client gives the hook. `cargo test --release -p secrets --test robust -- --ignored --nocapture` prints the figures.
#[test]
#[ignore = "takes a minute, and only means something in a release build; CI runs it"]
fn ten_megabytes_of_anything_take_linear_time() {
    const MOST: Duration = Duration::from_secs(10);
    const CODE: &str =
        "    let total = rows.iter().map(|row| row.width).sum::<usize>(); // the sum of all widths\n";
    let ordinary = time_of(CODE, 10_000_000);
    println!("{ordinary:>8.0?}  ordinary code");
    let mut beyond = Vec::new();
    for piece in PIECES.iter().chain(HOSTILE) {
        let (tenth, whole) = (time_of(piece, 1_000_000), time_of(piece, 10_000_000));
        println!("{whole:>8.0?}  {piece:?}");
        if whole > MOST || whole > tenth.max(Duration::from_millis(2)) * 15 {
            beyond.push(format!("{piece:?}: {tenth:?} for 1 MB, {whole:?} for 10 MB"));
        }
    }
    assert!(beyond.is_empty(), "{beyond:#?}");
}
