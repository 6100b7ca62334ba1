//! PowerShell's common forms: statements, pipes, quoting, backtick escapes, `-EncodedCommand`.

/// One command of a PowerShell text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// The command and its arguments, quotes removed, constant variables put in.
    pub argv: Vec<String>,
    /// It reads the output of the statement before it.
    pub piped: bool,
}

/// More statements than this are not read.
const MOST_STATEMENTS: usize = 2_000;
/// Nesting of blocks and of `Invoke-Expression`.
const MAX_DEPTH: u32 = 12;

/// The commands in `text`, those in blocks, subexpressions and `Invoke-Expression` included; false if there are more.
pub fn statements(text: &str) -> (Vec<Statement>, bool) {
    let mut reader =
        Reader { rest: text, found: Vec::new(), variables: Vec::new(), depth: 0, is_complete: true };
    reader.all();
    let is_complete = reader.is_complete && reader.rest.is_empty();
    (reader.found, is_complete)
}

/// What `powershell ARGUMENTS` runs: the value of `-Command` or `-EncodedCommand`, or the words themselves.
pub fn command_text(arguments: &[&str]) -> Option<String> {
    let mut rest = arguments;
    while let Some((word, behind)) = rest.split_first() {
        rest = behind;
        let Some(option) = word.strip_prefix(['-', '/']) else {
            return Some([&[*word], behind].concat().join(" "));
        };
        let option = option.to_ascii_lowercase();
        // Parameters may be shortened as long as they are not ambiguous.
        if !option.is_empty() && "encodedcommand".starts_with(&option) || option == "ec" {
            return behind.first().and_then(|encoded| decode(encoded));
        }
        if option.starts_with('c') && "command".starts_with(&option) {
            return if behind.is_empty() || behind == ["-"] { None } else { Some(behind.join(" ")) };
        }
        let valued = [
            "file",
            "executionpolicy",
            "ep",
            "ex",
            "windowstyle",
            "w",
            "version",
            "inputformat",
            "outputformat",
            "workingdirectory",
            "wd",
            "configurationname",
        ];
        if valued.iter().any(|name| *name == option) {
            if option == "file" {
                return behind.first().map(|path| format!("& {path}"));
            }
            rest = behind.get(1..).unwrap_or_default();
        }
    }
    None
}

/// Base64 of UTF-16, little end first.
fn decode(encoded: &str) -> Option<String> {
    let bytes = crate::evaluate::decode_base64_bytes(encoded)?;
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| pair.iter().rev().fold(0, |unit, byte| unit << 8 | u16::from(*byte)))
        .collect();
    String::from_utf16(&units).ok()
}

struct Reader<'t> {
    rest: &'t str,
    found: Vec<Statement>,
    variables: Vec<(String, String)>,
    depth: u32,
    is_complete: bool,
}

impl Reader<'_> {
    fn all(&mut self) {
        let mut current = Statement::default();
        while self.found.len() < MOST_STATEMENTS {
            let Some(next) = self.rest.chars().next() else { break };
            match next {
                ' ' | '\t' | '\r' => self.skip(1),
                '`' if self.rest.starts_with("`\n") => self.skip(2),
                '\n' | ';' | '&' if next != '&' || self.rest.starts_with("&&") => {
                    self.skip(if next == '&' { 2 } else { 1 });
                    self.close(&mut current, false);
                }
                '|' => {
                    let or = self.rest.starts_with("||");
                    self.skip(if or { 2 } else { 1 });
                    self.close(&mut current, !or);
                }
                '&' | '{' | '}' | '(' | ')' => {
                    self.skip(1);
                    self.close(&mut current, false);
                }
                '#' => self.skip(self.rest.find('\n').unwrap_or(self.rest.len())),
                _ => self.word(&mut current),
            }
        }
        self.close(&mut current, false);
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or("");
    }

    fn close(&mut self, current: &mut Statement, piped: bool) {
        let done = std::mem::take(current);
        current.piped = piped;
        if done.argv.is_empty() {
            return;
        }
        if let [name, sign, value @ ..] = done.argv.as_slice()
            && let Some(name) = name.strip_prefix('$')
            && sign == "="
        {
            self.variables.push((name.to_ascii_lowercase(), value.join(" ")));
            if value.len() < 2 {
                return;
            }
        }
        self.invoked(&done);
        self.found.push(done);
    }

    /// `Invoke-Expression "..."`, `powershell -c "..."`, `cmd /c ...`: what they run is read as well.
    fn invoked(&mut self, statement: &Statement) {
        let Some((name, arguments)) = statement.argv.split_first() else { return };
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let inner = match name.to_ascii_lowercase().trim_end_matches(".exe") {
            "iex" | "invoke-expression" => {
                Some(words.iter().filter(|w| !w.starts_with("-C")).copied().collect::<Vec<_>>().join(" "))
            }
            "powershell" | "pwsh" => command_text(&words),
            "cmd" => words
                .iter()
                .position(|word| word.eq_ignore_ascii_case("/c"))
                .map(|at| words.get(at + 1..).unwrap_or_default().join(" ")),
            _ => None,
        };
        let Some(inner) = inner.filter(|text| !text.is_empty()) else { return };
        if self.depth >= MAX_DEPTH {
            self.is_complete = false;
            return;
        }
        let mut reader = Reader {
            rest: &inner,
            found: Vec::new(),
            variables: self.variables.clone(),
            depth: self.depth + 1,
            is_complete: true,
        };
        reader.all();
        self.is_complete &= reader.is_complete && reader.rest.is_empty();
        self.found.extend(reader.found);
    }

    fn word(&mut self, current: &mut Statement) {
        let mut word = String::new();
        while let Some(next) = self.rest.chars().next() {
            match next {
                ' ' | '\t' | '\r' | '\n' | ';' | '|' | '{' | '}' | '(' | ')' => break,
                '&' if !word.is_empty() => break,
                '\'' => self.single_quoted(&mut word),
                '"' => self.double_quoted(&mut word),
                '`' => {
                    self.skip(1);
                    let escaped = self.rest.chars().next();
                    self.skip(escaped.map_or(0, char::len_utf8));
                    word.extend(escaped.filter(|c| *c != '\n'));
                }
                '$' => self.variable(&mut word),
                ',' | '+' if !word.is_empty() && next == ',' => {
                    self.skip(1);
                    current.argv.push(std::mem::take(&mut word));
                }
                '=' => {
                    self.skip(1);
                    if !word.is_empty() {
                        current.argv.push(std::mem::take(&mut word));
                    }
                    current.argv.push("=".to_owned());
                    return;
                }
                other => {
                    self.skip(other.len_utf8());
                    word.push(other);
                }
            }
        }
        if !word.is_empty() {
            current.argv.push(word);
        }
    }

    fn single_quoted(&mut self, word: &mut String) {
        self.skip(1);
        loop {
            let end = self.rest.find('\'').unwrap_or(self.rest.len());
            word.push_str(self.rest.get(..end).unwrap_or(""));
            self.skip(end + 1);
            if !self.rest.starts_with('\'') {
                return;
            }
            word.push('\'');
            self.skip(1);
        }
    }

    fn double_quoted(&mut self, word: &mut String) {
        self.skip(1);
        while let Some(next) = self.rest.chars().next() {
            match next {
                '"' => {
                    self.skip(1);
                    return;
                }
                '`' => {
                    self.skip(1);
                    let escaped = self.rest.chars().next();
                    self.skip(escaped.map_or(0, char::len_utf8));
                    word.extend(escaped.map(|c| match c {
                        'n' => '\n',
                        't' => '\t',
                        other => other,
                    }));
                }
                '$' => self.variable(word),
                other => {
                    self.skip(other.len_utf8());
                    word.push(other);
                }
            }
        }
    }

    /// `$name`, `${name}`, `$env:NAME`: its constant, or its own spelling.
    fn variable(&mut self, word: &mut String) {
        self.skip(1);
        let rest = self.rest.trim_start_matches('{');
        let braced = rest.len() < self.rest.len();
        let end = rest.find(|c: char| c != '_' && c != ':' && !c.is_alphanumeric()).unwrap_or(rest.len());
        let (name, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        self.rest = if braced { behind.strip_prefix('}').unwrap_or(behind) } else { behind };
        let wanted = name.to_ascii_lowercase();
        match self.variables.iter().rev().find(|(known, _)| *known == wanted) {
            Some((_, value)) if word.len() + value.len() < 64 * 1024 => word.push_str(value),
            _ => {
                word.push('$');
                word.push_str(name);
            }
        }
    }
}
