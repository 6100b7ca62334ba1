//! The generator of `src/tables.rs`, and the test that holds the file fresh: `UPDATE_TABLES=1 cargo test -p
//! unicode-scanner --test tables` rewrites it.
//!
//! Properties come from the Unicode tables of `regex-syntax`, compatibility forms from `unicode-normalization`,
//! look-alikes (UTS 39) from `unicode-security`, variation sequences from `data/variation-sequences.txt`.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads and writes the checked-in table"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use regex_syntax::hir::{Class, HirKind};
use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;

/// What a character is to its neighbours: the first row that holds a character wins.
const GROUPS: &[(&str, &str)] = &[
    ("Mark", r"[\p{M}--\p{Variation_Selector}]&&[\p{sc=Inherited}\p{sc=Common}]"),
    ("Pictographic", r"\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}"),
    ("Ideograph", r"\p{Ideographic}|\p{sc=Han}"),
    ("Jamo", r"\x{1100}-\x{1112}\x{1161}-\x{11FF}\x{A960}-\x{A97F}\x{D7B0}-\x{D7FF}"),
    ("EastAsian", r"\p{sc=Hiragana}|\p{sc=Katakana}|\p{sc=Hangul}|\p{sc=Bopomofo}|\x{3001}-\x{303F}"),
    (
        "Joining",
        r"\p{sc=Arabic}|\p{sc=Syriac}|\p{sc=Mandaic}|\p{sc=Nko}|\p{sc=Adlam}|\p{sc=Hanifi_Rohingya}|\p{sc=Sogdian}|\p{sc=Manichaean}|\p{sc=Psalter_Pahlavi}|\p{sc=Old_Uyghur}|\p{sc=Chorasmian}",
    ),
    ("RightToLeft", r"\p{sc=Hebrew}|\p{sc=Thaana}|\p{sc=Samaritan}|\p{sc=Yezidi}|\x{7C0}-\x{8FF}"),
    ("Mongolian", r"\p{sc=Mongolian}|\p{sc=Phags_Pa}"),
    (
        "SoutheastAsian",
        r"\p{sc=Khmer}|\p{sc=Myanmar}|\p{sc=Thai}|\p{sc=Lao}|\p{sc=Javanese}|\p{sc=Balinese}|\p{sc=Tibetan}|\p{sc=Tai_Tham}|\p{sc=Tai_Le}|\p{sc=New_Tai_Lue}|\p{sc=Tai_Viet}|\p{sc=Cham}|\p{sc=Sundanese}|\p{sc=Buginese}|\p{sc=Batak}|\p{sc=Rejang}|\p{sc=Kayah_Li}|\p{sc=Makasar}|\p{sc=Tagalog}|\p{sc=Hanunoo}|\p{sc=Buhid}|\p{sc=Tagbanwa}|\p{sc=Ahom}|\p{sc=Chakma}|\p{sc=Kawi}",
    ),
    (
        "Indic",
        r"\p{sc=Devanagari}|\p{sc=Bengali}|\p{sc=Gurmukhi}|\p{sc=Gujarati}|\p{sc=Oriya}|\p{sc=Tamil}|\p{sc=Telugu}|\p{sc=Kannada}|\p{sc=Malayalam}|\p{sc=Sinhala}|\p{sc=Limbu}|\p{sc=Lepcha}|\p{sc=Saurashtra}|\p{sc=Syloti_Nagri}|\p{sc=Meetei_Mayek}|\p{sc=Kaithi}|\p{sc=Sharada}|\p{sc=Grantha}|\p{sc=Newa}|\p{sc=Tirhuta}|\p{sc=Siddham}|\p{sc=Modi}|\p{sc=Takri}|\p{sc=Dogra}|\p{sc=Brahmi}|\p{sc=Kharoshthi}|\p{sc=Bhaiksuki}|\p{sc=Nandinagari}|\p{sc=Khojki}|\p{sc=Khudawadi}|\p{sc=Mahajani}|\p{sc=Multani}|\p{sc=Zanabazar_Square}|\p{sc=Soyombo}|\p{sc=Marchen}|\p{sc=Masaram_Gondi}|\p{sc=Gunjala_Gondi}|\p{sc=Dives_Akuru}|\p{sc=Tulu_Tigalari}|\x{1CD0}-\x{1CFA}|\x{A830}-\x{A83F}",
    ),
    ("Braille", r"\x{2801}-\x{28FF}"),
    ("Notation", r"\x{1D100}-\x{1D172}\x{1D17B}-\x{1D1FF}\x{1BC00}-\x{1BC9F}\p{sc=Egyptian_Hieroglyphs}"),
    ("Latin", r"[\p{sc=Latin}&&\p{L}]"),
    ("Cyrillic", r"\p{sc=Cyrillic}"),
    ("Greek", r"\p{sc=Greek}"),
    ("Alphabetic", r"\p{L}"),
    ("Digit", r"\p{N}"),
];

/// What calls for a second look: the first row that holds a character wins.
const SORTS: &[(&str, &str)] = &[
    ("Control", r"[\p{Cc}--\t\r\n]"),
    ("Tag", r"\x{E0000}-\x{E007F}"),
    ("Selector", r"\p{Variation_Selector}"),
    ("Operator", r"\x{2061}-\x{2064}"),
    ("Joiner", r"\x{200C}\x{200D}"),
    ("Space", r"[\p{Zs}-- ]|\x{2028}\x{2029}"),
    ("ByteOrderMark", r"\x{FEFF}"),
    ("SoftHyphen", r"\x{AD}"),
    ("BidiMark", r"\x{200E}\x{200F}\x{61C}"),
    ("BidiControl", r"[\p{Bidi_Control}--\x{200E}\x{200F}\x{61C}]"),
    ("Filler", r"\x{115F}\x{1160}\x{3164}\x{FFA0}"),
    ("BrailleBlank", r"\x{2800}"),
    (
        "Ignorable",
        r"[\p{Default_Ignorable_Code_Point}\x{FFF0}-\x{FFFB}]|[\p{Cf}--\p{Prepended_Concatenation_Mark}]",
    ),
    ("PrivateUse", r"\p{Co}"),
    ("Noncharacter", r"\p{Noncharacter_Code_Point}"),
];

/// Scripts whose letters pass for ASCII letters in running text. Right-to-left, Brahmic and East Asian scripts are
/// left out: there a single stroke is "confusable" with `l` by UTS 39, and real words are made of it.
const TWIN_SCRIPTS: &str = r"\p{sc=Cyrillic}|\p{sc=Greek}|\p{sc=Armenian}|\p{sc=Cherokee}|\p{sc=Coptic}|\p{sc=Lisu}|\p{sc=Deseret}|\p{sc=Osage}|\p{sc=Gothic}|\p{sc=Old_Italic}|\p{sc=Canadian_Aboriginal}|\p{sc=Tifinagh}|\p{sc=Latin}";

#[test]
fn the_tables_are_what_the_generator_writes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tables.rs");
    let fresh = tables();
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap();
    assert!(
        stored == fresh,
        "src/tables.rs is stale: UPDATE_TABLES=1 cargo test -p unicode-scanner --test tables"
    );
}

#[test]
fn the_sequence_data_is_the_whole_of_it() {
    let bases = variation_bases();
    assert!(bases.contains(&0x2764), "the heart takes the emoji selector");
    assert!(bases.contains(&0x1000), "a Myanmar letter takes a dotted form");
    assert!(!bases.contains(&u32::from('a')), "a Latin letter takes none");
}

fn tables() -> String {
    let mut text = String::from(
        "//! Unicode properties, as ranges. Generated by tests/tables.rs from the Unicode Character Database; do not edit.\n\n\
         use crate::property::{Group, Sort};\n\n",
    );
    let high = |rows| assign(rows).split_off(&TABLED);
    ranges(
        &mut text,
        "What a character from U+20000 is to its neighbours.",
        "GROUPS",
        "Group",
        &high(GROUPS),
    );
    ranges(&mut text, "What calls for a second look from U+20000.", "SORTS", "Sort", &high(SORTS));
    let bases = variation_bases().into_iter().map(|base| (base, String::new())).collect();
    ranges(
        &mut text,
        "Characters that a basic variation selector may follow.",
        "VARIATION_BASES",
        "",
        &bases,
    );
    letters(&mut text, "Letters drawn like an ASCII letter of the same case.", "TWINS", &twins(true));
    letters(&mut text, "Letters that pass for an ASCII letter at a glance.", "NEAR_TWINS", &twins(false));
    letters(&mut text, "Styled letters that NFKC folds to one ASCII letter.", "FOLDS", &folds());
    traits(&mut text);
    text
}

/// Below this, what is known of a character stands in `BLOCKS`; beyond it are ideographs, tags and private planes.
const TABLED: u32 = 0x2_0000;
const BLOCK: usize = 64;

/// The same properties again, a number for each character of the first two planes: one load instead of a search.
fn traits(text: &mut String) {
    let names = |rows: &[(&str, &str)], of: &str| -> String {
        rows.iter().map(|(name, _)| format!(", Some({of}::{name})")).collect::<Vec<_>>().concat()
    };
    for (about, name, of, rows) in [
        ("A number in `BLOCKS` to its sort.", "SORT_OF", "Sort", SORTS),
        ("A number in `BLOCKS` to its group.", "GROUP_OF", "Group", GROUPS),
    ] {
        let count = rows.len() + 1;
        let _ = writeln!(
            text,
            "/// {about}\npub(crate) const {name}: [Option<{of}>; {count}] = [None{}];\n",
            names(rows, of)
        );
    }
    let numbers = numbers();
    let mut blocks: Vec<&[u16]> = Vec::new();
    let mut index: Vec<usize> = Vec::new();
    for block in numbers.chunks(BLOCK) {
        let known = blocks.iter().position(|known| *known == block);
        index.push(known.unwrap_or(blocks.len()));
        if known.is_none() {
            blocks.push(block);
        }
    }
    let index: Vec<u16> = index.into_iter().map(|block| u16::try_from(block).unwrap()).collect();
    list(
        text,
        "Of each 64 characters below U+20000, the number of their block in `BLOCKS`.",
        "INDEX",
        &index,
    );
    let about = "Blocks of 64 numbers that hold what `property::Traits` reads.";
    list(text, about, "BLOCKS", &blocks.concat());
}

fn list(text: &mut String, about: &str, name: &str, numbers: &[u16]) {
    let _ = writeln!(text, "/// {about}\npub(crate) static {name}: [u16; {}] = [", numbers.len());
    for row in numbers.chunks(32) {
        let row: Vec<String> = row.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "    {},", row.join(","));
    }
    text.push_str("];\n\n");
}

fn numbers() -> Vec<u16> {
    let (sorts, groups) = (assign(SORTS), assign(GROUPS));
    let number = |rows: &[(&str, &str)], name: Option<&String>| -> u16 {
        let at = rows.iter().position(|(row, _)| Some(*row) == name.map(String::as_str));
        at.map_or(0, |at| u16::try_from(at + 1).unwrap())
    };
    let ascii = |set: &str| -> BTreeSet<u32> { set.chars().map(u32::from).collect() };
    let letters: BTreeSet<u32> = members(r"\p{Alphabetic}").into_iter().collect();
    let digits: BTreeSet<u32> = members(r"\p{N}").into_iter().collect();
    let latin = ascii("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    let plain_digits = ascii("0123456789");
    let (bases, twins, near, folds) = (variation_bases(), twins(true), twins(false), folds());
    (0..TABLED)
        .map(|code| {
            let group = match code {
                _ if latin.contains(&code) => Some("Latin".to_owned()),
                _ if plain_digits.contains(&code) => Some("Digit".to_owned()),
                _ => groups.get(&code).cloned(),
            };
            let letter = letters.contains(&code) || latin.contains(&code);
            let digit = digits.contains(&code) || plain_digits.contains(&code) || code == u32::from('_');
            let selectable = bases.contains(&code) || group.as_deref() == Some("Pictographic");
            number(SORTS, sorts.get(&code))
                | number(GROUPS, group.as_ref()) << 4
                | u16::from(letter || digit || folds.contains_key(&code)) << 9
                | u16::from(letter) << 10
                | u16::from(twins.contains_key(&code)) << 11
                | u16::from(near.contains_key(&code)) << 12
                | u16::from(folds.contains_key(&code)) << 13
                | u16::from(selectable) << 14
        })
        .collect()
}

fn assign(rows: &[(&str, &str)]) -> BTreeMap<u32, String> {
    let mut assigned = BTreeMap::new();
    for (name, pattern) in rows {
        for code in members(pattern) {
            assigned.entry(code).or_insert_with(|| (*name).to_owned());
        }
    }
    assigned
}

fn members(pattern: &str) -> Vec<u32> {
    let class = if pattern.contains("&&[") {
        format!("[{pattern}]")
    } else {
        format!("[{}]", pattern.replace('|', ""))
    };
    let parsed = regex_syntax::Parser::new().parse(&class).unwrap();
    let ranges: Vec<(u32, u32)> = match parsed.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            class.iter().map(|r| (u32::from(r.start()), u32::from(r.end()))).collect()
        }
        // A class of one character is parsed as a literal.
        HirKind::Literal(literal) => {
            let one = u32::from(std::str::from_utf8(&literal.0).unwrap().chars().next().unwrap());
            vec![(one, one)]
        }
        other => panic!("{pattern}: {other:?}"),
    };
    let printable = 0x20..0x7F;
    ranges.into_iter().flat_map(|(from, to)| from..=to).filter(|code| !printable.contains(code)).collect()
}

fn ranges(text: &mut String, about: &str, name: &str, of: &str, assigned: &BTreeMap<u32, String>) {
    let mut merged: Vec<(u32, u32, &str)> = Vec::new();
    for (&code, value) in assigned {
        match merged.last_mut() {
            Some(last) if last.1 + 1 == code && last.2 == value => last.1 = code,
            _ => merged.push((code, code, value)),
        }
    }
    let item = if of.is_empty() { "(u32, u32)".to_owned() } else { format!("(u32, u32, {of})") };
    let _ = writeln!(text, "/// {about}\npub(crate) static {name}: [{item}; {}] = [", merged.len());
    for (from, to, value) in merged {
        let value = if of.is_empty() { String::new() } else { format!(", {of}::{value}") };
        let _ = writeln!(text, "    ({}, {}{value}),", hex(from), hex(to));
    }
    text.push_str("];\n\n");
}

fn letters(text: &mut String, about: &str, name: &str, pairs: &BTreeMap<u32, char>) {
    let _ = writeln!(text, "/// {about}\npub(crate) static {name}: [(u32, u8); {}] = [", pairs.len());
    for (code, ascii) in pairs {
        let _ = writeln!(text, "    ({}, b'{ascii}'),", hex(*code));
    }
    text.push_str("];\n\n");
}

/// Hexadecimal, in groups of four digits from the right.
fn hex(code: u32) -> String {
    if code > 0xFFFF { format!("0x{:X}_{:04X}", code >> 16, code & 0xFFFF) } else { format!("0x{code:X}") }
}

fn variation_bases() -> BTreeSet<u32> {
    let mut bases = BTreeSet::new();
    for line in include_str!("../data/variation-sequences.txt").lines().filter(|line| !line.starts_with('#'))
    {
        let (selector, list) = line.split_once(" ; ").unwrap();
        // Mongolian free variation selectors are judged by script.
        if selector.starts_with("180") {
            continue;
        }
        for item in list.split(' ') {
            let (from, to) = item.split_once("..").unwrap_or((item, item));
            let parse = |hex| u32::from_str_radix(hex, 16).unwrap();
            bases.extend(parse(from)..=parse(to));
        }
    }
    bases
}

/// `identical` keeps the letters that a common typeface draws exactly like the ASCII letter. Lower-case Greek (but for
/// omicron), Latin and everything else that only resembles is the other half: mathematics writes αf and Δt.
fn twins(identical: bool) -> BTreeMap<u32, char> {
    let ascii_of: BTreeMap<String, char> =
        ('a'..='z').chain('A'..='Z').map(|c| (skeleton(&c.to_string()).collect(), c)).collect();
    let modern = members(r"\p{sc=Cyrillic}\p{sc=Armenian}\x{370}-\x{3FF}");
    let latin = members(r"\p{sc=Latin}");
    let mut pairs = BTreeMap::new();
    for code in members(&format!("[{}]&&[\\p{{L}}]", TWIN_SCRIPTS.replace('|', ""))) {
        let Some(letter) = char::from_u32(code) else { continue };
        let shape: String = skeleton(&letter.to_string()).collect();
        // `l`, `I` and `1` share one skeleton: the case of the letter decides which of the two letters it stands for.
        let upper = letter.is_uppercase();
        let ascii = match shape.as_str() {
            "l" if upper => 'I',
            "l" if letter == 'ӏ' || letter == 'ǀ' => 'l',
            shape => match ascii_of.get(shape) {
                Some(&ascii) => ascii,
                None => continue,
            },
        };
        let folds = letter.nfkc().collect::<String>().is_ascii();
        let same_case = ascii.is_ascii_uppercase() == upper || !(upper || letter.is_lowercase());
        if folds {
            continue;
        }
        let cased = modern.contains(&code);
        let lower_greek = (0x3B1..=0x3C9).contains(&code) && code != 0x3BF;
        // UTS 39 allows for poor typefaces; these are told apart at a glance in any usual one.
        let distinct = "гшѡҽագզցւռ".contains(letter);
        // Latin letters of living orthographies (Turkish ı, Kabiye ɩ) are no disguise; two phonetic letters are.
        let phonetic = matches!(letter, 'ɑ' | 'ɡ');
        if !phonetic && latin.contains(&code) {
            continue;
        }
        if (cased && same_case && !lower_greek && !distinct) == identical {
            pairs.insert(code, ascii);
        }
    }
    pairs
}

fn folds() -> BTreeMap<u32, char> {
    let styled = (0x2460..=0x24FF)
        .chain(0x1D400..=0x1D7FF)
        .chain(0xFF00..=0xFF5E)
        .chain(0x1F110..=0x1F16F)
        .chain(0x2100..=0x214F)
        .chain(0x2160..=0x217F)
        .chain(0x2B0..=0x2B8)
        .chain(0x2E1..=0x2E3)
        .chain(0x1D2C..=0x1D6A)
        .chain(0x1D9C..=0x1DBF)
        .chain(0x2071..=0x207F);
    let mut pairs = BTreeMap::new();
    for code in styled {
        let Some(letter) = char::from_u32(code) else { continue };
        let folded: String = letter.nfkc().filter(|c| !matches!(c, '(' | ')')).collect();
        if let [ascii] = folded.as_bytes()
            && ascii.is_ascii_alphabetic()
        {
            pairs.insert(code, char::from(*ascii));
        }
    }
    // Small capitals have no decomposition either, and stand apart in several blocks.
    pairs.extend("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ".chars().map(u32::from).zip("abcdefghijklmnopqrstuvwyz".chars()));
    // Negative circled and negative squared letters have no decomposition; they are the same alphabet in order.
    for start in [0x1F150, 0x1F170] {
        pairs.extend((0..26).filter_map(|i| Some((start + i, char::from_u32(0x41 + i)?))));
    }
    pairs
}
