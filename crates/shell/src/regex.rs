//! A small backtracking matcher for the expressions of `sed`, `grep` and `=~`, bounded in steps.
//!
//! The regex crate is not used: these are POSIX basic and extended expressions with back references, written by
//! whoever writes the command, and one is met in perhaps every hundredth command line.

use crate::budget::Effort;

/// Steps one search may take; past them nothing is found and the caller treats the result as unknown.
const MOST_STEPS: usize = 40_000;
const MOST_DEPTH: usize = 200;

#[derive(Clone, Debug)]
enum Node {
    Character(char),
    Any,
    Class { negated: bool, ranges: Vec<(char, char)> },
    Start,
    End,
    Group { number: usize, options: Vec<Vec<Node>> },
    Repeat { node: Box<Node>, least: usize, most: usize },
    Back(usize),
}

/// The byte ranges of the match and its groups, the whole match first.
pub(crate) type Captures = Vec<Option<(usize, usize)>>;

pub(crate) struct Regex {
    options: Vec<Vec<Node>>,
    groups: usize,
    ignore_case: bool,
}

impl Regex {
    /// `grep -E`, `sed -E`, `[[ =~ ]]`.
    pub(crate) fn extended(pattern: &str) -> Option<Self> {
        Self::compile(pattern, true, false)
    }

    pub(crate) fn compile(pattern: &str, extended: bool, ignore_case: bool) -> Option<Self> {
        let chars: Vec<char> = pattern.chars().collect();
        let mut reader = Reader { chars: &chars, at: 0, extended, groups: 0, depth: 0 };
        let options = reader.alternatives()?;
        (reader.at == chars.len()).then_some(Self { options, groups: reader.groups, ignore_case })
    }

    /// The first match at or behind byte `from`; `None` when the steps ran out, empty when there is none.
    pub(crate) fn find(&self, text: &str, from: usize, effort: &Effort) -> Option<Captures> {
        let allotted = effort.allot(MOST_STEPS);
        let mut steps = allotted.saturating_sub(text.len() / 4);
        let found = if steps > 0 { self.search(text, from, &mut steps) } else { None };
        effort.settle(allotted, steps);
        found
    }

    fn search(&self, text: &str, from: usize, steps: &mut usize) -> Option<Captures> {
        let places: Vec<(usize, char)> = text.char_indices().collect();
        let first = places.iter().position(|(at, _)| *at >= from).unwrap_or(places.len());
        let mut matcher = Matcher {
            places: &places,
            steps,
            groups: vec![None; self.groups + 1],
            ignore_case: self.ignore_case,
        };
        let byte = |at: usize| places.get(at).map_or(text.len(), |(byte, _)| *byte);
        for start in first..=places.len() {
            matcher.groups.fill(None);
            if let Some(end) = matcher.options(&self.options, start) {
                let mut captures: Captures =
                    matcher.groups.iter().map(|group| group.map(|(s, e)| (byte(s), byte(e)))).collect();
                if let Some(whole) = captures.first_mut() {
                    *whole = Some((byte(start), byte(end)));
                }
                return Some(captures);
            }
            if *matcher.steps == 0 {
                return None;
            }
        }
        Some(Vec::new())
    }
}

struct Reader<'c> {
    chars: &'c [char],
    at: usize,
    extended: bool,
    groups: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    /// An operator that is written bare in extended and with a backslash in basic expressions.
    fn take(&mut self, operator: char) -> bool {
        let found = match (self.extended, self.peek(0)) {
            (true, Some(next)) => next == operator,
            (false, Some('\\')) => self.peek(1) == Some(operator),
            _ => false,
        };
        if found {
            self.at += if self.extended { 1 } else { 2 };
        }
        found
    }

    fn alternatives(&mut self) -> Option<Vec<Vec<Node>>> {
        self.depth += 1;
        if self.depth > 32 {
            return None;
        }
        let mut options = vec![self.sequence()?];
        while self.take('|') {
            options.push(self.sequence()?);
        }
        self.depth -= 1;
        Some(options)
    }

    fn closes(&self) -> bool {
        match (self.extended, self.peek(0)) {
            (_, None) => true,
            (true, Some(next)) => next == '|' || next == ')' && self.depth > 1,
            (false, Some('\\')) => matches!(self.peek(1), Some(')' | '|')),
            _ => false,
        }
    }

    fn sequence(&mut self) -> Option<Vec<Node>> {
        let mut nodes = Vec::new();
        while !self.closes() {
            let node = self.node(nodes.is_empty())?;
            nodes.push(self.repeated(node)?);
        }
        Some(nodes)
    }

    fn repeated(&mut self, mut node: Node) -> Option<Node> {
        loop {
            let (least, most) = if self.peek(0) == Some('*') {
                self.at += 1;
                (0, usize::MAX)
            } else if self.take('+') {
                (1, usize::MAX)
            } else if self.take('?') {
                (0, 1)
            } else if self.take('{') {
                self.bounds()?
            } else {
                return Some(node);
            };
            node = Node::Repeat { node: Box::new(node), least, most };
        }
    }

    fn bounds(&mut self) -> Option<(usize, usize)> {
        let mut text = String::new();
        while let Some(next) = self.peek(0).filter(|next| next.is_ascii_digit() || *next == ',') {
            text.push(next);
            self.at += 1;
        }
        if !self.take('}') {
            return None;
        }
        Some(match text.split_once(',') {
            None => (text.parse().ok()?, text.parse().ok()?),
            Some((least, "")) => (least.parse().unwrap_or(0), usize::MAX),
            Some((least, most)) => (least.parse().unwrap_or(0), most.parse().ok()?),
        })
    }

    fn node(&mut self, first: bool) -> Option<Node> {
        if self.take('(') {
            self.groups += 1;
            let number = self.groups;
            let options = self.alternatives()?;
            return self.take(')').then_some(Node::Group { number, options });
        }
        let next = self.peek(0)?;
        self.at += 1;
        Some(match next {
            '.' => Node::Any,
            '^' if self.extended || first => Node::Start,
            '$' if self.closes() => Node::End,
            '[' => return self.class(),
            '\\' => {
                let escaped = self.peek(0)?;
                self.at += 1;
                match escaped {
                    '1'..='9' => {
                        Node::Back(escaped.to_digit(10).and_then(|digit| usize::try_from(digit).ok())?)
                    }
                    'n' => Node::Character('\n'),
                    't' => Node::Character('\t'),
                    's' => Node::Class { negated: false, ranges: vec![(' ', ' '), ('\t', '\r')] },
                    'w' | 'W' => Node::Class {
                        negated: escaped == 'W',
                        ranges: vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
                    },
                    'd' => Node::Class { negated: false, ranges: vec![('0', '9')] },
                    'b' | '<' | '>' | 'B' => return None,
                    other => Node::Character(other),
                }
            }
            other => Node::Character(other),
        })
    }

    fn class(&mut self) -> Option<Node> {
        let negated = self.peek(0) == Some('^');
        self.at += usize::from(negated);
        let mut ranges = Vec::new();
        let first = self.at;
        loop {
            let next = self.peek(0)?;
            if next == ']' && self.at > first {
                self.at += 1;
                return Some(Node::Class { negated, ranges });
            }
            if next == '[' && self.peek(1) == Some(':') {
                let name: String = self.chars.get(self.at + 2..)?.iter().take_while(|c| **c != ':').collect();
                self.at += name.chars().count() + 4;
                ranges.extend(crate::evaluate::named_class(&name));
                continue;
            }
            if self.peek(1) == Some('-') && self.peek(2).is_some_and(|last| last != ']') {
                ranges.push((next, self.peek(2)?));
                self.at += 3;
            } else {
                ranges.push((next, next));
                self.at += 1;
            }
        }
    }
}

struct Matcher<'t> {
    places: &'t [(usize, char)],
    steps: &'t mut usize,
    groups: Vec<Option<(usize, usize)>>,
    ignore_case: bool,
}

/// What is left to match: a sequence and what follows it.
#[derive(Clone, Copy)]
struct Rest<'n> {
    nodes: &'n [Node],
    then: Option<&'n Then<'n>>,
    depth: usize,
}

enum Then<'n> {
    Sequence(Rest<'n>),
    /// A group ends here.
    Close {
        number: usize,
        start: usize,
        rest: Rest<'n>,
    },
    /// A repetition has had so many rounds.
    Again {
        node: &'n Node,
        least: usize,
        most: usize,
        from: usize,
        rest: Rest<'n>,
    },
}

impl Matcher<'_> {
    fn options(&mut self, options: &[Vec<Node>], at: usize) -> Option<usize> {
        options.iter().find_map(|nodes| self.rest(Rest { nodes, then: None, depth: 0 }, at))
    }

    /// What needs no way back is gone through in a loop: a call for each character would need a stack as long as the text.
    fn rest(&mut self, mut rest: Rest<'_>, mut at: usize) -> Option<usize> {
        while let Some((node, behind)) = rest.nodes.split_first() {
            let length = match node {
                Node::Start if at == 0 => 0,
                Node::End if at == self.places.len() => 0,
                Node::Start | Node::End => return None,
                Node::Back(number) => self.again(*number, at)?,
                Node::Group { .. } | Node::Repeat { .. } => break,
                single if self.accepts(single, at) => 1,
                _ => return None,
            };
            *self.steps = self.steps.saturating_sub(1);
            if *self.steps == 0 {
                return None;
            }
            at += length;
            rest = Rest { nodes: behind, ..rest };
        }
        self.branch(rest, at)
    }

    /// The length of what the group held, if it stands here as well.
    fn again(&self, number: usize, at: usize) -> Option<usize> {
        let (start, end) = self.groups.get(number).copied().flatten()?;
        let length = end.checked_sub(start)?;
        let letter = |at: usize| self.places.get(at).map(|(_, letter)| *letter);
        (0..length).all(|offset| letter(start + offset) == letter(at + offset)).then_some(length)
    }

    /// Goes on where there is more than one way, or nothing left of these nodes.
    fn branch(&mut self, rest: Rest<'_>, at: usize) -> Option<usize> {
        *self.steps = self.steps.saturating_sub(1);
        if *self.steps == 0 || rest.depth > MOST_DEPTH {
            *self.steps = 0;
            return None;
        }
        let Some((node, behind)) = rest.nodes.split_first() else {
            return match rest.then {
                None => Some(at),
                Some(Then::Sequence(next)) => self.rest(Rest { depth: rest.depth + 1, ..*next }, at),
                Some(Then::Close { number, start, rest: next }) => {
                    let old = self.groups.get_mut(*number).and_then(|group| group.replace((*start, at)));
                    let end = self.rest(Rest { depth: rest.depth + 1, ..*next }, at);
                    if end.is_none()
                        && let Some(group) = self.groups.get_mut(*number)
                    {
                        *group = old;
                    }
                    end
                }
                Some(Then::Again { from, .. }) if *from == at => None,
                Some(Then::Again { node, least, most, rest: next, .. }) => self.repeat(
                    node,
                    (least.saturating_sub(1), most.saturating_sub(1)),
                    at,
                    Rest { depth: rest.depth + 1, ..*next },
                ),
            };
        };
        let behind = Rest { nodes: behind, then: rest.then, depth: rest.depth + 1 };
        match node {
            Node::Group { number, options } => {
                let close = Then::Close { number: *number, start: at, rest: behind };
                options.iter().find_map(|nodes| {
                    self.rest(Rest { nodes, then: Some(&close), depth: rest.depth + 1 }, at)
                })
            }
            Node::Repeat { node, least, most } => self.repeat(node, (*least, *most), at, behind),
            _ => None,
        }
    }

    /// As many rounds as possible first.
    fn repeat(
        &mut self,
        node: &Node,
        (least, most): (usize, usize),
        at: usize,
        rest: Rest<'_>,
    ) -> Option<usize> {
        if matches!(node, Node::Character(_) | Node::Any | Node::Class { .. }) {
            let mut count = 0;
            while count < most && self.accepts(node, at + count) {
                count += 1;
            }
            *self.steps = self.steps.saturating_sub(count / 8);
            loop {
                if count < least {
                    return None;
                }
                if let Some(end) = self.rest(rest, at + count) {
                    return Some(end);
                }
                count = count.checked_sub(1)?;
            }
        }
        if most > 0 {
            let again = Then::Again { node, least, most, from: at, rest };
            let once = Rest { nodes: std::slice::from_ref(node), then: Some(&again), depth: rest.depth + 1 };
            if let Some(end) = self.rest(once, at) {
                return Some(end);
            }
        }
        if least == 0 {
            self.rest(Rest { nodes: &[], then: Some(&Then::Sequence(rest)), depth: rest.depth + 1 }, at)
        } else {
            None
        }
    }

    fn accepts(&self, node: &Node, at: usize) -> bool {
        let Some(&(_, next)) = self.places.get(at) else { return false };
        match node {
            Node::Character(character) => {
                *character == next || self.ignore_case && character.eq_ignore_ascii_case(&next)
            }
            Node::Any => true,
            Node::Class { negated, ranges } => {
                let inside = |c: char| ranges.iter().any(|&(from, to)| from <= c && c <= to);
                let found = inside(next)
                    || self.ignore_case
                        && (inside(next.to_ascii_lowercase()) || inside(next.to_ascii_uppercase()));
                found != *negated
            }
            Node::Start | Node::End | Node::Group { .. } | Node::Repeat { .. } | Node::Back(_) => false,
        }
    }
}
