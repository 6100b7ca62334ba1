//! The table: recall per source at three rates of false alarms.

use std::collections::BTreeMap;

use super::rows::{Group, Row};

/// The share of benign files that may be flagged.
const RATES: [f64; 3] = [0.001, 0.005, 0.01];
/// The column the bars are about.
const MAIN: usize = 1;

/// The figures at the middle rate.
pub struct Summary {
    pub recall_macro: f64,
    pub recall_micro: f64,
    pub files: f64,
    pub prompts: f64,
    /// The margin beyond which a row is flagged.
    pub threshold: f32,
}

/// Prints the table for one margin a row.
pub fn print(rows: &[Row], margins: &[f32]) -> Summary {
    let thresholds = thresholds(rows, margins);
    println!("{:10} {:24} {:>6} {:>7} {:>7} {:>7}", "", "source", "rows", "0.1 %", "0.5 %", "1 %");
    let mut by_source: BTreeMap<(Group, &str), Vec<f32>> = BTreeMap::new();
    for (row, margin) in rows.iter().zip(margins) {
        let name =
            if row.group.is_attack() || row.group == Group::Prompt { row.source.as_str() } else { "all" };
        by_source.entry((row.group, name)).or_default().push(*margin);
    }
    for ((group, source), margins) in &by_source {
        let [low, middle, high] = thresholds.map(|threshold| share(margins, threshold));
        println!(
            "{:10} {source:24} {:6} {low:7.3} {middle:7.3} {high:7.3}",
            format!("{group:?}"),
            margins.len()
        );
    }
    let of = |group: Group| {
        by_source.iter().filter(move |((found, _), _)| *found == group).map(|(_, margins)| margins)
    };
    let whole =
        |group: Group, threshold: f32| share(&of(group).flatten().copied().collect::<Vec<_>>(), threshold);
    let mean = |threshold: f32| {
        let shares: Vec<f64> = of(Group::Marked).map(|margins| share(margins, threshold)).collect();
        shares.iter().sum::<f64>() / count(shares.len())
    };
    for (name, value) in [
        ("macro", &mean as &dyn Fn(f32) -> f64),
        ("micro", &|threshold| whole(Group::Marked, threshold)),
        ("prompts", &|threshold| whole(Group::Prompt, threshold)),
    ] {
        let [low, middle, high] = thresholds.map(value);
        println!("{:10} {name:24} {:6} {low:7.3} {middle:7.3} {high:7.3}", "all", "");
    }
    println!("thresholds {thresholds:.2?}");
    let main = thresholds[MAIN];
    Summary {
        recall_macro: mean(main),
        recall_micro: whole(Group::Marked, main),
        files: whole(Group::File, main),
        prompts: whole(Group::Prompt, main),
        threshold: main,
    }
}

/// The lowest margins that flag no more than each rate of the files.
fn thresholds(rows: &[Row], margins: &[f32]) -> [f32; 3] {
    let mut files: Vec<f32> = rows
        .iter()
        .zip(margins)
        .filter(|(row, _)| row.group == Group::File)
        .map(|(_, margin)| *margin)
        .collect();
    files.sort_by(|one, other| other.total_cmp(one));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    RATES.map(|rate| files.get((count(files.len()) * rate).floor() as usize).copied().unwrap_or(0.0))
}

/// The share above a threshold.
pub fn share(margins: &[f32], threshold: f32) -> f64 {
    count(margins.iter().filter(|margin| **margin > threshold).count()) / count(margins.len()).max(1.0)
}

#[allow(clippy::cast_precision_loss)]
pub fn count(number: usize) -> f64 {
    number as f64
}
