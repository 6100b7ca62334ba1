use injection_detector::{Options, Surface, score};
use std::collections::BTreeMap;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut out: BTreeMap<(String, String), Vec<(f32, String)>> = BTreeMap::new();
    let mut rules: BTreeMap<&'static str, [u32; 3]> = BTreeMap::new();
    for path in &args[2..] {
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let (s, k, t) = (
                row["source"].as_str().unwrap(),
                row["kind"].as_str().unwrap(),
                row["text"].as_str().unwrap(),
            );
            let attack = path.contains("attack");
            let group = if attack {
                if k.starts_with("ipi_semantic") { "semantic" } else { "attack" }
            } else if k.starts_with("security") || k.ends_with("_sec") {
                "sec"
            } else if k.starts_with("prompt") {
                "prompt"
            } else {
                "file"
            };
            if args[1] == "rules" {
                let mut seen = std::collections::BTreeSet::new();
                for f in injection_detector::score::features(t) {
                    for x in f.facts {
                        if x >= 65536 + 16384 && x < 65536 + 16384 + 128 {
                            seen.insert(x as usize - 65536 - 16384);
                        }
                    }
                }
                let all: Vec<_> = injection_detector::rules::all().collect();
                for i in seen {
                    let e = rules.entry(all[i].id).or_default();
                    match group {
                        "attack" => e[0] += 1,
                        "file" => e[1] += 1,
                        "prompt" => e[2] += 1,
                        _ => {}
                    }
                }
                continue;
            }
            let a = score(t, &Options { surface: Surface::ToolResult });
            let name = format!(
                "{} {} {} | {:?} | {}",
                row["file"].as_str().unwrap_or(""),
                k,
                a.spans.first().map_or(String::new(), |x| format!("{:?}", x.range)),
                a.signals.iter().map(|s| s.rule.id).collect::<Vec<_>>(),
                a.spans
                    .first()
                    .map_or(t, |s| &t[s.range.clone()])
                    .chars()
                    .take(160)
                    .collect::<String>()
                    .replace('\n', " ")
            );
            out.entry((
                group.into(),
                if group == "attack" || group == "semantic" {
                    s.into()
                } else if group == "prompt" {
                    s.into()
                } else {
                    String::new()
                },
            ))
            .or_default()
            .push((a.margin, name));
        }
    }
    if args[1] == "rules" {
        for r in injection_detector::rules::all() {
            let v = rules.get(r.id).copied().unwrap_or_default();
            println!("{:30} {:4} attacks {:5} files {:4} prompts {:4}", r.id, r.points, v[0], v[1], v[2]);
        }
        return;
    }
    let mut files: Vec<f32> =
        out.iter().filter(|(k, _)| k.0 == "file").flat_map(|(_, v)| v.iter().map(|x| x.0)).collect();
    files.sort_by(|a, b| b.total_cmp(a));
    let t: Vec<f32> =
        [0.001, 0.005, 0.01].iter().map(|f| files[(files.len() as f32 * f) as usize] + 1e-4).collect();
    println!("files {} thresholds {:?}", files.len(), t);
    let mut macro_ = [0.0; 3];
    let mut n = 0.0;
    let mut micro = [0.0; 3];
    let mut total = 0.0;
    for ((g, s), v) in &out {
        let r: Vec<f32> =
            t.iter().map(|t| v.iter().filter(|x| x.0 > *t).count() as f32 / v.len() as f32).collect();
        if v.len() == 1 {
            println!("{:?}", v[0]);
        }
        println!("{g:9} {s:28} {:5} {:.3} {:.3} {:.3}", v.len(), r[0], r[1], r[2]);
        if g == "attack" {
            for i in 0..3 {
                macro_[i] += r[i];
                micro[i] += r[i] * v.len() as f32;
            }
            n += 1.0;
            total += v.len() as f32;
        }
    }
    println!("macro {:?} micro {:?}", macro_.map(|x| x / n), micro.map(|x| x / total));
    if args[1] == "show" {
        for ((g, s), v) in &mut out {
            v.sort_by(|a, b| b.0.total_cmp(&a.0));
            if g == "file" || g == "prompt" {
                for (m, n) in v.iter().take(30) {
                    println!("{g} {s} {m:.2} {n}");
                }
            }
        }
    }
    if args[1] == "miss" {
        for ((g, s), v) in &mut out {
            if g == "attack" {
                let mut k = 0;
                for (m, n) in v.iter() {
                    if *m < t[1] && k < 15 {
                        println!("{s} {m:.2} {n}");
                        k += 1;
                    }
                }
            }
        }
    }
}
