"""The README's figures, from the newest kept run of each suite.

usage: readme.py --source CHECKOUT           writes the section
       readme.py --source CHECKOUT --check   exit 1 if it is not what would be written
"""
import argparse
import json
import pathlib
import re
import statistics
import sys

import stage_profile

BEGIN = "<!-- figures: written by ./dev bench readme -->"
END = "<!-- figures: end -->"
JOBS = ("seed-job", "job-1m", "job-wide", "job-10m")
PEERS = ("reference", "xgboost", "lightgbm")
NAMES = {"boostyard": "Boostyard", "xgboost-cpu": "XGBoost", "lightgbm": "LightGBM",
         "catboost": "CatBoost", "scikit-learn": "scikit-learn", "ydf": "YDF", "pandas": "pandas",
         "pyarrow": "pyarrow", "duckdb": "DuckDB", "polars": "polars"}
JOB_PACKAGES = ("boostyard", "xgboost-cpu", "lightgbm", "catboost", "scikit-learn", "ydf")
READERS = ("boostyard", "xgboost-cpu", "lightgbm", "pandas", "pyarrow", "duckdb", "polars")
FILES = (". g6 and g17 have 1,000,000 rows of 28 floats, of 6 and of 17 digits; bank has 41,188 rows of "
         "59 small integers, bank20 twenty times as many rows.")
SETS = {"bank": "41,188 x 59", "higgs1m": "1,000,000 x 28", "wide": "100,000 x 500"}


def newest(source, name):
    """(contents, path below the checkout) of the newest kept file of that name, or None."""
    found = sorted((source / "bench/runs").glob(f"*/{name}"))
    if not found:
        return None
    return json.loads(found[-1].read_text()), found[-1].relative_to(source)


def place(machine):
    return (f"{machine['processor']} with {machine['vectors']}, {machine['cores']} cores, "
            f"{machine['memory_gb']:g} GB")


def named_versions(versions, packages=tuple(NAMES)):
    return ", ".join(f"{NAMES[package]} {versions[package]}" for package in packages
                     if package in versions)


def times(engine_entry):
    """"0.412 s, **5.1** times"; a bar that is not met is named."""
    if not engine_entry or not engine_entry.get("seconds"):
        return "—"
    text = f"{engine_entry['seconds']:.3f} s, **{engine_entry.get('ratio', 0):.1f}**"
    if not engine_entry.get("met", True):
        text += f" (bar: {engine_entry['bar']:g})"
    return text


def job_lines(runs):
    lines = ["| job | ours | reference container's path | XGBoost, C API | LightGBM, C API "
             "| again |", "|---|---|---|---|---|---|"]
    for result, path in runs:
        for job in result["jobs"]:
            by_key = {entry["key"]: entry for entry in job["engines"]}
            ours = by_key.get("boostyard", {})
            cells = [times(by_key.get(key)) for key in PEERS]
            lines.append(f"| [{job['title']}]({path}) | {ours.get('seconds', 0):.3f} s | "
                         + " | ".join(cells) + f" | `{result['command']}` |")
    return lines


def job_section(source):
    runs = [found for name in JOBS if (found := newest(source, f"{name}.json"))]
    if not runs:
        return []
    result = runs[0][0]
    peers = named_versions(result["versions"], JOB_PACKAGES)
    dates = sorted({run["date"] for run, _ in runs})
    threads = result["jobs"][0]["threads"]
    return [f"**From file to model**, process start to exit, threads: {threads}, on "
            f"{place(result['machine'])} ({', '.join(dates)}): medians of interleaved runs, and how "
            "many times as long each takes as Boostyard. Every model is tested before it is timed. "
            f"{peers}, each in its fastest configuration; all of them, CPU seconds, memory and test metrics are in "
            "the runs that the first column names.", "", *job_lines(runs), ""]


def bar_of(source, name):
    """(seconds that the strictest bar leaves us, whose bar it is) by the newest kept run, or None."""
    found = newest(source, f"{name}.json")
    asked = [(entry["seconds"] / entry["bar"], f"{entry['name'].split(',')[0]}'s {entry['seconds']:.3f} s")
             for job in (found[0]["jobs"] if found else ()) for entry in job["engines"]
             if "bar" in entry and entry.get("seconds")]
    return min(asked, default=None)


def verdict_of(source, entry):
    """What the profile says of the strictest bar."""
    text = f"{entry['title']} takes {1e3 * entry['seconds']:,.0f} ms"
    bar = bar_of(source, entry["name"])
    if bar is None:
        return f"{text}."
    text += f"; the strictest bar, {bar[1]} over its ratio, asks for {1e3 * bar[0]:,.0f} ms"
    if entry["seconds"] <= bar[0]:
        return f"{text}: met."
    floors = stage_profile.floor_sum(entry)
    text += f", and the floors alone are {1e3 * floors:,.0f} ms"
    above = sorted(((stage["seconds"] - stage.get("floor_seconds", 0.0), stage["stage"])
                    for stage in entry["stages"]), reverse=True)[:3]
    named = ", ".join(f"{name} ({1e3 * excess:,.1f} ms)" for excess, name in above)
    return f"{text}. Most above its floor: {named}."


def profile_section(source):
    found = newest(source, "profile.json")
    if not found:
        return []
    result, path = found
    text = path.with_suffix(".txt")
    titles = [entry["title"] for entry in result["jobs"]]
    lines = [f"**Where ours spends it**, in ms, and in brackets the floor: the bytes or additions of the "
             f"stage's work at this machine's best rate ([{text.name}]({text}) says which; "
             f"{result['date']}, {place(result['machine'])}; again: `{result['command']}`)", "",
             "| stage | " + " | ".join(titles) + " |", "|---" * (len(titles) + 1) + "|"]
    for number, stage in enumerate(result["jobs"][0]["stages"]):
        cells = []
        for entry in result["jobs"]:
            of_job = entry["stages"][number]
            floor = f" ({1e3 * of_job['floor_seconds']:.1f})" if "floor_seconds" in of_job else ""
            cells.append(f"{1e3 * of_job['seconds']:,.1f}{floor}")
        lines.append(f"| {stage['stage']} | " + " | ".join(cells) + " |")
    return [*lines, "", *(line for entry in result["jobs"]
                          for line in (f"- {verdict_of(source, entry)}",)), ""]


def train_section(source):
    found = newest(source, "train.json")
    if not found:
        return []
    rows = {}
    for entry in found[0]:
        seconds = statistics.median(run["total_s"] for run in entry["runs"])
        rows.setdefault((entry["set"], entry["setting"], entry["threads"]), {})[
            entry["who"]] = seconds
    text = found[1].with_suffix(".txt")
    head = (source / text).read_text().splitlines()[0].split(", ", 1)[1]
    lines = [f"**Training alone**, cuts, bins and boosting of rows in memory ({head}). Setting a is "
             "depth 5, eta 0.2, gamma 4, min_child_weight 6, subsample 0.8, 100 rounds; b is depth "
             "6, eta 0.1, 200 rounds (wide: 100); c is depth 8, eta 0.1, 100 rounds (wide: 25). "
             f"Every spread and variant: [{text.name}]({text}).", "",
             "| rows x columns | setting | threads | ours | XGBoost | times | LightGBM | times "
             "| again: `./dev bench train` |", "|---|---|---|---|---|---|---|---|---|"]
    for (data, setting, threads), who in rows.items():
        ours = who["boostyard"]
        cells = [f"{who[peer]:.3f} | **{who[peer] / ours:.1f}**" if peer in who else "— | —"
                 for peer in ("XGBoost", "LightGBM")]
        lines.append(f"| {SETS.get(data, data)} | {setting} | {threads} | {ours:.3f} | "
                     + " | ".join(cells)
                     + f" | `--sets {data} --settings {setting} --threads {threads}` |")
    means = " and ".join(f"{statistics.geometric_mean(ratios):.2f}" for peer in
                         ("XGBoost", "LightGBM") if (ratios := [
                             who[peer] / who["boostyard"] for who in rows.values() if peer in who]))
    return [*lines, "", f"The geometric means are {means}.", ""]


# A line of train-auc-*.txt.
AUC_LINE = re.compile(r"(\w+) +(\w+) +ours ([\d.]+)  XGBoost ([\d.]+)  difference ([-+][\d.]+) "
                      r"\(standard error ([\d.]+)\)")


def auc_section(source):
    newest_of = {path.name: path for path in sorted((source / "bench/runs").glob("*/train-auc-?.txt"))}
    if not newest_of:
        return []
    lines = ["**What it learns**: mean test AUC over 10 seeds of data and sampling, same base score, ours less "
             "XGBoost's, with the standard error of the difference. The bar is -0.001.", "",
             "| rows x columns | setting | ours | XGBoost | difference "
             "| again: `./dev bench train --auc-seeds 10` |", "|---|---|---|---|---|---|"]
    found = [(path, match.groups()) for path in newest_of.values()
             for match in map(AUC_LINE.match, path.read_text().splitlines()) if match]
    for path, (data, setting, ours, theirs, difference, error) in sorted(
            found, key=lambda one: one[1][:2]):
        missed = " (not met)" if float(difference) < -0.001 else ""
        lines.append(f"| {SETS.get(data, data)} | [{setting}]({path.relative_to(source)}) | {ours} | {theirs} "
                     f"| {difference} ± {error}{missed} | `--sets {data} --settings {setting}` |")
    return [*lines, "", *public_sets(source)]


# A line of accuracy.txt, as tests/parity/accuracy_test.cc prints it.
PUBLIC_LINE = re.compile(r"(\w+) +ours ([\d.]+) \(sd [\d.]+\)  XGBoost ([\d.]+) \(sd [\d.]+\)  difference "
                         r"([-+][\d.]+) = ([-+][\d.]+) standard errors")


def public_sets(source):
    found = sorted((source / "bench/runs").glob("*/accuracy.txt"))
    rows = [match.groups() for match in
            map(PUBLIC_LINE.match, found[-1].read_text().splitlines()) if match] if found else []
    if not rows:
        return []
    differences = [float(row[3]) for row in rows]
    worst = min(rows, key=lambda row: float(row[4]))
    return [f"On {len(rows)} public binary sets, 20 seeds each, the seed job's settings "
            f"([every set]({found[-1].relative_to(source)}), by `accuracy_test` of the slow tests): "
            f"{statistics.mean(differences):+.5f} on average, between {min(differences):+.5f} and "
            f"{max(differences):+.5f}; furthest below is {worst[0]}, by {-float(worst[4]):.1f} standard "
            "errors (bar: 2, and 0.0005).", ""]


def scaling_section(source):
    found = newest(source, "scaling.json")
    if not found:
        return []
    result, path = found
    lines = [f"**By rows and threads**, from file to model, 28 columns, setting a "
             f"([all figures]({path}), {result['date']}, {place(result['machine'])}; "
             f"{named_versions(result['versions'], ('xgboost-cpu', 'lightgbm'))})", "",
             "| rows | threads | ours | XGBoost, C API | LightGBM, C API | again |",
             "|---|---|---|---|---|---|"]
    for job in result["jobs"]:
        by_key = {entry["key"]: entry for entry in job["engines"]}
        ours, rows = by_key.get("boostyard", {}), job["data"]["rows"]
        lines.append(f"| {rows:,} | {job['threads']} | {ours.get('seconds', 0):.3f} s | "
                     + " | ".join(times(by_key.get(key)) for key in ("xgboost", "lightgbm"))
                     + f" | `./dev bench scaling --rows {rows} --threads {job['threads']}` |")
    return [*lines, ""]


def figures_section(source, name, intro, packages, legend=""):
    found = newest(source, f"{name}.json")
    if not found:
        return []
    result, path = found
    lines = [f"**{intro}** ([all figures]({path}), {result['date']}, "
             f"{place(result['machine'])}; {named_versions(result['versions'], packages)}){legend}",
             "", "| | measured | bar | again |", "|---|---|---|---|"]
    for figure in result["figures"]:
        bar = f"{figure['bar']:g}" if "bar" in figure else ""
        if not figure.get("met", True):
            bar += " (not met)"
        unit = "times" if figure["unit"] == "x" else figure["unit"]
        lines.append(f"| {figure['what']} | {figure['value']:.4g} {unit} | {bar} "
                     f"| `{figure.get('command', result['command'])}` |")
    return [*lines, ""]


def section(source):
    return "\n".join([*job_section(source), *profile_section(source),
                      *train_section(source), *auc_section(source),
                      *scaling_section(source),
                      *figures_section(source, "ingest", "From CSV to bins", READERS, FILES),
                      *figures_section(source, "startup", "Start-up and size",
                                       ("boostyard", "xgboost-cpu"))]).rstrip()


def replaced(text, body):
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise SystemExit(f"README.md needs one line {BEGIN} and one line {END}")
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n{body}\n{END}{rest.split(END)[1]}"


def main(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", type=pathlib.Path, required=True)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(words)
    path = options.source / "README.md"
    text = path.read_text(encoding="utf-8")
    wanted = replaced(text, section(options.source))
    if wanted == text:
        return 0
    if options.check:
        print("README.md is not what the kept runs say: ./dev bench readme", file=sys.stderr)
        return 1
    path.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
