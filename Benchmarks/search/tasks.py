"""Turns the exports of record-tasks into one table: tasks.py EXPORTS TABLE

Lines `task,rate,second,choice,loss`, by place in the grid (0 to 6, 0 to 6, 0 to 2). A loss is that of
the last validation over the least loss of its task; what diverged or is above ten times the least
counts as ten.
"""

import json
import pathlib
import sys

POINTS = 7
MOST = 10.0


def main():
    exports, table = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    lines = []
    for task in ("digits", "a9a", "housing"):
        trials = json.loads((exports / f"{task}.json").read_text())["items"]
        values = [[t["parameters"][name] for t in trials] for name in ("rate", "second", "choice")]
        rates, seconds = (sorted(set(column), key=float) for column in values[:2])
        choices = sorted(set(values[2]), key=lambda text: (len(text), text))
        assert (len(rates), len(seconds), len(choices)) == (POINTS, POINTS, 3), task
        losses = {}
        for trial, rate, second, choice in zip(trials, *values):
            measured = trial["values"][0] if trial["values"] else None
            ended = trial["state"] == "Succeeded" and measured is not None and measured == measured
            place = rates.index(rate), seconds.index(second), choices.index(choice)
            losses[place] = measured if ended else float("inf")
        least = min(losses.values())
        for place, value in sorted(losses.items()):
            lines.append(",".join(map(str, (task, *place))) + f",{min(MOST, value / least):.6f}")
    table.write_text("\n".join(lines) + "\n")


main()
