"""Runs one captured create-training-job request the way the service does.

Downloads the channels, lays out /opt/ml below a folder, runs `boostyard train` on it (twice, with the
checkpoints carried over, if the job asks for spot instances), and uploads what the service uploads.
"""
import fcntl
import io
import json
import os
import pathlib
import re
import signal
import subprocess
import tarfile
import urllib.parse

BOOSTYARD = os.environ["BOOSTYARD"]
INTERRUPTED_AFTER_ROUNDS = 3  # the first attempt of a spot job gets SIGTERM after as many lines


class S3:
    """The few things that a job does with S3, on URIs."""

    def __init__(self, client):
        self._client = client

    @staticmethod
    def split(uri):
        parts = urllib.parse.urlparse(uri)
        return parts.netloc, parts.path.lstrip("/")

    def put(self, uri, data):
        bucket, key = self.split(uri)
        self._client.put_object(Bucket=bucket, Key=key, Body=data)

    def download(self, uri, folder):
        bucket, prefix = self.split(uri)
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for entry in page.get("Contents", []):
                name = entry["Key"][len(prefix):].lstrip("/") or entry["Key"].rsplit("/", 1)[-1]
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                self._client.download_file(bucket, entry["Key"], str(path))

    def upload(self, folder, uri):
        for path in folder.rglob("*"):
            if path.is_file():
                self.put(f"{uri.rstrip('/')}/{path.relative_to(folder)}", path.read_bytes())


def pack(folder):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, path.name)
    return buffer.getvalue()


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def lay_out(request, root, s3):
    """The tree of contract: what the platform writes below /opt/ml before it starts the image."""
    config = root / "input" / "config"
    for folder in (config, root / "model", root / "output" / "data"):
        folder.mkdir(parents=True)
    channels = {}
    for channel in request["InputDataConfig"]:
        source = channel["DataSource"]["S3DataSource"]
        s3.download(source["S3Uri"], root / "input" / "data" / channel["ChannelName"])
        channels[channel["ChannelName"]] = {
            "TrainingInputMode": channel.get("InputMode", "File"),
            "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
            "RecordWrapperType": channel.get("RecordWrapperType", "None"),
            **({"ContentType": channel["ContentType"]} if channel.get("ContentType") else {}),
        }
    instance = request["ResourceConfig"]["InstanceType"]
    resources = {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "eth0",
                 "current_instance_type": instance}
    files = {"hyperparameters": request.get("HyperParameters", {}), "inputdataconfig": channels,
             "resourceconfig": resources}
    checkpoints = request.get("CheckpointConfig") or {}
    if checkpoints:
        (root / "checkpoints").mkdir()
        s3.download(checkpoints["S3Uri"], root / "checkpoints")
        files["checkpointconfig"] = {"LocalPath": "/opt/ml/checkpoints", **checkpoints}
    for name, document in files.items():
        (config / f"{name}.json").write_text(json.dumps(document))


def run(request, root, interrupts):
    """Starts the program as the image would; returns its exit code and both streams' lines."""
    variables = {**os.environ, **request.get("Environment", {}),
                 "TRAINING_JOB_NAME": request["TrainingJobName"],
                 "TRAINING_JOB_ARN": request["TrainingJobArn"], "AWS_REGION": "us-east-1"}
    # A pipe of one page: a job that is to be interrupted cannot have written its last round by then.
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    process = subprocess.Popen([BOOSTYARD, "train", "--root", str(root)], env=variables,
                               stdout=writer, stderr=writer)
    os.close(writer)
    lines, rounds = [], 0
    with open(reader) as stream:
        for line in stream:
            lines.append(line.rstrip("\n"))
            rounds += line.startswith("[") and "\t" in line
            if interrupts and rounds == INTERRUPTED_AFTER_ROUNDS:
                process.send_signal(signal.SIGTERM)
                interrupts = False
    return process.wait(), lines


def metrics_of(lines, definitions):
    """The newest value of each metric definition, found as CloudWatch shows the lines."""
    found = {}
    for line in lines:
        for definition in definitions:
            match = re.search(definition["Regex"], line.replace("\t", "#011"))
            if match:
                found[definition["Name"]] = float(match.group(1))
    return found


def run_job(request, folder, s3):
    """All of one job. Returns what describe-training-job adds to the request."""
    root = folder / request["TrainingJobName"]
    attempts = []
    is_spot = bool(request.get("EnableManagedSpotTraining"))
    lay_out(request, root, s3)
    for is_last in ([False, True] if is_spot else [True]):
        code, lines = run(request, root, interrupts=not is_last)
        attempts.append({"exit_code": code, "lines": lines})
        if checkpoints := request.get("CheckpointConfig"):
            s3.upload(root / "checkpoints", checkpoints["S3Uri"])
    output = f"{request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{request['TrainingJobName']}/output"
    s3.put(f"{output}/output.tar.gz", pack(root / "output"))
    if code == 0:
        s3.put(f"{output}/model.tar.gz", pack(root / "model"))
    is_as_undisturbed = None
    if is_spot:
        undisturbed = folder / (request["TrainingJobName"] + "-undisturbed")
        lay_out({**request, "CheckpointConfig": None}, undisturbed, s3)
        run(request, undisturbed, interrupts=False)
        is_as_undisturbed = contents(undisturbed / "model") == contents(root / "model")
    failure = root / "output" / "failure"
    definitions = request["AlgorithmSpecification"].get("MetricDefinitions") or []
    return {
        "status": "Completed" if code == 0 else "Failed",
        "reason": "" if code == 0 else f"AlgorithmError: {failure.read_text()[:1024]}, exit code: {code}",
        "attempts": attempts,
        "metrics": metrics_of(lines, definitions),
        "model": f"{output}/model.tar.gz",
        "is_as_undisturbed": is_as_undisturbed,  # spot jobs: the same bytes as without interruption
        "files": sorted(path.name for path in (root / "model").iterdir()),
    }


def write_record(folder, name, document):
    (pathlib.Path(folder) / f"{name}.json").write_text(json.dumps(document, indent=1, default=str))
