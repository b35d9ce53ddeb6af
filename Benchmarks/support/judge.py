"""Trains models of every kind, exports them and compares: run by Benchmarks/judge."""

import csv
import json
import os
import random
import subprocess
import sys

import numpy
import onnx
import onnxruntime
from safetensors.numpy import load_file

MLCTL = os.environ["MLCTL"]
TOLERANCE = 1e-5

PEOPLE = """
  data:
    source: {file: people.csv}
    format: {csv: {label: %s, missing: ["?"]}}
    split: {validation: 0.1, test: 0.2, seed: 7}
"""
IMAGES = """
  data:
    source: {file: images.csv}
    format: {csv: {label: class}}
    split: {validation: 0.1, test: 0.2, seed: 7}
"""
STEPS = """
  preprocessing:
    - impute: {strategy: median}
    - clip: {columns: [age], quantiles: [0.02, 0.98]}
    - standardize: {columns: [age, pay]}
    - minMax: {columns: [hours], min: -1, max: 1}
    - oneHot: {columns: [job]}
    - hash: {columns: [city], buckets: 8}
    - ordinal: {columns: [school]}
"""
NUMBER = PEOPLE.replace("label: %s", "target: pay2, exclude: [class]") + STEPS + (
    "    - standardizeTarget\n")
CLASS = PEOPLE.replace("label: %s", "label: class, exclude: [pay2]") + STEPS

# Name, data and steps, model, training.
CASES = [
    ("softmax", CLASS, "softmaxRegression: {}", ""),
    ("logistic", CLASS, "logisticRegression: {}", ""),
    ("svm", CLASS, "linearSVM: {}", ""),
    ("machine", CLASS, "factorizationMachine: {factors: 3}", ""),
    ("relu", CLASS, "mlp: {hidden: [8]}", ""),
    ("gelu", CLASS, "mlp: {hidden: [8], activation: gelu}", ""),
    ("tanh", CLASS, "mlp: {hidden: [8], activation: tanh}", ""),
    ("sigmoid", CLASS, "mlp: {hidden: [8], activation: sigmoid}", ""),
    ("leaky", CLASS, "mlp: {hidden: [8], activation: leakyRelu}", ""),
    ("normal", CLASS, "mlp: {hidden: [8], normalization: batchNorm, dropout: 0.2}", ""),
    ("layers", CLASS, "mlp: {hidden: [8], normalization: layerNorm}", ""),
    ("linear", NUMBER, "linearRegression: {}", ""),
    ("number", NUMBER, "mlp: {hidden: [8]}", "loss: {huber: {delta: 1}}"),
    ("images", IMAGES + "  preprocessing: [standardize]\n",
     "cnn: {layers: [{conv2d: {filters: 3, size: 3, padding: 1}}, batchNorm, {maxPool: {size: 2}},"
     " {conv2d: {filters: 4, size: 2}}, {averagePool: {size: 2}}, flatten, {dense: {units: 6}}]}", ""),
]


def run(*arguments):
    done = subprocess.run([MLCTL, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"mlctl {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def write_data(folder):
    chance = random.Random(7)
    jobs, cities = ["clerk", "smith", "nurse"], [f"city {n}" for n in range(30)]
    with open(f"{folder}/people.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["age", "job", "city", "pay", "hours", "school", "pay2", "class"])
        for _ in range(600):
            age, job = chance.uniform(18, 80), chance.choice(jobs)
            pay = 100 * age + 500 * jobs.index(job) + chance.gauss(0, 300)
            gap = chance.random() < 0.1
            table.writerow([
                f"{age:.2f}", "?" if chance.random() < 0.1 else job, chance.choice(cities),
                "" if gap else f"{pay:.1f}", chance.randint(0, 60),
                chance.choice(["low", "mid", "high"]), f"{3 * pay + 1000:.1f}",
                "rich" if pay > 5000 else "poor"])
    with open(f"{folder}/images.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow([f"p{n}" for n in range(64)] + ["class"])
        for row in range(400):
            bright = row % 3
            table.writerow([chance.randint(0, 9) + 5 * (n % 3 == bright) for n in range(64)]
                           + [f"k{bright}"])


def train(folder, name, data, model, training):
    path = f"{folder}/{name}.yaml"
    lines = f"    {training}\n" if training else ""
    with open(path, "w") as file:
        file.write(
            f"apiVersion: mlctl.dev/v1\nkind: TrainJob\nmetadata: {{name: {name}}}\nspec:"
            f"{data}  model: {{{model}}}\n  training:\n    epochs: 3\n    batchSize: 16\n"
            f"    optimizer: {{adam: {{learningRate: 0.01}}}}\n{lines}")
    run("submit", path)
    run("wait", name)


def inputs(session, table):
    """Raw rows as the graph asks for them: one matrix, or a column each."""
    feeds = {}
    for slot in session.get_inputs():
        if slot.name == "features" and "features" not in table[0]:
            names = [key for key in table[0] if key != "class"]
            feeds[slot.name] = numpy.array(
                [[float(row[key]) for key in names] for row in table], dtype=numpy.float32)
        elif slot.type == "tensor(string)":
            texts = ["" if row[slot.name] == "?" else row[slot.name] for row in table]
            feeds[slot.name] = numpy.array(texts, dtype=object).reshape(-1, 1)
        else:
            numbers = [float(row[slot.name]) if row[slot.name] else numpy.nan for row in table]
            feeds[slot.name] = numpy.array(numbers, dtype=numpy.float32).reshape(-1, 1)
    return feeds


def judge(folder, name, source):
    path = f"{folder}/{name}.onnx"
    run("model", "export", name, "--format", "onnx", "-o", path)
    onnx.checker.check_model(onnx.load(path), full_check=True)
    weights = f"{folder}/{name}.safetensors"
    run("model", "export", name, "--format", "safetensors", "-o", weights)
    tensors = load_file(weights)
    archive = f"{folder}/{name}.npz"
    run("model", "export", name, "--format", "npz", "-o", archive)
    arrays = numpy.load(archive)
    for key in tensors:
        assert (tensors[key] == arrays[key]).all(), f"{name}: {key} differs"
    with open(source, newline="") as file:
        table = list(csv.DictReader(file))
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    outputs = dict(zip([o.name for o in session.get_outputs()],
                       session.run(None, inputs(session, table))))
    said = [json.loads(line) for line in
            run("model", "predict", name, source, "--probabilities", "-o", "json").splitlines()]
    if "prediction" in outputs:
        ours = numpy.array([row["prediction"] for row in said])
        theirs = outputs["prediction"].reshape(-1)
    else:
        ours = numpy.array([list(row["probabilities"].values()) for row in said])
        theirs = outputs.get("probabilities", outputs.get("margins"))
        ordered = numpy.sort(ours, axis=1)
        clear = ordered[:, -1] - ordered[:, -2] > 1e-4
        classes = numpy.array([row["class"] for row in said])
        assert (outputs["class"][clear] == classes[clear]).all(), f"{name}: classes differ"
    error = numpy.max(numpy.abs(ours - theirs) / numpy.maximum(1, numpy.abs(ours)))
    print(f"{name:10} {len(tensors):3} tensors  {len(said):4} rows  "
          f"largest difference {error:.1e}  {'ok' if error <= TOLERANCE else 'TOO LARGE'}")
    return error <= TOLERANCE


def main():
    folder = sys.argv[1]
    write_data(folder)
    good = True
    for name, data, model, training in CASES:
        train(folder, name, data, model, training)
        source = f"{folder}/{'images' if name == 'images' else 'people'}.csv"
        good = judge(folder, name, source) and good
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}")
    sys.exit(0 if good else 1)


main()
