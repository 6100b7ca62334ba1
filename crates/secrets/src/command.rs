//! Passwords on the command lines of programs that take them by a flag of one letter, or in a fixed place.

use std::ops::Range;

use crate::assign::{self, Site};
use crate::class::SPACE;
use crate::{placeholder, shape};

/// A program and how it takes a password.
struct Program {
    name: &'static [u8],
    takes: Takes,
}

enum Takes {
    /// `-p v`, or `-pv` as well.
    Flag(&'static [u8]),
    /// `-pv` only: with a blank between the word is another argument.
    Joined(&'static [u8]),
    /// The word at this place after the program's name, flags not counted.
    Place(usize),
}

#[rustfmt::skip] // A row is a line.
const PROGRAMS: &[Program] = &[
    Program { name: b"sshpass ", takes: Takes::Flag(b" -p") },
    Program { name: b"mysql ", takes: Takes::Joined(b" -p") },
    Program { name: b"mysqldump ", takes: Takes::Joined(b" -p") },
    Program { name: b"mysqladmin ", takes: Takes::Joined(b" -p") },
    Program { name: b"mariadb ", takes: Takes::Joined(b" -p") },
    Program { name: b"docker login", takes: Takes::Flag(b" -p") },
    Program { name: b"podman login", takes: Takes::Flag(b" -p") },
    Program { name: b"skopeo login", takes: Takes::Flag(b" -p") },
    Program { name: b"redis-cli ", takes: Takes::Flag(b" -a") },
    Program { name: b"mongo ", takes: Takes::Flag(b" -p") },
    Program { name: b"mongosh ", takes: Takes::Flag(b" -p") },
    Program { name: b"mongodump ", takes: Takes::Flag(b" -p") },
    Program { name: b"mongorestore ", takes: Takes::Flag(b" -p") },
    Program { name: b"ldapsearch ", takes: Takes::Flag(b" -w") },
    Program { name: b"ldapmodify ", takes: Takes::Flag(b" -w") },
    Program { name: b"ldapadd ", takes: Takes::Flag(b" -w") },
    Program { name: b"az login", takes: Takes::Flag(b" -p") },
    Program { name: b"sqlcmd ", takes: Takes::Flag(b" -P") },
    Program { name: b"snmpwalk ", takes: Takes::Flag(b" -A") },
    Program { name: b"cqlsh ", takes: Takes::Flag(b" -p") },
    Program { name: b"openssl enc", takes: Takes::Flag(b" -k") },
    Program { name: b"smbclient ", takes: Takes::Flag(b"%") },
    Program { name: b"xfreerdp ", takes: Takes::Flag(b" /p:") },
    Program { name: b"cmdkey ", takes: Takes::Flag(b" /pass:") },
    Program { name: b"htpasswd ", takes: Takes::Place(2) },
    Program { name: b"net user ", takes: Takes::Place(1) },
    Program { name: b"vault login", takes: Takes::Place(0) },
];

/// The password on the command line of the program whose name stands at `at`.
pub(crate) fn password(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let name = text.get(at..at + length)?;
    let stands_alone = at == 0 || text.get(at - 1).is_none_or(|before| !before.is_ascii_alphanumeric());
    let program = PROGRAMS.iter().find(|program| program.name == name).filter(|_| stands_alone)?;
    let from = at + length - usize::from(name.ends_with(b" "));
    let line = text.get(from..text.len().min(from + 400))?.split(|byte| *byte == b'\n').next()?;
    let start = from
        + match program.takes {
            Takes::Flag(flag) => after_flag(line, flag)?,
            Takes::Joined(flag) => {
                after_flag(line, flag).filter(|start| line.get(start - 1) != Some(&b' '))?
            }
            Takes::Place(place) => word_at(line, place)?,
        };
    let quote = text.get(start).copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let site = Site { start: start + usize::from(quote.is_some()), quote, listed: false, paired: false };
    let span = if quote.is_some() { assign::whole_value(text, site)? } else { bare_word(text, start) };
    is_password(text.get(span.clone())?).then_some(span)
}

fn after_flag(line: &[u8], flag: &[u8]) -> Option<usize> {
    let found = byte_search::first(line, flag)? + flag.len();
    let blanks = line.get(found..)?.iter().take(2).take_while(|byte| matches!(byte, b' ' | b'=')).count();
    Some(found + blanks)
}

/// Where the word begins that has `place` others before it.
fn word_at(line: &[u8], place: usize) -> Option<usize> {
    let mut seen = 0;
    let mut at = 0;
    while at < line.len() {
        let blanks = line.get(at..)?.iter().take_while(|byte| SPACE.has(**byte)).count();
        at += blanks;
        let length = line.get(at..)?.iter().take_while(|byte| !SPACE.has(**byte)).count();
        let is_flag = line.get(at).is_some_and(|first| matches!(first, b'-' | b'/'));
        if !is_flag && length > 0 {
            if seen == place {
                return Some(at);
            }
            seen += 1;
        }
        at += length;
    }
    None
}

fn bare_word(text: &[u8], start: usize) -> Range<usize> {
    let ends = |byte: &u8| {
        SPACE.has(*byte) || matches!(byte, b'"' | b'\'' | b'`' | b';' | b'|' | b')' | b'<' | b'>')
    };
    let length =
        text.get(start..).unwrap_or_default().iter().take(200).take_while(|byte| !ends(byte)).count();
    start..start + length
}

/// A digit and letters, or marks among letters: `-p example` in a manual is neither.
pub(crate) fn is_password(value: &[u8]) -> bool {
    let letters = value.iter().any(u8::is_ascii_alphabetic);
    let others = value
        .iter()
        .any(|byte| byte.is_ascii_digit() || matches!(byte, b'!' | b'@' | b'#' | b'^' | b'&' | b'?'));
    value.len() >= 6
        && letters
        && others
        && !value.iter().any(|byte| *byte == b' ' || !byte.is_ascii())
        && !shape::is_code(value, false)
        && !shape::is_made_of_words(value)
        && !placeholder::is_placeholder(value)
}
