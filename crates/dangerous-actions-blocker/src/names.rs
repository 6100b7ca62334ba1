//! An index of names, sorted when this is compiled: a command is asked of every family, and most families do not know it.

use std::cmp::Ordering;

/// Names with the number of the list each stands in.
#[derive(Debug)]
pub(crate) struct Names<const COUNT: usize> {
    sorted: [(&'static str, usize); COUNT],
    /// A bit for each [`mark`] of a name: nearly all that are no names end here.
    marks: [u64; WORDS],
}

const WORDS: usize = 8;

/// A number below the bits of `marks`, of the length and both ends of `name`.
const fn mark(name: &str) -> usize {
    let (first, last) = match name.as_bytes() {
        [only] => (*only, *only),
        [first, .., last] => (*first, *last),
        [] => (0, 0),
    };
    (name.len() + first as usize * 29 + last as usize * 83) % (WORDS * 64)
}

/// Lists of names, as several tables have them.
type Tables = [&'static [&'static [&'static str]]];

/// How many names there are in `tables`.
pub(crate) const fn count(mut tables: &Tables) -> usize {
    let mut names = 0;
    while let [table, others @ ..] = tables {
        let mut lists = *table;
        while let [list, rest @ ..] = lists {
            names += list.len();
            lists = rest;
        }
        tables = others;
    }
    names
}

impl<const COUNT: usize> Names<COUNT> {
    /// The index of `tables`; lists are numbered through all of them.
    pub(crate) const fn of(mut tables: &Tables) -> Self {
        let mut names = Self { sorted: [("", 0); COUNT], marks: [0; WORDS] };
        let (mut number, mut taken) = (0, 0);
        while let [table, others @ ..] = tables {
            let mut lists = *table;
            while let [list, rest @ ..] = lists {
                taken = names.add(list, number, taken);
                number += 1;
                lists = rest;
            }
            tables = others;
        }
        assert!(taken == COUNT, "`count` is given the same tables");
        names
    }

    /// Puts the names of a list where they belong, behind their equals: the first list with a name is the one that counts.
    #[expect(
        clippy::indexing_slicing,
        reason = "it runs when this is compiled, where a wrong index is an error"
    )]
    const fn add(&mut self, mut list: &[&'static str], number: usize, mut taken: usize) -> usize {
        while let [name, rest @ ..] = list {
            let mut at = taken;
            while at > 0 && is_before(name, self.sorted[at - 1].0) {
                self.sorted[at] = self.sorted[at - 1];
                at -= 1;
            }
            self.sorted[at] = (name, number);
            self.marks[mark(name) / 64] |= 1 << (mark(name) % 64);
            taken += 1;
            list = rest;
        }
        taken
    }

    /// The number of the first list that `name` stands in.
    pub(crate) fn list(&self, name: &str) -> Option<usize> {
        let mark = mark(name);
        if self.marks.get(mark / 64).is_none_or(|word| (word >> (mark % 64)) & 1 == 0) {
            return None;
        }
        let at = self.sorted.partition_point(|(other, _)| in_order(other, name) == Ordering::Less);
        self.sorted.get(at).filter(|(other, _)| *other == name).map(|(_, list)| *list)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.list(name).is_some()
    }
}

/// Shorter names first, which most comparisons are done with.
fn in_order(one: &str, other: &str) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

#[expect(clippy::indexing_slicing, reason = "it runs when this is compiled, where a wrong index is an error")]
const fn is_before(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return one.len() < other.len();
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return one[at] < other[at];
        }
        at += 1;
    }
    false
}

/// The list in the field (or place) `$names` of each of `$rows`.
macro_rules! lists {
    ($rows:expr, $names:tt) => {{
        let mut lists: [&[&str]; $rows.len()] = [&[]; $rows.len()];
        let (mut rows, mut free): (&[_], &mut [&[&str]]) = ($rows, &mut lists);
        while let ([row, others @ ..], [list, rest @ ..]) = (rows, free) {
            *list = row.$names;
            rows = others;
            free = rest;
        }
        lists
    }};
}
pub(crate) use lists;

#[cfg(test)]
mod tests {
    use super::{Names, count};

    const LISTS: &[&[&str]] = &[&["rm", "git", "b"], &[], &["a", "rm", "docker"]];
    static NAMES: Names<{ count(&[LISTS, &[&["b", "c"]]]) }> = Names::of(&[LISTS, &[&["b", "c"]]]);

    #[test]
    fn the_first_list_with_a_name_counts() {
        for (name, list) in [
            ("rm", Some(0)),
            ("git", Some(0)),
            ("b", Some(0)),
            ("a", Some(2)),
            ("docker", Some(2)),
            ("c", Some(3)),
            ("", None),
            ("gi", None),
            ("zz", None),
            ("dockers", None),
        ] {
            assert_eq!(NAMES.list(name), list, "{name}");
        }
    }
}
