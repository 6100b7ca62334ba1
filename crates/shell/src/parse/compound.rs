//! Compound commands: groups, branches, loops, case, functions.

use std::rc::Rc;

use super::Parser;
use super::list::Until;
use super::word::Ends;
use crate::syntax::{Arm, Item, List, Node, Pipeline, Redirect, Word};

/// Words that are reserved at the place of a command.
const RESERVED: &[&str] = &[
    "!", "{", "}", "[[", "if", "then", "elif", "else", "fi", "while", "until", "for", "select", "do", "done",
    "case", "esac", "function", "time", "coproc",
];

/// `function`.
const LONGEST_RESERVED: usize = 8;

impl Parser<'_> {
    /// The reserved word at the cursor, continuations left out.
    pub(super) fn reserved(&self) -> Option<&'static str> {
        let mut letters = [0; LONGEST_RESERVED];
        let mut length = 0;
        let mut bytes = self.rest().bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => break,
                b'\\' if bytes.clone().next() == Some(b'\n') => {
                    bytes.next();
                }
                b'a'..=b'z' | b'!' | b'{' | b'}' | b'[' => {
                    *letters.get_mut(length)? = byte;
                    length += 1;
                }
                _ => return None,
            }
        }
        let word = letters.get(..length)?;
        RESERVED.iter().copied().find(|reserved| reserved.as_bytes() == word)
    }

    pub(super) fn take_reserved(&mut self, word: &str) {
        for _ in 0..word.len() {
            self.skip_continuations();
            self.at += 1;
        }
    }

    /// Steps over `word` if it is next; notes its absence otherwise.
    fn expect(&mut self, word: &str, what: &'static str) {
        self.skip_newlines();
        if self.reserved().is_some_and(|found| found == word) {
            self.take_reserved(word);
            return;
        }
        let start = self.at;
        self.problem(start, what);
    }

    pub(super) fn command(&mut self) -> (Node, Vec<Redirect>) {
        if let Some(name) = self.function_head() {
            return (self.function(name), Vec::new());
        }
        let node = match self.byte() {
            Some(b'(') if self.byte_after(1) == Some(b'(') => self.arithmetic_command(),
            Some(b'(') => self.subshell(),
            _ => match self.reserved() {
                Some(word) => match self.compound(word) {
                    Some(node) => node,
                    None => return self.simple(),
                },
                None => return self.simple(),
            },
        };
        let redirections = self.redirections();
        (node, redirections)
    }

    fn compound(&mut self, word: &str) -> Option<Node> {
        if !matches!(
            word,
            "{" | "if" | "while" | "until" | "for" | "select" | "case" | "function" | "[[" | "coproc"
        ) {
            return None;
        }
        self.take_reserved(word);
        Some(match word {
            "{" => {
                let list = self.list(Until::Words(&["}"]));
                self.expect("}", "an unterminated group");
                Node::Group(list)
            }
            "if" => self.branches(),
            "while" | "until" => self.while_loop(word == "until"),
            "for" | "select" => self.for_loop(word == "select"),
            "case" => self.case(),
            "function" => self.function_keyword(),
            "[[" => Node::Condition(self.condition()),
            _ => self.coprocess(),
        })
    }

    fn subshell(&mut self) -> Node {
        self.at += 1;
        Node::Subshell(self.list_in_parentheses())
    }

    /// A list up to its closing parenthesis, which is stepped over.
    pub(super) fn list_in_parentheses(&mut self) -> List {
        let start = self.at;
        self.parentheses += 1;
        let list = self.list(Until::Parenthesis);
        self.parentheses -= 1;
        if !self.take(")") {
            self.problem(start, "an unterminated parenthesis");
        }
        list
    }

    fn arithmetic_command(&mut self) -> Node {
        if !self.closes_arithmetic(2) {
            return self.subshell();
        }
        self.at += 2;
        let parts = self.parts(Ends::Arithmetic);
        self.take("))");
        Node::Arithmetic(parts)
    }

    fn branches(&mut self) -> Node {
        let mut branches = Vec::new();
        let mut otherwise = Vec::new();
        loop {
            let condition = self.list(Until::Words(&["then", "fi"]));
            self.expect("then", "an `if` without `then`");
            let body = self.list(Until::Words(&["elif", "else", "fi"]));
            branches.push((condition, body));
            if !self.budget.spend(1) || self.reserved().is_none_or(|word| word != "elif") {
                break;
            }
            self.take_reserved("elif");
        }
        if self.reserved().is_some_and(|word| word == "else") {
            self.take_reserved("else");
            otherwise = self.list(Until::Words(&["fi"]));
        }
        self.expect("fi", "an unterminated `if`");
        Node::If { branches, otherwise }
    }

    fn while_loop(&mut self, until: bool) -> Node {
        let condition = self.list(Until::Words(&["do", "done"]));
        let body = self.loop_body();
        Node::While { until, condition, body }
    }

    /// `do ... done`, or the braces Bash takes in their place.
    fn loop_body(&mut self) -> List {
        self.skip_newlines();
        if self.reserved().is_some_and(|word| word == "{") {
            self.take_reserved("{");
            let body = self.list(Until::Words(&["}"]));
            self.expect("}", "an unterminated loop");
            return body;
        }
        self.expect("do", "a loop without `do`");
        let body = self.list(Until::Words(&["done"]));
        self.expect("done", "an unterminated loop");
        body
    }

    fn for_loop(&mut self, select: bool) -> Node {
        self.skip_blanks();
        if !select && self.rest().starts_with("((") {
            return self.for_arithmetic();
        }
        let name = self.plain_word();
        self.skip_newlines();
        let mut words = None;
        if self.rest().starts_with("in")
            && matches!(self.byte_after(2), None | Some(b' ' | b'\t' | b'\n' | b';' | b'\\'))
        {
            self.at += 2;
            words = Some(self.words_to_line_end());
        }
        self.skip_separator();
        let body = self.loop_body();
        Node::For { name, words, body, select }
    }

    fn skip_separator(&mut self) {
        self.skip_newlines();
        if self.byte() == Some(b';') {
            self.at += 1;
        }
    }

    fn for_arithmetic(&mut self) -> Node {
        self.at += 2;
        let start = self.parts(Ends::Arithmetic);
        self.take(";");
        let condition = self.parts(Ends::Arithmetic);
        self.take(";");
        let step = self.parts(Ends::Arithmetic);
        self.take("))");
        self.skip_separator();
        let body = self.loop_body();
        Node::ForArithmetic { start, condition, step, body }
    }

    fn words_to_line_end(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        loop {
            self.skip_blanks();
            match self.word() {
                Some(word) => words.push(word),
                None => return words,
            }
        }
    }

    fn case(&mut self) -> Node {
        self.skip_blanks();
        let word = self.word().unwrap_or_default();
        self.skip_newlines();
        self.take("in");
        let mut arms = Vec::new();
        loop {
            self.skip_newlines();
            if self.at_end() || self.reserved().is_some_and(|found| found == "esac") || !self.budget.spend(1)
            {
                break;
            }
            let before = self.at;
            arms.push(self.arm());
            if self.at == before {
                break;
            }
        }
        self.expect("esac", "an unterminated `case`");
        Node::Case { word, arms }
    }

    fn arm(&mut self) -> Arm {
        self.take("(");
        let mut patterns = Vec::new();
        loop {
            self.skip_blanks();
            match self.word() {
                Some(word) => patterns.push(word),
                None if self.take("|") => {}
                None => break,
            }
        }
        self.take(")");
        let open = std::mem::take(&mut self.parentheses);
        let body = self.list(Until::Arm);
        self.parentheses = open;
        for end in [";;&", ";;", ";&"] {
            if self.take(end) {
                break;
            }
        }
        Arm { patterns, body }
    }

    /// `name ()` at the cursor: steps over it and gives the name.
    fn function_head(&mut self) -> Option<String> {
        let rest = self.rest();
        let length = rest.find(|c: char| " \t\n;&|<>()'\"`$\\=".contains(c))?;
        let (name, behind) = rest.split_at_checked(length)?;
        let opened = behind.trim_start_matches([' ', '\t']).strip_prefix('(')?;
        let closed = opened.trim_start_matches([' ', '\t']).strip_prefix(')')?;
        if name.is_empty() {
            return None;
        }
        self.at = self.text.len() - closed.len();
        Some(name.to_owned())
    }

    fn function_keyword(&mut self) -> Node {
        self.skip_blanks();
        if let Some(name) = self.function_head() {
            return self.function(name);
        }
        let name = self.plain_word();
        self.function(name)
    }

    fn function(&mut self, name: String) -> Node {
        self.skip_newlines();
        let body = Rc::new(self.stage());
        Node::Function { name, body }
    }

    fn coprocess(&mut self) -> Node {
        self.skip_blanks();
        let start = self.at;
        let name = self.plain_word();
        self.skip_blanks();
        let named = !name.is_empty()
            && (self.byte() == Some(b'(') || matches!(self.reserved(), Some("{" | "if" | "while" | "for")));
        if !named {
            self.at = start;
        }
        let stages = vec![self.stage()];
        let first = Pipeline { negated: false, stages };
        let body = Rc::new(vec![Item { first, rest: Vec::new(), background: false }]);
        Node::Coprocess { name: if named { name } else { "COPROC".to_owned() }, body }
    }

    /// A run of plain characters: the name of a loop variable or function.
    fn plain_word(&mut self) -> String {
        let start = self.at;
        while let Some(byte) = self.byte() {
            if b" \t\n;&|<>()'\"`$\\".contains(&byte) {
                break;
            }
            self.at += 1;
        }
        self.slice(start, self.at).to_owned()
    }
}
