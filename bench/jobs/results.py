"""Results of a suite: their shape, their table in a terminal, and where they are written."""
import json

import measuring
import page

SCHEMA = "boostyard-bench/1"
NUMBER = (int, float)
ENGINE = {"key": str, "name": str, "variant": str, "version": str, "status": str, "message": str,
          "metrics": dict, "runs": list}
RUN = {"seconds": NUMBER, "cpu_seconds": NUMBER, "peak_mb": NUMBER}
JOB = {"title": str, "name": str, "threads": int, "data": dict, "test_rows": int,
       "hyperparameters": dict, "engines": list}
FIGURE = {"what": str, "value": NUMBER, "unit": str, "runs": list}
SUITE = {"schema": str, "suite": str, "date": str, "command": str, "machine": dict,
         "versions": dict, "jobs": list, "figures": list}


def new(suite, command, versions, jobs=(), figures=()):
    return {"schema": SCHEMA, "suite": suite, "date": measuring.today(), "command": command,
            "machine": measuring.machine(), "versions": versions, "jobs": list(jobs),
            "figures": list(figures)}


def problems(result):
    """What is wrong with a suite's results: one line each."""
    found = []

    def check(entry, shape, where):
        for name, kind in shape.items():
            if not isinstance(entry.get(name), kind):
                found.append(f"{where}: {name} is {type(entry.get(name)).__name__}")
    check(result, SUITE, "suite")
    if result.get("schema") != SCHEMA:
        found.append(f"schema is {result.get('schema')}, not {SCHEMA}")
    for job in result.get("jobs", []):
        check(job, JOB, "job")
        for engine in job.get("engines", []):
            where = f"{job.get('name')}, {engine.get('key')}"
            check(engine, ENGINE, where)
            for run in engine.get("runs", []):
                check(run, RUN, where)
            if engine.get("status") == "ok":
                check(engine, {"seconds": NUMBER, "cpu_seconds": NUMBER}, where)
                if not engine.get("metrics"):
                    found.append(f"{where}: timed without test metrics")
            elif engine.get("runs") and engine.get("status") == "wrong":
                found.append(f"{where}: timed with a wrong model")
    for figure in result.get("figures", []):
        check(figure, FIGURE, "figure")
    return found


def verdict(entry):
    if "bar" not in entry:
        return ""
    return "met" if entry["met"] else "NOT MET"


def job_table(job):
    """Lines for a terminal."""
    data = job["data"]
    names = next((list(e["metrics"]) for e in job["engines"] if e["metrics"]), [])[:2]
    lines = [f"{job['title']}: {data['rows']:,} x {data['features']}, "
             f"{data['bytes'] / 1e6:,.1f} MB of CSV, {job['hyperparameters']['num_round']} rounds, "
             f"{job['threads']} threads",
             f"  {'':44} {'seconds':>9} {'min':>9} {'max':>9} {'n':>3} {'times':>7} {'bar':>5} "
             f"{'':8}{'CPU s':>9} {'peak MB':>8}" + "".join(f" {name:>9}" for name in names)]
    for entry in job["engines"]:
        label = f"{entry['name']} {entry['version']}"
        if entry["variant"]:
            label += f", {entry['variant']}"
        if entry["status"] != "ok":
            lines.append(f"  {label:44} {entry['status']}: {entry['message']}")
            continue
        bar = f"{entry['bar']:g}" if "bar" in entry else ""
        ratio = f"{entry['ratio']:.2f}" if "ratio" in entry else ""
        lines.append(f"  {label:44} {entry['seconds']:9.4f} {entry['min_seconds']:9.4f} "
                     f"{entry['max_seconds']:9.4f} {len(entry['runs']):3} "
                     f"{ratio:>7} {bar:>5} {verdict(entry):8}{entry['cpu_seconds']:9.3f} "
                     f"{entry['peak_mb']:8.0f}" +
                     "".join(f" {entry['metrics'][name]:9.5f}" for name in names))
    return lines


def figure_table(figures):
    lines = []
    for figure in figures:
        bar = f"bar {figure['bar']:g}" if "bar" in figure else ""
        lines.append(f"  {figure['what']:62} {figure['value']:9.2f} {figure['unit']:4} {bar:9} "
                     f"{verdict(figure)}")
    return lines


def table(result):
    machine = result["machine"]
    lines = [f"{result['suite']}, {result['date']}, {machine['processor']} with "
             f"{machine['vectors']}, {machine['cores']} cores"]
    for job in result["jobs"]:
        lines += job_table(job)
    lines += figure_table(result["figures"])
    if result["jobs"]:
        lines.append("seconds: median, process start to exit, from CSV file to saved model; "
                     "times: how many times as long as Boostyard")
    return "\n".join(lines)


LITTLE_DATA = "little data: this shows that the suite works; times and bars mean nothing"


def write(result, folder):
    """SUITE.json and SUITE.html in a folder."""
    wrong = problems(result)
    if wrong:
        raise ValueError("; ".join(wrong))
    folder.mkdir(parents=True, exist_ok=True)
    name = result["suite"]
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    (folder / f"{name}.html").write_text(page.render(result))
    return folder / f"{name}.html"
