"""Trains the MNIST job on the running cluster and the same network with PyTorch, in turns, and
prints the table."""

import json
import os
import pathlib
import statistics
import subprocess
import sys

from cluster import Scheduler, mlctl, progress, table

RUNS = int(os.environ.get("BENCH_RUNS", "3"))
EPOCHS = int(os.environ.get("BENCH_EPOCHS", "10"))
THREADS = 2
LIMIT = 300  # seconds for one run of either side
ACCURACY = 0.975
FOLDER = pathlib.Path(__file__).resolve().parent.parent
PYTHON = FOLDER / ".venv/bin/python"

# What stands in the table for each variant of the peer: name, --variant, rows per process and step.
PEERS = [
    ("PyTorch, one process of 2 threads, batch 64", "threads", 64),
    ("PyTorch, one process of 2 threads, batch 128", "threads", 128),
    ("PyTorch, DDP over gloo, 2 processes of 1 thread, batch 2 x 64", "ddp", 64),
    ("PyTorch, local SGD over gloo, 2 processes of 1 thread, batch 2 x 64", "local", 64),
]
OURS = "mlctl, 2 workers of 1 thread, batch 2 x 64"


def numbers(job):
    """The settings both sides share, out of the description of a job."""
    spec = job["spec"]
    return {
        "--epochs": spec["epochs"], "--rate": spec["learningRate"],
        "--momentum": spec["momentum"], "--hidden": spec["hidden"][0], "--seed": spec["seed"],
        "--every": job["status"]["frozen"]["every"], "--threads": THREADS,
    }


def train(file):
    """One run of the job; its description."""
    name = mlctl("submit", file, "--set", f"training.epochs={EPOCHS}", limit=LIMIT).strip()
    Scheduler().wait(name, pause=0.25, limit=LIMIT)
    return json.loads(mlctl("describe", name, "-o", "json"))


def train_peer(variant, batch, data, settings):
    """One run of the peer; its numbers, or the reason why there are none."""
    words = [str(word) for pair in settings.items() for word in pair]
    command = [PYTHON, FOLDER / "peers/torch_mlp.py", "--variant", variant, "--batch", str(batch),
               "--data", data, *words]
    try:
        run = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT, check=False)
    except FileNotFoundError:
        return "no environment with PyTorch: Benchmarks/run makes it"
    except subprocess.TimeoutExpired:
        return f"not done after {LIMIT} s"
    if run.returncode != 0:
        return (run.stderr.strip().splitlines() or ["ended with an error"])[-1]
    return json.loads(run.stdout)


def main():
    file, data = sys.argv[1:]
    ours, peers, problems = [], {peer[0]: [] for peer in PEERS}, {}
    for number in range(1, RUNS + 1):
        job = train(file)
        ours.append(job)
        rate = job["status"]["samplesPerSecond"]
        accuracy = job["status"]["metrics"]["test.accuracy"]
        progress(f"  run {number} of {RUNS}: mlctl {rate:.0f} samples/s, {accuracy:.2%}")
        for name, variant, batch in PEERS:
            if name in problems:
                continue
            answer = train_peer(variant, batch, data, numbers(job))
            if isinstance(answer, str):
                problems[name] = answer
                progress(f"  {name}: {answer}")
            else:
                peers[name].append(answer)
                progress(f"  {name}: {answer['samplesPerSecond']:.0f} samples/s")
    report(ours, peers, problems)


def report(ours, peers, problems):
    first = ours[0]
    mine = [job["status"]["samplesPerSecond"] for job in ours]
    accuracy = min(job["status"]["metrics"]["test.accuracy"] for job in ours)
    digests = {job["status"]["model"]["sha256"] for job in ours}
    median = statistics.median(mine)
    rows = [[OURS, f"{median:,.0f}", f"{accuracy:.2%}", "1.00", raw(mine)]]
    best = 0
    for name, runs in peers.items():
        rates = [run["samplesPerSecond"] for run in runs]
        if rates:
            rate = statistics.median(rates)
            best = max(best, rate)
            hits = min(run["testAccuracy"] for run in runs)
            rows.append([name, f"{rate:,.0f}", f"{hits:.2%}", f"{median / rate:.2f}", raw(rates)])
        else:
            rows.append([name, problems.get(name, "not run"), "", "", ""])
    spec, frozen = first["spec"], first["status"]["frozen"]
    versions = {run["torch"] for runs in peers.values() for run in runs}
    print(f"784-{spec['hidden'][0]}-10, ReLU, float32, {spec['epochs']} epochs of 60 000 images, "
          f"learning rate {spec['learningRate']:g}, momentum {spec['momentum']:g}, columns "
          f"standardised; averages every {frozen['every']} steps; kernel {frozen['coreType']}; "
          f"PyTorch {', '.join(versions) or 'not installed'}. In turns, {RUNS} runs each.\n")
    print("mlctl's samples/s are those of the whole job, from start to stored model, reading and "
          "standardising and testing included; PyTorch's are those of its training loop alone.\n")
    header = ["", "samples/s (median)", "test accuracy (least)", "mlctl to this",
              "raw samples/s"]
    print(table(header, rows))
    print(f"\nSHA-256 of the model, all {RUNS} runs: {', '.join(sorted(digests))}")
    missed = []
    if len(digests) != 1:
        missed.append("runs of the same job gave different models")
    if EPOCHS == 10 and accuracy < ACCURACY:
        missed.append(f"test accuracy {accuracy:.2%} is under {ACCURACY:.1%}")
    if best > median:
        missed.append(f"PyTorch is faster: {best:.0f} against {median:.0f} samples/s")
    if missed:
        print("\n**Missed:** " + "; ".join(missed))
        sys.exit("error: " + "; ".join(missed))


def raw(values):
    return " ".join(f"{value:.0f}" for value in values)


main()
