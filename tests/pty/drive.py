"""Runs a program on a pseudo-terminal of its own and answers its prompts, as a person would.

usage: drive.py PROGRAM [ARGUMENT...] < steps.json
Steps are [["text to wait for", "what to type"], ...]; Ctrl-C is typed as "\\u0003", Ctrl-D as "\\u0004".
Prints one JSON object: {"exit": number or null, "signal": number or null, "output": text, "waiting_for": text or null}.
"""

import json
import os
import pty
import select
import sys
import time

LIMIT_SECONDS = 60


def main():
    steps = json.load(sys.stdin)
    process, terminal = pty.fork()
    if process == 0:
        os.execv(sys.argv[1], sys.argv[1:])
    output, seen, step, deadline = "", 0, 0, time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        if step < len(steps) and steps[step][0] in output[seen:]:
            seen = output.index(steps[step][0], seen) + len(steps[step][0])
            os.write(terminal, steps[step][1].encode())
            step += 1
            continue
        ready, _, _ = select.select([terminal], [], [], 0.2)
        if not ready:
            continue
        try:
            text = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not text:
            break
        output += text.decode("utf-8", "replace")
    else:
        os.kill(process, 9)
    _, status = os.waitpid(process, 0)
    print(json.dumps({
        "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "output": output,
        "waiting_for": steps[step][0] if step < len(steps) else None,
    }))


main()
