#!/usr/bin/env python3
"""Our scanner beside every other that can be installed here, in one run: wall time on 2 KB and on 10 MB, and recall.

    python3 tests/measure/peers.py [--rounds N] [--corpora FOLDER] [--hook PATH]

Installs the others under target/peers (ripsecrets by cargo, kingfisher and detect-secrets from PyPI, secretlint from npm), runs
all of them in turn on the same text, shows on a second one that each would have found a token, and fails where ours is not 50 times as fast on 2 KB and 5 times on 10 MB. Ours is the
hook itself, fed the event the client would send: start, parsing and all. With a folder of labelled rows
(secrets_*.jsonl.gz, fields `text` and `expected`), it also counts on how many rows expected to hold a secret each finds one.
On a busy machine wall time says little: `--processor-time` compares what each used of the processor instead.
None of them reaches the network: kingfisher is told not to validate, and nothing else would.
"""

import argparse
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "target" / "peers"
LEAST = {"2 KB": 50, "10 MB": 5}
# A made-up token in two pieces, so that this file holds none; every scanner knows the form.
PLANTED = 'token = "' + "ghp_" + 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"\n'


def install():
    """Each peer's command for files in the working folder; one that cannot be installed is told and left out."""
    python, npm, cargo = HOME / "python", HOME / "npm", HOME / "cargo"
    steps = {
        "ripsecrets": (cargo / "bin/ripsecrets", [["cargo", "install", "ripsecrets", "--locked", "--quiet", "--root", str(cargo)]]),
        "kingfisher": (python / "bin/kingfisher", [[sys.executable, "-m", "venv", str(python)],
                       [str(python / "bin/pip"), "install", "--quiet", "kingfisher-bin"]]),
        "detect-secrets": (python / "bin/detect-secrets", [[sys.executable, "-m", "venv", str(python)],
                           [str(python / "bin/pip"), "install", "--quiet", "detect-secrets"]]),
        "secretlint": (npm / "node_modules/.bin/secretlint", [["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(npm),
                       "secretlint", "@secretlint/secretlint-rule-preset-recommend"]]),
    }
    commands = {}
    for name, (binary, recipe) in steps.items():
        for step in recipe if not binary.exists() else []:
            done = subprocess.run(step, capture_output=True, text=True)
            if done.returncode:
                print(f"{name}: cannot be installed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
                break
        if binary.exists():
            commands[name] = str(binary)
    return commands


def command(name, binary, target):
    """The command that scans `target`, a file or folder relative to the working folder."""
    if name == "ripsecrets":
        return [binary, target]
    if name == "kingfisher":
        return [binary, "scan", "-q", "--no-validate", "--no-update-check", "--format", "jsonl", target]
    if name == "detect-secrets":
        return [binary, "scan", "--all-files", target]
    # The folder is another than this process's own, so the name must tell.
    files = target if target.endswith(".txt") else f"{target}/**/*"
    return [binary, "--secretlintrc", "secretlintrc.json", "--format", "json", "--no-color", files]


def environment(folder):
    modules = str(HOME / "npm/node_modules")
    return {"HOME": folder, "PATH": "/usr/local/bin:/usr/bin:/bin", "NODE_PATH": modules, "LANG": "C.UTF-8"}


def timed(argv, folder, stdin=None):
    """Wall time and processor time in seconds, and what was printed."""
    with open(stdin or os.devnull, "rb") as source:
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(argv, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder, env=environment(folder))
        took, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return took, used, done.stdout.decode("utf-8", "replace")


def source_text(size):
    """This project's own code, which holds no secret: real text of any size."""
    crates = ("shell", "ledger", "claude-config")
    files = sorted(path for crate in crates for path in (ROOT / "crates" / crate / "src").rglob("*.rs"))
    code = "".join(path.read_text() for path in files)
    return (code * (size // len(code) + 1))[:size]


def event(text):
    return json.dumps({"hook_event_name": "PostToolUse", "session_id": "s", "cwd": "/tmp", "tool_name": "Bash", "tool_use_id": "t",
                       "tool_input": {"command": "cat file"}, "tool_response": {"stdout": text, "stderr": "", "interrupted": False}})


def scan(name, hook, commands, folder, text):
    """One run over this text."""
    Path(folder, "text.txt").write_text(text)
    Path(folder, "event.json").write_text(event(text))
    if name == "ours":
        return timed([hook], folder, f"{folder}/event.json")
    return timed(command(name, commands[name], "text.txt"), folder)


def has_found(name, out):
    return "REDACTED" in out if name == "ours" else "text.txt" in out and '"messages":[]' not in out


def race(hook, commands, folder, options):
    failed = False
    measure = 1 if options.processor_time else 0
    print("found a token in 2 KB: " + ", ".join(
        f"{name} {'yes' if has_found(name, scan(name, hook, commands, folder, source_text(2000) + PLANTED)[2]) else 'NO'}"
        for name in ["ours", *commands]))
    for label, size in (("2 KB", 2048), ("10 MB", 10_000_000)):
        text, best = source_text(size), {}
        count = options.rounds if size < 10_000 else max(2, options.rounds // 5)
        # Ours is so short that a few runs more cost nothing, and the least of many is what a quiet machine shows.
        for name in ["ours", *commands]:
            # Two minutes a run is enough to know.
            if name == "detect-secrets" and size > 10_000:
                continue
            runs = [scan(name, hook, commands, folder, text) for _ in range(count * (20 if name == "ours" else 1))]
            best[name] = min(run[measure] for run in runs)
        print(f"\n{label}: best {'processor' if measure else 'wall'} time of {count} (ours: {count * 20}), milliseconds")
        for name, took in sorted(best.items(), key=lambda item: item[1]):
            times = took / best["ours"]
            print(f"  {name:<15} {took * 1000:>9.2f}   {times:>7.1f} times ours")
            if name != "ours" and times < LEAST[label]:
                print(f"  beyond: {name} takes only {times:.1f} times as long, {LEAST[label]} are promised")
                failed = True
    return failed


def recall(govern, commands, folder, corpora):
    """Rows expected to hold a secret, each in a file of its own; a row counts as found where the output names its file."""
    for corpus in sorted(Path(corpora).glob("secrets_*.jsonl.gz")):
        rows = [row for row in map(json.loads, gzip.open(corpus, "rt")) if row.get("expected") and row.get("kind") != "generated"]
        target = Path(folder, "rows")
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        names = {f"row{number:05}.txt" for number, _ in enumerate(rows)}
        for number, row in enumerate(rows):
            (target / f"row{number:05}.txt").write_text(row["text"])
        print(f"\nrecall on {corpus.name}, {len(rows)} rows")
        for name in ["ours", *commands]:
            argv = [govern, "scan", "rows", "--json"] if name == "ours" else command(name, commands[name], "rows")
            _, _, out = timed(argv, folder)
            if name == "secretlint":
                # It lists every file it read.
                out = " ".join(one["filePath"] for one in json.loads(out or "[]") if one["messages"])
            print(f"  {name:<15} {sum(1 for row in names if row in out) / len(rows):.3f}", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--processor-time", action="store_true")
    options.add_argument("--corpora")
    options.add_argument("--hook", default=None)
    options = options.parse_args()
    folder = ROOT / "target" / f"{os.uname().machine}-unknown-linux-gnu" / "release"
    hook = Path(options.hook or folder / "secrets-scanner").resolve()
    if not hook.is_file():
        sys.exit(f"{hook} is not there; run `just dist`")
    HOME.mkdir(parents=True, exist_ok=True)
    commands = install()
    with tempfile.TemporaryDirectory() as temporary:
        Path(temporary, "secretlintrc.json").write_text('{"rules": [{"id": "@secretlint/secretlint-rule-preset-recommend"}]}')
        if (HOME / "npm/node_modules").is_dir():
            os.symlink(HOME / "npm/node_modules", Path(temporary, "node_modules"))
        failed = race(str(hook), commands, temporary, options)
        if options.corpora:
            recall(str(hook.parent / "govern"), commands, temporary, options.corpora)
    sys.exit(1 if failed or not commands else 0)


main()
