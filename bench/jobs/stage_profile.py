"""Where a job of ours spends its time, stage by stage, beside what this machine would need at least.

A job writes the seconds of its stages into metrics.json. The floor of a stage is the smallest amount
of bytes or additions that its work can do with, at the rates that bench/floors.cc measures on the same
machine in the same minute; a stage without a floor is made of many small things.
"""
import json
import statistics

import engines
import measuring

SCHEMA = "boostyard-profile/1"
START_AND_EXIT = "start and exit"
NOTHING = "start and exit of a command that does nothing"
# Bytes a row of a round costs, read and written.
GRADIENT_BYTES = 22  # leaf 2, margin 4 + 4, label 4, quanta 4, number of the sampled row 4
METRIC_BYTES = 16    # margin 4, prediction 4 + 4, label 4
LEAF_BYTES = 6       # number of the row 4, leaf 2
MOVE_BYTES = 9       # number of the row 4 + 4, code 1
FLOAT_BYTES, CODE_BYTES = 4, 1


def metrics_of(job):
    return json.loads((job.work / "root/output/data/metrics.json").read_text())


def cell_bytes(job, rows):
    """Bytes of the cells in memory: a column of few values has a byte a cell."""
    profile = json.loads((job.work / "root/output/data/data_profile.json").read_text())
    return sum(rows * (FLOAT_BYTES if column["distinct"] is None else CODE_BYTES)
               for column in profile["channels"]["train"]["features"])


def floors_of(rates, shape, rounds, threads, cells, work):
    """{stage: (seconds, what of)}."""
    rows, copy = shape["rows"], rates["copy_bytes_per_second"]
    columns = work.get("arrange", shape["features"])

    def moved(count, what):
        return count / copy, f"{count / 1e6:,.1f} MB: {what}"
    updates = work.get("histograms", 0) * columns
    return {
        "read": (shape["bytes"] / rates["read_bytes_per_second"],
                 f"{shape['bytes'] / 1e6:,.1f} MB from the page cache"),
        "data profile": moved(cells, "each cell once"),
        "cuts": moved(cells, "each cell once"),
        "bin": moved(cells + rows * shape["features"], "cells read, codes written"),
        "arrange": moved(2 * rows * columns, "codes read, rows written"),
        "gradients": moved(rounds * rows * GRADIENT_BYTES, f"{GRADIENT_BYTES} a row and round"),
        "histograms": (updates * rates["update_seconds"] / threads,
                       f"{updates / 1e6:,.0f} million additions, all in the nearest cache"),
        "partition": moved(work.get("partition", 0) * MOVE_BYTES, f"{MOVE_BYTES} a row moved"),
        "leaves": moved(rounds * rows * LEAF_BYTES, f"{LEAF_BYTES} a row and round"),
        "metrics": moved(rounds * rows * METRIC_BYTES, f"{METRIC_BYTES} a row and round"),
    }


def run_once(job, tools):
    command = engines.OURS.fit(job, tools, "")
    run = measuring.run(tools.measure, command.words, job.work, command.variables)
    if run["exit_code"] != 0:
        raise RuntimeError(run["messages"])
    stages = metrics_of(job)["stages"]
    rest = run["seconds"] - sum(stage["seconds"] for stage in stages.values())
    stages[START_AND_EXIT] = {"seconds": rest, "busy_seconds": rest}
    return run, stages


def measure_rates(job, tools, shape):
    working = shape["rows"] * GRADIENT_BYTES
    found = measuring.run(tools.measure, [tools.floors, job.train, job.threads, working], job.work)
    if found["exit_code"] != 0:
        raise RuntimeError(found["messages"])
    return json.loads(found["output"])


def measure(job, title, tools, runs):
    """The job's entry of profile.json."""
    run_once(job, tools)  # warms the page cache
    taken, nothing = [], []
    for _ in range(runs):
        taken.append(run_once(job, tools))
        nothing.append(measuring.run(tools.measure, [tools.boostyard, "--version"],
                                     job.work)["seconds"])
    shape = job.shape()
    rates = measure_rates(job, tools, shape)
    last = taken[-1][1]
    floors = floors_of(rates, shape, job.rounds, job.threads, cell_bytes(job, shape["rows"]),
                       {name: stage["work"] for name, stage in last.items() if "work" in stage})
    floors[START_AND_EXIT] = statistics.median(nothing), NOTHING
    stages = []
    for name in last:
        stage = {"stage": name, "seconds": median(taken, name, "seconds"),
                 "busy_seconds": median(taken, name, "busy_seconds")}
        if name in floors:
            stage["floor_seconds"], stage["floor_of"] = floors[name]
        stages.append(stage)
    return {"name": job.name, "title": title, "threads": job.threads, "data": shape,
            "rounds": job.rounds, "rates": rates, "stages": stages,
            **measuring.summary([run for run, _ in taken]), "run_count": runs}


def median(taken, name, what):
    return statistics.median(stages[name][what] for _, stages in taken)


def floor_sum(entry):
    """Seconds that no stage with a floor can do without."""
    return sum(stage.get("floor_seconds", 0.0) for stage in entry["stages"])


def table(result):
    machine = result["machine"]
    lines = [f"profile, {result['date']}, {machine['processor']} with {machine['vectors']}, "
             f"{machine['cores']} cores"]
    for entry in result["jobs"]:
        lines += [f"{entry['title']}: {entry['seconds']:.4f} s, CPU {entry['cpu_seconds']:.4f} s, "
                  f"{entry['threads']} threads, medians of {entry['run_count']} runs",
                  f"  {'stage':16} {'ms':>9} {'share':>7} {'busy ms':>9} {'floor ms':>9}  of"]
        for stage in entry["stages"]:
            floor = f"{1e3 * stage['floor_seconds']:9.2f}" if "floor_seconds" in stage else 9 * " "
            lines.append(f"  {stage['stage']:16} {1e3 * stage['seconds']:9.2f} "
                         f"{stage['seconds'] / entry['seconds']:7.1%} "
                         f"{1e3 * stage['busy_seconds']:9.2f} {floor}  "
                         f"{stage.get('floor_of', '')}".rstrip())
        lines.append(f"  {'floors':16} {1e3 * floor_sum(entry):9.2f}")
    return "\n".join([*lines, "busy: seconds of all threads without those of waiting for each other; "
                      "floor: the work's bytes or additions at this machine's best rate"])


def new(command, versions, jobs):
    return {"schema": SCHEMA, "date": measuring.today(), "command": command,
            "machine": measuring.machine(), "versions": versions, "jobs": jobs}


def write(result, folder):
    """profile.json and profile.txt in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "profile.json").write_text(json.dumps(result, indent=1) + "\n")
    (folder / "profile.txt").write_text(table(result) + "\n")
    return folder / "profile.txt"
