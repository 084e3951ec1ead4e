#!/usr/bin/env python3
"""importance.json against get_score of Debian's XGBoost on the model that was written beside it.

usage: importance_file_test.py BOOSTYARD WORK_FOLDER; exit code 77: skipped, no python3-xgboost
"""
import json
import os
import sys

from report_test import SKIPPED, train

try:
    import xgboost
except ImportError:
    print("skipped: no python3-xgboost")
    sys.exit(SKIPPED)


def main():
    program, work = map(os.path.abspath, sys.argv[1:])
    os.environ["BOOSTYARD_MODEL_ARTIFACT"] = "bare"
    for name in ("regression", "multiclass"):
        folder = train(program, f"{work}/{name}", name)
        booster = xgboost.Booster(model_file=f"{work}/{name}/model/xgboost-model")
        with open(folder + "/importance.json") as file:
            importance = json.load(file)
        for kind in ("weight", "gain", "cover", "total_gain", "total_cover"):
            expected = booster.get_score(importance_type=kind)
            assert importance[kind].keys() == expected.keys() and expected, kind
            for feature, value in expected.items():
                assert abs(importance[kind][feature] - value) <= 1e-5 * value, (kind, feature)
        print(name, "agrees with XGBoost", xgboost.__version__)


main()
