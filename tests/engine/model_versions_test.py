#!/usr/bin/env python3
"""contract.md section 10, P0, line 2: P0_2_ loads the models that we write in several versions of XGBoost and compares predictions to 1e-6.

usage: model_versions_test.py TOOL WORK_FOLDER
TOOL is model_versions_tool; WORK_FOLDER keeps one virtual environment per version from run to run.
Debian's python3-xgboost serves as its version where it is installed. Exit code 77: skipped, no pip.
"""
import glob
import os
import subprocess
import sys

SKIPPED = 77
# version: (package, numpy that it works with)
VERSIONS = {"1.7.4": ("xgboost", "numpy<2"), "3.0.5": ("xgboost-cpu", "numpy"),
            "3.2.0": ("xgboost-cpu", "numpy")}

# Runs in each environment: python -c CHECK MODELS_FOLDER.
CHECK = r"""
import glob, os, sys
import numpy as np
import xgboost as xgb

folder = sys.argv[1]
rows = np.genfromtxt(folder + "/rows.csv", delimiter=",", dtype=np.float32)
matrix = xgb.DMatrix(rows, missing=np.nan)
failures = 0
models = sorted(glob.glob(folder + "/*.ubj") + glob.glob(folder + "/*.json"))
for path in models:
    stem = path.rsplit(".", 1)[0]
    try:
        booster = xgb.Booster()
        booster.set_param({"nthread": 1})
        # As a serving container does: a file without an extension, and the bytes.
        plain = folder + "/xgboost-model"
        if os.path.exists(plain):
            os.remove(plain)
        os.link(path, plain)
        booster.load_model(plain)
        again = xgb.Booster()
        again.load_model(bytearray(open(path, "rb").read()))
        for is_margin, suffix in ((True, ".margins"), (False, ".predictions")):
            ours = np.loadtxt(stem + suffix, dtype=np.float32)
            for one in (booster, again):
                theirs = one.predict(matrix, output_margin=is_margin).ravel()
                assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
                worst = np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(theirs)))
                assert worst <= 1e-6, "%s differ by %g" % (suffix[1:], worst)
    except Exception as problem:
        failures += 1
        print("FAILED", xgb.__version__, os.path.basename(path), str(problem).split("\n")[0])
print("XGBoost", xgb.__version__, "read", len(models) - failures, "of", len(models), "models")
sys.exit(1 if failures or not models else 0)
"""


def system_version():
    """The version of the system's XGBoost module, or None."""
    got = subprocess.run(["/usr/bin/python3", "-c", "import xgboost; print(xgboost.__version__)"],
                         capture_output=True, text=True, check=False)
    return got.stdout.strip() if got.returncode == 0 else None


def python_with(version, work):
    """An interpreter that has this version, or None if it cannot be had."""
    if system_version() == version:
        return "/usr/bin/python3"
    package, numpy = VERSIONS[version]
    folder = os.path.join(work, "xgboost-" + version)
    python = os.path.join(folder, "bin", "python")
    done = os.path.join(folder, ".complete")
    if os.path.exists(done):
        return python
    for command in ([sys.executable, "-m", "venv", "--clear", folder],
                    [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet",
                     package + "==" + version, numpy, "scipy"]):
        if subprocess.run(command, check=False).returncode != 0:
            return None
    open(done, "w").close()
    return python


def main():
    tool, work = sys.argv[1:]
    models = os.path.join(work, "models")
    os.makedirs(models, exist_ok=True)
    for old in glob.glob(models + "/*"):
        os.remove(old)
    subprocess.run([tool, models], check=True)
    results = {}
    for version in VERSIONS:
        python = python_with(version, work)
        if python is None:
            print("SKIPPED XGBoost", version, "cannot be installed here")
            continue
        code = subprocess.run([python, "-c", CHECK, models], check=False).returncode
        results[version] = code == 0
    if not all(results.values()):
        return 1
    return 0 if results else SKIPPED


if __name__ == "__main__":
    sys.exit(main())
