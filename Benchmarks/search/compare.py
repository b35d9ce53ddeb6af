"""Compares our log regret with Optuna's stored one: compare.py OURS.csv [OPTUNA.csv]

A sampler passes when the mean over the functions of the difference of medians is not above 0.1
decades (upper end of a 90 % bootstrap over seeds), and no function's difference of medians is above
0.3. `auto` is held against the best single Optuna sampler, by the mean alone.
"""

import collections
import pathlib
import random
import statistics
import sys

FUNCTIONS = ("branin", "hartmann6", "levy10", "rosenbrock5", "mixed")
NAMES = ("random", "tpe", "multivariateTpe", "gaussianProcess", "cmaEs", "auto")
MEAN_MARGIN, FUNCTION_MARGIN, ROUNDS = 0.1, 0.3, 2000


def load(path):
    table = collections.defaultdict(list)
    for line in pathlib.Path(path).read_text().split():
        sampler, function, _, trials, regret = line.split(",")
        if trials == "100":
            table[sampler, function].append(float(regret))
    return table


def differences(ours, theirs, name, other):
    return [statistics.median(ours[name, f]) - statistics.median(theirs[other, f]) for f in FUNCTIONS]


def resampled(table, name, chance):
    return {(name, f): chance.choices(table[name, f], k=len(table[name, f])) for f in FUNCTIONS}


def upper(ours, theirs, name, other):
    chance = random.Random(1)
    means = sorted(
        statistics.mean(
            differences(resampled(ours, name, chance), resampled(theirs, other, chance), name, other)
        )
        for _ in range(ROUNDS)
    )
    return means[int(0.95 * ROUNDS)]


def main():
    ours = load(sys.argv[1])
    here = pathlib.Path(__file__).resolve().parent
    theirs = load(sys.argv[2] if len(sys.argv) > 2 else here / "optuna.csv")
    known = {n for n in NAMES if all(theirs[n, f] for f in FUNCTIONS)}
    means = {n: statistics.mean(statistics.median(theirs[n, f]) for f in FUNCTIONS) for n in known}
    best = min(means, key=means.get)
    failures = 0
    print("| sampler | against | " + " | ".join(FUNCTIONS) + " | mean | difference, upper end | |")
    print("|---|---|" + "---|" * (len(FUNCTIONS) + 3))
    for name in NAMES:
        if not all(ours[name, f] for f in FUNCTIONS):
            continue
        other = best if name == "auto" else name
        if other not in known:
            continue
        cells = [
            f"{statistics.median(ours[name, f]):.2f} ({statistics.median(theirs[other, f]):.2f})"
            for f in FUNCTIONS
        ]
        delta = differences(ours, theirs, name, other)
        mean, top = statistics.mean(delta), upper(ours, theirs, name, other)
        worst = max(delta)
        passed = mean <= 0 if name == "auto" else top <= MEAN_MARGIN and worst <= FUNCTION_MARGIN
        if name == "random":
            verdict = "for orientation"
        else:
            verdict = "passed" if passed else "missed"
            failures += not passed
        own = statistics.mean(statistics.median(ours[name, f]) for f in FUNCTIONS)
        print(
            f"| {name} | {other} | " + " | ".join(cells)
            + f" | {own:.2f} ({means[other]:.2f}) | {mean:+.2f}, {top:+.2f} | {verdict} |"
        )
    sys.exit(1 if failures else 0)


main()
