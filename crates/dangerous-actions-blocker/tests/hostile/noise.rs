//! Hostile lines out of harmless ones: the same number and the same rows give the same line.

/// The longest line that is made, in bytes.
pub(crate) const LONGEST: usize = 64 * 1024;

/// What opens, closes, joins and hides.
const PIECES: &[&str] = &[
    "$(",
    ")",
    "`",
    "${",
    "}",
    "((",
    "))",
    "$((",
    "{",
    "[[ ",
    " ]]",
    "\"",
    "'",
    "$'",
    "\\",
    "\n",
    ";",
    "|",
    "&",
    "<<E\n",
    "\nE\n",
    "<(",
    ">(",
    ">",
    "<<<",
    "*",
    "?",
    "[",
    "~",
    "!",
    "#",
    "=",
    "{1..99}",
    "${x//a/bb}",
    "for i in a b; do ",
    " done",
    "while :; do ",
    "case x in x) ",
    ";; esac",
    "f() { f | f & }; f",
    "x+=$x$x;",
    "eval \"$x\" ",
    " | sh ",
    " | base64 -d ",
    " | rev ",
    "xargs -I{} ",
    "python3 -c '",
    "perl -e '",
    "awk '{print}' ",
    "find . -exec ",
    "printf '%s' ",
    "read x <<< ",
    "a=(x y); ",
    "a+=(x); ",
    "(')'",
    "{\")\"",
    "$a = ';' ",
    "é",
    "\u{f0000}",
    "\u{0}",
    "\u{202e}",
];

pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % bound.max(1)
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }

    /// A stretch of `text` that ends between characters.
    fn part<'a>(&mut self, text: &'a str) -> &'a str {
        let mut ends = [self.below(text.len() + 1), self.below(text.len() + 1)];
        ends.sort_unstable();
        let [mut from, mut to] = ends;
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        while !text.is_char_boundary(to) {
            to += 1;
        }
        text.get(from..to).unwrap_or(text)
    }

    pub(crate) fn line(&mut self, seeds: &[&str]) -> String {
        let mut line = self.one(seeds).to_owned();
        for _ in 0..=self.below(5) {
            line = match self.below(8) {
                0 => format!("{line}{}{}", self.one(&["; ", " && ", " | ", "\n", " "]), self.one(seeds)),
                1 => format!("{}{}{}", self.part(&line), self.one(PIECES), self.one(seeds)),
                2 => {
                    let part = self.part(&line).to_owned();
                    part.repeat(1 + self.below(LONGEST / part.len().max(1) + 1))
                }
                3 => self.one(PIECES).repeat(1 + self.below(4_000)) + &line,
                4 => format!("eval \"$({line})\""),
                5 => format!("bash -c '{}'", line.replace('\'', "'\\''")),
                6 => {
                    let (one, other) = (self.one(PIECES), self.one(PIECES));
                    format!("{}{line}{}", one.repeat(1 + self.below(300)), other.repeat(1 + self.below(300)))
                }
                _ => {
                    let pieces: String = (0..self.below(2_000)).map(|_| self.one(PIECES)).collect();
                    pieces + &line
                }
            };
            let mut end = LONGEST.min(line.len());
            while !line.is_char_boundary(end) {
                end -= 1;
            }
            line.truncate(end);
        }
        line
    }
}

/// `piece` so often that there are at most `words` of it and the line is not too long.
pub(crate) fn repeated(before: &str, piece: &str, after: &str, words: usize) -> String {
    let most = words / piece.split_whitespace().count().max(1);
    let room = LONGEST.saturating_sub(before.len() + after.len() + 1) / piece.len().max(1);
    format!("{before}{} {after}", piece.repeat(most.min(room)))
}
