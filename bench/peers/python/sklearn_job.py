"""scikit-learn's HistGradientBoosting on rows read by pyarrow, the fastest reader at hand.

gamma, min_child_weight and subsample have no counterpart and are left out.
"""
import os
import pickle

import peer_job

NAMES = {"max_depth": "max_depth", "eta": "learning_rate", "lambda": "l2_regularization",
         "seed": "random_state", "colsample_bynode": "max_features"}


def read(path, threads):
    import numpy
    import pyarrow
    from pyarrow import csv
    pyarrow.set_cpu_count(threads)
    table = csv.read_csv(path, csv.ReadOptions(autogenerate_column_names=True))
    rows = numpy.empty((table.num_rows, table.num_columns - 1), order="F")
    for column in range(1, table.num_columns):
        rows[:, column - 1] = table.column(column).to_numpy()
    return rows, table.column(0).to_numpy()


def fit(job):
    os.environ["OMP_NUM_THREADS"] = str(job["threads"])
    from sklearn import ensemble
    rows, labels = read(job["train"], job["threads"])
    settings = job["settings"]
    params = peer_job.rename(settings, NAMES)
    params.update(max_iter=job["rounds"], early_stopping=False,
                  max_leaf_nodes=2 ** int(settings.get("max_depth", 6)),
                  max_bins=min(255, int(settings.get("max_bin", 256))))
    kind = (ensemble.HistGradientBoostingClassifier if peer_job.is_classification(job)
            else ensemble.HistGradientBoostingRegressor)
    model = kind(**params).fit(rows, labels)
    with open(job["model"], "wb") as file:
        pickle.dump(model, file, protocol=5)


def predict(job):
    with open(job["model"], "rb") as file:
        model = pickle.load(file)
    rows, _ = read(job["test"], job["threads"])
    if not peer_job.is_classification(job):
        return model.predict(rows)
    values = model.predict_proba(rows)
    return values[:, 1] if job["classes"] == 2 else values


peer_job.run(fit, predict)
