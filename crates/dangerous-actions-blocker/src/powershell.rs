//! PowerShell put into Bash words: cmdlets and aliases become the Unix commands with the same effect, so that one set of
//! rules judges both.

#![expect(clippy::match_same_arms, reason = "the arms are questions in an order; joined, the order is lost")]

/// What a cmdlet does, in Bash.
struct Row {
    names: &'static [&'static str],
    /// The Unix command. `*` alone: drop the cmdlet and run what it is given.
    command: &'static str,
    /// Switches and what they become.
    switches: &'static [(&'static str, &'static str)],
    /// Parameters with a value and the option they become; an empty option makes the value an operand.
    values: &'static [(&'static str, &'static str)],
}

const PATHS: &[(&str, &str)] =
    &[("path", ""), ("literalpath", ""), ("filepath", ""), ("destination", ""), ("name", "")];

const ROWS: &[Row] = &[
    Row {
        names: &["remove-item", "ri", "rm", "del", "erase", "rd", "rmdir"],
        command: "rm",
        switches: &[("recurse", "-r"), ("force", "-f")],
        values: PATHS,
    },
    Row { names: &["clear-content", "clc"], command: "truncate -s 0", switches: &[], values: PATHS },
    Row {
        names: &["set-content", "out-file", "tee-object", "set-item"],
        command: "tee",
        switches: &[("append", "-a")],
        values: WRITTEN,
    },
    Row { names: &["add-content", "ac"], command: "tee -a", switches: &[], values: WRITTEN },
    Row { names: &["new-item", "ni"], command: "tee", switches: &[], values: WRITTEN },
    Row {
        names: &["copy-item", "cpi", "copy", "cp"],
        command: "cp",
        switches: &[("recurse", "-r"), ("force", "-f")],
        values: PATHS,
    },
    Row {
        names: &["move-item", "mi", "move", "mv"],
        command: "mv",
        switches: &[("force", "-f")],
        values: PATHS,
    },
    Row {
        names: &["rename-item", "rni", "ren"],
        command: "mv",
        switches: &[],
        values: &[("path", ""), ("newname", "")],
    },
    Row {
        names: &["get-content", "gc", "type", "cat", "select-string", "sls", "import-csv", "format-hex"],
        command: "cat",
        switches: &[],
        values: PATHS,
    },
    Row {
        names: &[
            "invoke-webrequest",
            "iwr",
            "invoke-restmethod",
            "irm",
            "curl",
            "wget",
            "start-bitstransfer",
        ],
        command: "curl",
        switches: &[],
        values: WEB,
    },
    Row {
        names: &["invoke-expression", "iex"],
        command: "bash",
        switches: &[],
        values: &[("command", "-c")],
    },
    Row {
        names: &["invoke-command", "icm"],
        command: "ssh",
        switches: &[],
        values: &[("computername", ""), ("scriptblock", "")],
    },
    Row {
        names: &["start-process", "saps", "start"],
        command: "env",
        switches: &[],
        values: &[("filepath", ""), ("argumentlist", ""), ("verb", "drop")],
    },
    Row { names: &["stop-computer"], command: "shutdown -h now", switches: &[], values: &[] },
    Row { names: &["restart-computer"], command: "reboot", switches: &[], values: &[] },
    Row {
        names: &["format-volume", "clear-disk", "initialize-disk", "remove-partition", "set-disk"],
        command: "wipefs -a /dev/sda",
        switches: &[],
        values: &[],
    },
    Row { names: &["diskpart"], command: "parted /dev/sda rm", switches: &[], values: &[] },
    Row {
        names: &[
            "register-scheduledtask",
            "new-scheduledtask",
            "set-scheduledtask",
            "unregister-scheduledtask",
        ],
        command: "crontab -",
        switches: &[],
        values: &[],
    },
    Row {
        names: &["new-service", "set-service", "sc.exe"],
        command: "tee /etc/systemd/system/service",
        switches: &[],
        values: &[],
    },
    Row {
        names: &["new-localuser", "add-localgroupmember", "set-localuser", "remove-localuser"],
        command: "useradd user",
        switches: &[],
        values: &[],
    },
    Row {
        names: &["set-mppreference", "add-mppreference", "disable-windowsoptionalfeature"],
        command: "setenforce 0",
        switches: &[],
        values: &[],
    },
    Row { names: &["set-executionpolicy"], command: "setenforce 0", switches: &[], values: &[] },
    Row {
        names: &["stop-process", "spps", "kill"],
        command: "kill",
        switches: &[("force", "-9")],
        values: &[("id", ""), ("name", "")],
    },
    Row { names: &["vssadmin", "wbadmin"], command: "vgremove", switches: &[], values: &[] },
    Row { names: &["set-acl", "icacls", "takeown"], command: "chown -R user", switches: &[], values: PATHS },
    Row {
        names: &["get-childitem", "gci", "dir", "ls"],
        command: "ls",
        switches: &[("recurse", "-R")],
        values: PATHS,
    },
    Row {
        names: &["set-location", "sl", "cd", "chdir", "push-location", "pushd"],
        command: "cd",
        switches: &[],
        values: PATHS,
    },
    Row {
        names: &["write-output", "write-host", "echo", "write-error", "write-verbose"],
        command: "echo",
        switches: &[],
        values: &[],
    },
    Row {
        names: &["get-credential", "convertfrom-securestring"],
        command: "true",
        switches: &[],
        values: &[],
    },
];

const WRITTEN: &[(&str, &str)] = &[
    ("path", ""),
    ("literalpath", ""),
    ("filepath", ""),
    ("value", "drop"),
    ("itemtype", "drop"),
    ("encoding", "drop"),
    ("inputobject", "drop"),
    ("name", ""),
    ("target", "drop"),
    ("type", "drop"),
];
const WEB: &[(&str, &str)] = &[
    ("uri", ""),
    ("outfile", "-o"),
    ("infile", "-T"),
    ("body", "-d"),
    ("method", "-X"),
    ("headers", "-H"),
    ("source", ""),
    ("destination", "-o"),
    ("contenttype", "drop"),
    ("useragent", "-A"),
];

/// A Bash command line with the effects of the PowerShell `script`, as far as its common forms go. What is not known is
/// carried over word by word.
pub fn to_bash(script: &str) -> String {
    let mut bash =
        Bash { text: String::with_capacity(script.len() + 16), depth: 0, left: MOST_READ, is_complete: true };
    bash.convert(script);
    if bash.is_complete {
        return bash.text;
    }
    // The shell analysis finds its own bound in this and says so, which asks.
    "$(".repeat(MOST_NESTING * 4) + &")".repeat(MOST_NESTING * 4)
}

/// Blocks in blocks and assignments in assignments that are followed: each is a call of ours.
const MOST_NESTING: usize = 64;

/// Bytes that are read, a block's again in each block around it.
const MOST_READ: usize = 256 * 1024;

/// The Bash text so far, and what may still be read.
struct Bash {
    text: String,
    depth: usize,
    left: usize,
    is_complete: bool,
}

impl Bash {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Does `work` one level deeper, if there is one.
    fn deeper(&mut self, work: impl FnOnce(&mut Self)) {
        if self.depth >= MOST_NESTING {
            self.is_complete = false;
            return;
        }
        self.depth += 1;
        work(self);
        self.depth -= 1;
    }

    fn convert(&mut self, script: &str) {
        if script.len() > self.left {
            self.is_complete = false;
            return;
        }
        self.left -= script.len();
        self.deeper(|bash| {
            let tokens = tokens(script);
            for part in tokens.split_inclusive(|token| matches!(token, Token::Separator(_))) {
                let (statement, separator) = match part.split_last() {
                    Some((Token::Separator(text), statement)) => (statement, *text),
                    _ => (part, ""),
                };
                translate(statement, bash);
                bash.push(separator);
            }
        });
    }

    /// What `script` prints, between `before` and `after`.
    fn convert_between(&mut self, before: &str, script: &str, after: &str) {
        self.push(before);
        self.convert(script);
        self.push(after);
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    /// A word already in Bash quoting, and its plain text.
    Word {
        bash: String,
        plain: String,
    },
    /// `(...)`, `$(...)`, `{...}`: its script.
    Group(String),
    Separator(&'static str),
}

impl Token {
    /// It fetches something: `.DownloadString(...)`, `Net.WebClient`.
    fn downloads(&self) -> bool {
        match self {
            Self::Word { plain, .. } => is_download(&plain.to_ascii_lowercase()),
            Self::Group(script) => is_download(&script.to_ascii_lowercase()),
            Self::Separator(_) => false,
        }
    }
}

fn tokens(script: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let letters: Vec<char> = script.chars().collect();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let next = letters.get(at + 1).copied();
        match letter {
            '\n' | ';' => tokens.push(Token::Separator(if letter == ';' { " ; " } else { "\n" })),
            '|' if next == Some('|') => {
                tokens.push(Token::Separator(" || "));
                at += 1;
            }
            '|' => tokens.push(Token::Separator(" | ")),
            '&' if next == Some('&') => {
                tokens.push(Token::Separator(" && "));
                at += 1;
            }
            // The call operator and the dot operator only run what follows.
            '&' => {}
            '#' if at == 0 || letters.get(at - 1).is_some_and(|before| before.is_whitespace()) => {
                while letters.get(at + 1).is_some_and(|letter| *letter != '\n') {
                    at += 1;
                }
            }
            '(' | '{' => {
                let (inside, end) = group(&letters, at);
                tokens.push(Token::Group(inside));
                at = end;
            }
            '$' | '@' if matches!(next, Some('(' | '{')) => {
                let (inside, end) = group(&letters, at + 1);
                tokens.push(Token::Group(inside));
                at = end;
            }
            ')' | '}' | ',' => {}
            letter if letter.is_whitespace() => {}
            _ => {
                let (token, end) = word(&letters, at);
                tokens.push(token);
                at = end;
            }
        }
        at += 1;
    }
    tokens
}

/// The text between the bracket at `open` and its partner, and where that stands.
fn group(letters: &[char], open: usize) -> (String, usize) {
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    let mut at = open;
    while let Some(&letter) = letters.get(at) {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, '(' | '{') => depth += 1,
            (None, ')' | '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            (None, _) => {}
        }
        at += 1;
    }
    (letters.get(open + 1..at.min(letters.len())).unwrap_or_default().iter().collect(), at)
}

/// One word: quotes as in PowerShell (doubled quotes, backtick escapes), slashes turned, drive letters dropped.
fn word(letters: &[char], start: usize) -> (Token, usize) {
    let mut bash = String::new();
    let mut plain = String::new();
    let mut quote: Option<char> = None;
    let mut at = start;
    while let Some(&letter) = letters.get(at) {
        let next = letters.get(at + 1).copied();
        match (quote, letter) {
            (Some(open), _) if letter == open && next == Some(open) => {
                push(letter, true, &mut bash, &mut plain);
                at += 1;
            }
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None | Some('"'), '`') => {
                if let Some(escaped) = next {
                    push(escaped, true, &mut bash, &mut plain);
                    at += 1;
                }
            }
            (None | Some('"'), '$') => at = variable(letters, at, &mut bash, &mut plain),
            (None, ' ' | '\t' | '\n' | '\r' | ';' | '|' | '(' | ')' | '{' | '}' | ',') => break,
            _ => push(letter, quote.is_some(), &mut bash, &mut plain),
        }
        at += 1;
    }
    if bash.is_empty() {
        bash.push_str("''");
    }
    let bash = match bash.as_bytes() {
        // A drive's letter: what follows stands below the root.
        [drive, b':', ..] if drive.is_ascii_alphabetic() && plain.len() >= 2 => {
            let rest = bash.get(2..).unwrap_or("");
            if rest.is_empty() { "/".to_owned() } else { rest.to_owned() }
        }
        _ => bash,
    };
    (Token::Word { bash, plain }, at.saturating_sub(1).max(start))
}

fn push(letter: char, quoted: bool, bash: &mut String, plain: &mut String) {
    plain.push(letter);
    match letter {
        '\\' => bash.push('/'),
        letter
            if letter.is_alphanumeric()
                || matches!(letter, '/' | '.' | '-' | '_' | ':' | '=' | '+' | '@' | '%' | ',') =>
        {
            bash.push(letter);
        }
        '*' | '?' if !quoted => bash.push(letter),
        // PowerShell matches patterns also in quoted paths.
        '*' => bash.push('*'),
        '>' | '<' if !quoted => {
            bash.push(' ');
            bash.push(letter);
        }
        '~' if !quoted => bash.push('~'),
        '\'' => bash.push_str("\\'"),
        '\n' => bash.push_str("$'\\n'"),
        letter => {
            bash.push('\'');
            bash.push(letter);
            bash.push('\'');
        }
    }
}

/// `$name`, `$env:NAME`: the variable's Bash name. Gives where its last letter stands.
fn variable(letters: &[char], dollar: usize, bash: &mut String, plain: &mut String) -> usize {
    let name: String = letters
        .get(dollar + 1..)
        .unwrap_or_default()
        .iter()
        .take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | ':'))
        .collect();
    plain.push('$');
    plain.push_str(&name);
    let lower = name.to_ascii_lowercase();
    let known = match lower.as_str() {
        "home" | "env:userprofile" | "env:home" | "env:homepath" => "$HOME",
        "env:temp" | "env:tmp" | "env:tmpdir" => "$TMPDIR",
        "profile" => "$HOME/.bashrc",
        "env:systemroot" | "env:windir" => "/Windows",
        "env:systemdrive" => "/",
        "env:programfiles" => "/Windows/programs",
        "pwd" => "$PWD",
        _ => "",
    };
    if known.is_empty() {
        let plain_name = lower.trim_start_matches("env:").replace(':', "_");
        push_all(bash, &["${", if plain_name.is_empty() { "_" } else { &plain_name }, "}"]);
    } else {
        bash.push_str(known);
    }
    dollar + name.chars().count()
}

/// One statement: an assignment, a cmdlet of the table, or any other program.
fn translate(statement: &[Token], bash: &mut Bash) {
    match statement {
        [] => {}
        [Token::Word { plain, .. }, Token::Word { plain: equals, .. }, value @ ..]
            if plain.starts_with('$') && equals == "=" =>
        {
            let name = plain
                .trim_start_matches('$')
                .to_ascii_lowercase()
                .trim_start_matches("env:")
                .replace(':', "_");
            bash.push(&name);
            bash.push("=");
            if let [Token::Word { bash: word, .. }] = value {
                bash.push(word);
            } else {
                bash.push("$(");
                bash.deeper(|bash| translate(value, bash));
                bash.push(")");
            }
        }
        [Token::Group(script), rest @ ..] => {
            bash.convert(script);
            for token in rest {
                if let Token::Group(script) = token {
                    bash.push(" ; ");
                    bash.convert(script);
                }
            }
        }
        [Token::Word { bash: word, plain }, rest @ ..] => {
            let name = plain.to_ascii_lowercase();
            match name.as_str() {
                "if" | "while" | "foreach" | "foreach-object" | "%" | "for" | "try" | "catch" | "else"
                | "finally" | "do" | "function" | "where-object" | "?" => {
                    bash.push(": ");
                    blocks(rest, bash);
                }
                "powershell" | "pwsh" | "powershell.exe" | "pwsh.exe" => nested(rest, bash),
                "cmd" | "cmd.exe" => {
                    for token in rest.iter().skip(1) {
                        append(token, bash);
                    }
                }

                _ if is_download(&name) => bash.push("curl http://download"),
                "new-object" => bash.push("true"),
                "iex" | "invoke-expression" if rest.iter().any(Token::downloads) => {
                    bash.push("curl http://download | bash");
                }
                _ => {
                    if let Some(row) = ROWS.iter().find(|row| row.names.contains(&name.as_str())) {
                        cmdlet(row, rest, bash);
                    } else {
                        bash.push(word);
                        for token in rest {
                            append(token, bash);
                        }
                    }
                }
            }
        }
        [Token::Separator(_), ..] => {}
    }
}

fn blocks(tokens: &[Token], bash: &mut Bash) {
    for token in tokens {
        if let Token::Group(script) = token {
            bash.push(" ; ");
            bash.convert(script);
        }
    }
}

/// `[Net.WebClient]::new().DownloadString(...)`, `(New-Object Net.WebClient).DownloadString`.
fn is_download(name: &str) -> bool {
    name.contains("downloadstring") || name.contains("downloadfile") || name.contains("downloaddata")
}

/// `powershell -Command "..."`, `-EncodedCommand ...`.
fn nested(words: &[Token], bash: &mut Bash) {
    let mut words = words.iter();
    while let Some(token) = words.next() {
        let Token::Word { plain, .. } = token else {
            if let Token::Group(script) = token {
                bash.convert(script);
            }
            continue;
        };
        let flag = plain.to_ascii_lowercase();
        if flag.starts_with("-e") && "-encodedcommand".starts_with(&flag) && flag != "-executionpolicy" {
            bash.push("base64 -d | bash");
            return;
        }
        if matches!(
            flag.as_str(),
            "-executionpolicy"
                | "-ep"
                | "-ex"
                | "-exec"
                | "-file"
                | "-f"
                | "-version"
                | "-windowstyle"
                | "-w"
        ) {
            words.next();
            continue;
        }
        if matches!(flag.as_str(), "-command" | "-c") || !flag.starts_with('-') {
            let script: Vec<String> = std::iter::once(plain.clone())
                .filter(|plain| !plain.starts_with('-'))
                .chain(words.by_ref().map(|token| match token {
                    Token::Word { plain, .. } => plain.clone(),
                    Token::Group(script) => format!("({script})"),
                    Token::Separator(text) => (*text).to_owned(),
                }))
                .collect();
            bash.convert(&script.join(" "));
            return;
        }
    }
    bash.push("bash");
}

fn cmdlet(row: &Row, rest: &[Token], bash: &mut Bash) {
    bash.push(row.command);
    let code = row.command == "bash";
    let mut tokens = rest.iter();
    while let Some(token) = tokens.next() {
        match token {
            Token::Word { plain, .. } if plain.starts_with('-') && plain.len() > 1 => {
                let name = plain.trim_start_matches('-').split(':').next().unwrap_or("").to_ascii_lowercase();
                if matches!(name.as_str(), "whatif") {
                    bash.push(" --help");
                } else if let Some((_, option)) = row
                    .switches
                    .iter()
                    .find(|(switch, _)| switch.starts_with(&name) || name.starts_with(switch))
                {
                    bash.push(" ");
                    bash.push(option);
                } else if let Some((_, option)) =
                    row.values.iter().find(|(parameter, _)| parameter.starts_with(&name))
                {
                    let Some(value) = tokens.next() else { break };
                    if *option != "drop" {
                        bash.push(" ");
                        bash.push(option);
                        append(value, bash);
                    }
                }
            }
            Token::Word { bash: word, .. } if code => push_all(&mut bash.text, &[" -c ", word]),
            Token::Group(script) if code => bash.convert_between(" -c \"$(", script, ")\""),
            other => append(other, bash),
        }
    }
}

fn append(token: &Token, bash: &mut Bash) {
    match token {
        Token::Word { bash: word, .. } => {
            bash.push(" ");
            bash.push(word);
        }
        Token::Group(script) => bash.convert_between(" \"$(", script, ")\""),
        Token::Separator(text) => bash.push(text),
    }
}

fn push_all(bash: &mut String, parts: &[&str]) {
    for part in parts {
        bash.push_str(part);
    }
}
