"""Submits many suspended jobs and measures what they cost: time to list, memory, ledger, idling."""

import concurrent.futures
import glob
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from cluster import (
    MLCTL, Scheduler, cluster_processes, mlctl, processor_seconds, progress, resident_bytes, table,
)

COUNT = int(os.environ.get("BENCH_JOBS", "10000"))
CONNECTIONS = 8
LISTINGS = 10
IDLE_SECONDS = 20
SCHEDULER = int(os.environ["CLUSTER_SCHEDULER_PID"])


def ledger_bytes():
    """Bytes of the ledger files once their write-ahead logs are folded in, found out on a copy."""
    total = 0
    for file in glob.glob(os.path.join(os.environ["MLCTL_STATE"], "*.sqlite")):
        with tempfile.TemporaryDirectory() as folder:
            for part in (file, file + "-wal"):
                if os.path.exists(part):
                    shutil.copy(part, folder)
            copy = os.path.join(folder, os.path.basename(file))
            connection = sqlite3.connect(copy)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.close()
            total += os.path.getsize(copy)
    return total


def idle_share():
    """Per cent of one core that all processes of the cluster use when nothing is asked of them."""
    time.sleep(2)
    processes = cluster_processes()
    before = {pid: processor_seconds(pid) for pid in processes}
    started = time.monotonic()
    time.sleep(IDLE_SECONDS)
    spent = time.monotonic() - started
    shares = {}
    for pid, name in processes.items():
        used = (processor_seconds(pid) - before[pid]) / spent * 100
        shares[name] = shares.get(name, 0) + used
    return shares


def submit_all(specification):
    """Submits over kept connections; seconds it took."""
    local = threading.local()

    def one(_):
        if not hasattr(local, "scheduler"):
            local.scheduler = Scheduler()
        local.scheduler.submit(specification)

    started = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
        for done, _ in enumerate(pool.map(one, range(COUNT)), start=1):
            if done % 2000 == 0:
                progress(f"  {done} of {COUNT} jobs submitted")
    return time.perf_counter() - started


def run_seconds(*arguments):
    # Without a time limit: with one, Python waits by sleeping ever longer and rounds up to 32 ms,
    # 64 ms and so on. The benchmark as a whole is bounded by its caller.
    started = time.perf_counter()
    subprocess.run([MLCTL, *arguments], stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - started) * 1000


def main():
    scheduler = Scheduler()
    # A finished job first, so that the trainers are alive and idle.
    name = mlctl("submit", "jobs/02-digits-mlp.yaml", "--set", "training.epochs=2").strip()
    scheduler.wait(name)
    name = mlctl("submit", "jobs/01-digits-softmax.yaml", "--set", "runPolicy.suspend=true").strip()
    specification = scheduler.specification(name)
    progress(f"  idle for {IDLE_SECONDS} s")
    idle_empty = idle_share()
    memory, ledger = resident_bytes(SCHEDULER), ledger_bytes()
    seconds = submit_all(specification)
    memory_after, ledger_after = resident_bytes(SCHEDULER), ledger_bytes()
    listings = [run_seconds("get", "jobs") for _ in range(LISTINGS)]
    starts = [run_seconds("version") for _ in range(LISTINGS)]
    listed = len(mlctl("get", "jobs", "-o", "name").split())
    progress(f"  idle for {IDLE_SECONDS} s")
    idle_full = idle_share()
    median = statistics.median(listings)
    rows = [
        ["submitted over HTTP", f"{COUNT} jobs in {seconds:.1f} s, {COUNT / seconds:.0f}/s, "
         f"{CONNECTIONS} kept connections", ""],
        ["`mlctl get jobs`, whole process", f"{median:.1f} ms (median of {LISTINGS})",
         "under 50 ms"],
        ["`mlctl version`, whole process", f"{statistics.median(starts):.1f} ms", ""],
        ["jobs listed", str(listed), ""],
        ["memory of the scheduler", f"{memory / 1e6:.1f} MB before, {memory_after / 1e6:.1f} MB "
         f"after: {(memory_after - memory) / COUNT:.0f} bytes a job", ""],
        ["ledger, its log folded in", f"{ledger / 1e6:.1f} MB before, {ledger_after / 1e6:.1f} "
         f"MB after: {(ledger_after - ledger) / COUNT:.0f} bytes a job", ""],
        ["idle, no jobs waiting", shares_text(idle_empty), "under 1 % of a core"],
        [f"idle, {COUNT} jobs suspended", shares_text(idle_full), "under 1 % of a core"],
    ]
    print(f"A scheduler and two workers; {COUNT} suspended jobs.\n")
    print(table(["what", "measured", "target"], rows))
    print("\nRaw, `mlctl get jobs` in ms: " + " ".join(f"{value:.1f}" for value in listings))
    missed = []
    if median >= 50:
        missed.append(f"get jobs takes {median:.1f} ms")
    if listed < COUNT:
        missed.append(f"only {listed} jobs are listed")
    if max(sum(idle_empty.values()), sum(idle_full.values())) >= 1:
        missed.append("an idle cluster uses more than 1 % of a core")
    if missed:
        sys.exit("error: " + "; ".join(missed))


def shares_text(shares):
    parts = ", ".join(f"{name} {share:.2f}" for name, share in sorted(shares.items()))
    return f"{sum(shares.values()):.2f} % of a core over {IDLE_SECONDS} s ({parts})"


main()
