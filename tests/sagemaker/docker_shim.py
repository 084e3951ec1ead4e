"""What the SDKs' local modes ask of `docker`, without a container: the program runs on a tree with copies of the
compose file's volumes, which are brought back after it. Every call is kept in docker.log.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import yaml


def compose_up(file):
    for service in yaml.safe_load(pathlib.Path(file).read_text())["services"].values():
        root = pathlib.Path(tempfile.mkdtemp(prefix="ml-"))
        volumes = sorted((v.split(":")[:2] for v in service["volumes"]), key=lambda v: len(v[1]))
        places = [(pathlib.Path(source), root / pathlib.PurePosixPath(target).relative_to("/opt/ml"))
                  for source, target in volumes]
        for source, place in places:
            source.mkdir(parents=True, exist_ok=True)  # as docker makes a missing one
            shutil.copytree(source, place, dirs_exist_ok=True)
        variables = service.get("environment", [])
        if isinstance(variables, dict):
            variables = [f"{name}={value}" for name, value in variables.items()]
        command = service.get("command") or "train"  # the image's CMD
        command = command.split() if isinstance(command, str) else command
        code = subprocess.run([os.environ["BOOSTYARD"], *command, "--root", root],
                              env={**os.environ, **dict(v.split("=", 1) for v in variables)}).returncode
        for source, place in reversed(places):
            shutil.copytree(place, source, dirs_exist_ok=True)
            shutil.rmtree(place)
        if code:
            return code
    return 0


arguments = sys.argv[1:]
with open(os.environ["DOCKER_LOG"], "a") as log:
    log.write(json.dumps(arguments) + "\n")
if arguments[:2] == ["compose", "version"]:
    print("Docker Compose version v2.40.0")
elif arguments[0] == "compose" and "up" in arguments:
    sys.exit(compose_up(arguments[arguments.index("-f") + 1]))
