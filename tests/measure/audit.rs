//! `corpus audit [--records N] [--writers N] [--appends N]`: what an append to the audit log costs, alone and beside other
//! writers, and how long a log of N records takes to verify and to answer a question, against `jq` on the same files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use govern::Io;
use ledger::{Record, append, canonical, digest, seal, to_hex};
use nix::sys::resource::{UsageWho, getrusage};
use serde_json::{Value, json};

/// What must hold on a quiet machine.
const MOST_P99: Duration = Duration::from_millis(1);
const MOST_VERIFY_PER_MILLION: Duration = Duration::from_secs(2);
const MOST_QUERY_PER_MILLION: Duration = Duration::from_secs(1);
const LEAST_RATIO_TO_JQ: f64 = 10.0;

/// The days the records are spread over.
const DAYS: i64 = 30;

struct Options {
    records: usize,
    writers: usize,
    appends: usize,
}

pub fn measure(arguments: &[String]) -> Result<bool, String> {
    if let [writer, log, count, pause] = arguments
        && writer == "writer"
    {
        return write_and_tell(Path::new(log), number(count)?, Duration::from_micros(number(pause)? as u64));
    }
    let options = options(arguments)?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let appended = measure_appends(folder.path(), &options)?;
    let read = measure_reading(folder.path(), options.records)?;
    Ok(appended && read)
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

fn options(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options { records: 1_000_000, writers: 8, appends: 2000 };
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let value = number(rest.next().ok_or_else(|| format!("{name} needs a number"))?)?;
        match name.as_str() {
            "--records" => options.records = value,
            "--writers" => options.writers = value,
            "--appends" => options.appends = value,
            _ => return Err(format!("no option {name}; there are --records, --writers, --appends")),
        }
    }
    Ok(options)
}

/// A writer process: its times in nanoseconds, one a line.
fn write_and_tell(log: &Path, count: usize, pause: Duration) -> Result<bool, String> {
    let mut times = Vec::with_capacity(count);
    for index in 0..count {
        let record = activity(index);
        let begun = Instant::now();
        append(log, Utc::now(), record).map_err(|error| error.to_string())?;
        times.push(begun.elapsed());
        if !pause.is_zero() {
            std::thread::sleep(pause);
        }
    }
    let text: Vec<String> = times.iter().map(|time| time.as_nanos().to_string()).collect();
    println!("{}", text.join("\n"));
    Ok(true)
}

fn measure_appends(folder: &Path, options: &Options) -> Result<bool, String> {
    println!("{:<44} {:>9} {:>9} {:>9}", "append, one record", "p50", "p99", "longest");
    let rows = [
        ("one writer", 1, Duration::ZERO),
        // A session makes a call now and then; eight that make one each 5 ms are a busy machine.
        ("writers that pause 5 ms", options.writers, Duration::from_millis(5)),
        ("writers that never pause", options.writers, Duration::ZERO),
    ];
    let mut holds = true;
    for (number, (what, writers, pause)) in rows.into_iter().enumerate() {
        let log = folder.join(format!("append-{number}"));
        let appends = if pause.is_zero() { options.appends } else { options.appends / 4 };
        let times = times_of(&log, writers, appends, pause)?;
        let at = |share: usize| times.get((times.len() * share / 100).min(times.len() - 1)).copied();
        let (median, p99) = (at(50).unwrap_or_default(), at(99).unwrap_or_default());
        let report = ledger::verify(&log);
        let longest = times.last().copied().unwrap_or_default();
        println!(
            "  {writers} {what:<40} {median:>9.1?} {p99:>9.1?} {longest:>9.1?}   {} put aside",
            report.spilled
        );
        if let Some(problem) = report.problems.first() {
            return Err(format!("the log does not verify: {problem}"));
        }
        // Who never pauses and has no processor of its own waits for one, a turn of the scheduler at a time, with or without a log.
        if pause.is_zero() && writers > processors() {
            println!("    not judged: {writers} at once on {} processors wait for those", processors());
        } else {
            holds &= p99 < MOST_P99;
        }
    }
    if let Some(load) = busy() {
        println!(
            "  not judged: p99 below {MOST_P99:?}, for the machine is busy with other things (load {load})"
        );
        return Ok(true);
    }
    say(holds, &format!("p99 below {MOST_P99:?}"));
    Ok(holds)
}

/// The load before this began, over the last five minutes, where it is more than half of what the machine can do: then
/// waiting times are those of the others.
fn busy() -> Option<f64> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    let load: f64 = text.split(' ').nth(1)?.parse().ok()?;
    (load > 0.5 * f64::from(u32::try_from(processors()).unwrap_or(u32::MAX))).then_some(load)
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Every append's time, sorted.
fn times_of(log: &Path, writers: usize, appends: usize, pause: Duration) -> Result<Vec<Duration>, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let start = || {
        Command::new(&own)
            .args(["audit", "writer"])
            .arg(log)
            .args([appends.to_string(), pause.as_micros().to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())
    };
    let running: Vec<_> = (0..writers).map(|_| start()).collect::<Result<_, _>>()?;
    let mut times = Vec::new();
    for writer in running {
        let output = writer.wait_with_output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err("a writer failed".into());
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        times.extend(text.lines().filter_map(|line| line.parse().ok()).map(Duration::from_nanos));
    }
    times.sort_unstable();
    if times.len() == writers * appends { Ok(times) } else { Err("a writer told too little".into()) }
}

/// A record like those of a session: reads, commands, writes; one in 500 of them touches a secret file.
fn activity(index: usize) -> Record {
    let (tool, operation, field, what) = match index % 500 {
        7 => ("Read", "read", "path", format!("/home/u/work/service-{}/.env", index % 37)),
        257 => {
            ("Bash", "execute", "command", format!("cat /home/u/work/service-{}/.env | head -3", index % 37))
        }
        kind => match kind % 3 {
            0 => {
                ("Read", "read", "path", format!("/home/u/work/service-{}/src/module_{index}.rs", index % 37))
            }
            1 => (
                "Bash",
                "execute",
                "command",
                format!("cargo test -p service-{} -- --exact case_{index}", index % 37),
            ),
            _ => (
                "Edit",
                "write",
                "path",
                format!("/home/u/work/service-{}/src/module_{index}.rs", index % 37),
            ),
        },
    };
    let record = json!({
        "basis": "observed", "branch": "main", "cwd": format!("/home/u/work/service-{}", index % 37), "duration_ms": index % 900,
        "event": "PostToolUse", "head": "5a1c0e6b2f7d4c3b8a9e0f1d2c3b4a5968778695", "host": "wks-38", field: what,
        "operation": operation, "outcome": "ok", "output_len": index % 4000, "permission_mode": "default",
        "policy": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "project": format!("/home/u/work/service-{}", index % 37), "session": format!("5d1c2f0e-0000-4000-8000-{:012}", index / 400),
        "tier": "standard", "tool": tool, "tool_use": format!("toolu_{index:020}"), "type": "activity",
        "user": format!("developer-{}", index % 193),
    });
    record.as_object().cloned().unwrap_or_default()
}

/// A log as the appender would have left it, a day file each day, and a checkpoint at its end.
fn build(log: &Path, records: usize, now: DateTime<Utc>) -> Result<u64, String> {
    let failed = |error: std::io::Error| error.to_string();
    // The appender makes the folder with the rights it wants; its one record goes again.
    append(log, now, Record::new()).map_err(|error| error.to_string())?;
    for entry in fs::read_dir(log).map_err(failed)? {
        fs::remove_file(entry.map_err(failed)?.path()).map_err(failed)?;
    }
    let (mut head, mut seq, mut bytes) = ([0; 32], 0_u64, 0);
    let mut previous = Value::Null;
    for day in 0..DAYS {
        let at = now - TimeDelta::days(DAYS - 1 - day);
        let name = at.format("%Y-%m-%d").to_string();
        let mut text = Vec::new();
        let mut push = |mut record: Record| {
            record.insert("prev".into(), to_hex(&head).into());
            record.insert("seq".into(), seq.into());
            record.insert("ts".into(), at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true).into());
            record.insert("v".into(), 1.into());
            let line = canonical(&record);
            head = digest(&line);
            seq += 1;
            text.extend_from_slice(&line);
            text.push(b'\n');
        };
        let opening = json!({"event": "audit.segment", "day": name, "prev_file": previous});
        push(opening.as_object().cloned().unwrap_or_default());
        let (from, to) = (share(records, day), share(records, day + 1));
        (from..to).for_each(|index| push(activity(index)));
        bytes += text.len() as u64;
        previous = format!("{name}.jsonl").into();
        fs::write(log.join(format!("{name}.jsonl")), &text).map_err(failed)?;
    }
    only_owner(log)?;
    seal(log, now, "example.org/measured/1000")
        .map_err(|error| error.to_string())?
        .ok_or("the log was busy")?;
    Ok(bytes)
}

fn share(records: usize, day: i64) -> usize {
    records * usize::try_from(day).unwrap_or_default() / usize::try_from(DAYS).unwrap_or(1)
}

fn only_owner(log: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    for entry in fs::read_dir(log).map_err(|error| error.to_string())?.flatten() {
        fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o600))
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn measure_reading(folder: &Path, records: usize) -> Result<bool, String> {
    let now = Utc::now();
    let log = folder.join("state/log");
    fs::create_dir_all(folder.join("home")).map_err(|error| error.to_string())?;
    let bytes = build(&log, records, now)?;
    println!("\n{records} records in {DAYS} day files, {} MB", bytes / 1_000_000);
    let (verified, verify) = best(folder, now, &["log", "verify"])?;
    if !verified.contains("\nintact") {
        return Err(verified);
    }
    let arguments = ["log", "query", "--read", "--path", "**/.env", "--since", "30d", "--format", "json"];
    let (answer, query) = best(folder, now, &arguments)?;
    let found = answer.lines().count();
    println!(
        "  govern log verify, chain and checkpoints      {:>9.1?}   {:.1?} of processor",
        verify.wall, verify.cpu
    );
    println!(
        "  govern log query --read --path '**/.env'      {:>9.1?}   {:.1?} of processor, {found} found",
        query.wall, query.cpu
    );
    let scale = f64::from(u32::try_from(records).unwrap_or(u32::MAX)) / 1e6;
    let within = |time: Duration, most: Duration| time.as_secs_f64() < most.as_secs_f64() * scale.max(0.05);
    let fast =
        within(verify.least(), MOST_VERIFY_PER_MILLION) && within(query.least(), MOST_QUERY_PER_MILLION);
    say(fast, "a million records verify below 2 s and answer below 1 s");
    let (count, jq) = with_jq(&log, now)?;
    let ratio = jq.as_secs_f64() / query.wall.as_secs_f64();
    println!(
        "  jq, the same question on the same files       {jq:>9.1?}   {count} found, {ratio:.0} times as long"
    );
    say(ratio >= LEAST_RATIO_TO_JQ, "at least 10 times as fast as jq");
    if count != found {
        return Err(format!("jq found {count} records and govern {found}"));
    }
    Ok(fast && ratio >= LEAST_RATIO_TO_JQ)
}

/// How long something took by the clock, and of all processors together.
#[derive(Clone, Copy)]
struct Took {
    wall: Duration,
    cpu: Duration,
}

impl Took {
    /// What it takes on a quiet machine at most: what all processors together spent on it is never less than that.
    fn least(self) -> Duration {
        self.wall.min(self.cpu)
    }
}

/// What the command printed, and the quickest of five runs: whatever else the machine does only adds.
fn best(folder: &Path, now: DateTime<Utc>, arguments: &[&str]) -> Result<(String, Took), String> {
    let runs = (0..5).map(|_| govern(folder, now, arguments)).collect::<Result<Vec<_>, _>>()?;
    runs.into_iter().min_by_key(|(_, took)| took.wall).ok_or_else(|| "nothing ran".to_owned())
}

fn processor_time() -> Result<Duration, String> {
    let used = getrusage(UsageWho::RUSAGE_SELF).map_err(|error| error.to_string())?;
    let of = |time: nix::sys::time::TimeVal| {
        Duration::from_micros(u64::try_from(time.tv_sec() * 1_000_000 + time.tv_usec()).unwrap_or_default())
    };
    Ok(of(used.user_time()) + of(used.system_time()))
}

/// What the command printed, and how long it took.
fn govern(folder: &Path, now: DateTime<Utc>, arguments: &[&str]) -> Result<(String, Took), String> {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut io = Io {
        out: &mut out,
        err: &mut err,
        input: &mut std::io::empty(),
        now,
        home: folder.join("home"),
        cwd: folder.join("home"),
        state: folder.join("state"),
        managed: folder.join("managed"),
        user: "measured".into(),
        terminal: false,
    };
    let (begun, before) = (Instant::now(), processor_time()?);
    let exit = govern::run(arguments, &mut io);
    let took = Took { wall: begun.elapsed(), cpu: processor_time()?.saturating_sub(before) };
    if exit != 0 {
        return Err(String::from_utf8_lossy(&[out, err].concat()).into_owned());
    }
    Ok((String::from_utf8_lossy(&out).into_owned(), took))
}

/// The question as people ask it without this tool.
fn with_jq(log: &Path, now: DateTime<Utc>) -> Result<(usize, Duration), String> {
    let since = (now - TimeDelta::days(30)).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let question = r#"select(.outcome == "ok" and .ts >= $since and (
        (.operation == "read" and (.path // "" | test("(^|/)\\.env$")))
        or (.operation == "execute" and (.command // "" | test("(^|[ /])\\.env($|[ |;&])")))))"#;
    let mut days: Vec<PathBuf> = ledger::segments(log)
        .map_err(|error| error.to_string())?
        .into_iter()
        .map(|day| day.path(log))
        .collect();
    days.sort();
    let begun = Instant::now();
    let output = Command::new("jq")
        .args(["-c", "--arg", "since", &since, question])
        .args(&days)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("jq (apt-get install jq): {error}"))?;
    let took = begun.elapsed();
    if !output.status.success() {
        return Err("jq failed".into());
    }
    Ok((String::from_utf8_lossy(&output.stdout).lines().count(), took))
}

fn say(holds: bool, bar: &str) {
    println!("  {}: {bar}", if holds { "holds" } else { "MISSED" });
}
