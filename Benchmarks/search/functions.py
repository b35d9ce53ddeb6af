"""The functions of the search benchmark: values as in Tests/SearchTests/ObjectiveFunctions.swift."""

import math
import pathlib


def branin(x, y):
    a, b, c = 1.0, 5.1 / (4 * math.pi**2), 5 / math.pi
    return a * (y - b * x * x + c * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


HARTMANN_ALPHA = (1.0, 1.2, 3.0, 3.2)
HARTMANN_A = (
    (10, 3, 17, 3.5, 1.7, 8),
    (0.05, 10, 17, 0.1, 8, 14),
    (3, 3.5, 1.7, 10, 17, 8),
    (17, 8, 0.05, 10, 0.1, 14),
)
HARTMANN_P = (
    (0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886),
    (0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991),
    (0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650),
    (0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381),
)


def hartmann6(xs):
    total = 0.0
    for alpha, row, centre in zip(HARTMANN_ALPHA, HARTMANN_A, HARTMANN_P):
        total += alpha * math.exp(-sum(a * (x - p) ** 2 for a, x, p in zip(row, xs, centre)))
    return -total


def levy(xs):
    w = [1 + (x - 1) / 4 for x in xs]
    total = math.sin(math.pi * w[0]) ** 2
    for value in w[:-1]:
        total += (value - 1) ** 2 * (1 + 10 * math.sin(math.pi * value + 1) ** 2)
    return total + (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)


def rosenbrock(xs):
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(xs, xs[1:]))


def mixed(rate, decay, layers, units, optimizer, momentum, activation):
    """A made-up tuning task; optimizer 0 has a momentum. Its minimum is 0."""
    centre = (-1.5, -3.0, -2.5)[optimizer]
    rate_error = math.log10(rate) - centre
    depth = layers - 3
    value = 0.5 * rate_error**2 + 0.15 * depth**2 + 0.2 * rate_error * depth
    value += 2 * (decay - 0.3) ** 2 + 0.1 * (math.log2(units) - 6) ** 2
    value += (0.0, 0.15, 0.3)[optimizer] + (0.0, 0.1, 0.25)[activation]
    if optimizer == 0:
        value += 1.5 * (momentum - 0.9) ** 2
    return value


def conditional(rate, kind, shift, size, scale, depth, flag):
    """A made-up tuning task; kinds 1 and 3 have a shift, kind 2 a depth. Its minimum is 0."""
    error = math.log10(rate) - (0.0, -1.0, -2.5, 0.5)[kind]
    value = 0.6 * error**2 + (0.2, 0.0, 0.1, 0.3)[kind] + 0.004 * (size - 17) ** 2
    value += 0.7 * (scale - 1.1) ** 2 + 0.2 * error * (scale - 1.1) + (0.0, 0.12)[flag]
    if shift is not None:
        value += 0.5 * (shift - 0.4 * error - 0.7) ** 2
    if depth is not None:
        value += 0.8 * (depth - 0.6) ** 2
    return value


def ellipsoid(xs):
    centres = (0.31, -0.47, 0.12, 0.58, -0.23, -0.61, 0.44, 0.05, -0.35, 0.27)
    return sum((1 + i % 4) * (x - centres[i % 10]) ** 2 for i, x in enumerate(xs))


POINTS = 7


def load_tasks():
    tables = {}
    for line in (pathlib.Path(__file__).resolve().parent / "tasks.csv").read_text().split():
        task, rate, second, choice, loss = line.split(",")
        tables.setdefault(task, {})[int(rate), int(second), int(choice)] = float(loss)
    return tables


TASKS = load_tasks()


def recorded(table, rate, second, choice):
    """Between the points of a recorded grid; rate and second are places from 0 to 1."""
    row, column = (min(int(place * (POINTS - 1)), POINTS - 2) for place in (rate, second))
    down, right = rate * (POINTS - 1) - row, second * (POINTS - 1) - column
    upper = (1 - right) * table[row, column, choice] + right * table[row, column + 1, choice]
    lower = (1 - right) * table[row + 1, column, choice] + right * table[row + 1, column + 1, choice]
    return (1 - down) * upper + down * lower


def extra_objective(name, trial):
    if name == "noisy6":
        return hartmann6([trial.suggest_float(f"x{i}", 0, 1) for i in range(6)])
    if name == "ellipsoid20":
        return ellipsoid([trial.suggest_float(f"x{i}", -3, 4) for i in range(20)])
    if name == "conditional":
        rate = trial.suggest_float("rate", 1e-4, 10, log=True)
        kind = trial.suggest_categorical("kind", [0, 1, 2, 3])
        shift = trial.suggest_float("shift", -2, 2) if kind in (1, 3) else None
        size = trial.suggest_int("size", 1, 40)
        scale = trial.suggest_float("scale", 0, 3)
        depth = trial.suggest_float("depth", 0, 1) if kind == 2 else None
        return conditional(rate, kind, shift, size, scale, depth, trial.suggest_categorical("flag", [0, 1]))
    rate = (math.log10(trial.suggest_float("rate", 1e-4, 1, log=True)) + 4) / 4
    if name == "housing":
        second = (math.log10(trial.suggest_float("second", 1e-4, 1, log=True)) + 4) / 4
    else:
        second = trial.suggest_float("second", 0, 0.95) / 0.95
    return recorded(TASKS[name], rate, second, trial.suggest_categorical("choice", [0, 1, 2]))


def objective(name, trial):
    if name not in FIRST:
        return extra_objective(name, trial)
    if name == "branin":
        return branin(trial.suggest_float("x", -5, 10), trial.suggest_float("y", 0, 15))
    if name == "hartmann6":
        return hartmann6([trial.suggest_float(f"x{i}", 0, 1) for i in range(6)])
    if name == "levy10":
        return levy([trial.suggest_float(f"x{i}", -10, 10) for i in range(10)])
    if name == "rosenbrock5":
        return rosenbrock([trial.suggest_float(f"x{i}", -5, 10) for i in range(5)])
    rate = trial.suggest_float("rate", 1e-5, 1, log=True)
    decay = trial.suggest_float("decay", 0, 1)
    layers = trial.suggest_int("layers", 1, 6)
    units = trial.suggest_int("units", 8, 512, log=True)
    optimizer = trial.suggest_categorical("optimizer", [0, 1, 2])
    momentum = trial.suggest_float("momentum", 0, 0.99) if optimizer == 0 else None
    activation = trial.suggest_categorical("activation", [0, 1, 2])
    return mixed(rate, decay, layers, units, optimizer, momentum, activation)


FIRST = ("branin", "hartmann6", "levy10", "rosenbrock5", "mixed")
# Standard deviation of what is added to a measurement.
NOISE = {"noisy6": 0.2}
# Regrets below this say nothing: losses of recorded tasks are relative to the least.
LEAST = {"digits": 1e-4, "a9a": 1e-4, "housing": 1e-4}
MINIMUM = {
    "branin": 0.39788735772973816,
    "hartmann6": -3.3223680114155147,
    "levy10": 0.0,
    "rosenbrock5": 0.0,
    "mixed": 0.0,
    "digits": 1.0,
    "a9a": 1.0,
    "housing": 1.0,
    "noisy6": -3.3223680114155147,
    "conditional": 0.0,
    "ellipsoid20": 0.0,
}
