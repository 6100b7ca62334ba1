//! Words in which letters of another script, or styled letters, stand for ASCII ones (UTS 39, NFKC).

use crate::decode::read_as;
use crate::facts::Facts;
use crate::finding::{Class, Mark, Weight};
use crate::line::{Kind, Line};
use crate::property::{self, Group, is_part};

/// Styled letters and words from which on a text is written in them, and not only decorated.
const STYLED_LETTERS: usize = 8;
const STYLED_WORDS: usize = 2;
/// Fewer styled letters are a symbol or an ordinal (𝒪, ℝ, 2ⁿᵈ).
const SHORTEST_STYLED: usize = 3;
/// Longer words are not looked up elsewhere in the text.
const LONGEST_WORD: usize = 64;

/// Names that run something or let somebody in: a styled or foreign letter in one of them is no accident.
const KEYWORDS: [&str; 34] = [
    "admin",
    "bash",
    "chmod",
    "const",
    "curl",
    "def",
    "else",
    "eval",
    "exec",
    "export",
    "false",
    "function",
    "import",
    "instructions",
    "open",
    "os",
    "password",
    "paypal",
    "previous",
    "require",
    "return",
    "root",
    "secret",
    "self",
    "sudo",
    "subprocess",
    "system",
    "this",
    "token",
    "true",
    "user",
    "wget",
    "ignore",
    "node",
];

/// What the letters of a word are.
#[derive(Default)]
struct Makeup {
    letters: usize,
    ascii: usize,
    twins: usize,
    near: usize,
    styled: usize,
}

pub(crate) fn scan(line: &Line<'_>, facts: &Facts<'_>, marks: &mut Vec<Mark>) {
    let mut index = 0;
    while let Some(c) = line.at(index) {
        if !is_part(c) {
            index += 1;
            continue;
        }
        let mut end = index + 1;
        while line.at(end).is_some_and(is_part) {
            end += 1;
        }
        let from = index + usize::from(is_format_letter(line, index, end));
        if let Some((class, weight)) = judge(line, facts, from, end) {
            marks.push(line.mark(class, weight, from, end));
        }
        index = end;
    }
}

/// One styled word is decoration; several on their own are a text that no filter reads.
pub(crate) fn weigh_styled(marks: &mut [Mark], text: &str) {
    let styled = |mark: &Mark| mark.class == Class::StyledLetters && mark.weight == Weight::Note;
    let words: Vec<usize> = marks
        .iter()
        .filter(|mark| styled(mark))
        .filter_map(|mark| text.get(mark.span.clone()))
        .map(|word| word.chars().filter(|c| property::fold(*c).is_some()).count())
        .filter(|letters| *letters >= SHORTEST_STYLED)
        .collect();
    if words.len() >= STYLED_WORDS && words.iter().sum::<usize>() >= STYLED_LETTERS {
        marks.iter_mut().filter(|mark| styled(mark)).for_each(|mark| mark.weight = Weight::Suspect);
    }
}

/// The letter of `%s`, `%(name)d` and `\n` belongs to the format and not to the word behind it.
fn is_format_letter(line: &Line<'_>, from: usize, end: usize) -> bool {
    let next_is_foreign = from + 1 < end && line.at(from + 1).is_some_and(|c| !c.is_ascii());
    let letter =
        line.at(from).is_some_and(|c| matches!(c, 'b' | 'd' | 'f' | 'i' | 'n' | 'r' | 's' | 't' | 'u'));
    letter && next_is_foreign && matches!(line.before(from), Some('%' | ')' | '\\'))
}

fn judge(line: &Line<'_>, facts: &Facts<'_>, from: usize, end: usize) -> Option<(Class, Weight)> {
    let word = line.characters.get(from..end)?;
    if word.iter().all(|(_, c)| c.is_ascii()) {
        return None;
    }
    let makeup = makeup(word)?;
    if makeup.styled > 0 {
        return judge_styled(line, facts, from, word, &makeup).map(|weight| (Class::StyledLetters, weight));
    }
    judge_foreign(line, facts, from, word, &makeup).map(|weight| (Class::LookAlikeWord, weight))
}

/// `None` where a letter stands for no ASCII letter: the word is what it seems.
fn makeup(word: &[(usize, char)]) -> Option<Makeup> {
    let mut makeup = Makeup::default();
    for (_, c) in word {
        if c.is_ascii() {
            makeup.ascii += usize::from(c.is_ascii_alphabetic());
        } else if property::twin(*c).is_some() {
            makeup.twins += 1;
        } else if property::near_twin(*c).is_some() {
            makeup.near += 1;
        } else if property::fold(*c).is_some() {
            makeup.styled += 1;
        } else if c.is_alphabetic() {
            return None;
        }
    }
    makeup.letters = makeup.ascii + makeup.twins + makeup.near + makeup.styled;
    Some(makeup)
}

fn judge_foreign(
    line: &Line<'_>,
    facts: &Facts<'_>,
    from: usize,
    word: &[(usize, char)],
    makeup: &Makeup,
) -> Option<Weight> {
    if makeup.ascii > 0 && makeup.twins > 0 && makeup.near == 0 {
        let short = makeup.letters < 3 && !line.is_meant(from);
        return (!short).then_some(Weight::Suspect);
    }
    if makeup.twins + makeup.near == 0 {
        return None;
    }
    if makeup.ascii > 0 {
        // Cherokee, Lisu, Coptic and their like share no word with Latin letters.
        let exotic =
            |c: char| c.is_ascii() || (property::group(c) == Some(Group::Alphabetic) && !is_armenian(c));
        if makeup.twins == 0 && makeup.letters >= 3 && word.iter().all(|(_, c)| exotic(*c)) {
            return Some(Weight::Suspect);
        }
        // Phonetic letters also write languages; in code they write nothing.
        let phonetic = word.iter().any(|(_, c)| !c.is_ascii() && property::group(*c) == Some(Group::Latin));
        let known = makeup.letters >= 4 && (!phonetic || line.looks_like_code()) && is_known(facts, word);
        return known.then_some(Weight::Suspect);
    }
    // Nothing but twins: a word of that script where the script is in use, a disguise where it is not.
    let script = word.iter().find_map(|(_, c)| property::group(*c));
    let alone = !facts.has_letters_of_its_own();
    if makeup.letters < 3 && !line.is_meant(from) {
        return None;
    }
    let disguise = match script {
        Some(Group::Cyrillic) if makeup.near == 0 => {
            alone || (makeup.letters >= 4 && line.is_code(from) && is_known(facts, word))
        }
        Some(_) => makeup.letters >= 4 && alone && is_known(facts, word),
        None => false,
    };
    disguise.then_some(Weight::Suspect)
}

fn is_armenian(c: char) -> bool {
    matches!(c, '\u{530}'..='\u{58F}')
}

fn judge_styled(
    line: &Line<'_>,
    facts: &Facts<'_>,
    from: usize,
    word: &[(usize, char)],
    makeup: &Makeup,
) -> Option<Weight> {
    if makeup.ascii > 0 && makeup.styled < SHORTEST_STYLED {
        let fullwidth = word.iter().any(|(_, c)| matches!(c, '\u{FF21}'..='\u{FF5A}')) && line.is_meant(from);
        let known = line.looks_like_code() && makeup.letters >= 4 && is_known(facts, word);
        return ((line.kind == Kind::Command && line.is_code(from)) || fullwidth || known)
            .then_some(Weight::Suspect);
    }
    // Fullwidth letters are at home among ideographs.
    if line.has_east_asian() {
        return None;
    }
    let known = line.is_meant(from) && makeup.letters >= 4 && is_known(facts, word);
    Some(if known { Weight::Suspect } else { Weight::Note })
}

/// Whether the word, read as ASCII, is one that the text uses, or one that matters anywhere.
fn is_known(facts: &Facts<'_>, word: &[(usize, char)]) -> bool {
    if word.len() > LONGEST_WORD {
        return false;
    }
    let word: String = word.iter().map(|(_, c)| *c).collect();
    let read = read_as(&word);
    KEYWORDS.iter().any(|keyword| read.eq_ignore_ascii_case(keyword)) || facts.has_word(&read)
}
