"""Runs the pattern lists of two published detectors over texts: one JSON string a line in, one JSON object a line out.

The packages are installed beside the build, from their registry, by `peer.rs`; nothing of them is in this repository.
"""

import json
import sys

from clawguard_core import Scanner
from prompt_shield import PromptScanner


def main():
    clawguard = Scanner()
    guard = PromptScanner()
    for line in sys.stdin:
        text = json.loads(line)
        found = {
            "clawguard-core 0.4.0": clawguard.scan(text).detected,
            # "MEDIUM" is its own default threshold.
            "ai-injection-guard 0.3.0": guard.scan(text).severity not in ("SAFE", "LOW"),
        }
        print(json.dumps(found))


if __name__ == "__main__":
    main()
