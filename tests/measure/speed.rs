//! `corpus speed`: what a megabyte of each kind of writing costs the two engines that read text; fails beyond the budgets.

use std::time::Duration;

use injection_detector::Surface;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use unicode_scanner::Kind;

/// What a megabyte may take.
const MOST_UNICODE: Duration = Duration::from_millis(10);
const MOST_INJECTION: Duration = Duration::from_millis(30);

/// Runs of each; the least counts, since others use the machine too. Processor time, for the same reason.
const RUNS: usize = 20;
const MEGABYTE: usize = 1 << 20;

/// Honest writing of many kinds, a few lines each.
const WRITINGS: [(&str, &str); 12] = [
    (
        "ASCII code",
        "    let total = rows.iter().map(|row| row.width).sum::<usize>(); // the sum\n    if total > limit {\n        return Err(Error::TooWide { total, limit });\n    }\n",
    ),
    (
        "ASCII prose",
        "Run the tests before you commit. The first run takes a while, since it builds every binary; later runs\nreuse what is there. If a test fails, read its output from the top: the first failure names the file.\n\n",
    ),
    (
        "ASCII log",
        "2026-11-26T14:02:11Z INFO  worker-3 job=8841 state=done took=1.8s retries=0 path=/srv/data/a/b.json\n",
    ),
    ("Cyrillic", "Проверьте настройки соединения и повторите попытку позже, пожалуйста.\n"),
    (
        "Cyrillic in code",
        "    let name = \"Проверьте настройки\"; // если соединение не работает, повторите через API\n",
    ),
    ("Greek", "Ελέγξτε τις ρυθμίσεις σύνδεσης και δοκιμάστε ξανά αργότερα, παρακαλώ.\n"),
    (
        "Chinese, Japanese",
        "設定を確認して、もう一度お試しください。詳しくはヘルプを参照。\n请检查连接设置，然后重试。\n",
    ),
    ("Korean", "연결 설정을 확인한 다음 나중에 다시 시도하세요.\n"),
    ("Persian", "می\u{200c}خواهم کتاب\u{200c}ها را ببینم و سپس به خانه بروم.\n"),
    ("Hindi", "कृपया कनेक्शन सेटिंग्स जाँचें और बाद में पुनः प्रयास करें। क्\u{200d}ष\n"),
    ("Vietnamese", "Vui lòng kiểm tra cài đặt kết nối và thử lại sau.\n"),
    (
        "emoji",
        "Done ✅ 👩\u{200d}💻 ❤\u{fe0f} 🏳\u{fe0f}\u{200d}🌈 👍🏽 1\u{fe0f}\u{20e3} the build is green, ship it today 🚀\n",
    ),
];

pub fn run(_arguments: &[String]) -> Result<bool, String> {
    println!("{:20} {:>16} {:>20}", "a megabyte of", "unicode-scanner", "injection-detector");
    let mut holds = true;
    for (name, lines) in WRITINGS {
        let text = lines.repeat(MEGABYTE.div_ceil(lines.len()));
        let options = unicode_scanner::Options { kind: Kind::Unknown };
        if !unicode_scanner::scan(&text, options).is_empty() {
            return Err(format!("unicode-scanner finds something in {name}"));
        }
        let unicode = least(|| drop(std::hint::black_box(unicode_scanner::scan(&text, options))))?;
        let options = injection_detector::Options { surface: Surface::ToolResult };
        let injection = least(|| drop(std::hint::black_box(injection_detector::score(&text, &options))))?;
        println!("{name:20} {:13.2} ms {:17.2} ms", millis(unicode), millis(injection));
        holds &= unicode <= MOST_UNICODE && injection <= MOST_INJECTION;
    }
    println!("{:20} {:13.2} ms {:17.2} ms", "at most", millis(MOST_UNICODE), millis(MOST_INJECTION));
    Ok(holds)
}

fn least(mut run: impl FnMut()) -> Result<Duration, String> {
    let mut least = Duration::MAX;
    for _ in 0..RUNS {
        let before = spent()?;
        run();
        least = least.min(spent()?.saturating_sub(before));
    }
    Ok(least)
}

/// What this process has had of the processor so far.
fn spent() -> Result<Duration, String> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).map_err(|error| format!("getrusage: {error}"))?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    u64::try_from(micros).map(Duration::from_micros).map_err(|error| error.to_string())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
