//! From a text to an assessment: views, windows, margins, spans.

use core::ops::Range;

use crate::decode::{self, Encoding};
use crate::model::{self, Features};
use crate::rules::{Hit, Rule};
use crate::token::Token;
use crate::window::{self, Window};

/// Longer texts are looked at in their first and last parts.
pub const MAX_TEXT: usize = 2 * 1024 * 1024;
const TAIL: usize = 256 * 1024;

/// How a text was come by: the same words mean different things in a web page and in a person's own prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// What a tool brought back from elsewhere: a page, a search, an MCP server's answer.
    ToolResult,
    /// A file or a command's output on this machine: mostly the user's own work.
    Local,
    /// What the user typed or pasted.
    Prompt,
    /// A file whose purpose is to instruct the assistant.
    Instructions,
}

/// What to assume about a text.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Where it comes from.
    pub surface: Surface,
}

/// A rule that was met.
#[derive(Debug, Clone, Copy)]
pub struct Signal {
    /// The rule.
    pub rule: &'static Rule,
    /// How the text was hidden, if it was.
    pub encoding: Encoding,
}

/// A stretch of the text that reads as an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Bytes of the text as given, on character boundaries.
    pub range: Range<usize>,
    /// 0 to 100.
    pub score: u8,
}

/// What a text looks like.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// 0 to 100: how much the worst stretch reads as an attempt to give orders. [`NOTABLE`] and [`CERTAIN`] say what to make of it.
    pub score: u8,
    /// The log-odds behind the score, for measurements.
    pub margin: f32,
    /// Stretches that are at least notable, in order, not overlapping.
    pub spans: Vec<Span>,
    /// The rules met in them, each once.
    pub signals: Vec<Signal>,
}

/// Worth recording, and in text from elsewhere worth speaking up: at most one benign file in two hundred gets here, of
/// repositories the model never saw.
pub const NOTABLE: u8 = 50;
/// Worth speaking up wherever it stands: about one benign file in a thousand gets here.
pub const CERTAIN: u8 = 84;
/// The margin that scores [`NOTABLE`], from the cross-validation over whole sources and repositories.
const NOTABLE_MARGIN: f32 = -1.0;

/// The margin of a text in which nothing was found.
pub const NOTHING: f32 = -12.0;

/// Judges a text.
pub fn score(text: &str, options: &Options) -> Assessment {
    let mut assessment = Assessment { score: 0, margin: NOTHING, spans: Vec::new(), signals: Vec::new() };
    if text.len() <= MAX_TEXT {
        part(text, 0, options.surface, &mut assessment);
        return assessment;
    }
    let head = text.floor_char_boundary(MAX_TEXT - TAIL);
    let tail = text.floor_char_boundary(text.len() - TAIL);
    part(text.get(..head).unwrap_or_default(), 0, options.surface, &mut assessment);
    part(text.get(tail..).unwrap_or_default(), tail, options.surface, &mut assessment);
    assessment
}

fn part(text: &str, offset: usize, surface: Surface, assessment: &mut Assessment) {
    let (tokens, hits) = window::read(text);
    let reading = Reading { text, tokens: &tokens, hits: &hits, encoding: Encoding::Plain };
    for (window, margin) in reading.margins() {
        let margin = margin - reserve(surface);
        if let Some(range) = assessment.take(&reading, &window, margin) {
            assessment.add_span(offset + range.start..offset + range.end, margin);
        }
    }
    for piece in decode::pieces(text, &tokens) {
        let (tokens, hits) = window::read(&piece.text);
        let reading = Reading { text: &piece.text, tokens: &tokens, hits: &hits, encoding: piece.encoding };
        for (window, margin) in reading.margins() {
            let margin = margin - reserve(surface);
            if assessment.take(&reading, &window, margin).is_some() {
                assessment.add_span(offset + piece.range.start..offset + piece.range.end, margin);
            }
        }
    }
    assessment.spans.sort_by_key(|span| span.range.start);
    assessment.spans.dedup_by(|next, kept| {
        let overlaps = next.range.start <= kept.range.end;
        if overlaps {
            kept.range.end = kept.range.end.max(next.range.end);
            kept.score = kept.score.max(next.score);
        }
        overlaps
    });
}

/// What a source must overcome beyond what is asked of a tool result: people order an assistant about all day, and an
/// instruction file is made of orders.
#[must_use]
pub const fn reserve(surface: Surface) -> f32 {
    match surface {
        Surface::ToolResult => 0.0,
        Surface::Local => 0.7,
        Surface::Instructions => 1.0,
        Surface::Prompt => 2.5,
    }
}

/// A text, decoded or not, with what was found in it.
struct Reading<'t> {
    text: &'t str,
    tokens: &'t [Token],
    hits: &'t [Hit],
    encoding: Encoding,
}

impl Reading<'_> {
    fn margins(&self) -> Vec<(Window, f32)> {
        let facts = window::facts_of_text(self.tokens, self.encoding != Encoding::Plain);
        let windows = window::windows(self.tokens, self.hits, facts);
        windows
            .into_iter()
            .map(|window| {
                let features = Features::of(self.tokens, self.hits, &window);
                let margin = model::margin(&features);
                (window, margin)
            })
            .collect()
    }

    /// The lines of the window that the rules were met in, or the window.
    fn lines(&self, window: &Window) -> Option<Range<usize>> {
        let hits = self.hits.get(window.hits.clone())?;
        let first = hits.iter().map(|hit| hit.first).min().unwrap_or(window.tokens.start);
        let last = hits.iter().map(|hit| hit.last).max().unwrap_or(window.tokens.end - 1);
        let start = self.tokens.get(first)?.start as usize;
        let end = self.tokens.get(last)?.end as usize;
        let line_start = self.text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text.get(end..)?.find('\n').map_or(self.text.len(), |at| end + at);
        Some(line_start..line_end)
    }
}

impl Assessment {
    /// Takes a window into account; gives its lines when it is notable.
    fn take(&mut self, reading: &Reading<'_>, window: &Window, margin: f32) -> Option<Range<usize>> {
        if margin > self.margin {
            self.margin = margin;
            self.score = to_score(margin);
        }
        if to_score(margin) < NOTABLE {
            return None;
        }
        for hit in reading.hits.get(window.hits.clone())? {
            if !self.signals.iter().any(|signal| core::ptr::eq(signal.rule, hit.rule)) {
                self.signals.push(Signal { rule: hit.rule, encoding: reading.encoding });
            }
        }
        reading.lines(window)
    }

    fn add_span(&mut self, range: Range<usize>, margin: f32) {
        self.spans.push(Span { range, score: to_score(margin) });
    }
}

/// Log-odds to 0..=100.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
fn to_score(margin: f32) -> u8 {
    (100.0 / (1.0 + ((NOTABLE_MARGIN - margin) / 2.0).exp())).round() as u8
}

/// What the model would look at in a text and in all that decodes from it: for the trainer and the measurements.
pub fn features(text: &str) -> Vec<Features> {
    let (tokens, hits) = window::read(text);
    let mut found = features_of(&tokens, &hits, false);
    for piece in decode::pieces(text, &tokens) {
        let (tokens, hits) = window::read(&piece.text);
        found.extend(features_of(&tokens, &hits, true));
    }
    found
}

fn features_of(tokens: &[Token], hits: &[Hit], decoded: bool) -> Vec<Features> {
    let facts = window::facts_of_text(tokens, decoded);
    window::windows(tokens, hits, facts).iter().map(|window| Features::of(tokens, hits, window)).collect()
}

/// The rules met anywhere in a text as it stands, whatever the score: for tests of single rules.
pub fn met(text: &str) -> Vec<&'static Rule> {
    let (_, hits) = window::read(text);
    let mut rules: Vec<&'static Rule> = Vec::new();
    for hit in hits {
        if !rules.iter().any(|rule| core::ptr::eq(*rule, hit.rule)) {
            rules.push(hit.rule);
        }
    }
    rules
}
