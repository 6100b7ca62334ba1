//! Scratch measurement until tests/measure lands.
use std::collections::BTreeMap;
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let source = std::env::args().nth(2).unwrap();
    let show = std::env::args().nth(3);
    let text = std::process::Command::new("zcat")
        .arg(format!("{dir}/secrets_{source}.jsonl.gz"))
        .output()
        .unwrap()
        .stdout;
    let text = String::from_utf8(text).unwrap();
    let (mut p, mut tp, mut n, mut fp) = (0, 0, 0, 0);
    let mut missed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let t = row["text"].as_str().unwrap();
        let rule = row["rule"].as_str().unwrap().to_string();
        let hits = secrets::scan(t, &secrets::Options::default());
        if row["expected"].as_bool().unwrap() {
            p += 1;
            if hits.is_empty() {
                missed.entry(rule).or_default().push(t.chars().take(300).collect());
            } else {
                tp += 1
            }
        } else {
            n += 1;
            if !hits.is_empty() {
                fp += 1;
                if show.is_some() {
                    println!(
                        "FP {rule} by {} [{}] {:?}",
                        hits[0].rule,
                        &t[hits[0].span.clone()],
                        t.chars().take(200).collect::<String>()
                    );
                }
            }
        }
    }
    if show.is_some() {
        for (rule, texts) in &missed {
            for t in texts {
                println!("MISS {rule} {t:?}");
            }
        }
    }
    println!(
        "{source}: recall {tp}/{p} = {:.4}; flagged false {fp}/{n} = {:.3}",
        f64::from(tp) / f64::from(p),
        f64::from(fp) / f64::from(n)
    );
}
