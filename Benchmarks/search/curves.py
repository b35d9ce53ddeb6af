"""Turns the exports of record-curves into tables for the tests: curves.py EXPORTS TESTS"""

import json
import pathlib
import sys

PARTS = {"Tuning": ("sgd", "adamw"), "Testing": ("softmax", "deep")}


def lines(path):
    for trial in json.loads(path.read_text())["items"]:
        values = [point["value"] for point in trial["curve"]]
        # A loss beyond all bounds, or none, is the largest number of the table.
        cells = [min(99999, round(1000 * v)) if v is not None and v == v else 99999 for v in values]
        if cells:
            yield " ".join(map(str, cells))


def main():
    exports, tests = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for part, names in PARTS.items():
        text = "/// Learning curves of the engine, recorded by Benchmarks/search/record-curves: validation\n"
        text += "/// losses in thousandths, one line for each trial, one table for each tuning.\n"
        text += f"enum {part}Curves {{\n    static let tables = [\n"
        for name in names:
            text += f'        // {name}\n        """\n'
            text += "".join(f"        {line}\n" for line in lines(exports / f"{name}.json"))
            text += '        """,\n'
        text += "    ]\n}\n"
        (tests / f"{part}Curves.swift").write_text(text)


main()
