#!/usr/bin/env python3
"""XGBoost's get_score on a model of ours: what the model's trees say, and what the data say.

usage: importance_test.py TOOL WORK_FOLDER
TOOL is importance_tool; WORK_FOLDER keeps a virtual environment with XGBoost from run to run, the
same one as model_versions_test.py. Exit code 77: skipped, no pip.
"""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "engine"))
from model_versions_test import SKIPPED, python_with  # pylint: disable=wrong-import-position

VERSION = "3.2.0"

CHECK = r"""
import sys
import xgboost as xgb

folder = sys.argv[1]
booster = xgb.Booster(model_file=folder + "/model.ubj")
expected = {}
for line in open(folder + "/expected.txt"):
    kind, feature, value = line.split()
    expected.setdefault(kind, {})["f" + feature] = float(value)
assert len(expected) == 5 and len(expected["gain"]) >= 4, expected
for kind, values in expected.items():
    scores = booster.get_score(importance_type=kind)
    assert scores.keys() == values.keys(), (kind, scores, values)
    for feature, value in values.items():
        assert abs(scores[feature] - value) <= 1e-5 * value, (kind, feature, scores, values)
        assert value > 0, (kind, feature, value)
# The label follows from features 0, 1 and 2 alone.
gain = booster.get_score(importance_type="total_gain")
informative = sum(gain[f] for f in ("f0", "f1", "f2"))
assert informative > 0.8 * sum(gain.values()), gain
print("XGBoost", xgb.__version__, "total gain", {f: round(g) for f, g in sorted(gain.items())})
"""


def main():
    tool, work = sys.argv[1:]
    os.makedirs(work, exist_ok=True)
    python = python_with(VERSION, work)
    if python is None:
        print("skipped: XGBoost", VERSION, "cannot be installed here")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([tool, folder], check=True)
        return subprocess.run([python, "-c", CHECK, folder], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
