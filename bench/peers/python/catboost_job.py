"""CatBoost: its own reader of files, plain boosting, symmetric trees (its fastest).

gamma and min_child_weight have no counterpart in symmetric trees and are left out.
"""
import catboost

import peer_job

NAMES = {"max_depth": "depth", "eta": "learning_rate", "lambda": "l2_leaf_reg", "seed": "random_seed",
         "colsample_bylevel": "rsm"}
LOSSES = {"binary": "Logloss", "multi": "MultiClass", "reg": "RMSE"}


def pool(job, path):
    columns = job["model"] + ".columns"
    with open(columns, "w", encoding="utf-8") as file:
        file.write("0\tLabel\n")
    return catboost.Pool("dsv://" + path, column_description="dsv://" + columns, delimiter=",",
                         thread_count=job["threads"])


def fit(job):
    settings = job["settings"]
    params = peer_job.rename(settings, NAMES)
    params.update(iterations=job["rounds"], thread_count=job["threads"], verbose=False,
                  loss_function=LOSSES[job["objective"].split(":")[0]], boosting_type="Plain",
                  border_count=min(254, int(settings.get("max_bin", 256)) - 1),
                  leaf_estimation_iterations=1, allow_writing_files=False)
    if settings.get("subsample", 1.0) < 1.0:
        params.update(bootstrap_type="Bernoulli", subsample=settings["subsample"])
    else:
        params.update(bootstrap_type="No")
    model = catboost.CatBoost(params)
    model.fit(pool(job, job["train"]))
    model.save_model(job["model"])


def predict(job):
    model = catboost.CatBoost()
    model.load_model(job["model"])
    kind = "Probability" if peer_job.is_classification(job) else "RawFormulaVal"
    values = model.predict(pool(job, job["test"]), prediction_type=kind)
    return values[:, 1] if job["classes"] == 2 else values


peer_job.run(fit, predict)
