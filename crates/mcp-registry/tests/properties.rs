//! Any text: no panic, and what was read is what stands there.

use mcp_registry::{Document, Program, Server, Url, differences, parse_day, projection, read, shown, yaml};

/// A small generator (xorshift), seeded per case so that a failure can be run again.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }
}

const PIECES: &[&str] = &[
    "approved:\n",
    "  - name: a\n",
    "    config: {command: npx, args: [x@1.2.3]}\n",
    "denied: []\n",
    "- ",
    ": ",
    "\n",
    "  ",
    "\"",
    "'",
    "#",
    "[",
    "]",
    "{",
    "}",
    "|",
    ">",
    "&a",
    "*a",
    "!t",
    "\t",
    "\u{0}",
    "\u{feff}",
    "é",
    "\u{200b}",
    "---",
    "...",
    "%",
    "? ",
    "expires: \"2026-01-01\"\n",
    "\r\n",
    "~",
    "null",
    "1.10",
];

const WORDS: &[&str] = &[
    "npx",
    "-y",
    "--package",
    "--package=a@1.2.3",
    "uvx",
    "--from",
    "docker",
    "run",
    "-v",
    "/:/",
    "-it",
    "-e",
    "sh",
    "-c",
    "env",
    "A=1",
    "cmd",
    "/c",
    "--",
    "a@1.2.3",
    "@a/b",
    "@",
    "@@",
    "=",
    "",
    "-",
    "node",
    "deno",
    "go",
    "x@latest",
    "${X:-y}",
    "git+https://h/r@main#x",
    "é",
    "https://u:p@h/?k=v",
    ":",
    "a:1",
];

#[test]
fn any_text_is_read_or_refused() {
    for seed in 1..6000_u64 {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let text: String = (0..random.below(40)).map(|_| random.pick(PIECES)).collect();
        let _ = read(&text);
        let _ = Url::parse(&text);
        let _ = parse_day(&text);
        assert!(shown(&text).is_ascii() && !shown(&text).contains('\n'), "{text:?}");
        if let Ok(mut document) = Document::parse(&text) {
            let item = yaml::Node::map(vec![
                ("name", yaml::Node::text(&text)),
                ("list", yaml::Node::list(vec![yaml::Node::word("x")])),
            ]);
            if document.append("pending_review", &item, &[]).is_ok() {
                let last = document.root().get("pending_review").map_or(0, |list| list.items().len());
                assert_eq!(
                    document.root().get("pending_review").and_then(|list| list.items().get(last - 1)),
                    Some(&item),
                    "{text:?}"
                );
            }
        }
    }
}

#[test]
fn any_argv_is_understood_and_equals_itself() {
    for seed in 1..6000_u64 {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let command = random.pick(WORDS);
        let arguments: Vec<String> = (0..random.below(8)).map(|_| random.pick(WORDS).to_owned()).collect();
        let program = Program::read(command, &arguments);
        assert!(program.own_arguments <= arguments.len(), "{command} {arguments:?} {program:?}");
        let Ok(server) = Server::from_json(&serde_json::json!({"command": command, "args": arguments}))
        else {
            continue;
        };
        assert_eq!(differences(&server, &server), [], "{command} {arguments:?}");
        let _ = (mcp_registry::dangers(&server), projection(&server));
        let mut more = arguments.clone();
        more.push("--added".to_owned());
        let changed =
            Server::from_json(&serde_json::json!({"command": command, "args": more})).expect("a server");
        assert!(!differences(&server, &changed).is_empty(), "{command} {arguments:?}");
    }
}
