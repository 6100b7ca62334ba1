//! `echo` and `printf`.

use super::Made;
use crate::edit::shared;
use crate::escape::{self, Octal};
use crate::value::{Origin, Unknown, Value};

/// Rounds of `printf` over its arguments.
const MOST_ROUNDS: usize = 4_096;

pub(super) fn echo(arguments: &[Value]) -> Made {
    let mut rest = arguments;
    let (mut newline, mut escapes) = (true, false);
    while let Some((option, behind)) = rest.split_first() {
        let letters = option.text().strip_prefix('-').filter(|letters| !letters.is_empty());
        let Some(letters) = letters.filter(|letters| letters.chars().all(|c| "neE".contains(c))) else {
            break;
        };
        newline &= !letters.contains('n');
        escapes = letters.chars().rev().find(|c| *c != 'n').map_or(escapes, |last| last == 'e');
        rest = behind;
    }
    let mut output = super::super::builtin::joined(rest);
    if escapes {
        let decodes = spells_letters(output.text());
        let mut ended = false;
        output = output.map(|text| {
            let (text, stopped) = escape::expand(text, Octal::ZeroOnly);
            ended = stopped;
            text
        });
        newline &= !ended;
        if decodes {
            output.add_origin(Origin::Decoded(shared("echo")));
        }
    }
    if newline {
        output.push_text("\n");
    }
    Made::Output(output.quoted())
}

/// An escape in the text writes a letter or a digit: the text was encoded.
fn spells_letters(text: &str) -> bool {
    text.match_indices('\\').any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or("");
        let digits = |rest: &str, radix: u32, most: usize| {
            let digits: String = rest.chars().take(most).take_while(|c| c.is_digit(radix)).collect();
            u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32)
        };
        let letter = match rest.strip_prefix('x') {
            Some(hexadecimal) => digits(hexadecimal, 16, 2),
            None if rest.starts_with(|c: char| c.is_digit(8)) => {
                digits(rest, 8, if rest.starts_with('0') { 4 } else { 3 })
            }
            None => None,
        };
        letter.is_some_and(|letter| letter.is_ascii_alphanumeric())
    })
}

/// A width is four letters for thousands of blanks, so what is printed ends when it is longer than this.
pub(crate) const MOST_OUTPUT: usize = 64 * 1024;

/// What `printf FORMAT ARGUMENTS...` prints.
pub(crate) fn printf(arguments: &[Value]) -> Value {
    let Some((format, mut rest)) = arguments.split_first() else { return Value::default() };
    if format.holes().iter().any(|_| true) && format.text().is_empty() {
        return format.clone();
    }
    let mut output = Value::default().with_origins_of(format);
    if spells_letters(format.text()) {
        output.add_origin(Origin::Decoded(shared("printf")));
    }
    for hole in format.holes() {
        output.push_hole(hole.why.clone());
    }
    for _ in 0..MOST_ROUNDS {
        let before = rest.len();
        let goes_on = round(format.text(), &mut rest, &mut output);
        if !goes_on || rest.is_empty() || rest.len() == before || output.text().len() > MOST_OUTPUT {
            break;
        }
    }
    output.quoted()
}

/// Prints the format once; false when `\c` ended the output.
fn round(format: &str, rest: &mut &[Value], output: &mut Value) -> bool {
    let mut bytes = Vec::new();
    let mut chars = format.chars();
    while let Some(next) = chars.next() {
        match next {
            '\\' => {
                if chars.as_str().starts_with('c') {
                    flush(&mut bytes, output);
                    return false;
                }
                match chars.as_str().chars().next() {
                    Some(quote @ ('"' | '\'' | '?')) => {
                        chars.next();
                        bytes.extend_from_slice(quote.to_string().as_bytes());
                    }
                    _ => escape::simple(&mut chars, &mut bytes, Octal::Plain),
                }
            }
            '%' => {
                let (directive, length) = Directive::read(chars.as_str(), rest);
                chars = chars.as_str().get(length..).unwrap_or("").chars();
                if directive.kind == '%' {
                    bytes.push(b'%');
                    continue;
                }
                flush(&mut bytes, output);
                directive.print(rest, output);
                if output.text().len() > MOST_OUTPUT {
                    return false;
                }
            }
            other => bytes.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    flush(&mut bytes, output);
    true
}

fn flush(bytes: &mut Vec<u8>, output: &mut Value) {
    output.push_text(&escape::into_text(std::mem::take(bytes)));
}

/// `%-10.3s`, taken apart.
struct Directive {
    kind: char,
    left: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

impl Directive {
    /// The directive at the start of `text` and its length; `*` takes its number from the arguments.
    fn read(text: &str, rest: &mut &[Value]) -> (Self, usize) {
        let mut directive = Directive { kind: '%', left: false, zero: false, width: 0, precision: None };
        let mut at = 0;
        let mut number = |at: &mut usize, text: &str| {
            if text.get(*at..).is_some_and(|text| text.starts_with('*')) {
                *at += 1;
                let first = take(rest);
                return first.text().parse::<usize>().unwrap_or(0).min(4096);
            }
            let digits: String =
                text.get(*at..).unwrap_or("").chars().take_while(char::is_ascii_digit).collect();
            *at += digits.len();
            digits.parse::<usize>().unwrap_or(0).min(4096)
        };
        while let Some(flag) =
            text.get(at..).and_then(|text| text.chars().next()).filter(|c| "-+ #0".contains(*c))
        {
            directive.left |= flag == '-';
            directive.zero |= flag == '0';
            at += 1;
        }
        directive.width = number(&mut at, text);
        if text.get(at..).is_some_and(|text| text.starts_with('.')) {
            at += 1;
            directive.precision = Some(number(&mut at, text));
        }
        if text.get(at..).is_some_and(|text| text.starts_with('(')) {
            at += text.get(at..).and_then(|text| text.find(')')).map_or(0, |end| end + 1);
        }
        while let Some(size) =
            text.get(at..).and_then(|text| text.chars().next()).filter(|c| "hlLqjzt".contains(*c))
        {
            if size == 'q' {
                break;
            }
            at += 1;
        }
        if let Some(kind) = text.get(at..).and_then(|text| text.chars().next()) {
            directive.kind = kind;
            at += kind.len_utf8();
        }
        (directive, at)
    }

    fn print(&self, rest: &mut &[Value], output: &mut Value) {
        if self.kind == 'T' {
            take(rest);
            output.push_hole(Unknown::Computed);
            return;
        }
        let argument = take(rest);
        output.add_origins(argument.origins());
        if !argument.holes().is_empty() && !matches!(self.kind, 's' | 'b' | 'q') {
            output.push_hole(Unknown::Computed);
            return;
        }
        let text = argument.text();
        let made = match self.kind {
            's' | 'q' if self.width == 0 && self.precision.is_none() => {
                output.append(&argument.quoted());
                return;
            }
            's' | 'q' => self.shortened(text),
            'b' => {
                if spells_letters(text) {
                    output.add_origin(Origin::Decoded(shared("printf")));
                }
                let expanded = argument.map(|text| escape::expand(text, Octal::Zero).0);
                output.append(&expanded);
                return;
            }
            'c' => text.chars().take(1).collect(),
            'd' | 'i' | 'u' => number(text).map(|number| number.to_string()).unwrap_or_default(),
            'o' => number(text).map(|number| format!("{number:o}")).unwrap_or_default(),
            'x' => number(text).map(|number| format!("{number:x}")).unwrap_or_default(),
            'X' => number(text).map(|number| format!("{number:X}")).unwrap_or_default(),
            _ => text.to_owned(),
        };
        output.push_text(&self.padded(&made));
    }

    fn shortened(&self, text: &str) -> String {
        match self.precision {
            Some(most) => text.chars().take(most).collect(),
            None => text.to_owned(),
        }
    }

    fn padded(&self, text: &str) -> String {
        let width = self.width.max(if self.kind == 's' { 0 } else { self.precision.unwrap_or(0) });
        let zero = self.zero || self.kind != 's' && self.precision.is_some();
        match (self.left, zero) {
            (true, _) => format!("{text:<width$}"),
            (false, true) => format!("{text:0>width$}"),
            (false, false) => format!("{text:>width$}"),
        }
    }
}

fn take(rest: &mut &[Value]) -> Value {
    match rest.split_first() {
        Some((first, behind)) => {
            *rest = behind;
            first.clone()
        }
        None => Value::default(),
    }
}

/// A number as `printf %d` reads it; `'x` is the code of a character.
fn number(text: &str) -> Option<i64> {
    let text = text.trim_start();
    // The character behind the quote may itself be blank.
    if let Some(quoted) = text.strip_prefix(['\'', '"']) {
        return quoted.chars().next().map(|c| i64::from(u32::from(c)));
    }
    let text = text.trim_end();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let value = if let Some(digits) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        i64::from_str_radix(digits, 16).ok()
    } else if digits.len() > 1 && digits.starts_with('0') {
        i64::from_str_radix(digits, 8).ok()
    } else if digits.is_empty() {
        Some(0)
    } else {
        digits.parse().ok()
    };
    value.map(|value| value * sign)
}
