#!/usr/bin/env python3
"""Every line of the acceptance checklist that this repository can test stands in acceptance.md, and
every test that it names is there.

usage: acceptance_test.py ROOT
"""
import pathlib
import re
import sys

LINES = {"P0": range(1, 16), "P1": (1, 2, 3, 4, 5, 8)}
ROW = re.compile(r"^\| (P[01])\.(\d+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"\bTEST(?:_[FP])?\((\w+), (\w+)\)")


def tests_in(root):
    found = set()
    for path in (root / "tests").rglob("*.cc"):
        for suite, name in TEST.findall(path.read_text(encoding="utf-8")):
            found.add(f"{suite}.{name}")
    return found


def main(root):
    rows = ROW.findall((root / "tests/docs/acceptance.md").read_text(encoding="utf-8"))
    tests = tests_in(root)
    problems = [f"no row for {part}.{number}" for part, numbers in LINES.items()
                for number in numbers if (part, str(number)) not in {row[:2] for row in rows}]
    named = 0
    for part, number, cell in rows:
        for name in re.findall(r"`([^`]+)`", cell):
            named += 1
            if name not in tests and not ("/" in name and (root / name).is_file()):
                problems.append(f"{part}.{number}: there is no {name}")
    for problem in problems:
        print(problem)
    print(f"{len(rows)} rows name {named} tests, of {len(tests)} there are")
    return 1 if problems or not named else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
