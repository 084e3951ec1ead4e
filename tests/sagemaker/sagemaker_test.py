#!/usr/bin/env python3
"""Runs every block of docs/sagemaker.md with the real SDK against the stand-in, and looks at what came of it.

usage: sagemaker_test.py v2|v3|bash --boostyard PROGRAM --venvs FOLDER --work FOLDER
Each run starts a stand-in (stand_in.py), executes the page's blocks of that kind in order in one process of the
SDK's own environment, then checks the requests and models that the stand-in kept.
"""
import argparse
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent.parent / "docs" / "sagemaker.md"


def blocks(kind):
    """The page's fenced blocks of a kind ("v2", "v3", "bash"); local-mode ones need `docker`."""
    found = re.findall(r"^```(\w+)([^\n]*)\n(.*?)^```$", PAGE.read_text(), re.S | re.M)
    return [code for language, info, code in found if kind in (language, *info.split())]


def write_bank(path, rows=3000):
    """Invented customers in the raw columns of the public file, enough of them to learn from."""
    draw = random.Random(20)
    jobs = ["admin.", "blue-collar", "technician", "retired", "student"]
    with open(path, "w") as out:
        out.write('"age";"job";"marital";"housing";"contact";"duration";"campaign";"euribor3m";"y"\n')
        for _ in range(rows):
            age, duration, rate = draw.randrange(18, 90), int(draw.expovariate(1 / 250)), draw.choice([0.7, 1.3, 4.9])
            score = duration / 400 - rate / 2 + (age > 60) - 0.8 + draw.gauss(0, 0.5)
            out.write(";".join(map(str, (
                age, f'"{draw.choice(jobs)}"', f'"{draw.choice(["married", "single", "divorced"])}"',
                f'"{draw.choice(["yes", "no"])}"', f'"{draw.choice(["cellular", "telephone"])}"', duration,
                draw.randrange(1, 8), rate, '"yes"' if score > 0 else '"no"'))) + "\n")


class Checks:
    """What the stand-in kept of one run."""

    def __init__(self, work):
        self.folder = work / "stand-in" / "requests"

    def all(self, kind):
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob(f"{kind}-*.json"))]

    def one(self, kind, part=""):
        (path,) = [p for p in self.folder.glob(f"{kind}-*.json") if part in p.read_text()]
        return json.loads(path.read_text())


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def check_training(checks):
    runs = checks.all("run")
    spots = [run for run in runs if run["request"].get("EnableManagedSpotTraining")]
    tuned = [run for run in runs if "_tuning_objective_metric" in run["request"]["HyperParameters"]]
    plain = [run for run in runs if run not in spots and run not in tuned]
    counts = (len(plain), len(tuned), len(spots))
    expect(counts == (1, 3, 1), f"plain, tuned and spot jobs that were run: {counts}")
    for run in runs:
        request, result = run["request"], run["result"]
        expect(result["status"] == "Completed", result["reason"])
        expect(result["files"] == ["xgboost-model"], f"the model directory holds {result['files']}")
        expect("boostyard" in request["AlgorithmSpecification"]["TrainingImage"], "another image was asked for")
        expect({"train:auc", "validation:auc"} <= set(result["metrics"]), f"metrics found: {result['metrics']}")
        expect(result["metrics"]["validation:auc"] > 0.8, f"metrics found: {result['metrics']}")
    check_spot(spots[0])


def check_spot(spot):
    """Interrupted after three rounds, the second attempt goes on where the first stopped."""
    first, second = spot["result"]["attempts"]
    expect(first["exit_code"] == 143, f"the interrupted attempt ended with {first['exit_code']}")
    expect("CheckpointConfig" in spot["request"], "no checkpoints were asked for")
    rounds = [line.split("\t")[0] for line in second["lines"] if "\t" in line and line.startswith("[")]
    expect(rounds[0] != "[0]" and rounds[-1] == "[999]", f"rounds of the second attempt: {rounds[0]}..{rounds[-1]}")
    expect(spot["result"]["is_as_undisturbed"], "the resumed job's model differs from the undisturbed one's")


def check_tuning(checks):
    tuning = checks.one("HyperParameterTuningJob")
    objective = tuning["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    expect(objective == {"Type": "Maximize", "MetricName": "validation:auc"}, f"objective {objective}")
    definitions = tuning["TrainingJobDefinition"]["AlgorithmSpecification"]["MetricDefinitions"]
    expect("validation:auc" in [d["Name"] for d in definitions], "the objective has no definition")


def check_serving(checks):
    model = checks.one("Model")
    container = model.get("PrimaryContainer") or model["Containers"][0]
    expect("sagemaker-xgboost:3.0-5" in container["Image"], f"served by {container['Image']}")
    expect(container["ModelDataUrl"].endswith("/output/model.tar.gz"), container["ModelDataUrl"])
    expect(len(checks.all("Endpoint")) == 1, "one endpoint expected")


AFTER = {
    "v2": "assert confusion.to_numpy().shape == (2, 2) and confusion.to_numpy().sum() == len(test)\n"
          "right = sum(p == (y == 1) for p, y in zip(predicted, test['y']))\n"
          "assert right / len(test) > 0.85, right / len(test)\n",
    "v3": "assert len(predictions) == 100 and all(0 < float(p) < 1 for p in predictions), predictions[:3]\n",
}


def start_stand_in(work):
    return subprocess.Popen(
        [options.venvs / "stand-in" / "bin" / "python", "-B", HERE / "stand_in.py", work / "stand-in"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(work / "stand-in.log", "w"), text=True,
        env={**os.environ, "BOOSTYARD": str(options.boostyard)})


def variables(url, work):
    """What a notebook's environment gives, and nothing of this machine's account."""
    return {**os.environ, "BOOSTYARD_STAND_IN": url, "PYTHONPATH": str(HERE), "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(work),
            "SAGEMAKER_USER_CONFIG_OVERRIDE": str(HERE / "sdk_config.yaml"),
            "PYTHONDONTWRITEBYTECODE": "1"}


def run_python(kind, work, environment):
    write_bank(work / "bank-additional-full.csv")
    write_docker(work, environment, options.venvs / kind / "bin" / "python")
    script = work / "page.py"
    script.write_text("\n".join(["import redirect", *blocks(kind), AFTER[kind]]))
    subprocess.run([options.venvs / kind / "bin" / "python", script], cwd=work, env=environment, check=True)
    checks = Checks(work)
    check_training(checks)
    check_tuning(checks)
    check_serving(checks)
    check_local(work)


def write_docker(work, environment, python):
    """A `docker` for local mode, first on PATH."""
    tools = work / "tools"
    tools.mkdir()
    (tools / "docker").write_text(f'#!/bin/sh\nexec "{python}" "{HERE / "docker_shim.py"}" "$@"\n')
    (tools / "docker").chmod(0o755)
    environment.update(PATH=f"{tools}:{environment['PATH']}", DOCKER_LOG=str(work / "docker.log"),
                       BOOSTYARD=str(options.boostyard))


def check_local(work):
    """Local mode ran one job and took its model, as the only file of the archive."""
    calls = [json.loads(line) for line in (work / "docker.log").read_text().splitlines()]
    expect(any("compose" in call and "up" in call for call in calls), f"docker was asked for {calls}")
    archives = list(work.glob("local*/**/model.tar.gz"))
    expect(len(archives) == 1, f"archives of local mode: {archives}")
    with tarfile.open(archives[0]) as archive:
        expect(archive.getnames() == ["xgboost-model"], f"the archive holds {archive.getnames()}")


def run_bash(work, environment):
    """`aws` is the real one; `docker` takes down what it was told."""
    tools = work / "tools"
    tools.mkdir()
    (tools / "docker").write_text('#!/bin/sh\necho "$@" >> docker.log\n[ "$1" != login ] || cat > password.txt\n')
    (tools / "docker").chmod(0o755)
    (tools / "aws").symlink_to(options.venvs / "stand-in" / "bin" / "aws")
    environment["AWS_ENDPOINT_URL"] = environment["BOOSTYARD_STAND_IN"]
    environment["PATH"] = f"{tools}:{environment['PATH']}"
    subprocess.run(["bash", "-euo", "pipefail", "-c", "\n".join(blocks("bash"))], cwd=work, env=environment,
                   check=True)
    log = (work / "docker.log").read_text().splitlines()
    registry = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    expect(log == [f"login --username AWS --password-stdin {registry}",
                   f"tag boostyard:dev {registry}/boostyard:0.1.0", f"push {registry}/boostyard:0.1.0"], str(log))
    expect((work / "password.txt").read_text().strip(), "no password reached docker")


def main():
    work = options.work / options.kind
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    stand_in = start_stand_in(work)
    try:
        url = next(line for line in stand_in.stdout if line.startswith("http")).strip()
        environment = variables(url, work)
        if options.kind == "bash":
            run_bash(work, environment)
        else:
            run_python(options.kind, work, environment)
    finally:
        stand_in.stdin.close()
        stand_in.wait()
    print(f"docs/sagemaker.md: {len(blocks(options.kind))} blocks of {options.kind} run")


parser = argparse.ArgumentParser()
parser.add_argument("kind", choices=["v2", "v3", "bash"])
for name in ("boostyard", "venvs", "work"):
    parser.add_argument(f"--{name}", type=lambda text: pathlib.Path(text).resolve(), required=True)
options = parser.parse_args()
sys.exit(main())
