"""What the peers' jobs share: arguments in, predictions out.

Each *_job.py is one peer, from CSV files to a model file, or from a model file to predictions:

    python X_job.py JOB.json fit|predict

JOB.json holds train, test (CSV files without a header, the label first), model, predictions
(where to write), objective, classes, rounds, threads, variant, and settings: numbers under
XGBoost's names. A peer takes the settings that it knows under a name of its own. Nothing heavy is
imported here, because a peer pays for its imports.
"""
import json
import sys


def run(fit, predict):
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    if sys.argv[2] == "fit":
        fit(job)
    else:
        write_predictions(job["predictions"], predict(job))


def rename(settings, names):
    """The settings that are in `names` (XGBoost's name: the peer's), under the peer's names."""
    return {names[name]: value for name, value in settings.items() if name in names}


def is_classification(job):
    return job["objective"].startswith(("binary:", "multi:"))


def write_predictions(path, values):
    """One line a row; several numbers of a row are divided by tabs."""
    import numpy
    numpy.savetxt(path, numpy.asarray(values), fmt="%.9g", delimiter="\t")
