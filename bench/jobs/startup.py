"""How soon a job says something, how long a trivial command takes, and how large the image is."""
import shutil
import statistics
import subprocess

import engines
import measuring

FIRST_LINE_BAR_MS = 150
TRIVIAL_BAR_MS = 10
IMAGE_BAR_MB = 60


def figure(what, values, unit, bar=None):
    value = statistics.median(values)
    found = {"what": what, "value": round(value, 4), "unit": unit,
             "runs": [round(v, 4) for v in values]}
    if bar is not None:
        found.update(bar=bar, met=value <= bar)
    return found


def image_megabytes(tools, folder):
    """The files of the image, as scripts/image_root.sh lays them out for the Dockerfile."""
    root = folder / "image"
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["scripts/image_root.sh", str(tools.boostyard),
                    str(tools.library("libxgboost.so")), str(root)], check=True,
                   cwd=tools.source, stdout=subprocess.DEVNULL)
    sizes = {}
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            status = path.stat()
            sizes[status.st_ino] = status.st_size  # names of one file count once
    return sum(sizes.values()) / 1e6


def measure(job, tools, runs):
    reference = engines.BY_KEY["reference"]
    ours_first, theirs_first, trivial, described = [], [], [], []
    for _ in range(runs):
        command = engines.OURS.fit(job, tools, "")
        run = measuring.run(tools.measure, command.words, job.work, command.variables)
        ours_first.append(1e3 * run["first_output_seconds"])
        trivial.append(1e3 * measuring.run(tools.measure, [tools.boostyard, "--version"],
                                           job.work)["seconds"])
        described.append(1e3 * measuring.run(
            tools.measure, [tools.boostyard, "describe", "hyperparameters"], job.work)["seconds"])
    has_reference = tools.python.exists()
    for _ in range(min(runs, max(3, runs // 6)) if has_reference else 0):
        command = reference.fit(job, tools, "")
        run = measuring.run(tools.measure, command.words, job.work, command.variables)
        theirs_first.append(1e3 * first_round(run))
    reference_figures = [figure("the same on the reference container's path", theirs_first,
                                "ms")] if has_reference else []
    return [figure("process start to first metric line, bank marketing", ours_first, "ms",
                   FIRST_LINE_BAR_MS),
            *reference_figures,
            figure("boostyard --version, start to exit", trivial, "ms", TRIVIAL_BAR_MS),
            figure("boostyard describe hyperparameters, start to exit", described, "ms"),
            figure("CPU image, uncompressed, with XGBoost's library",
                   [image_megabytes(tools, job.work)], "MB", IMAGE_BAR_MB)]


def first_round(run):
    if run["exit_code"] != 0:
        raise RuntimeError(run["messages"])
    return run["first_output_seconds"]
