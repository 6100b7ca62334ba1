//! The report as Markdown.

use super::block::{Block, Section, Table, columns};
use super::tables::{heading, told};
use crate::commands::value::at;
use serde_json::Value;
use std::fmt::{self, Write};

/// Writes the whole report.
pub(super) fn markdown(data: &Value, sections: &[Section]) -> Result<String, fmt::Error> {
    let mut out = String::new();
    writeln!(out, "# AI governance report: {}\n", inline(&told(at(data, "repository"))))?;
    writeln!(
        out,
        "Period {} to {}; generated {} by {}.\n",
        told(at(data, "period/since")),
        told(at(data, "period/until")),
        told(at(data, "generated")),
        told(at(data, "by"))
    )?;
    for section in sections {
        writeln!(out, "## {}\n", section.title)?;
        for block in &section.blocks {
            write_block(block, &mut out)?;
            out.push('\n');
        }
    }
    Ok(out)
}

fn write_block(block: &Block, out: &mut String) -> fmt::Result {
    match block {
        Block::Text(text) => writeln!(out, "{}", inline(text)),
        Block::Facts(facts) => {
            writeln!(out, "| | | | |\n|---|---|---|---|")?;
            for fact in facts {
                let (value, detail) = (inline(&fact.value), inline(&fact.detail));
                writeln!(out, "| {} | **{value}** | {detail} | {} |", fact.name, fact.tone.word())?;
            }
            Ok(())
        }
        Block::Table(table) => write_table(table, out),
        Block::Bars(bars) => {
            let rows = bars.rows.iter().map(|(name, count)| vec![name.clone(), count.to_string()]).collect();
            let caption = bars.caption.clone();
            write_table(&Table { caption, columns: vec!["what", "count"], rows, empty: "None." }, out)
        }
        Block::Days(days) => {
            let row = |day: &super::block::Day| {
                vec![day.name.clone(), day.records.to_string(), day.refused.to_string()]
            };
            let rows = columns(days).iter().map(row).collect();
            let columns = vec!["day", "records", "refused"];
            write_table(&Table { caption: "Records by day".into(), columns, rows, empty: "No record." }, out)
        }
        Block::Steps { reached, names } => {
            for (at, name) in names.iter().enumerate() {
                writeln!(out, "{}. {name}{}", at + 1, if at == *reached { " (reached)" } else { "" })?;
            }
            Ok(())
        }
        Block::List { title, items } => {
            writeln!(out, "### {}\n", inline(title))?;
            for item in items {
                writeln!(out, "- {}", inline(item))?;
            }
            Ok(())
        }
    }
}

fn write_table(table: &Table, out: &mut String) -> fmt::Result {
    writeln!(out, "### {}\n", inline(&table.caption))?;
    if table.rows.is_empty() {
        return writeln!(out, "{}", table.empty);
    }
    let headings: Vec<String> = table.columns.iter().map(|column| heading(column)).collect();
    writeln!(out, "| {} |\n|{}", headings.join(" | "), "---|".repeat(headings.len()))?;
    for row in &table.rows {
        let row: Vec<String> = row.iter().map(|cell| inline(cell)).collect();
        writeln!(out, "| {} |", row.join(" | "))?;
    }
    Ok(())
}

/// Text from files and commands is data: nothing in it may become a link, a tag, a cell or a heading.
fn inline(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '|' | '<' | '>' | '[' | ']' | '*' | '_' | '`' | '\\' | '#' | '!' => {
                safe.extend(['\\', character]);
            }
            '\n' | '\r' | '\t' => safe.push(' '),
            _ if character.is_control() => safe.extend(character.escape_default()),
            _ => safe.push(character),
        }
    }
    safe
}
