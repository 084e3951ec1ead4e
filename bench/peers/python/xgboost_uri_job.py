"""XGBoost's Python package with its own loader of CSV files; nothing evaluated."""
import xgboost

import peer_job
import xgboost_params


def fit(job):
    train = xgboost.DMatrix(xgboost_params.uri(job["train"]), nthread=job["threads"])
    xgboost.train(xgboost_params.params_of(job), train, job["rounds"]).save_model(job["model"])


peer_job.run(fit, xgboost_params.predict)
