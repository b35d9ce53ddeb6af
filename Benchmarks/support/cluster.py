"""What the benchmarks need of a running cluster: HTTP with keep-alive, processes, statistics."""

import http.client
import json
import math
import os
import statistics
import subprocess
import sys
import time
import urllib.parse

MLCTL = os.environ.get("MLCTL", ".build/release/mlctl")


class Scheduler:
    """One kept connection to the scheduler of the environment (MLCTL_SERVER, MLCTL_TOKEN_FILE)."""

    def __init__(self):
        address = urllib.parse.urlsplit(os.environ["MLCTL_SERVER"])
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        with open(os.environ["MLCTL_TOKEN_FILE"], encoding="utf-8") as file:
            self.headers = {"Authorization": f"Bearer {file.read().strip()}"}

    def call(self, method, path, body=None):
        """The bytes of an answer; anything but success ends the benchmark with what it said."""
        headers = dict(self.headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        if not 200 <= response.status < 300:
            sys.exit(f"error: {method} {path}: {response.status} {content[:500]!r}")
        return content

    def submit(self, specification):
        """Submits one document; the run's name."""
        answer = json.loads(self.call("POST", "/v1/jobs", {"specification": specification}))
        return answer[0]["name"]

    def describe(self, name):
        return json.loads(self.call("GET", f"/v1/jobs/{name}"))

    def specification(self, name):
        """The canonical spec: data by digest, so it can be posted as it is."""
        return self.call("GET", f"/v1/jobs/{name}/spec").decode()

    def wait(self, name, pause=0.005, limit=60):
        """The description of a job that has succeeded; anything else ends the benchmark."""
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            job = self.describe(name)
            state = job["status"]["state"]
            if state == "Succeeded":
                return job
            if state in ("Failed", "Cancelled"):
                sys.exit(f"error: {name} {state}: {job['status']['message']}")
            time.sleep(pause)
        sys.exit(f"error: {name} is not done after {limit} s: {job['status']['message']}")


def mlctl(*arguments, limit=60):
    """Standard output of a client command."""
    run = subprocess.run(
        [MLCTL, *arguments], stdout=subprocess.PIPE, timeout=limit, check=False, text=True
    )
    if run.returncode != 0:
        sys.exit(f"error: mlctl {' '.join(arguments)} ended with {run.returncode}")
    return run.stdout


def percentile(values, share):
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def table(header, rows):
    """Markdown; numbers are formatted by the caller."""
    lines = ["| " + " | ".join(line) + " |" for line in [header, *rows]]
    lines.insert(1, "|" + "|".join(" --- " for _ in header) + "|")
    return "\n".join(lines)


def cluster_processes():
    """Ids of the daemons and of all their descendants, by command ('scheduler', 'trainer', ...)."""
    children, names = {}, {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = stat(int(entry))
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:  # ended meanwhile
                continue
            children.setdefault(int(fields[1]), []).append(int(entry))
            names[int(entry)] = words[1].decode() if len(words) > 1 else ""
    found, queue = {}, [int(pid) for pid in os.environ["CLUSTER_PIDS"].split(",")]
    while queue:
        pid = queue.pop()
        found[pid] = names.get(pid, "")
        queue += children.get(pid, [])
    return found


def stat(pid):
    """The fields of /proc/PID/stat behind the command's name: state, parent, ..."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rsplit(")", 1)[1].split()


def processor_seconds(pid):
    fields = stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def sync_milliseconds(folder):
    """Median time of a 4 KiB write and fsync there: the least that a durable answer can take."""
    times = []
    path = os.path.join(folder, "sync-probe")
    with open(path, "wb", buffering=0) as file:
        for _ in range(50):
            started = time.perf_counter()
            file.write(b"\0" * 4096)
            os.fsync(file.fileno())
            times.append((time.perf_counter() - started) * 1000)
    os.unlink(path)
    return statistics.median(times)


def progress(text):
    print(text, file=sys.stderr, flush=True)
