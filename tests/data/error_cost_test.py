"""A faulty file is refused within twice the instructions that it takes to read a good one.

usage: error_cost_test.py READ_TOOL. Counts with valgrind, and skips where there is none.
"""

import gzip
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROWS = 40_000
TOOL = ""


def make_rows():
    draw = random.Random(6)
    return [f"{row % 2}," + ",".join("%.6g" % draw.gauss(0, 1) for _ in range(12))
            for row in range(ROWS)]


def spoil(rows, places):
    spoilt = list(rows)
    for place in places:
        spoilt[place] = spoilt[place].rsplit(",", 1)[0] + ",12O"
    return spoilt


class ErrorCost(unittest.TestCase):
    def count(self, rows, suffix, expected_status):
        """The instructions of reading `rows`."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / ("rows.csv" + suffix)
            text = ("\n".join(rows) + "\n").encode()
            path.write_bytes(gzip.compress(text, mtime=0) if suffix else text)
            log = Path(folder) / "log"
            status = subprocess.run(
                ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                 f"--log-file={log}", TOOL, str(path)], check=False).returncode
            self.assertEqual(status, expected_status)
            return int(re.search(r"Collected : (\d+)", log.read_text()).group(1))

    def test_faults_cost_no_second_reading(self):
        rows = make_rows()
        for suffix in ("", ".gz"):
            good = self.count(rows, suffix, 0)
            # One at the end; and five, each in a block of its own, none before the last third.
            for places in ([ROWS - 1], range(ROWS * 2 // 3, ROWS, ROWS // 14)):
                faulty = self.count(spoil(rows, places), suffix, 1)
                print(f"{suffix or 'plain'}: {len(places)} faults, {faulty / good:.2f} x")
                self.assertLess(faulty, 2 * good)
                self.assertGreater(faulty, good / 2)  # it was read that far


if __name__ == "__main__":
    if shutil.which("valgrind") is None:
        print("skipped: no valgrind")
        sys.exit(77)
    TOOL = sys.argv.pop(1)
    unittest.main()
