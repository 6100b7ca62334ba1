//! What a report is made of, whatever it is printed as: sections of facts, tables, charts and lists.

/// How a fact is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Good,
    Watch,
    Bad,
}

impl Tone {
    /// Good where the condition holds, else `otherwise`.
    pub(super) fn good_if(holds: bool, otherwise: Tone) -> Tone {
        if holds { Tone::Good } else { otherwise }
    }

    /// The word that stands beside the colour.
    pub(super) fn word(self) -> &'static str {
        match self {
            Tone::Plain => "",
            Tone::Good => "in order",
            Tone::Watch => "to look at",
            Tone::Bad => "to mend",
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Tone::Plain => "plain",
            Tone::Good => "good",
            Tone::Watch => "watch",
            Tone::Bad => "bad",
        }
    }
}

/// A part of the report.
pub(super) struct Section {
    /// For links within the page.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) blocks: Vec<Block>,
}

pub(super) enum Block {
    Text(String),
    /// A number or word, what it is, and how to take it.
    Facts(Vec<Fact>),
    Table(Table),
    Bars(Bars),
    Days(Vec<Day>),
    Steps {
        reached: usize,
        names: Vec<String>,
    },
    List {
        title: String,
        items: Vec<String>,
    },
}

pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) detail: String,
    pub(super) tone: Tone,
}

pub(super) struct Table {
    pub(super) caption: String,
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
    /// What is said instead of an empty table.
    pub(super) empty: &'static str,
}

/// Lengths side by side.
pub(super) struct Bars {
    pub(super) caption: String,
    pub(super) rows: Vec<(String, u64)>,
}

/// One UTC day, or the first day of several taken together.
pub(super) struct Day {
    /// `2026-10-01`.
    pub(super) name: String,
    pub(super) records: u64,
    pub(super) refused: u64,
}

/// Days are taken together so that no chart has more columns than this.
const MOST_COLUMNS: usize = 92;

/// As many columns as can be told apart, equal numbers of days in each.
pub(super) fn columns(days: &[Day]) -> Vec<Day> {
    let together = days.len().div_ceil(MOST_COLUMNS).max(1);
    days.chunks(together)
        .filter_map(|chunk| {
            let first = chunk.first()?;
            let sum = |of: fn(&Day) -> u64| chunk.iter().map(of).sum();
            Some(Day {
                name: first.name.clone(),
                records: sum(|day| day.records),
                refused: sum(|day| day.refused),
            })
        })
        .collect()
}
