"""The path of the reference SageMaker container in algorithm mode, at the newest XGBoost.

Python and the imports of its algorithm mode, the settings read and checked, the delimiter sniffed
from the first line, XGBoost's loader of URIs, training with the training metric evaluated and
printed every round, the model saved. What the real image does besides (its toolkit's imports, a
configuration written and logged, a web stack imported) is left out, in its favour.
"""
import csv
import logging
import os

import numpy  # noqa: F401 (what the container imports, used or not)
import pandas  # noqa: F401
import pyarrow.parquet  # noqa: F401
import scipy.sparse  # noqa: F401
import sklearn.model_selection  # noqa: F401
import xgboost

import peer_job
import xgboost_params


def sniff(path):
    with open(path, encoding="utf-8") as file:
        return csv.Sniffer().sniff(file.readline()).delimiter


def fit(job):
    logging.basicConfig(format="[%(asctime)s:%(levelname)s] %(message)s", level=logging.INFO)
    logging.info("Determined delimiter of CSV input is '%s'", sniff(job["train"]))
    train = xgboost.DMatrix(xgboost_params.uri(job["train"]), nthread=job["threads"])
    logging.info("Train matrix has %d rows and %d columns", train.num_row(), train.num_col())
    booster = xgboost.train(xgboost_params.params_of(job), train, num_boost_round=job["rounds"],
                            evals=[(train, "train")], verbose_eval=False,
                            callbacks=[xgboost.callback.EvaluationMonitor()])
    os.makedirs(os.path.dirname(job["model"]), exist_ok=True)
    booster.save_model(job["model"])


peer_job.run(fit, xgboost_params.predict)
