//! The report as one page that needs nothing else: no network, and no script to be read. The script sorts and filters tables.

use super::block::{Block, Fact, Section, Table};
use super::chart;
use super::tables::{heading, told};
use crate::commands::value::at;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::fmt::{self, Write};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes the whole page.
pub(super) fn html(data: &Value, sections: &[Section]) -> Result<String, fmt::Error> {
    let mut out = String::new();
    let repository = escape(&told(at(data, "repository")));
    // Only this style and this script run, and nothing is fetched, even if a text from a log got past the escaping.
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    );
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>AI governance report: {repository}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#summary\">Skip to the summary</a>\n<header>\n<h1>AI governance report</h1>\n\
         <p class=\"lead\"><strong>{repository}</strong>, {} to {}</p>\n<p class=\"small\">Generated {} by {}. \
         This report supports an audit; it is no certificate.</p>\n</header>\n<nav aria-label=\"Sections\"><ul>",
        day(at(data, "period/since")),
        day(at(data, "period/until")),
        escape(&told(at(data, "generated"))),
        escape(&told(at(data, "by")))
    )?;
    for section in sections {
        writeln!(out, "<li><a href=\"#{}\">{}</a></li>", section.id, section.title)?;
    }
    writeln!(out, "</ul></nav>\n<main>")?;
    for section in sections {
        writeln!(
            out,
            "<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1}</h2>",
            section.id, section.title
        )?;
        for block in &section.blocks {
            write_block(block, &mut out)?;
        }
        writeln!(out, "</section>")?;
    }
    writeln!(out, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>")?;
    Ok(out)
}

fn write_block(block: &Block, out: &mut String) -> fmt::Result {
    match block {
        Block::Text(text) => writeln!(out, "<p>{}</p>", prose(text)),
        Block::Facts(facts) => write_facts(facts, out),
        Block::Table(table) => write_table(table, out),
        Block::Bars(bars) => chart::bars(bars, out),
        Block::Days(days) => chart::days(days, out),
        Block::Steps { reached, names } => write_steps(*reached, names, out),
        Block::List { title, items } => {
            writeln!(out, "<h3>{}</h3>\n<ul class=\"list\">", escape(title))?;
            for item in items {
                writeln!(out, "<li>{}</li>", prose(item))?;
            }
            writeln!(out, "</ul>")
        }
    }
}

fn write_facts(facts: &[Fact], out: &mut String) -> fmt::Result {
    writeln!(out, "<dl class=\"facts\">")?;
    for fact in facts {
        let value = fact.value.parse().map_or_else(|_| escape(&fact.value), chart::grouped);
        writeln!(
            out,
            "<div class=\"fact {}\"><dt>{}</dt><dd><span class=\"value\">{value}</span>\
             <span class=\"detail\">{}</span><span class=\"tone\">{}</span></dd></div>",
            fact.tone.class(),
            fact.name,
            escape(&fact.detail),
            fact.tone.word()
        )?;
    }
    writeln!(out, "</dl>")
}

fn write_steps(reached: usize, names: &[String], out: &mut String) -> fmt::Result {
    writeln!(out, "<ol class=\"steps\">")?;
    for (at, name) in names.iter().enumerate() {
        let (class, mark) = match at.cmp(&reached) {
            std::cmp::Ordering::Less => ("passed", ""),
            std::cmp::Ordering::Equal => ("here", " aria-current=\"step\""),
            std::cmp::Ordering::Greater => ("ahead", ""),
        };
        writeln!(out, "<li class=\"{class}\"{mark}>{}</li>", escape(name))?;
    }
    writeln!(out, "</ol>")
}

fn write_table(table: &Table, out: &mut String) -> fmt::Result {
    let caption = escape(&table.caption);
    if table.rows.is_empty() {
        return writeln!(out, "<h3>{caption}</h3>\n<p class=\"empty\">{}</p>", escape(table.empty));
    }
    writeln!(
        out,
        "<div class=\"table\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\">\n<table>\n<caption>{caption}</caption>\n<thead><tr>"
    )?;
    let mut numeric = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        let is_number = |row: &Vec<String>| row.get(at).is_some_and(|cell| cell.parse::<u64>().is_ok());
        numeric.push(table.rows.iter().all(is_number));
        let class = if numeric.last() == Some(&true) { " class=\"number\"" } else { "" };
        writeln!(out, "<th scope=\"col\"{class}>{}</th>", heading(column))?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for row in &table.rows {
        write!(out, "<tr>")?;
        for (cell, is_number) in row.iter().zip(&numeric) {
            let class = match (*is_number, has_long_word(cell)) {
                (true, _) => " class=\"number\"",
                (false, true) => " class=\"long\"",
                (false, false) => "",
            };
            write!(out, "<td{class}>{}</td>", escape(cell))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>\n</div>")
}

/// Whether a word would make its column too wide if it were not broken.
fn has_long_word(text: &str) -> bool {
    text.split_whitespace().any(|word| word.chars().count() > 28)
}

fn digest(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

fn day(value: &Value) -> String {
    escape(told(value).get(..10).unwrap_or_default())
}

/// A sentence, with what stands between backticks set as code.
fn prose(text: &str) -> String {
    let pieces: Vec<String> = text.split('`').map(escape).collect();
    let mut out = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        // A last backtick without a partner opens nothing.
        let is_code = at % 2 == 1 && at + 1 < pieces.len();
        let (open, close) = if is_code { ("<code>", "</code>") } else { ("", "") };
        out.extend([open, piece, close]);
    }
    out
}

/// Text from files and commands is data: no tag, no attribute, no invisible character that turns what stands around it.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(' '),
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {
                safe.extend(character.escape_unicode());
            }
            _ if character.is_control() => safe.extend(character.escape_default()),
            _ => safe.push(character),
        }
    }
    safe
}
