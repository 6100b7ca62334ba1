//! The scan: one pass for plain ASCII, line by line for the rest.

use crate::facts::Facts;
use crate::finding::{Class, Finding, Mark, Weight, escaped};
use crate::line::{Kind, Line};
use crate::property::{self, Sort};
use crate::{bidi, domain, invisible, joiner, look_alike, selector, terminal};

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
    if is_plain(text.as_bytes()) && !text.contains(domain::PUNYCODE) {
        return Vec::new();
    }
    let facts = Facts::new(text);
    let mut marks = Vec::new();
    let mut start = 0;
    for (index, row) in text.split('\n').enumerate() {
        if !is_plain(row.as_bytes()) || row.contains(domain::PUNYCODE) {
            let line = Line::new(row, start, index + 1, options.kind);
            scan_line(&line, &facts, &mut marks);
        }
        start += row.len() + 1;
    }
    look_alike::weigh_styled(&mut marks, text);
    joiner::weigh_scattered(&mut marks);
    marks.sort_by_key(|mark| (mark.span.start, mark.span.end));
    marks
}

fn scan_line(line: &Line<'_>, facts: &Facts<'_>, marks: &mut Vec<Mark>) {
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

/// Whether every byte is printable ASCII, a tab or a line end.
fn is_plain(bytes: &[u8]) -> bool {
    // Folding a chunk without leaving early lets the compiler use vector instructions.
    bytes.chunks(256).all(|chunk| {
        let odd = chunk.iter().fold(0_u8, |odd, byte| {
            let printable = byte.wrapping_sub(0x20) < 0x5F;
            let blank = *byte == b'\n' || *byte == b'\t' || *byte == b'\r';
            odd | u8::from(!(printable | blank))
        });
        odd == 0
    })
}
