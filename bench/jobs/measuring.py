"""One child process, measured; and what there is to say of the machine."""
import datetime
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess


def run(measure, command, folder, variables=None):
    """What `command` took: seconds, cpu_seconds, peak_mb, exit_code, first_output_seconds; what it
    printed, as output and messages. `measure` is the program of bench/measure.cc."""
    out, err = folder / "stdout.txt", folder / "stderr.txt"
    environment = {**os.environ, **(variables or {})}
    for name in ("TRAINING_JOB_NAME", "SAGEMAKER_BASE_DIR"):
        environment.pop(name, None)
    line = subprocess.run([str(measure), str(out), str(err), *map(str, command)], check=True,
                          env=environment, stdout=subprocess.PIPE, text=True).stdout
    result = json.loads(line)
    result["output"] = out.read_text(errors="replace")
    result["messages"] = err.read_text(errors="replace")
    return result


def summary(runs):
    """Medians and spread of measured runs."""
    seconds = [run["seconds"] for run in runs]
    return {"seconds": statistics.median(seconds), "min_seconds": min(seconds),
            "max_seconds": max(seconds),
            "cpu_seconds": statistics.median(run["cpu_seconds"] for run in runs),
            "peak_mb": max(run["peak_mb"] for run in runs)}


def processor():
    text = pathlib.Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.M)
    return found.group(1).strip() if found else "unknown"


def vector_extension():
    flags = pathlib.Path("/proc/cpuinfo").read_text()
    for flag, name in (("avx512_vbmi2", "AVX-512"), ("avx2", "AVX2")):
        if flag in flags:
            return name
    return "no AVX2"


def machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"processor": processor(), "vectors": vector_extension(),
            "cores": len(os.sched_getaffinity(0)), "memory_gb": round(memory / 1e9, 1),
            "kernel": platform.release().split("-")[0]}


def today():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")


def kept_folder(source):
    """bench/runs/DATE-MACHINE, as bench/kept_runs.cc names it."""
    slug = re.sub(r"[^a-z0-9]+", "-", processor().lower()).strip("-")
    folder = source / "bench" / "runs" / f"{today()}-{slug}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
