//! What shells and `man` are given: read by the shells themselves and by groff.

use std::process::{Command, Stdio};

use governance_tests::{bin, said};

fn govern(arguments: &[&str]) -> String {
    let output = Command::new(bin("govern")).args(arguments).output().expect("govern runs");
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Runs a program of this machine on a text; `None` where the machine has none, which CI does not forgive.
fn with(program: &str, arguments: &[&str], text: &str) -> Option<String> {
    use std::io::Write;
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        assert!(std::env::var_os("CI").is_none(), "{program} is missing");
        eprintln!("skipped: {program} is missing");
        return None;
    };
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let said = said(&output);
    assert!(output.status.success(), "{program}: {said}");
    Some(said)
}

#[test]
fn bash_completes_commands_verbs_and_options() {
    let script = govern(&["completions", "bash"]);
    // Files are offered beside verbs, so the folder must hold none.
    let empty = tempfile::tempdir().unwrap();
    for (line, expected) in [
        ("govern up", vec!["upgrade"]),
        ("govern tier ch", vec!["choose"]),
        ("govern init --dr", vec!["--dry-run"]),
        ("govern log ver", vec!["verify"]),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let last = words.len() - 1;
        let ask = format!(
            "{script}\ncd '{}'\nCOMP_WORDS=({})\nCOMP_CWORD={last}\n_govern\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
            empty.path().display(),
            words.join(" ")
        );
        let Some(said) = with("bash", &["--norc", "--noprofile"], &ask) else { return };
        assert_eq!(said.lines().collect::<Vec<_>>(), expected, "{line}");
    }
}

#[test]
fn zsh_and_fish_read_theirs() {
    with("zsh", &["--no-rcs", "-n", "/dev/stdin"], &govern(&["completions", "zsh"]));
    with("fish", &["--no-config", "--no-execute"], &govern(&["completions", "fish"]));
}

#[test]
fn groff_has_nothing_to_say_about_the_manual_pages() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display().to_string();
    govern(&["man", "--out", &out]);
    let mut pages = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap().flatten() {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let Some(said) = with("groff", &["-man", "-Tutf8", "-ww", "-z"], &text) else { return };
        assert_eq!(said, "", "{}", entry.path().display());
        pages += 1;
    }
    assert!(pages > 20, "{pages}");
    let Some(shown) = with("groff", &["-man", "-Tascii", "-P-cbou"], &govern(&["man", "log"])) else {
        return;
    };
    assert!(shown.contains("govern log query") && shown.contains("--since TIME"), "{shown}");
}
