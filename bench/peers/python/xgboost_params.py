"""XGBoost's parameters of a job, for its three Python paths."""


def params_of(job):
    params = dict(job["settings"])
    params.update(objective=job["objective"], nthread=job["threads"], tree_method="hist")
    if job["classes"] > 2:
        params["num_class"] = job["classes"]
    return params


def uri(path):
    return path + "?format=csv&label_column=0"


def predict(job):
    import xgboost
    booster = xgboost.Booster({"nthread": job["threads"]}, model_file=job["model"])
    return booster.predict(xgboost.DMatrix(uri(job["test"]), nthread=job["threads"]))
