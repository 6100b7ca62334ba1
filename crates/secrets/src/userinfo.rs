//! Credentials in a URL: `scheme://user:password@host`.

use std::ops::Range;

use crate::class::Class;
use crate::placeholder;

const AUTHORITY_END: Class = Class::of("/?# \t\r\n\"'`<>\\,");
const SCHEME: Class = Class::of("a-zA-Z0-9+.-");
const LONGEST: usize = 300;

/// Schemes of databases, queues, directories and mail: nobody writes these addresses but to connect.
const SERVICES: &[&[u8]] = &[
    b"postgres",
    b"postgresql",
    b"mysql",
    b"mysql2",
    b"mysqli",
    b"mariadb",
    b"mongodb",
    b"mongodb+srv",
    b"redis",
    b"rediss",
    b"amqp",
    b"amqps",
    b"mssql",
    b"sqlserver",
    b"oracle",
    b"clickhouse",
    b"cockroachdb",
    b"couchbase",
    b"couchdb",
    b"neo4j",
    b"neo4j+s",
    b"bolt",
    b"ldap",
    b"ldaps",
    b"smtp",
    b"smtps",
    b"imap",
    b"imaps",
    b"kafka",
    b"mqtt",
    b"mqtts",
    b"nats",
    b"snowflake",
    b"elasticsearch",
    b"cassandra",
    b"influxdb",
    b"redshift",
    b"trino",
    b"presto",
    b"hive",
    b"vertica",
    b"db2",
    b"sftp",
    b"postgresql+psycopg2",
    b"postgresql+asyncpg",
    b"mysql+pymysql",
    b"mssql+pyodbc",
    b"stomp",
    b"ibmmq",
];

/// Pairs that documentation and the tests of every URL parser use.
const SPECIMENS: &[(&[u8], &[u8])] = &[
    (b"user", b"pass"),
    (b"user", b"password"),
    (b"username", b"password"),
    (b"user", b"pw"),
    (b"user", b"pwd"),
    (b"user", b"passwd"),
    (b"foo", b"bar"),
    (b"u", b"p"),
    (b"a", b"b"),
    (b"name", b"pass"),
    (b"me", b"pass"),
    (b"login", b"password"),
    (b"admin", b"admin"),
    (b"guest", b"guest"),
    (b"root", b"root"),
    (b"test", b"test"),
    (b"scott", b"tiger"),
];

/// The password of the URL whose `://` stands at `at`. Databases keep their default passwords, web addresses are
/// left alone where the pair is the usual specimen.
pub(crate) fn password(text: &[u8], at: usize, length: usize) -> Option<Range<usize>> {
    let start = at + length;
    let authority = text.get(start..)?;
    let first_end = authority.iter().take(LONGEST).position(|byte| AUTHORITY_END.has(*byte));
    let end = first_end.unwrap_or(authority.len().min(LONGEST));
    let sign = authority.get(..end)?.iter().rposition(|byte| *byte == b'@')?;
    let pair = authority.get(..sign)?;
    let Some(colon) = pair.iter().position(|byte| *byte == b':') else {
        // `https://TOKEN@github.com/`
        let is_token = (20..=255).contains(&pair.len())
            && crate::shape::looks_random(pair, 20)
            && pair.iter().all(|byte| crate::class::WORD_DASH.has(*byte))
            && !is_template(pair)
            && !placeholder::is_handmade(pair)
            && !crate::shape::is_made_of_words(pair);
        return is_token.then_some(start..start + sign);
    };
    let (user, password) = (pair.get(..colon)?, pair.get(colon + 1..)?);
    let host = authority.get(sign + 1..end)?;
    if password.is_empty() || host.is_empty() || is_template(password) || is_template(user) {
        return None;
    }
    let is_service = scheme(text, at).is_some_and(|scheme| SERVICES.contains(&scheme));
    let name = host.split(|byte| *byte == b':').next().unwrap_or_default();
    let is_local = matches!(name, b"localhost" | b"127.0.0.1" | b"host" | b"hostname");
    let is_default = is_local && user == password;
    if SPECIMENS.contains(&(user, password)) || is_default || !is_service && is_specimen(password, host) {
        return None;
    }
    (!placeholder::is_masked(password)).then_some(start + colon + 1..start + sign)
}

/// A user, a colon and a password that is not the usual specimen; a key may stand for the user, and nothing after it.
pub(crate) fn is_pair(pair: &[u8]) -> bool {
    const SHORTEST_KEY: usize = 12;
    let Some(colon) = pair.iter().position(|byte| *byte == b':') else { return false };
    let (user, password) = (pair.get(..colon).unwrap_or_default(), pair.get(colon + 1..).unwrap_or_default());
    let is_plain = PLAIN.iter().any(|word| password.eq_ignore_ascii_case(word));
    !is_plain
        && !SPECIMENS.contains(&(user, password))
        && (!password.is_empty() || user.len() >= SHORTEST_KEY)
}

/// What documentation and the tests of URL parsers write. On a host that cannot exist only capitals or a password that
/// was made by a machine count.
fn is_specimen(password: &[u8], host: &[u8]) -> bool {
    let name = host.split(|byte| *byte == b':').next().unwrap_or_default();
    let is_reserved = is_reserved(name) || !name.contains(&b'.');
    let is_plain = placeholder::contains_folded(password, b"redact")
        || crate::shape::is_mostly_escapes(password)
        || PLAIN.iter().any(|word| password.eq_ignore_ascii_case(word))
            && !password.iter().all(u8::is_ascii_uppercase);
    let is_strong = password.len() >= 8
        && (password.iter().all(u8::is_ascii_uppercase)
            || password.len() >= 12 && password.iter().any(u8::is_ascii_digit));
    password.len() < 4 || is_plain || is_reserved && !is_strong
}

/// Hosts that documentation and tests use and nobody has.
pub(crate) fn is_reserved(name: &[u8]) -> bool {
    let ends: [&[u8]; 13] = [
        b"example.com",
        b"example.org",
        b"example.net",
        b".example",
        b".test",
        b".invalid",
        b"localhost",
        b"host",
        b"hostname",
        b"domain.com",
        b"foo.com",
        b"bar.com",
        b"127.0.0.1",
    ];
    ends.iter().any(|end| name.ends_with(end))
}

/// Passwords of documentation, whatever the user.
const PLAIN: &[&[u8]] = &[
    b"pass",
    b"password",
    b"passwd",
    b"secret",
    b"pwd",
    b"test",
    b"foobar",
    b"token",
    b"guest",
    b"smith",
    b"1234",
];

fn scheme(text: &[u8], at: usize) -> Option<&[u8]> {
    let before = text.get(at.saturating_sub(16)..at)?;
    let start = before.iter().rposition(|byte| !SCHEME.has(*byte)).map_or(0, |last| last + 1);
    before.get(start..)
}

/// `${PASSWORD}`, `%s`, `{{ x }}`, `<password>`, `[password]`, `#{pw}`.
fn is_template(value: &[u8]) -> bool {
    value.iter().any(|byte| matches!(byte, b'$' | b'{' | b'}' | b'<' | b'>' | b'[' | b']' | b'(' | b'|'))
        || value.starts_with(b"%") && value.len() < 4
        || value.starts_with(b"%(")
}
