"""The report over a fleet: what report.sql answers over every machine is what `govern report` says of each, added up.

usage: report.py GOVERN_BINARY
Needs `chdb`. Three machines with a log each, in a temporary folder.
"""

import collections
import csv
import glob
import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from chdb import session

GOVERN = os.path.abspath(sys.argv[1])
FLEET = os.path.join(os.path.dirname(__file__), "..", "..", "hooks-config", "fleet")
USERS = ["alice", "bob", "carla"]


class Machine:
    def __init__(self, folder, number):
        self.home = os.path.join(folder, USERS[number])
        os.makedirs(self.home)
        self.user, self.number = USERS[number], number

    def govern(self, *arguments, stdin=""):
        env = {"HOME": self.home, "PATH": os.environ["PATH"], "USER": self.user}
        done = subprocess.run([GOVERN, *arguments], input=stdin, capture_output=True, text=True, env=env, cwd=self.home)
        assert done.returncode in (0, 1), (arguments, done.stderr)
        return done.stdout

    def work(self):
        """Reads, writes, commands, a request that is refused; more of it on each machine than on the one before."""
        for at in range(4 + 3 * self.number):
            calls = [("Read", {"file_path": f"/p/src/{at % 3}.rs"}), ("Write", {"file_path": f"/p/out/{at}.txt", "content": "x"}),
                     ("Bash", {"command": f"echo {at % 2} 'é'"}), ("Read", {"file_path": "/p/secrets/a.pem"})]
            for index, (tool, given) in enumerate(calls):
                self.event("PostToolUse", f"{at}-{index}", tool, given, "audit-logger")
            self.event("PreToolUse", f"{at}-x", "Bash", {"command": "rm -rf ~"}, "audit-logger")
            if at % 2 == 0:
                # Only judged, never run.
                self.event("PreToolUse", f"{at}-x", "Bash", {"command": "rm -rf ~"}, "dangerous-actions-blocker")

    def event(self, event, call, tool, given, hook):
        payload = {"hook_event_name": event, "session_id": f"{self.user}-{len(call) % 2}", "cwd": "/p", "tool_name": tool,
                   "tool_use_id": f"{self.user}-{call}", "tool_input": given, "tool_response": {}}
        self.govern("hook", hook, stdin=json.dumps(payload))

    def ship(self, bucket):
        """As `govern log ship` leaves it: a part under the chain's name."""
        folder = os.path.join(bucket, f"claude-governance-a{self.number}-100{self.number}")
        os.makedirs(folder)
        log = os.path.join(self.home, ".local/state/claude-governance/log")
        text = b"".join(open(path, "rb").read() for path in sorted(glob.glob(os.path.join(log, "*.jsonl"))))
        with gzip.open(os.path.join(folder, "0-9.jsonl.gz"), "wb") as file:
            file.write(text)

    def report(self):
        return json.loads(self.govern("report", "--format", "json"))


def added(reports, name, keys):
    """The tables of all machines, added up; the most frequent first, as the report sorts them."""
    total = collections.Counter()
    for report in reports:
        figure = report["figures"][name]
        rows = figure if isinstance(figure, list) else figure["top"]
        # Every row of a machine is in its table: none has more than that.
        assert isinstance(figure, list) or figure["different"] == len(rows), name
        for row in rows:
            total[tuple(row[key] for key in keys)] += row["count"]
    return sorted(([*key, str(count)] for key, count in total.items()), key=lambda row: (-int(row[-1]), row[:-1]))


def main():
    folder = tempfile.mkdtemp()
    try:
        machines = [Machine(folder, number) for number in range(3)]
        bucket = os.path.join(folder, "bucket")
        for machine in machines:
            machine.work()
            machine.ship(bucket)
        reports = [machine.report() for machine in machines]
        engine = session.Session(os.path.join(folder, "clickhouse"))
        for statement in open(os.path.join(FLEET, "schema.sql")).read().split(";\n"):
            if statement.strip():
                engine.query(statement)
        load = open(os.path.join(FLEET, "load.sql")).read()
        load = load.replace("{source}", f"file('{bucket}/*/*.jsonl.gz', 'LineAsString')")
        # Twice, as a loader that was interrupted does.
        engine.query(load)
        engine.query(load)
        queries = dict(re.findall(r"-- name: (\S+)\n(.*?);\n", open(os.path.join(FLEET, "report.sql")).read(), re.S))
        since, until = reports[0]["period"]["since"], max(report["period"]["until"] for report in reports)

        def ask(name):
            answer = str(engine.query(queries.pop(name).replace("{since}", since).replace("{until}", until), "CSV"))
            return list(csv.reader(io.StringIO(answer)))

        figures = [report["figures"] for report in reports]
        assert ask("records") == [[str(sum(one["records"] for one in figures))]]
        assert ask("sessions") == [[str(sum(one["sessions"] for one in figures))]]
        for name in ["users", "tools", "files_read", "files_written", "commands"]:
            expected = added(reports, name, ["what"])
            limit = 25 if name in ("files_read", "files_written", "commands") else len(expected)
            answer = ask(name)
            assert answer == expected[:limit] and answer, (name, answer, expected)
        assert ask("sensitive") == added(reports, "sensitive", ["user", "what"])
        refusals = ask("refusals")
        assert refusals == added(reports, "refusals", ["hook", "rule"]) and refusals, refusals
        days = collections.defaultdict(lambda: [0, 0])
        for row in (row for one in figures for row in one["days"]):
            days[row["day"]][0] += row["records"]
            days[row["day"]][1] += row["refused"]
        assert ask("days") == [[day, str(records), str(refused)] for day, (records, refused) in sorted(days.items())]
        policies = added(reports, "policies", ["what"])
        assert [row[:2] for row in ask("policies")] == policies
        assert len(ask("machines")) == 3
        assert not queries, f"not tested: {list(queries)}"
        total = sum(one["records"] for one in figures)
        print(f"fleet report: 3 machines, {total} records, every figure the same as the machines' own, added up")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
