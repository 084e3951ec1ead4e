"""A suite's results as one page of HTML: no script, nothing loaded, light and dark."""
import html
import math

import chart

STYLE = """
:root { color-scheme: light dark; --paper: #fbfbf9; --ink: #1d2226; --soft: #6a737b;
  --line: #e3e4e0; --ours: #0b7a75; --peer: #aab4bb; --whisker: #4c555c; --good: #23803d;
  --bad: #b3261e; --card: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181b; --ink: #e8eaea; --soft: #98a2a9;
  --line: #2b3237; --ours: #3cc4bc; --peer: #56616a; --whisker: #c3cbd0; --good: #6bd08a;
  --bad: #ff8a80; --card: #1b2024; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 3rem 1.5rem 5rem; max-width: 62rem; background: var(--paper);
  color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.02em; }
h2 { font-size: 1.25rem; margin: 0 0 .2rem; letter-spacing: -.01em; }
h3 { font-size: .95rem; margin: 1.6rem 0 .5rem; color: var(--soft); font-weight: 600; }
p, footer { color: var(--soft); margin: 0 0 1rem; }
code { font: .9em ui-monospace, "SF Mono", Menlo, monospace; color: var(--ink); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 1.5rem 1.6rem; margin: 1.6rem 0; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink); font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; }
svg .soft { fill: var(--soft); } svg .ours { fill: var(--ours); } svg .peer { fill: var(--peer); }
svg .strong { font-weight: 650; } svg .end { text-anchor: end; } svg .middle { text-anchor: middle; }
svg .whisker { stroke: var(--whisker); stroke-width: 1.2; } svg .grid { stroke: var(--line); }
svg .curve { fill: none; stroke-width: 2.2; stroke-linejoin: round; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .38rem .55rem; border-bottom: 1px solid var(--line);
  white-space: nowrap; }
th { color: var(--soft); font-weight: 550; } th:first-child, td:first-child { text-align: left; }
tr:last-child td { border-bottom: 0; } tr.ours td { font-weight: 650; color: var(--ours); }
.met { color: var(--good); } .missed { color: var(--bad); font-weight: 650; }
"""

TITLES = {"seed-job": "The seed job", "ingest": "From CSV to bins", "scaling": "Scaling",
          "startup": "Start-up and size"}

NOTES = {"ingest": "The fastest run of each, one process a run; readers take turns, and what they read "
                   "is compared before anything is timed.",
         "startup": "Medians, one process a run."}
JOB_NOTE = ("Medians; whiskers from the fastest to the slowest run. One process a run, engines take turns, "
            "every model is tested before anything is timed.")


def text(value):
    return html.escape(str(value))


def number(value):
    """Three significant digits, without exponents."""
    if not isinstance(value, (int, float)):
        return text(value)
    if value == 0 or not math.isfinite(value):
        return str(value)
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"


def counted(count, word):
    return f"{count:,} {word}{'s' * (count != 1)}"


def verdict(entry):
    if "bar" not in entry:
        return ""
    mark = "met" if entry["met"] else "missed"
    return f'<span class="{mark}">{entry["bar"]:g} {"met" if entry["met"] else "not met"}</span>'


def rows_table(columns, rows, ours=()):
    """rows: cells that are already HTML; `ours`: numbers of the rows that are to stand out."""
    head = "".join(f"<th>{text(column)}</th>" for column in columns)
    body = "".join(f'<tr{" class=ours" if i in ours else ""}>' +
                   "".join(f"<td>{cell}</td>" for cell in row) + "</tr>"
                   for i, row in enumerate(rows)).replace("class=ours", 'class="ours"')
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def is_ours(entry):
    return entry["key"].startswith("boostyard")


def full_name(entry):
    variant = f", {entry['variant']}" if entry["variant"] else ""
    return f"{entry['name']} {entry['version']}{variant}"


def job_section(job):
    timed = [entry for entry in job["engines"] if entry.get("seconds")]
    timed.sort(key=lambda entry: entry["seconds"])
    bars = [chart.Bar(entry["name"], entry["seconds"], entry["min_seconds"], entry["max_seconds"],
                      f"{number(entry['seconds'])} s",
                      "" if entry["key"] == "boostyard" else f"{entry.get('ratio', 0):.1f} times",
                      is_ours(entry)) for entry in timed]
    data = job["data"]
    about = (f"{counted(data['rows'], 'row')}, {counted(data['features'], 'column')}, "
             f"{data['bytes'] / 1e6:,.1f} MB of "
             f"CSV; {text(job['hyperparameters'].get('objective', ''))}, "
             f"{text(job['hyperparameters']['num_round'])} rounds; "
             f"{counted(job['threads'], 'thread')}; tested on {counted(job['test_rows'], 'row')}.")
    names = list(timed[0]["metrics"]) if timed else []
    columns = ["engine", "seconds", "min – max", "runs", "times", "bar", "CPU s", "peak MB"]
    rows = []
    for entry in timed:
        rows.append([text(full_name(entry)), number(entry["seconds"]),
                     f"{number(entry['min_seconds'])} – {number(entry['max_seconds'])}",
                     str(len(entry["runs"])), number(entry.get("ratio", "")), verdict(entry),
                     number(entry["cpu_seconds"]), number(entry["peak_mb"])] +
                    [f"{entry['metrics'][name]:.5f}" for name in names])
    failed = "".join(f"<p>{text(full_name(entry))} was not timed, {text(entry['status'])}: "
                     f"{text(entry['message'])}</p>"
                     for entry in job["engines"] if not entry.get("seconds"))
    ours = [i for i, entry in enumerate(timed) if is_ours(entry)]
    settings = ", ".join(f"{text(k)} {text(v)}" for k, v in sorted(job["hyperparameters"].items()))
    return (f"<section><h2>{text(job['title'])}</h2><p>{about}</p>"
            f"<h3>Seconds from CSV file to saved model</h3>{chart.bars(bars)}"
            f"<h3>All figures</h3>"
            f"{rows_table(columns + [f'test {name}' for name in names], rows, ours)}{failed}"
            f"<p><small>{settings}</small></p></section>")


def scaling_section(jobs):
    """Rows against seconds, a curve for each engine and number of threads."""
    curves = {}
    for job in jobs:
        for entry in job["engines"]:
            if entry.get("seconds"):
                label = f"{entry['name']}, {counted(job['threads'], 'thread')}"
                curve = curves.setdefault(label, chart.Curve(label, [], is_ours(entry)))
                curve.points.append((job["data"]["rows"], entry["seconds"]))
    return ("<section><h2>Seconds by rows</h2><p>Both axes are logarithmic.</p>"
            f"{chart.curves(list(curves.values()), 'rows', 's')}</section>")


def figures_section(figures):
    rows = [[text(f["what"]), number(f["value"]), text(f["unit"]), verdict(f)] for f in figures]
    return ("<section><h2>Figures and their bars</h2>" +
            rows_table(["", "value", "unit", "bar"], rows) + "</section>")


def table_section(table):
    """`chart` names the column that is drawn; a row that begins with boostyard stands out."""
    columns = table["columns"]
    ours = [i for i, row in enumerate(table["rows"]) if str(row[0]).startswith("boostyard")]
    drawn = ""
    if "chart" in table:
        at = columns.index(table["chart"])
        drawn = chart.bars([chart.Bar(str(row[0]), row[at], row[at], row[at], number(row[at]), "",
                                      i in ours) for i, row in enumerate(table["rows"])])
        drawn = f"<h3>{text(table['chart'])}</h3>{drawn}"
    rows = [[number(cell) for cell in row] for row in table["rows"]]
    return (f"<section><h2>{text(table['title'])}</h2><p>{text(table.get('note', ''))}</p>{drawn}"
            f"<h3>All figures</h3>{rows_table(columns, rows, ours)}</section>")


def render(result):
    machine = result["machine"]
    title = TITLES.get(result["suite"], result["jobs"][0]["title"] if result["jobs"] else
                       result["suite"])
    sections = []
    if result["suite"] == "scaling":
        sections.append(scaling_section(result["jobs"]))
    sections += [job_section(job) for job in result["jobs"]]
    if result["figures"]:
        sections.append(figures_section(result["figures"]))
    sections += [table_section(table) for table in result.get("tables", [])]
    versions = ", ".join(f"{text(name)} {text(version)}"
                         for name, version in result["versions"].items())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{text(title)} · Boostyard</title><style>{STYLE}</style></head>
<body><header><h1>{text(title)}</h1>
<p>{text(result['date'])} · {text(machine['processor'])} with {text(machine['vectors'])} ·
{machine['cores']} cores · {machine['memory_gb']:g} GB · Linux {text(machine['kernel'])}<br/>
Again on your machine: <code>{text(result['command'])}</code></p></header>
{''.join(sections)}
<footer><small>{NOTES.get(result['suite'], JOB_NOTE)} {versions}.</small></footer>
</body></html>
"""
