//! Charts as inline SVG. Shapes only: names and numbers stand beside them as text, so that they stay readable on a phone,
//! in print and to a screen reader.

use super::block::{Bars, Day, columns};
use super::html::escape;
use std::fmt::{self, Write};

/// The height of the chart of days in its own units.
const HEIGHT: f64 = 100.0;

/// Lengths side by side: a name, a bar, a number.
pub(super) fn bars(bars: &Bars, out: &mut String) -> fmt::Result {
    writeln!(out, "<figure><figcaption>{}</figcaption>", escape(&bars.caption))?;
    let most = bars.rows.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1);
    if bars.rows.is_empty() {
        writeln!(out, "<p class=\"empty\">None in this period.</p>")?;
    } else {
        writeln!(out, "<ul class=\"bars\">")?;
    }
    for (name, count) in &bars.rows {
        let width = share(*count, most) * 100.0;
        writeln!(
            out,
            "<li><span class=\"name\">{}</span><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
             <rect class=\"track\" width=\"100\" height=\"10\"/><rect class=\"bar\" width=\"{width:.2}\" height=\"10\"/></svg>\
             <span class=\"count\">{}</span></li>",
            escape(name),
            grouped(*count)
        )?;
    }
    if !bars.rows.is_empty() {
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "</figure>")
}

/// A column for each day: its records, and in front of them what was refused.
pub(super) fn days(days: &[Day], out: &mut String) -> fmt::Result {
    let columns = columns(days);
    let (Some(first), Some(last)) = (columns.first(), days.last()) else {
        return writeln!(out, "<p class=\"empty\">No record in this period.</p>");
    };
    let most = columns.iter().map(|day| day.records).max().unwrap_or_default().max(1);
    let records: u64 = columns.iter().map(|day| day.records).sum();
    let refused: u64 = columns.iter().map(|day| day.refused).sum();
    let told = format!(
        "{} records from {} to {}, at most {} in one column; {} actions refused",
        grouped(records),
        first.name,
        last.name,
        grouped(most),
        grouped(refused)
    );
    let width = columns.len() * 10;
    writeln!(
        out,
        "<figure><figcaption>Records by day</figcaption><p class=\"scale\">{}</p>\
         <svg class=\"days\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {width} {HEIGHT:.0}\" preserveAspectRatio=\"none\">",
        grouped(most),
        escape(&told)
    )?;
    for (at, day) in columns.iter().enumerate() {
        let left = at * 10 + 1;
        for (class, count) in [("bar", day.records), ("refused", day.refused)] {
            // What is there at all can be seen.
            let height = if count == 0 { 0.0 } else { (share(count, most) * HEIGHT).max(1.5) };
            if height > 0.0 {
                let top = HEIGHT - height;
                write!(
                    out,
                    "<rect class=\"{class}\" x=\"{left}\" y=\"{top:.2}\" width=\"8\" height=\"{height:.2}\">\
                     <title>{}: {} records, {} refused</title></rect>",
                    escape(&day.name),
                    grouped(day.records),
                    grouped(day.refused)
                )?;
            }
        }
    }
    writeln!(
        out,
        "</svg><p class=\"axis\"><span>{}</span><span>{}</span></p>\
         <p class=\"legend\"><span class=\"key bar\"></span>records <span class=\"key refused\"></span>refused</p></figure>",
        escape(&first.name),
        escape(&last.name)
    )
}

#[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
fn share(count: u64, most: u64) -> f64 {
    count as f64 / most as f64
}

/// A number with a narrow blank between thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1000, "1\u{202f}000"), (1_234_567, "1\u{202f}234\u{202f}567")]
        {
            assert_eq!(grouped(number), text);
        }
    }
}
