#!/usr/bin/env python3
"""Every line of the acceptance checklist that this repository can test has a test with its number.

usage: acceptance_test.py ROOT
"""
import pathlib
import re
import sys

LINES = {"P0": range(1, 16), "P1": (1, 2, 3, 5, 8)}
# P0.Line04_..., TEST(P0, Line04_...) and P0_4_...
NAME = re.compile(r"\b(P[01])(?:_|\.Line|, Line)(\d+)_")


def main(root):
    found = set()
    for folder in ("tests", "scripts"):
        for path in (root / folder).rglob("*"):
            if path.suffix not in (".cc", ".h", ".py", ".sh") or path == pathlib.Path(__file__):
                continue
            for part, number in NAME.findall(path.read_text(encoding="utf-8")):
                found.add((part, int(number)))
    missing = [f"{part} line {number}" for part, numbers in LINES.items() for number in numbers
               if (part, number) not in found]
    for line in missing:
        print(f"no test for {line}")
    print(f"{len(found)} lines have tests")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
