"""Verifies C2SP checkpoints with nothing of this project: notes, key ids, signatures and RFC 6962 roots.

usage: note.py LOG_FOLDER FIRST_KEY
Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, RFC 6962 section 2.1. Needs the `cryptography` package.
"""

import base64
import glob
import hashlib
import json
import os
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def read_key(text):
    name, key_id, encoded = text.split("+", 2)
    raw = base64.b64decode(encoded, validate=True)
    assert raw[0] == 1, "not an Ed25519 key"
    computed = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    assert computed.hex() == key_id, "the id is not that of the key"
    return name, computed, Ed25519PublicKey.from_public_bytes(raw[1:])


def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


def notes(folder):
    for path in sorted(glob.glob(os.path.join(folder, "checkpoints", "*.ckpt"))):
        with open(path, encoding="utf-8") as file:
            rest = file.read()
        while rest:
            body, rest = rest.split("\n\n", 1)
            signatures = []
            while rest.startswith("\u2014 "):
                line, rest = rest.split("\n", 1)
                signatures.append(line[2:].split(" "))
            yield body + "\n", signatures


def main():
    folder, first = sys.argv[1:]
    lines = []
    for path in sorted(glob.glob(os.path.join(folder, "*.jsonl"))):
        with open(path, "rb") as file:
            lines += file.read().rstrip(b"\n").split(b"\n")
    leaves = [hashlib.sha256(b"\x00" + line).digest() for line in lines]
    keys = [json.loads(line)["key"] for line in lines if b'"event":"audit.key"' in line]
    assert keys[0] == first, "the log was opened with another key"
    known = [read_key(key) for key in keys]
    checked = 0
    for body, signatures in notes(folder):
        origin, size, encoded = body.split("\n")[:3]
        assert base64.b64decode(encoded) == root(leaves[: int(size)]), f"the root over {size} lines is another"
        for name, encoded in signatures:
            raw = base64.b64decode(encoded, validate=True)
            [key] = [key for key in known if key[0] == name == origin and key[1] == raw[:4]]
            key[2].verify(raw[4:], body.encode())
            checked += 1
    assert checked, "no checkpoint was there"
    print(f"{checked} checkpoints over {len(lines)} lines hold")


main()
