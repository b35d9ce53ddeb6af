"""Submits tiny jobs one after the other to an idle cluster and reads how long each waited for its
trainer.

The number that counts goes from just before this client sends the POST to the trainer's first
instruction of the job, which it states in the job's log; both on the wall clock of this host. The
client's own sending is part of it, so the scheduler's share is smaller. Beside it stand the time of the POST as a client sees it (the answer means: durably recorded) and
the time from acceptance to the stored model.
"""

import datetime
import os
import re
import statistics
import sys
import time

from cluster import Scheduler, mlctl, percentile, progress, sync_milliseconds, table

COUNT = int(os.environ.get("BENCH_JOBS", "200"))
WARM = 10  # jobs before those that count: they start the trainer and fetch the data
REST = 0.05  # seconds the cluster is left alone between two jobs


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def main():
    scheduler = Scheduler()
    name = mlctl("submit", "jobs/01-digits-softmax.yaml", "--set", "training.epochs=1").strip()
    scheduler.wait(name)
    specification = scheduler.specification(name)
    posts, dispatches, models = [], [], []
    for number in range(WARM + COUNT):
        time.sleep(REST)
        sent = time.time_ns() // 1000
        started = time.perf_counter()
        name = scheduler.submit(specification)
        posted = (time.perf_counter() - started) * 1000
        time.sleep(0.02)  # no question disturbs the dispatch
        status = (job := scheduler.wait(name))["status"]
        if number < WARM:
            continue
        posts.append(posted)
        submitted, finished = job["metadata"]["submittedAt"], status["finishedAt"]
        models.append((seconds(finished) - seconds(submitted)) * 1000)
        taken = re.search(r"a trainer took the job at (\d+) us", mlctl("logs", name))
        if taken:
            dispatches.append((int(taken[1]) - sent) / 1000)
        if (number - WARM + 1) % 50 == 0:
            progress(f"  {number - WARM + 1} of {COUNT} jobs")
    report(posts, dispatches, models)
    if not dispatches:
        sys.exit("error: no job's log says when a trainer took it")
    if statistics.median(dispatches) >= 5:
        sys.exit("error: the median dispatch is not under 5 ms")


def report(posts, dispatches, models):
    rows = []
    measured = {
        "POST sent to first instruction of the trainer": dispatches,
        "POST, as the client sees it (durably recorded)": posts,
        "accepted to model stored": models,
    }
    for what, times in measured.items():
        if times:
            values = [statistics.median(times), percentile(times, 0.99), max(times)]
            rows.append([what, str(len(times))] + [f"{value:.2f}" for value in values])
        else:
            rows.append([what, "0", "not reported", "", ""])
    print(f"{COUNT} jobs one after the other, {REST * 1000:.0f} ms apart, after {WARM} to warm up. "
          "The target is a median under 5 ms in the first row.\n")
    print(table(["milliseconds", "jobs", "median", "p99", "most"], rows))
    disk = sync_milliseconds(os.environ["MLCTL_STATE"])
    print(f"\nA 4 KiB write and fsync on the ledger's disk takes {disk:.2f} ms (median of 50).")
    if dispatches:
        print("\nRaw, first row: " + " ".join(f"{value:.2f}" for value in dispatches))


main()
