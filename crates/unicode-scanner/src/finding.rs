//! What a scan reports: the class, the place, and a preview in which nothing invisible survives.

use std::fmt::Write as _;
use std::ops::Range;

/// What kind of deception was found; its name is the rule id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Bidirectional controls that make a line read differently from what it is (Trojan Source, CVE-2021-42574).
    BidiControl,
    /// Tag characters (U+E0000 block) outside a subdivision flag.
    TagCharacters,
    /// Variation selectors without a base that takes them, or in a run that carries bytes.
    VariationSelectors,
    /// Zero-width characters where no script or emoji calls for them.
    ZeroWidth,
    /// Characters that show as nothing or as a blank: fillers, soft hyphens, invisible operators.
    InvisibleFiller,
    /// Runs of private-use characters, which no font draws.
    PrivateUse,
    /// C0 and C1 control characters.
    ControlCharacter,
    /// Terminal escape sequences that hide text, move it, or act on the terminal.
    TerminalEscape,
    /// Noncharacters, which no interchange allows.
    Noncharacter,
    /// Halves of surrogate pairs, which no text has; seen by the reader of the JSON and reported through it.
    LoneSurrogate,
    /// A word that mixes look-alike letters of another script with ASCII (UTS 39).
    LookAlikeWord,
    /// A host name made of look-alikes.
    LookAlikeDomain,
    /// Styled letters (fullwidth, mathematical, circled) that NFKC folds to plain ASCII words.
    StyledLetters,
    /// A space that is none for the compiler, beside an operator.
    OddSpace,
}

impl Class {
    /// Every class, in the order of the rule ids.
    pub const ALL: [Class; 14] = [
        Class::BidiControl,
        Class::TagCharacters,
        Class::VariationSelectors,
        Class::ZeroWidth,
        Class::InvisibleFiller,
        Class::PrivateUse,
        Class::ControlCharacter,
        Class::TerminalEscape,
        Class::Noncharacter,
        Class::LoneSurrogate,
        Class::LookAlikeWord,
        Class::LookAlikeDomain,
        Class::StyledLetters,
        Class::OddSpace,
    ];

    /// The rule id, as policy and ledger name it.
    pub const fn rule(self) -> &'static str {
        match self {
            Class::BidiControl => "bidi-control",
            Class::TagCharacters => "tag-characters",
            Class::VariationSelectors => "variation-selectors",
            Class::ZeroWidth => "zero-width",
            Class::InvisibleFiller => "invisible-filler",
            Class::PrivateUse => "private-use",
            Class::ControlCharacter => "control-character",
            Class::TerminalEscape => "terminal-escape",
            Class::Noncharacter => "noncharacter",
            Class::LoneSurrogate => "lone-surrogate",
            Class::LookAlikeWord => "look-alike-word",
            Class::LookAlikeDomain => "look-alike-domain",
            Class::StyledLetters => "styled-letters",
            Class::OddSpace => "odd-space",
        }
    }

    /// What was found, in plain words.
    pub const fn what(self) -> &'static str {
        match self {
            Class::BidiControl => "bidirectional controls that reorder what is shown",
            Class::TagCharacters => "invisible tag characters",
            Class::VariationSelectors => "variation selectors that select nothing",
            Class::ZeroWidth => "zero-width characters",
            Class::InvisibleFiller => "invisible filler characters",
            Class::PrivateUse => "a run of private-use characters",
            Class::ControlCharacter => "control characters",
            Class::TerminalEscape => "terminal escape sequences",
            Class::Noncharacter => "noncharacters",
            Class::LoneSurrogate => "a lone surrogate",
            Class::LookAlikeWord => "a word that mixes in look-alike letters of another script",
            Class::LookAlikeDomain => "a look-alike domain name",
            Class::StyledLetters => "styled letters that fold to plain words",
            Class::OddSpace => "an unusual space beside an operator",
        }
    }

    /// Whether a reader sees nothing, or not what is there: such characters are taken out of tool output.
    pub const fn is_invisible(self) -> bool {
        match self {
            Class::BidiControl
            | Class::TagCharacters
            | Class::VariationSelectors
            | Class::ZeroWidth
            | Class::InvisibleFiller
            | Class::PrivateUse
            | Class::ControlCharacter
            | Class::TerminalEscape
            | Class::Noncharacter => true,
            Class::LoneSurrogate
            | Class::LookAlikeWord
            | Class::LookAlikeDomain
            | Class::StyledLetters
            | Class::OddSpace => false,
        }
    }
}

/// How sure the scan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Unusual, and found in honest text: never reported, taken out together with what is suspicious.
    Note,
    /// Deceives where it stands; an honest text could hold it.
    Suspect,
    /// Occurs in no honest text.
    Stop,
}

/// One finding, safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub class: Class,
    pub weight: Weight,
    /// The first character of the span.
    pub code_point: char,
    /// How many characters the span holds.
    pub count: usize,
    /// One-based.
    pub line: usize,
    /// One-based, in characters.
    pub column: usize,
    /// In bytes of the scanned text.
    pub span: Range<usize>,
    /// The span and a few characters around it, everything beyond printable ASCII escaped.
    pub preview: String,
    /// What the invisible characters spell, or what the look-alikes read as; escaped, at most 160 characters.
    pub hidden: Option<String>,
}

/// A finding before anybody asks to see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) class: Class,
    pub(crate) weight: Weight,
    pub(crate) span: Range<usize>,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Mark {
    pub(crate) fn show(&self, text: &str) -> Finding {
        let inside = text.get(self.span.clone()).unwrap_or_default();
        let before: Vec<char> =
            text.get(..self.span.start).unwrap_or_default().chars().rev().take(12).collect();
        let before: String = before.into_iter().rev().collect();
        let after: String = text.get(self.span.end..).unwrap_or_default().chars().take(12).collect();
        Finding {
            class: self.class,
            weight: self.weight,
            code_point: inside.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER),
            count: inside.chars().count(),
            line: self.line,
            column: self.column,
            span: self.span.clone(),
            preview: escaped(&format!("{before}{}{after}", shortened(inside, 6))),
            hidden: crate::decode::hidden(self.class, inside).map(|found| escaped(&shortened(&found, 160))),
        }
    }
}

/// The text with everything but printable ASCII written as `\u{...}`, so that neither a terminal nor a model acts on it.
pub fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' '..='~' => shown.push(c),
            '\n' => shown.push_str("\\n"),
            '\t' => shown.push_str("\\t"),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    shown
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
