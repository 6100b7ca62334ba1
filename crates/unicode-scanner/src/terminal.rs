//! Control characters and terminal escape sequences (ECMA-48): what a log is full of, and what acts or hides.

use crate::facts::Facts;
use crate::finding::{Class, Mark, Weight};
use crate::line::{Kind, Line, Place};

const ESCAPE: char = '\u{1B}';
const BELL: char = '\u{7}';

pub(crate) fn scan(line: &Line<'_>, facts: &Facts<'_>, marks: &mut Vec<Mark>) {
    let escapes = line.text.contains(ESCAPE);
    let mut index = 0;
    while let Some(c) = line.at(index) {
        let next = match c {
            ESCAPE => escape(line, facts, index, marks),
            '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' => control(line, facts, index, escapes, marks),
            _ => index + 1,
        };
        index = next.max(index + 1);
    }
}

/// Judges one control character; gives the index behind it.
fn control(line: &Line<'_>, facts: &Facts<'_>, at: usize, escapes: bool, marks: &mut Vec<Mark>) -> usize {
    let Some(c) = line.at(at) else { return at };
    if matches!(c, '\t' | '\r' | '\u{C}' | '\u{85}') {
        return at + 1;
    }
    let quoted = line.looks_like_code() && matches!(line.place(at), Place::Literal | Place::Sentence);
    let weight = match c {
        '\u{80}'..='\u{9F}' if facts.is_binary() || is_mojibake(line, at) => Weight::Note,
        // The one-byte forms of CSI, OSC, DCS, SOS, PM and APC start a sequence in an 8-bit terminal.
        '\u{90}' | '\u{98}' | '\u{9B}' | '\u{9D}'..='\u{9F}' => {
            marks.push(line.mark(Class::TerminalEscape, Weight::Suspect, at, at + 1));
            return at + 1;
        }
        '\u{80}'..='\u{9F}' => Weight::Note,
        _ if quoted => Weight::Suspect,
        // A shell drops it, a compiler may stop at it, a person sees neither.
        '\u{0}' if matches!(line.kind, Kind::Code | Kind::Command | Kind::Path) => Weight::Suspect,
        _ if facts.is_binary() || line.kind == Kind::Output => Weight::Note,
        '\u{8}' | '\u{7F}' if is_overstrike(line, at) => Weight::Note,
        // A character taken back is read by a program and not by a person; shifts change the alphabet.
        '\u{8}' | '\u{7F}' | '\u{E}' | '\u{F}' => Weight::Suspect,
        BELL if escapes => Weight::Suspect,
        _ => Weight::Note,
    };
    let mut end = at + 1;
    while line.at(end) == Some(c) {
        end += 1;
    }
    marks.push(line.mark(Class::ControlCharacter, weight, at, end));
    end
}

/// UTF-8 read as Latin-1: a C1 control behind an accented letter or another such control.
fn is_mojibake(line: &Line<'_>, at: usize) -> bool {
    matches!(line.before(at), Some('\u{80}'..='\u{9F}' | '\u{C2}'..='\u{F4}'))
}

/// Bold and underline of a manual page: the letter, a backspace, and the letter or an underscore again.
fn is_overstrike(line: &Line<'_>, at: usize) -> bool {
    match (line.before(at), line.at(at + 1)) {
        (Some(before), Some(after)) => before == after || before == '_' || after == '_',
        _ => false,
    }
}

/// Judges one escape sequence; gives the index behind it.
fn escape(line: &Line<'_>, facts: &Facts<'_>, at: usize, marks: &mut Vec<Mark>) -> usize {
    let (end, weight) = match line.at(at + 1) {
        Some('[') => control_sequence(line, at),
        Some(']') => system_command(line, at),
        // Device control, privacy and application strings: answered by the terminal, invisible to the reader.
        Some('P' | 'X' | '^' | '_') => {
            (string_end(line, at + 2).map_or(at + 2, |(_, end)| end), Some(Weight::Suspect))
        }
        Some('(' | ')' | '*' | '+') => (at + 3, Some(Weight::Note)),
        Some('7' | '8' | '=' | '>' | 'M' | 'D' | 'E' | 'H' | 'N' | 'O' | '\\') => {
            (at + 2, Some(Weight::Note))
        }
        Some('c') if line.kind != Kind::Output => (at + 2, Some(Weight::Suspect)),
        _ if line.looks_like_code() && line.place(at) != Place::Comment => (at + 1, Some(Weight::Suspect)),
        _ => (at + 1, Some(Weight::Note)),
    };
    let end = end.min(line.characters.len());
    if let Some(weight) = weight {
        let weight = if facts.is_binary() && !line.looks_like_code() { Weight::Note } else { weight };
        marks.push(line.mark(Class::TerminalEscape, weight, at, end));
    }
    end
}

/// CSI: parameters, intermediates, one final character.
fn control_sequence(line: &Line<'_>, at: usize) -> (usize, Option<Weight>) {
    let mut end = at + 2;
    while line.at(end).is_some_and(|c| matches!(c, ' '..='?')) {
        end += 1;
    }
    let parameters: String = (at + 2..end).filter_map(|index| line.at(index)).collect();
    let weight = match line.at(end) {
        // A terminal's description writes parameters as `%d`: a template, and no sequence yet.
        Some(_) if parameters.contains('%') => Some(Weight::Note),
        Some('m') => conceals(&parameters).then_some(Weight::Suspect),
        // Erasing to the end of the line closes every colour of GCC and grep.
        Some('K') if matches!(parameters.as_str(), "" | "0") => Some(Weight::Note),
        // Text drawn over other text is read by a program and not by a person.
        Some('A'..='H' | 'J' | 'K' | 'S' | 'T' | 'X' | 'd' | 'f' | 's' | 'u')
            if line.kind != Kind::Output =>
        {
            Some(Weight::Suspect)
        }
        // The other screen covers what stood there before.
        Some('h' | 'l')
            if line.kind != Kind::Output && matches!(parameters.as_str(), "?47" | "?1047" | "?1049") =>
        {
            Some(Weight::Suspect)
        }
        // Reports are answered into the command line, as if the user had typed them.
        Some('n' | 'c' | 't' | 'p' | 'q') if line.kind != Kind::Output => Some(Weight::Suspect),
        Some('@'..='~') => Some(Weight::Note),
        _ => return (end, Some(Weight::Suspect)),
    };
    (end + 1, weight)
}

/// SGR 8 hides text, and so does one colour for text and ground. An 8 inside an extended colour (`38;5;8`) is a colour.
fn conceals(parameters: &str) -> bool {
    let mut values = parameters.split([';', ':']);
    let (mut text, mut ground) = (None, None);
    while let Some(value) = values.next() {
        let number = value.parse().unwrap_or(0_u32);
        match number {
            8 => return true,
            38 | 48 | 58 => {
                let length = match values.next() {
                    Some("5") => 1,
                    Some("2") => 3,
                    _ => 0,
                };
                let colour: Vec<&str> = values.by_ref().take(length).collect();
                match number {
                    38 => text = Some(colour.join(";")),
                    48 => ground = Some(colour.join(";")),
                    _ => {}
                }
            }
            30..=37 => text = Some((number - 30).to_string()),
            40..=47 => ground = Some((number - 40).to_string()),
            _ => {}
        }
    }
    text.is_some() && text == ground
}

/// OSC: a number, text, and BEL or ESC \ at the end.
fn system_command(line: &Line<'_>, at: usize) -> (usize, Option<Weight>) {
    let Some((text, end)) = string_end(line, at + 2) else { return (at + 2, Some(Weight::Suspect)) };
    let weight = match text.split(';').next() {
        Some("8") if shows_another_host(line, &text, end) => Weight::Suspect,
        Some("8") => Weight::Note,
        // Writes the clipboard, or files.
        Some("52" | "50" | "5522") => Weight::Suspect,
        Some("1337") if text.contains("File=") || text.contains("Copy") => Weight::Suspect,
        _ if line.kind == Kind::Output => Weight::Note,
        Some("7" | "9" | "133" | "633") => Weight::Note,
        _ => Weight::Suspect,
    };
    (end, Some(weight))
}

fn string_end(line: &Line<'_>, from: usize) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut index = from;
    loop {
        match line.at(index)? {
            BELL | '\u{9C}' => return Some((text, index + 1)),
            ESCAPE if line.at(index + 1) == Some('\\') => return Some((text, index + 2)),
            ESCAPE => return None,
            c => text.push(c),
        }
        index += 1;
    }
}

/// A hyperlink whose visible text is an address of another host than the one it leads to.
fn shows_another_host(line: &Line<'_>, command: &str, from: usize) -> bool {
    let target = command.splitn(3, ';').nth(2).unwrap_or_default();
    let shown: String = (from..).map_while(|index| line.at(index)).take_while(|c| *c != ESCAPE).collect();
    let host = |address: &str| {
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
        rest.split(['/', '?', '#', ' ']).next().unwrap_or_default().to_ascii_lowercase()
    };
    let looks_like_host = host(&shown).contains('.') && !shown.trim().contains(' ') && shown.contains("://");
    looks_like_host && !target.is_empty() && host(&shown) != host(target)
}
