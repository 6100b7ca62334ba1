//! Properties of the engine over seeded random texts: no panic, stripping once is enough, previews are plain ASCII,
//! plain ASCII is never touched, a hostile megabyte costs seconds at most.
//!
//! `FUZZ_SECONDS=600 cargo test --release -p unicode-scanner --test properties` goes on for so long.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "how long to go on is said from outside; a test fails by panicking"
)]

use std::time::{Duration, Instant};

use unicode_scanner::{Class, Kind, Options, Weight, scan, strip};

const KINDS: [Kind; 6] = [Kind::Unknown, Kind::Code, Kind::Prose, Kind::Command, Kind::Path, Kind::Output];

/// Pieces that mean something to the scanner, of every class and of every excuse for it.
const PIECES: [&str; 96] = [
    "a",
    "Z",
    "0",
    "_",
    " ",
    "\n",
    "\t",
    "\r",
    "\"",
    "'",
    "`",
    "#",
    "// ",
    "/*",
    "--",
    "<!--",
    "=",
    "&&",
    "(",
    ");",
    "{",
    "let x = 1;",
    "password",
    "eval(",
    "https://",
    "xn--",
    "xn--80ak6aa92e.com",
    ".com",
    "@",
    "%s",
    "\\n",
    "\u{0}",
    "\u{7}",
    "\u{8}",
    "\u{b}",
    "\u{c}",
    "\u{1b}",
    "\u{1b}[",
    "\u{1b}[8m",
    "\u{1b}[38;5;8m",
    "\u{1b}]8;;http://a.b\u{7}",
    "\u{1b}]",
    "\u{1b}P",
    "\u{1b}\\",
    "\u{7f}",
    "\u{85}",
    "\u{9b}",
    "\u{9d}",
    "\u{a0}",
    "\u{ad}",
    "\u{34f}",
    "\u{61c}",
    "\u{115f}",
    "\u{1161}",
    "\u{17b4}",
    "\u{1780}",
    "\u{180b}",
    "\u{180e}",
    "\u{1820}",
    "\u{200b}",
    "\u{200c}",
    "\u{200d}",
    "\u{200e}",
    "\u{202a}",
    "\u{202c}",
    "\u{202e}",
    "\u{2028}",
    "\u{2060}",
    "\u{2062}",
    "\u{2066}",
    "\u{2068}",
    "\u{2069}",
    "\u{2800}",
    "\u{28ff}",
    "\u{3000}",
    "\u{3164}",
    "\u{e000}",
    "\u{e065}",
    "\u{fdd0}",
    "\u{fe00}",
    "\u{fe0f}",
    "\u{feff}",
    "\u{ff41}",
    "\u{e0067}",
    "\u{e007f}",
    "\u{e0101}",
    "\u{1f3f4}",
    "\u{1f469}",
    "\u{430}",
    "\u{431}",
    "\u{3b1}",
    "\u{5d0}",
    "\u{645}",
    "\u{915}",
    "\u{845b}",
    "\u{1d5ee}",
];

/// Numbers that are the same on every run (xorshift), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    /// Mostly pieces, often repeated, sometimes any character at all.
    fn text(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.below(40) {
            let times = if self.below(5) == 0 { self.below(9) } else { 1 };
            match self.below(8) {
                0 => text.extend(char::from_u32(u32::try_from(self.below(0x11_0000)).unwrap())),
                _ => text.push_str(&PIECES[self.below(PIECES.len())].repeat(times)),
            }
        }
        text
    }
}

#[test]
fn any_text_is_scanned_and_stripped() {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|value| value.parse().ok());
    let seed = std::env::var("FUZZ_SEED").ok().and_then(|value| value.parse().ok()).unwrap_or(20_261_122);
    let mut random = Random(seed);
    let started = Instant::now();
    let mut texts: u64 = 0;
    let more = |texts: u64| match seconds {
        Some(seconds) => started.elapsed() < Duration::from_secs(seconds),
        None => texts < if cfg!(debug_assertions) { 1_500 } else { 20_000 },
    };
    while more(texts) {
        let text = random.text();
        for kind in KINDS {
            check(&text, Options { kind });
        }
        texts += 1;
    }
    println!("{texts} texts of 6 kinds each in {:.0?}, seed {seed}", started.elapsed());
}

fn check(text: &str, options: Options) {
    let findings = scan(text, options);
    for finding in &findings {
        assert!(
            text.get(finding.span.clone()).is_some(),
            "a span off a character boundary: {text:?} {finding:?}"
        );
        assert!(finding.weight > Weight::Note, "{text:?}");
        let shown = [Some(&finding.preview), finding.hidden.as_ref()];
        for shown in shown.into_iter().flatten() {
            assert!(
                shown.bytes().all(|byte| (0x20..0x7F).contains(&byte)),
                "raw in a preview: {text:?} {shown:?}"
            );
        }
    }
    assert!(findings.is_sorted_by_key(|finding| finding.span.start), "{text:?}");
    let hidden = findings.iter().any(|finding| finding.class.is_invisible());
    let Some((clean, removed)) = strip(text, options) else {
        assert!(!hidden, "not stripped: {text:?} {findings:?}");
        return;
    };
    assert!(hidden && !removed.counts.is_empty() && clean != text, "{text:?}");
    assert_eq!(strip(&clean, options), None, "stripping twice changes more: {text:?} {clean:?}");
    assert!(!scan(&clean, options).iter().any(|finding| finding.class.is_invisible()), "{text:?} {clean:?}");
    let visible = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).count();
    assert!(visible(&clean) >= visible(text), "visible letters were lost: {text:?} {clean:?}");
}

#[test]
fn plain_ascii_is_never_touched() {
    let mut random = Random(7);
    for _ in 0..1_000 {
        let text: String = (0..random.below(200))
            .map(|_| match random.below(12) {
                0 => '\n',
                1 => '\t',
                _ => char::from(b' ' + u8::try_from(random.below(95)).unwrap()),
            })
            .collect();
        for kind in KINDS {
            let findings = scan(&text, Options { kind });
            assert!(
                findings.iter().all(|finding| finding.class == Class::LookAlikeDomain),
                "{text:?} {findings:?}"
            );
            assert_eq!(strip(&text, Options { kind }), None, "{text:?}");
        }
    }
}

#[test]
fn a_quiet_megabyte_is_read_in_milliseconds() {
    let limit = Duration::from_millis(if cfg!(debug_assertions) { 500 } else { 10 });
    let lines = [
        "    let total = rows.iter().map(|row| row.width).sum::<usize>(); // the sum\n",
        "Проверьте настройки соединения и повторите попытку позже, пожалуйста.\n",
        "設定を確認して、もう一度お試しください。詳しくはヘルプを参照。\n",
        "می\u{200c}خواهم کتاب\u{200c}ها را ببینم و سپس به خانه بروم.\n",
        "Done \u{2705} \u{1f469}\u{200d}\u{1f4bb} \u{2764}\u{fe0f} the build is green, ship it today\n",
    ];
    for line in lines {
        let text = line.repeat(1_000_000 / line.len());
        let fastest = (0..5).map(|_| {
            let started = Instant::now();
            assert_eq!(scan(&text, Options::default()), [], "{line}");
            started.elapsed()
        });
        let fastest = fastest.min().unwrap_or_default();
        println!("{fastest:>12.1?} {line:?}");
        assert!(fastest < limit, "{fastest:?} for a megabyte of {line:?}");
    }
}

/// Questions that one character asks of its whole line or text must not be asked again by the next.
#[test]
fn a_hostile_megabyte_costs_seconds_at_most() {
    let limit = Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 3 });
    for piece in PIECES.iter().chain(&[
        "'\u{3164}', ",
        "a\u{200b}b ",
        "\u{e041}x",
        "p\u{3b1}ss ",
        "\u{1d5ee}\u{1d5ef}\u{1d5f0} ",
    ]) {
        let text = piece.repeat(if cfg!(debug_assertions) { 20_000 } else { 1_000_000 } / piece.len());
        let started = Instant::now();
        let findings = scan(&text, Options::default());
        drop(strip(&text, Options::default()));
        let taken = started.elapsed();
        println!("{taken:>12.1?} {piece:?}");
        assert!(taken < limit, "{taken:?} for {piece:?} repeated ({} findings)", findings.len());
    }
}
