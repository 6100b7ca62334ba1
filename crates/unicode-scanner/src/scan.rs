//! The scan: one pass for plain ASCII, one for honest lines in any script, and the scans for the rest.

use memchr::memmem;

use crate::facts::Facts;
use crate::finding::{Class, Finding, Mark, Weight, escaped};
use crate::line::{Kind, Line};
use crate::property::{self, Sort};
use crate::{bidi, domain, invisible, joiner, look_alike, quiet, selector, terminal};

/// Findings of one class that are shown; the rest is only counted by whoever counts.
const SHOWN_PER_CLASS: usize = 8;

/// Rounds of stripping before everything that could be invisible goes.
const ROUNDS: usize = 4;

/// How to judge a text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    pub kind: Kind,
}

/// What `strip` took out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Characters taken out or escaped, by class, in the order of `Class`.
    pub counts: Vec<(Class, usize)>,
}

/// Everything suspicious in the text, at most eight findings of each class, in the order of the text.
pub fn scan(text: &str, options: Options) -> Vec<Finding> {
    let mut shown = Vec::new();
    let mut counts = [0; Class::ALL.len()];
    for mark in marks(text, options).iter().filter(|mark| mark.weight > Weight::Note) {
        let Some(count) = counts.get_mut(mark.class as usize) else { continue };
        *count += 1;
        if *count <= SHOWN_PER_CLASS {
            shown.push(mark.show(text));
        }
    }
    shown
}

/// The text without its invisible part, or `None` if nothing in it is suspicious. Invisible characters go, control
/// characters and escape sequences become visible escapes, look-alikes stay as they are. Stripping twice changes nothing more.
pub fn strip(text: &str, options: Options) -> Option<(String, Removed)> {
    let mut removed = Removed::default();
    let mut current = text.to_owned();
    // What stood apart can meet when something between goes, hence the rounds; hostile nesting is cut short.
    for round in 0..=ROUNDS {
        let marks = marks(&current, options);
        let hostile = marks.iter().any(|mark| mark.weight > Weight::Note && mark.class.is_invisible());
        if !hostile {
            break;
        }
        current = if round == ROUNDS {
            bare(&current, &mut removed)
        } else {
            without(&current, &marks, &mut removed)
        };
    }
    (!removed.counts.is_empty()).then_some((current, removed))
}

fn without(text: &str, marks: &[Mark], removed: &mut Removed) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for mark in marks.iter().filter(|mark| mark.class.is_invisible()) {
        if mark.span.start < from {
            continue;
        }
        kept.push_str(text.get(from..mark.span.start).unwrap_or_default());
        let inside = text.get(mark.span.clone()).unwrap_or_default();
        if matches!(mark.class, Class::ControlCharacter | Class::TerminalEscape) {
            kept.push_str(&escaped(inside));
        }
        removed.add(mark.class, inside.chars().count());
        from = mark.span.end;
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    kept
}

/// The text without any character that calls for a second look, needed or not.
fn bare(text: &str, removed: &mut Removed) -> String {
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match property::sort(c) {
            None | Some(Sort::Space) => kept.push(c),
            Some(Sort::Control) => kept.push_str(&escaped(c.encode_utf8(&mut [0; 4]))),
            Some(_) => removed.add(Class::InvisibleFiller, 1),
        }
    }
    kept
}

impl Removed {
    fn add(&mut self, class: Class, count: usize) {
        match self.counts.binary_search_by_key(&class, |(known, _)| *known) {
            Ok(index) => {
                if let Some(entry) = self.counts.get_mut(index) {
                    entry.1 += count;
                }
            }
            Err(index) => self.counts.insert(index, (class, count)),
        }
    }

    /// "12 invisible tag characters, 3 zero-width characters".
    pub fn summary(&self) -> String {
        let parts: Vec<String> =
            self.counts.iter().map(|(class, count)| format!("{count} x {}", class.rule())).collect();
        parts.join(", ")
    }
}

/// Every mark of the text in order, notes included.
pub(crate) fn marks(text: &str, options: Options) -> Vec<Mark> {
    let mut lines = OddLines::new(text);
    let Some(mut next) = lines.next() else { return Vec::new() };
    let facts = Facts::new(text);
    let mut marks = Vec::new();
    loop {
        let OddLine { row, start, punycode } = next;
        if punycode || !quiet::is_quiet(row, start == 0, options.kind, &facts) {
            let line = Line::new(row, start, lines.number(start), options.kind);
            scan_line(&line, &facts, &mut marks);
        }
        match lines.next() {
            Some(line) => next = line,
            None => break,
        }
    }
    look_alike::weigh_styled(&mut marks, text);
    joiner::weigh_scattered(&mut marks);
    marks.sort_by_key(|mark| (mark.span.start, mark.span.end));
    marks
}

/// A line that is not plain ASCII, or holds Punycode.
struct OddLine<'t> {
    row: &'t str,
    /// Offset in the text, in bytes.
    start: usize,
    punycode: bool,
}

/// The odd lines of a text in order; what is plain between them is passed over at the speed of vector instructions.
struct OddLines<'t> {
    text: &'t str,
    at: usize,
    /// Where the next Punycode label stands, if there is another.
    punycode: Option<usize>,
    /// Lines before `counted_to`.
    counted: usize,
    counted_to: usize,
}

/// Shorter texts are searched without vector instructions.
const SHORT: usize = 24 * 1024;

impl<'t> OddLines<'t> {
    fn new(text: &'t str) -> Self {
        // The vector search begins by asking the processor what it can do, which on a virtual machine takes some 40 µs: a tenth
        // of a process, and worth it for long texts only.
        let punycode = match text.len() {
            0..SHORT => text.find(domain::PUNYCODE),
            _ => memmem::find(text.as_bytes(), domain::PUNYCODE.as_bytes()),
        };
        OddLines { text, at: 0, punycode, counted: 0, counted_to: 0 }
    }

    /// The one-based number of the line that starts here; asked in the order of the text.
    fn number(&mut self, start: usize) -> usize {
        let between = self.text.as_bytes().get(self.counted_to..start).unwrap_or_default();
        self.counted += memchr::memchr_iter(b'\n', between).count();
        self.counted_to = start;
        self.counted + 1
    }
}

impl<'t> Iterator for OddLines<'t> {
    type Item = OddLine<'t>;

    fn next(&mut self) -> Option<OddLine<'t>> {
        let bytes = self.text.as_bytes();
        let rest = bytes.get(self.at..)?;
        let odd = first_odd(rest).map(|odd| self.at + odd);
        let from = match (odd, self.punycode) {
            (Some(odd), Some(label)) => odd.min(label),
            (odd, label) => odd.or(label)?,
        };
        let start = memchr::memrchr(b'\n', bytes.get(..from)?).map_or(0, |newline| newline + 1);
        let end = memchr::memchr(b'\n', bytes.get(from..)?).map_or(bytes.len(), |length| from + length);
        let punycode = self.punycode.is_some_and(|label| label < end);
        if punycode {
            let behind = bytes.get(end..).unwrap_or_default();
            self.punycode = memmem::find(behind, domain::PUNYCODE.as_bytes()).map(|found| end + found);
        }
        self.at = end + 1;
        Some(OddLine { row: self.text.get(start..end)?, start, punycode })
    }
}

pub(crate) fn scan_line(line: &Line<'_>, facts: &Facts<'_>, marks: &mut Vec<Mark>) {
    // Most lines of most languages hold nothing but letters.
    if line.characters.iter().any(|(_, c)| property::sort(*c).is_some()) {
        invisible::scan(line, facts, marks);
        selector::scan(line, marks);
        joiner::scan(line, marks);
        bidi::scan(line, facts, marks);
        terminal::scan(line, facts, marks);
    }
    domain::scan(line, marks);
    look_alike::scan(line, facts, marks);
}

/// The first byte that is neither printable ASCII nor a tab or a line end.
fn first_odd(bytes: &[u8]) -> Option<usize> {
    let is_odd = |byte: u8| {
        let printable = byte.wrapping_sub(0x20) < 0x5F;
        let blank = byte == b'\n' || byte == b'\t' || byte == b'\r';
        !(printable | blank)
    };
    // Folding a chunk without leaving early lets the compiler use vector instructions.
    for (index, chunk) in bytes.chunks(64).enumerate() {
        if chunk.iter().fold(false, |odd, byte| odd | is_odd(*byte)) {
            return chunk.iter().position(|byte| is_odd(*byte)).map(|at| index * 64 + at);
        }
    }
    None
}
