"""XGBoost and scikit-learn on Adult, housing and a9a, one thread: one JSON line for each.

    tables_peer.py FOLDER RUNS

XGBoost as its users begin (300 trees of depth 6 at rate 0.1, `hist`) on one column of 0 and 1 for
each text; a9a by the solvers of scikit-learn with their defaults.
"""

import csv
import gzip
import io
import json
import statistics
import sys
import time

import numpy as np
import xgboost
from sklearn.datasets import load_svmlight_file
from sklearn.linear_model import LogisticRegression, SGDClassifier

folder, runs = sys.argv[1], int(sys.argv[2])


def say(table, name, value, seconds):
    line = {"table": table, "name": name, "value": float(value),
            "seconds": statistics.median(seconds)}
    print(json.dumps(line), flush=True)


def read(path):
    with gzip.open(f"{folder}/{path}", "rt", encoding="utf-8") as file:
        return [[cell.strip() for cell in row] for row in csv.reader(file) if len(row) > 1]


def encode(train, test, texts):
    """Numbers as they are, texts as columns of 0 and 1; what is not known is NaN or all zeros."""
    parts = []
    for rows in (train, test):
        columns = []
        for column in range(len(train[0])):
            if column in texts:
                for value in sorted({row[column] for row in train} - {"?", ""}):
                    columns.append([float(row[column] == value) for row in rows])
            else:
                columns.append([float(row[column] or "nan") for row in rows])
        parts.append(np.array(columns, dtype=np.float32).T)
    return parts


def timed(make, features, targets):
    times = []
    for _ in range(runs):
        model = make()
        start = time.perf_counter()
        model.fit(features, targets)
        times.append(time.perf_counter() - start)
    return model, times


FOREST = dict(n_estimators=300, max_depth=6, learning_rate=0.1, tree_method="hist", n_jobs=1)


def adult():
    train, test = (read(f"adult/adult.{part}.gz") for part in ("data", "test"))
    test = [row for row in test if len(row) == 15]
    labels = [np.array([row[14].startswith(">50K") for row in rows], int) for rows in (train, test)]
    x, y = encode([row[:14] for row in train], [row[:14] for row in test], {1, 3, 5, 6, 7, 8, 9, 13})
    model, seconds = timed(lambda: xgboost.XGBClassifier(**FOREST), x, labels[0])
    name = f"XGBoost {xgboost.__version__}"
    say("adult", name, np.mean(model.predict(y) == labels[1]), seconds)


def housing():
    rows = read("housing/housing.csv.gz")
    names, rows = rows[0], rows[1:]
    target = names.index("median_house_value")
    text = {names.index("ocean_proximity") - (names.index("ocean_proximity") > target)}
    numbers = np.array([float(row[target]) for row in rows])
    cells = [row[:target] + row[target + 1:] for row in rows]
    errors, seconds = [], []
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(rows))
        test, train = order[: len(rows) // 5], order[len(rows) // 5:]
        x, y = encode([cells[i] for i in train], [cells[i] for i in test], text)
        model, times = timed(lambda: xgboost.XGBRegressor(**FOREST), x, numbers[train])
        errors.append(np.sqrt(np.mean((model.predict(y) - numbers[test]) ** 2)))
        seconds += times
    say("housing", f"XGBoost {xgboost.__version__}", np.mean(errors), seconds)


def a9a():
    train, test = (
        load_svmlight_file(io.BytesIO(gzip.open(f"{folder}/a9a/{part}.gz").read()), n_features=123)
        for part in ("a9a", "a9a.t"))
    for features, _ in (train, test):  # liblinear reads 32-bit indices alone
        features.indices = features.indices.astype(np.int32)
        features.indptr = features.indptr.astype(np.int32)
    for name, make in [
        ("LogisticRegression, lbfgs", lambda: LogisticRegression(max_iter=1000)),
        ("LogisticRegression, liblinear", lambda: LogisticRegression(solver="liblinear")),
        ("LogisticRegression, saga", lambda: LogisticRegression(solver="saga", max_iter=1000)),
        ("SGDClassifier", lambda: SGDClassifier(loss="log_loss", random_state=1)),
    ]:
        model, seconds = timed(make, *train)
        say("a9a", f"scikit-learn, {name}", model.score(*test), seconds)


adult()
housing()
a9a()
