"""YDF's gradient boosted trees on columns read by pyarrow, discretised (its fastest).

gamma and min_child_weight have no counterpart and are left out. YDF counts the root as a level.
"""
import numpy
import pyarrow
import ydf
from pyarrow import csv

import peer_job

NAMES = {"eta": "shrinkage", "lambda": "l2_regularization", "subsample": "subsample",
         "seed": "random_seed", "colsample_bynode": "num_candidate_attributes_ratio"}


def read(path, job):
    pyarrow.set_cpu_count(job["threads"])
    table = csv.read_csv(path, csv.ReadOptions(autogenerate_column_names=True))
    columns = {f"f{i}": table.column(i).to_numpy().astype(numpy.float32)
               for i in range(1, table.num_columns)}
    labels = table.column(0).to_numpy()
    columns["label"] = labels.astype(numpy.int64) if peer_job.is_classification(job) else labels
    return columns


def fit(job):
    settings = job["settings"]
    params = {name: float(value) for name, value in peer_job.rename(settings, NAMES).items()}
    if "random_seed" in params:
        params["random_seed"] = int(params["random_seed"])
    task = ydf.Task.CLASSIFICATION if peer_job.is_classification(job) else ydf.Task.REGRESSION
    ydf.verbose(0)
    learner = ydf.GradientBoostedTreesLearner(
        label="label", task=task, num_trees=job["rounds"],
        max_depth=int(settings.get("max_depth", 6)) + 1, validation_ratio=0.0,
        early_stopping="NONE", num_threads=job["threads"], discretize_numerical_columns=True,
        num_discretized_numerical_bins=min(255, int(settings.get("max_bin", 256))),
        use_hessian_gain=True, **params)
    learner.train(read(job["train"], job)).save(job["model"])


def predict(job):
    return ydf.load_model(job["model"]).predict(read(job["test"], job),
                                                num_threads=job["threads"])


peer_job.run(fit, predict)
