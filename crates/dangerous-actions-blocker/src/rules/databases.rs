//! Statements that delete tables, databases or all rows, given to the usual clients.

use hook_core::Severity;
use shell::Target as Into;

use crate::arguments::{FLAGS_ONLY, Takes};
use crate::call::Call;
use crate::names::Names;
use crate::rule::{Hit, Instead, Rule};

pub(crate) static RULES: &[&Rule] = &[&DROP, &ROWS, &FLUSH, &MIGRATE];

static DROP: Rule = Rule {
    id: "database-drop",
    severity: Severity::High,
    harm: "would delete a table, a schema or a whole database with its rows",
    instead: Instead::Run("pg_dump --schema-only app", "make a backup first; the user runs the statement"),
};
static ROWS: Rule = Rule {
    id: "database-all-rows",
    severity: Severity::High,
    harm: "would delete or change every row, because it has no WHERE",
    instead: Instead::Run(
        "psql -c 'SELECT count(*) FROM users WHERE id = 1'",
        "select the rows that are meant, then name them in a WHERE",
    ),
};
static FLUSH: Rule = Rule {
    id: "database-flush",
    severity: Severity::High,
    harm: "would delete everything in the store",
    instead: Instead::Run("redis-cli DBSIZE", "look first; delete by key"),
};
static MIGRATE: Rule = Rule {
    id: "database-reset",
    severity: Severity::High,
    harm: "would drop the database and build it anew, without its data",
    instead: Instead::Run("npx prisma migrate status", "migrate without a reset"),
};

static CLIENT_NAMES: Names<{ CLIENTS.len() }> = Names::of(&[&[CLIENTS]]);
static TOOL_NAMES: Names<{ TOOLS.len() }> = Names::of(&[&[TOOLS]]);

pub(crate) fn judge(call: &Call<'_>, hits: &mut Vec<Hit>) {
    if let Some(rule) = tool(call) {
        hits.push(call.hit(rule, call.shown(3)));
        return;
    }
    if !CLIENT_NAMES.has(call.name) {
        return;
    }
    let mut rule = None;
    for word in call.words() {
        rule = rule.or_else(|| statement_rule(word.text()));
    }
    // `psql <<EOF`, `echo ... | mysql`.
    if let Some(input) = &call.command.input {
        rule = rule.or_else(|| statement_rule(input.text()));
    }
    for redirection in &call.command.redirections {
        if let Into::Text(text) = &redirection.target {
            rule = rule.or_else(|| statement_rule(text.text()));
        }
    }
    if let Some(rule) = rule {
        hits.push(call.hit(rule, call.shown(0)));
    }
}

const CLIENTS: &[&str] = &[
    "psql",
    "mysql",
    "mariadb",
    "mycli",
    "pgcli",
    "sqlite3",
    "sqlite",
    "sqlcmd",
    "sqlplus",
    "cockroach",
    "clickhouse-client",
    "clickhouse",
    "duckdb",
    "bq",
    "snowsql",
    "snow",
    "mongosh",
    "mongo",
    "usql",
    "cqlsh",
    "tsql",
    "isql",
    "trino",
    "presto",
    "hive",
    "beeline",
    "spanner-cli",
    "turso",
    "wrangler",
    "db2",
    "osql",
    "gcloud",
    "supabase",
    "litecli",
    "impala-shell",
    "redis-cli",
    "valkey-cli",
    "docker",
    "duckdb_cli",
    "rqlite",
    "surreal",
    "influx",
    "questdb",
    "spark-sql",
];

/// The programs [`tool`] knows.
const TOOLS: &[&str] = &[
    "dropdb",
    "dropuser",
    "mysqladmin",
    "redis-cli",
    "valkey-cli",
    "prisma",
    "npx",
    "pnpm",
    "yarn",
    "bunx",
    "rails",
    "rake",
    "bin/rails",
    "artisan",
    "php",
    "python",
    "python3",
    "manage.py",
    "django-admin",
    "mix",
    "supabase",
];

/// Programs whose own words are the deletion.
fn tool(call: &Call<'_>) -> Option<&'static Rule> {
    if !TOOL_NAMES.has(call.name) {
        return None;
    }
    let arguments =
        call.arguments(Takes { short: "hpUdnaiu", long: &["host", "port", "username", "dbname"] });
    if arguments.is_harmless() {
        return None;
    }
    let words: Vec<_> = arguments.words().collect();
    let has = |word: &str| words.iter().any(|other| other.eq_ignore_ascii_case(word));
    match call.name {
        "dropdb" | "dropuser" if !words.is_empty() => Some(&DROP),
        "mysqladmin" if has("drop") => Some(&DROP),
        "redis-cli" | "valkey-cli" if has("flushall") || has("flushdb") => Some(&FLUSH),
        "prisma"
            if has("reset") || (has("push") && arguments.has_any(&["force-reset", "accept-data-loss"])) =>
        {
            Some(&MIGRATE)
        }
        "npx" | "pnpm" | "yarn" | "bunx"
            if has("prisma") && (has("reset") || arguments.has_any(&["force-reset"])) =>
        {
            Some(&MIGRATE)
        }
        "rails" | "rake" | "bin/rails"
            if words.iter().any(|word| {
                matches!(*word, "db:drop" | "db:reset" | "db:schema:load" | "db:drop:all" | "db:purge")
            }) =>
        {
            Some(&MIGRATE)
        }
        "artisan" | "php"
            if words.iter().any(|word| matches!(*word, "migrate:fresh" | "migrate:reset" | "db:wipe")) =>
        {
            Some(&MIGRATE)
        }
        "python" | "python3" | "manage.py" | "django-admin"
            if has("flush")
                && (has("manage.py") || call.name != "python")
                && !has("-c")
                && call.arguments(FLAGS_ONLY).words().any(|word| word.ends_with("manage.py")) =>
        {
            Some(&MIGRATE)
        }
        "mix" if words.iter().any(|word| matches!(*word, "ecto.drop" | "ecto.reset")) => Some(&MIGRATE),
        "supabase" if words.starts_with(&["db", "reset"]) && arguments.has_any(&["linked", "db-url"]) => {
            Some(&MIGRATE)
        }
        _ => None,
    }
}

/// The rule for the first statement in `text` that deletes.
pub(crate) fn statement_rule(text: &str) -> Option<&'static Rule> {
    let lower = text.to_ascii_lowercase();
    if ["drop", "truncate", "delete", "update", "flush", "remove"].iter().all(|word| !lower.contains(word)) {
        return None;
    }
    if [".dropdatabase(", ".drop(", ".deletemany({})", ".remove({})", ".deletemany( {} )"]
        .iter()
        .any(|call| lower.contains(call))
    {
        return Some(&DROP);
    }
    without_comments(&lower).split(';').find_map(one_statement)
}

fn one_statement(statement: &str) -> Option<&'static Rule> {
    let words: Vec<_> = statement
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let (drops, sets) = (words.contains(&"drop"), words.contains(&"set"));
    let filtered = words.contains(&"where") && !is_always_true(statement);
    for (index, word) in words.iter().enumerate() {
        let next = words.get(index + 1).copied().unwrap_or("");
        let second = words.get(index + 2).copied().unwrap_or("");
        // A statement begins here, or behind EXPLAIN's opposite: WITH ... DELETE, BEGIN DELETE.
        match *word {
            "explain" | "select" | "insert" | "create" | "comment" | "grant" if index == 0 => return None,
            "alter" if drops && next == "table" => return drops_column(&words),
            "drop" if DROPPED.contains(&next) => return Some(&DROP),
            "truncate" if !next.is_empty() => return Some(&DROP),
            "flushall" | "flushdb" => return Some(&FLUSH),
            "delete" if next == "from" && !filtered => return Some(&ROWS),
            "update" if sets && !second.is_empty() && !filtered => return Some(&ROWS),
            _ => {}
        }
    }
    None
}

const DROPPED: &[&str] = &[
    "table",
    "database",
    "schema",
    "keyspace",
    "collection",
    "tablespace",
    "user",
    "role",
    "owned",
    "materialized",
];

fn drops_column(words: &[&str]) -> Option<&'static Rule> {
    let pair = words.windows(2).any(|pair| matches!(pair, ["drop", "column" | "partition"]));
    pair.then_some(&DROP)
}

fn is_always_true(statement: &str) -> bool {
    let flat: String = statement.chars().filter(|letter| !letter.is_whitespace()).collect();
    ["where1=1", "wheretrue", "where'1'='1'", "where1"].iter().any(|always| flat.ends_with(always))
}

/// SQL without `--` and `/* */` comments: a WHERE in a comment filters nothing.
fn without_comments(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['-', '/']) {
        let (before, mark) = rest.split_at(at);
        result.push_str(before);
        let end = match mark.get(..2) {
            Some("--") => "\n",
            Some("/*") => "*/",
            _ => {
                result.push_str(mark.get(..1).unwrap_or(""));
                rest = mark.get(1..).unwrap_or("");
                continue;
            }
        };
        result.push(' ');
        let after = mark.get(2..).unwrap_or("");
        rest = after.find(end).and_then(|close| after.get(close + end.len()..)).unwrap_or("");
    }
    result.push_str(rest);
    result
}
