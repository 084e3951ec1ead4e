"""XGBoost's Python package with pandas, whose pyarrow engine reads CSV fastest.

Variants: dmatrix, quantile (QuantileDMatrix).
"""
import pandas
import pyarrow
import xgboost

import peer_job
import xgboost_params


def fit(job):
    pyarrow.set_cpu_count(job["threads"])
    rows = pandas.read_csv(job["train"], header=None, engine="pyarrow", dtype="float32")
    features = rows.iloc[:, 1:]
    if job["variant"] == "quantile":
        max_bin = int(job["settings"].get("max_bin", 256))
        train = xgboost.QuantileDMatrix(features, rows[0], max_bin=max_bin, nthread=job["threads"])
    else:
        train = xgboost.DMatrix(features, rows[0], nthread=job["threads"])
    xgboost.train(xgboost_params.params_of(job), train, job["rounds"]).save_model(job["model"])


def predict(job):
    rows = pandas.read_csv(job["test"], header=None, engine="pyarrow", dtype="float32")
    booster = xgboost.Booster({"nthread": job["threads"]}, model_file=job["model"])
    return booster.predict(xgboost.DMatrix(rows.iloc[:, 1:]))


peer_job.run(fit, predict)
