"""The functions of the search benchmark: values as in Tests/SearchTests/ObjectiveFunctions.swift."""

import math


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


def objective(name, trial):
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


MINIMUM = {
    "branin": 0.39788735772973816,
    "hartmann6": -3.3223680114155147,
    "levy10": 0.0,
    "rosenbrock5": 0.0,
    "mixed": 0.0,
}
