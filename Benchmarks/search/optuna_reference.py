"""Runs Optuna's samplers on the functions of the benchmark and stores their regret.

Usage: optuna_reference.py OUT.csv SAMPLER[,SAMPLER...] [SEEDS [TRIALS [FUNCTION,...]]]
Lines of OUT: sampler,function,seed,trials,log10 regret; lines that are there are kept, so
the run may be stopped and continued. With a sampler's name ending in `-failing`, one trial in five
fails.
"""

import math
import os
import random
import sys
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")
warnings.filterwarnings("ignore")
import optuna  # noqa: E402

from functions import LEAST, MINIMUM, NOISE, objective  # noqa: E402

optuna.logging.set_verbosity(optuna.logging.ERROR)


def make(name, seed):
    if name == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    if name == "tpe":
        return optuna.samplers.TPESampler(seed=seed)
    if name == "multivariateTpe":
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True)
    if name == "gaussianProcess":
        import torch

        torch.set_num_threads(1)
        return optuna.samplers.GPSampler(seed=seed, deterministic_objective=False)
    if name == "cmaEs":
        return optuna.samplers.CmaEsSampler(seed=seed)
    if name == "nsga2":
        return optuna.samplers.NSGAIISampler(seed=seed)
    raise SystemExit(f"no sampler {name}")


def run(name, function, seed, trials):
    failing = name.endswith("-failing")
    study = optuna.create_study(sampler=make(name.removesuffix("-failing"), seed))
    chance = random.Random(seed)
    exact = {}

    def evaluate(trial):
        value = objective(function, trial)
        exact[trial.number] = value
        value += NOISE.get(function, 0) * chance.gauss(0, 1)
        return math.nan if failing and trial.number % 5 == 2 else value

    study.optimize(evaluate, n_trials=trials)
    # Of noisy measurements the best decides, its exact value counts.
    regret = exact[study.best_trial.number] - MINIMUM[function]
    return math.log10(max(regret, LEAST.get(function, 1e-12)))


def main():
    out, samplers = sys.argv[1], sys.argv[2].split(",")
    seeds = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    trials = int(sys.argv[4]) if len(sys.argv) > 4 else 100
    functions = sys.argv[5].split(",") if len(sys.argv) > 5 else list(MINIMUM)
    done = set()
    if os.path.exists(out):
        with open(out) as file:
            done = {tuple(line.split(",")[:4]) for line in file}
    for name in samplers:
        for seed in range(seeds):
            for function in functions:
                if (name, function, str(seed), str(trials)) in done:
                    continue
                regret = run(name, function, seed, trials)
                with open(out, "a") as file:
                    file.write(f"{name},{function},{seed},{trials},{regret:.4f}\n")


main()
