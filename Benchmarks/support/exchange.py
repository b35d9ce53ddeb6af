"""Averages buffers between processes with mlctl's exchange and with gloo, in turns, and prints the
table. The targets stand in TARGETS."""

import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile

from cluster import MLCTL, progress, table

RUNS = int(os.environ.get("BENCH_RUNS", "3"))
LIMIT = 120  # seconds for one run
FOLDER = pathlib.Path(__file__).resolve().parent.parent
PYTHON = FOLDER / ".venv/bin/python"
SIZES = [(200_000, "0.2 MB", 300), (4_000_000, "4 MB", 60), (100_000_000, "100 MB", 8)]
# The most of gloo's time that ipc and tcp may take, by members and bytes.
TARGETS = {(2, 200_000): 1 / 5, (2, 4_000_000): 1 / 3, (2, 100_000_000): 1 / 2,
           (4, 200_000): 1 / 4, (4, 4_000_000): 1 / 2, (4, 100_000_000): 1 / 2}
SEALED_TARGET, BYTES_TARGET = 1.6, 0.02
WARM_UP = 3


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def together(commands):
    """Starts one process for each command; what each printed, as JSON."""
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                for command in commands]
    answers = []
    try:
        for child in children:
            output, errors = child.communicate(timeout=LIMIT)
            if child.returncode != 0:
                sys.exit("error: " + (errors.strip().splitlines() or ["no reason given"])[-1])
            answers.append(json.loads(output.strip().splitlines()[-1]))
    finally:
        for child in children:
            if child.poll() is None:
                child.kill()
    return answers


def slowest_median(answers):
    """The median length of a round at the member where it is longest."""
    return max(statistics.median(answer["milliseconds"]) for answer in answers)


def ours(members, size, rounds, transport):
    with tempfile.TemporaryDirectory(prefix="mlctl-exchange-") as folder:
        port = free_port() % 30_000 + 20_000
        answers = together([
            [MLCTL, "exchange", "--rank", str(rank), "--members", str(members), "--bytes",
             str(size), "--rounds", str(rounds), "--warm-up", str(WARM_UP), "--transport",
             transport, "--folder", folder, "--port", str(port)] for rank in range(members)])
    if len({answer["digest"] for answer in answers}) != 1:
        sys.exit("error: members disagree about the average")
    return slowest_median(answers), max(answer["bytesPerRound"] for answer in answers)


def theirs(members, size, rounds):
    port = free_port()
    return slowest_median(together([
        [PYTHON, FOLDER / "peers/gloo_allreduce.py", "--rank", str(rank), "--members",
         str(members), "--bytes", str(size), "--rounds", str(rounds), "--warm-up", str(WARM_UP),
         "--port", str(port)] for rank in range(members)]))


def main():
    has_peer = PYTHON.exists()
    rows, missed = [], []
    for members in (2, 4):
        for size, name, rounds in SIZES:
            times = {kind: [] for kind in ("ipc", "tcp", "sealed", "gloo")}
            sent = 0
            for _ in range(RUNS):
                for kind in ("ipc", "tcp", "sealed"):
                    time, sent = ours(members, size, rounds, kind)
                    times[kind].append(time)
                if has_peer:
                    times["gloo"].append(theirs(members, size, rounds))
            middle = {kind: statistics.median(values) for kind, values in times.items() if values}
            ideal = 2 * (members - 1) / members * size
            sealed = middle["sealed"] / middle["tcp"]
            row = [f"{members} processes, {name}", f"{middle['ipc']:.2f}", f"{middle['tcp']:.2f}",
                   f"{middle['sealed']:.2f}", f"{sealed:.2f}", f"{sent / ideal:.3f}"]
            if size >= 4_000_000 and sealed > SEALED_TARGET:
                missed.append(f"{row[0]}: sealed is {sealed:.2f} times plain")
            if size >= 4_000_000 and abs(sent / ideal - 1) > BYTES_TARGET:
                missed.append(f"{row[0]}: bytes are {sent / ideal:.3f} of 2(P-1)/P")
            target = TARGETS[members, size]
            if has_peer:
                shares = [middle[kind] / middle["gloo"] for kind in ("ipc", "tcp")]
                row += [f"{middle['gloo']:.2f}", f"{shares[0]:.2f}", f"{shares[1]:.2f}",
                        f"{target:.2f}"]
                missed += [f"{row[0]}: {kind} takes {share:.2f} of gloo's time"
                           for kind, share in zip(("ipc", "tcp"), shares) if share > target]
            else:
                row += ["-", "-", "-", f"{target:.2f}"]
            rows.append(row)
            progress("  " + ", ".join(row))
    print(f"Milliseconds of one round, float32, medians of {RUNS} runs in turns, each the median of "
          "its rounds at the slowest process. Sealed frames are AES-256-GCM over TCP; bytes are "
          "those a process sends in a round, headers included, against 2(P-1)/P times the buffer."
          + ("" if has_peer else " PyTorch is not there; `Benchmarks/run` installs it.") + "\n")
    print(table(["", "ipc", "tcp", "sealed", "sealed to tcp", "bytes to 2(P-1)/P", "gloo",
                 "ipc to gloo", "tcp to gloo", "target"], rows))
    if missed:
        print("\nMissed: " + "; ".join(missed) + ".")
        sys.exit("error: a target was missed")


main()
