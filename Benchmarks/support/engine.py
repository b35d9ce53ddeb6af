"""Trains seven network shapes on the running cluster, one thread, and with PyTorch, in turns, and
prints the table. The targets: 1.5 times PyTorch in the geometric mean, no shape below 1.1."""

import dataclasses
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys

from cluster import Scheduler, mlctl, progress, table

RUNS = int(os.environ.get("BENCH_RUNS", "3"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "6"))
LIMIT = 300  # seconds for one run of either side
MEAN_TARGET, LEAST_TARGET = 1.5, 1.1
FOLDER = pathlib.Path(__file__).resolve().parent.parent
PYTHON = FOLDER / ".venv/bin/python"


@dataclasses.dataclass(frozen=True)
class Shape:
    """One network and how it is trained; `guess` plans the number of epochs, nothing else."""

    data: str
    hidden: tuple
    batch: int
    optimizer: str
    guess: float  # samples/s

    @property
    def name(self):
        sizes = [64 if self.data == "digits" else 784, *self.hidden, 10]
        return "-".join(map(str, sizes)) + f", batch {self.batch}, {self.optimizer}"

    @property
    def epochs(self):
        rows = 1797 if self.data == "digits" else 60_000
        return max(1, round(SECONDS * self.guess / rows))

    def specification(self):
        source = (
            {"file": "digits.csv"} if self.data == "digits" else
            {"file": {"train": "mnist/train-images-idx3-ubyte.gz",
                      "trainLabels": "mnist/train-labels-idx1-ubyte.gz"}})
        format = {"csv": {"label": "class"}} if self.data == "digits" else {"idx": {}}
        rule = ({"adam": {"learningRate": 0.0005}} if self.optimizer == "adam" else
                {"sgd": {"learningRate": 0.01, "momentum": 0.9}})
        return {
            "apiVersion": "mlctl.dev/v1", "kind": "TrainJob", "metadata": {"name": "bench-engine"},
            "spec": {
                "replicas": 1,
                "data": {"source": source, "format": format,
                         "split": {"validation": 0, "test": 0, "seed": 7}},
                "preprocessing": ["standardize"],
                "model": {"mlp": {"hidden": list(self.hidden)}} if self.hidden else {"softmaxRegression": {}},
                "training": {"epochs": self.epochs, "batchSize": self.batch, "seed": 7,
                             "optimizer": rule},
                "averaging": {"every": 64}, "resources": {"cpu": 1, "memory": "1Gi"},
            },
        }


SHAPES = [
    Shape("mnist", (256,), 32, "sgd", 50_000),
    Shape("mnist", (256,), 128, "sgd", 80_000),
    Shape("mnist", (512, 512), 128, "sgd", 25_000),
    Shape("mnist", (1024, 1024), 256, "sgd", 10_000),
    Shape("mnist", (), 128, "sgd", 200_000),
    Shape("digits", (32,), 32, "sgd", 200_000),
    Shape("mnist", (256,), 128, "adam", 60_000),
]


def train(shape, folder):
    """Samples/s of one run of the job, start to stored model."""
    file = pathlib.Path(folder) / "job.yaml"
    file.write_text(json.dumps(shape.specification()), encoding="utf-8")  # JSON is YAML
    name = mlctl("submit", str(file), limit=LIMIT).strip()
    return Scheduler().wait(name, pause=0.1, limit=LIMIT)["status"]["samplesPerSecond"]


def train_peer(shape, folder, data):
    """Samples/s of one run of the peer's training loop."""
    rule = shape.specification()["spec"]["training"]["optimizer"][shape.optimizer]
    source = f"{folder}/digits.csv" if shape.data == "digits" else data
    command = [PYTHON, FOLDER / "peers/torch_mlp.py", "--variant", "threads", "--threads", "1",
               "--batch", str(shape.batch), "--data", source, "--epochs", str(shape.epochs),
               "--hidden", ",".join(map(str, shape.hidden)), "--optimizer", shape.optimizer,
               "--rate", str(rule["learningRate"]), "--momentum", str(rule.get("momentum", 0))]
    run = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
    if run.returncode != 0:
        sys.exit((run.stderr.strip().splitlines() or ["the peer ended with an error"])[-1])
    return json.loads(run.stdout)["samplesPerSecond"]


def main():
    folder, data = sys.argv[1:]
    if not PYTHON.exists():
        print("Skipped: there is no environment with PyTorch; `Benchmarks/run` makes it.")
        return
    ours = {shape: [] for shape in SHAPES}
    theirs = {shape: [] for shape in SHAPES}
    for number in range(1, RUNS + 1):
        for shape in SHAPES:
            ours[shape].append(train(shape, folder))
            theirs[shape].append(train_peer(shape, folder, data))
            progress(f"  run {number} of {RUNS}: {shape.name}: mlctl {ours[shape][-1]:.0f}, "
                     f"PyTorch {theirs[shape][-1]:.0f} samples/s")
    rows, ratios = [], []
    for shape in SHAPES:
        mine, other = statistics.median(ours[shape]), statistics.median(theirs[shape])
        ratios.append(mine / other)
        rows.append([shape.name, f"{mine:,.0f}", f"{other:,.0f}", f"{ratios[-1]:.2f}",
                     raw(ours[shape]), raw(theirs[shape])])
    mean = math.exp(statistics.fmean(map(math.log, ratios)))
    print(f"One thread each, float32, in turns, {RUNS} runs of about {SECONDS:g} s. mlctl's "
          "samples/s are those of the whole job, from start to stored model; PyTorch's those of "
          "its training loop alone.\n")
    print(table(["", "mlctl (median)", "PyTorch (median)", "ratio", "raw mlctl", "raw PyTorch"],
                rows))
    print(f"\nGeometric mean of the ratios: {mean:.2f} (target {MEAN_TARGET}); least "
          f"{min(ratios):.2f} (target {LEAST_TARGET}).")
    if mean < MEAN_TARGET or min(ratios) < LEAST_TARGET:
        sys.exit("error: slower than the target")


def raw(values):
    return " ".join(f"{value:.0f}" for value in values)


main()
