#!/usr/bin/env python3
"""contract.md section 10, P1, line 2: P1_2_ metrics of the finished model as Debian's XGBoost sees them.

For each objective: the real command trains and prints; XGBoost loads the model file and judges the
same rows by the metrics of the same names.
usage: metrics_peer_test.py BOOSTYARD WORK_FOLDER; exit code 77: skipped, no python3-xgboost
"""
import json
import os
import random
import re
import shutil
import subprocess
import sys

from report_test import SKIPPED

try:
    import numpy
    import xgboost
except ImportError:
    print("skipped: no python3-xgboost")
    sys.exit(SKIPPED)

# Objective: what it needs, how a label follows from the signal, what XGBoost 1.7 defines as we do.
CASES = {
    "binary:logistic": ({}, lambda s: int(s > 1.25), "logloss,error,error@0.3,auc,aucpr"),
    "binary:logitraw": ({}, lambda s: int(s > 1.6), "auc,aucpr"),
    "multi:softprob": ({"num_class": "4"}, lambda s: min(3, max(0, int(s * 2))),
                       "mlogloss,merror"),
    "reg:squarederror": ({}, lambda s: round(abs(s) + 0.1, 3), "rmse,mae,mape,rmsle,mphe"),
    "count:poisson": ({}, lambda s: max(0, int(3 * s)), "poisson-nloglik,rmse"),
    "reg:gamma": ({}, lambda s: round(abs(s) + 0.1, 3), "gamma-nloglik,gamma-deviance"),
    "reg:tweedie": ({"tweedie_variance_power": "1.3"}, lambda s: max(0, round(s - 1, 3)),
                    "tweedie-nloglik"),
    "survival:cox": ({}, lambda s: round((1 + abs(s)) * (-1 if s > 1.5 else 1), 4), "cox-nloglik"),
}
# What XGBoost calls them, if it is not the same.
PEER_NAMES = {"tweedie-nloglik": "tweedie-nloglik@1.3"}


def table(count, seed, label):
    rand = random.Random(seed)
    rows = []
    for _ in range(count):
        x = [round(rand.random(), 3), round(rand.random(), 1), rand.randrange(4)]
        rows.append([label(x[0] + 0.6 * x[1] + 0.2 * x[2] + rand.gauss(0, 0.3))] + x)
    return rows


def train(program, root, settings, channels):
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root + "/input/config")
    with open(root + "/input/config/hyperparameters.json", "w") as file:
        json.dump(settings, file)
    for name, rows in channels.items():
        os.makedirs(f"{root}/input/data/{name}")
        with open(f"{root}/input/data/{name}/rows.csv", "w") as file:
            file.writelines(",".join(map(str, row)) + "\n" for row in rows)
    result = subprocess.run([program, "train", "--root", root], capture_output=True, text=True,
                            check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()[-1]


def figures(line):
    return {name: float(value) for name, value in re.findall(r"([\w@.-]+):(\S+)", line)}


def judge(model, rows, metrics):
    values = numpy.array(rows, dtype=numpy.float32)
    matrix = xgboost.DMatrix(values[:, 1:], label=values[:, 0])
    booster = xgboost.Booster(model_file=model)
    booster.set_param([("disable_default_eval_metric", "1")] +
                      [("eval_metric", PEER_NAMES.get(metric, metric)) for metric in metrics])
    return figures(booster.eval(matrix, "validation"))


def main():
    program, work = map(os.path.abspath, sys.argv[1:])
    os.environ["BOOSTYARD_MODEL_ARTIFACT"] = "bare"
    for objective, (more, label, metrics) in CASES.items():
        root = f"{work}/{objective.replace(':', '_')}"
        # Few leaves: many rows with the same score, which curves have to take together.
        settings = {"objective": objective, "num_round": "6", "max_depth": "3",
                    "eval_metric": metrics, **more}
        rows = table(700, 2, label)
        printed = figures(train(program, root, settings,
                                {"train": table(1500, 1, label), "validation": rows}))
        judged = judge(root + "/model/xgboost-model", rows, metrics.split(","))
        for metric in metrics.split(","):
            ours = printed["validation-" + metric]
            theirs = judged["validation-" + PEER_NAMES.get(metric, metric)]
            assert abs(ours - theirs) < 1e-5 + 2e-6 * abs(theirs), (objective, metric, ours, theirs)
        print(objective, metrics, "agree with XGBoost", xgboost.__version__)


main()
