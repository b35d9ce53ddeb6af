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

ISSUE = ("branin", "hartmann6", "levy10", "rosenbrock5", "mixed", "digits", "a9a", "housing")
EXTRA = ("noisy6", "conditional", "ellipsoid20")
NAMES = ("random", "tpe", "multivariateTpe", "gaussianProcess", "cmaEs", "auto")
MEAN_MARGIN, FUNCTION_MARGIN, ROUNDS = 0.1, 0.3, 2000


def load(path):
    table = collections.defaultdict(list)
    for line in pathlib.Path(path).read_text().split():
        sampler, function, _, trials, regret = line.split(",")
        if trials == "100":
            table[sampler, function].append(float(regret))
    return table


def median(table, name, function):
    return statistics.median(table[name, function])


def differences(ours, theirs, name, other, functions):
    return [median(ours, name, f) - median(theirs, other, f) for f in functions]


def resampled(table, name, chance, functions):
    return {(name, f): chance.choices(table[name, f], k=len(table[name, f])) for f in functions}


def upper(ours, theirs, name, other, functions):
    chance = random.Random(1)
    means = sorted(
        statistics.mean(
            differences(
                resampled(ours, name, chance, functions),
                resampled(theirs, other, chance, functions),
                name, other, functions,
            )
        )
        for _ in range(ROUNDS)
    )
    return means[int(0.95 * ROUNDS)]


def compare(ours, theirs, functions):
    """Prints a table; how many of our samplers miss. A function only one side has is left out."""

    def mean_of(name):
        return statistics.mean(median(theirs, name, f) for f in functions)

    complete = [n for n in NAMES if all(theirs.get((n, f)) for f in functions)]
    best = min(complete, key=mean_of)
    failures = 0
    print("| sampler | against | " + " | ".join(functions) + " | mean | difference, upper end | |")
    print("|---|---|" + "---|" * (len(functions) + 3))
    for name in NAMES + tuple(f"{n}-failing" for n in NAMES):
        other = best if name == "auto" else name
        if not all(ours.get((name, f)) for f in functions):
            continue
        shared = [f for f in functions if theirs.get((other, f))]
        cells = [
            f"{median(ours, name, f):.2f}"
            + (f" ({median(theirs, other, f):.2f})" if f in shared else " (-)")
            for f in functions
        ]
        own = f"{statistics.mean(median(ours, name, f) for f in functions):.2f}"
        if not shared:
            print(f"| {name} | - | " + " | ".join(cells) + f" | {own} | - | not compared |")
            continue
        delta = differences(ours, theirs, name, other, shared)
        mean, top = statistics.mean(delta), upper(ours, theirs, name, other, shared)
        worst = max(delta)
        passed = mean <= 0 if name == "auto" else top <= MEAN_MARGIN and worst <= FUNCTION_MARGIN
        if name.startswith("random"):
            verdict = "for orientation"
        else:
            place = shared[delta.index(worst)]
            verdict = "passed" if passed else f"missed: {place} by {worst:.2f}"
            failures += not passed
        seeds = sorted({len(theirs[other, f]) for f in shared})
        seeds = "-".join(map(str, sorted({seeds[0], seeds[-1]})))
        print(
            f"| {name} | {other}, {seeds} seeds | " + " | ".join(cells)
            + f" | {own} | {mean:+.2f}, {top:+.2f} | {verdict} |"
        )
    return failures


def main():
    ours = load(sys.argv[1])
    here = pathlib.Path(__file__).resolve().parent
    theirs = load(sys.argv[2] if len(sys.argv) > 2 else here / "optuna.csv")
    failures = compare(ours, theirs, ISSUE)
    print()
    failures += compare(ours, theirs, EXTRA)
    sys.exit(1 if failures else 0)


main()
