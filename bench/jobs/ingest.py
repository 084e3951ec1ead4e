"""Table, bars and page of ./dev bench ingest, from what bench/ingest/ingest_bench.cc measured.

usage: ingest.py --source CHECKOUT [--keep] [--quick] [--out FOLDER] [others of ingest_bench]
"""
import argparse
import json
import pathlib
import sys

import engines
import measuring
import results

# kernel bars: times fast_float per field. Loader bars: times our CPU seconds from file to bins.
KERNEL_BARS = {"avx512": {"g6": 4, "g17": 2, "bank": 5}, "avx2": {"g6": 2, "g17": 1.2, "bank": 3}}
LOADER_BARS = {"g6": {"XGBoost": 12, "LightGBM": 10}, "bank20": {"XGBoost": 15, "LightGBM": 10}}
PARSE_BAR = 3  # the best of pyarrow, DuckDB and polars to our reading, both parse only
THREADS_BAR = 1.7
GZIP_BAR = 0.8
REREAD_BYTES_BAR = 1.3
TIERS = {"avx512": "AVX-512", "avx2": "AVX2", "portable": "portable"}
PARSERS = ("pyarrow", "DuckDB", "polars")
PACKAGES = {"XGBoost": "xgboost-cpu", "LightGBM": "lightgbm", "pandas": "pandas",
            "pyarrow": "pyarrow", "DuckDB": "duckdb", "polars": "polars"}


def figure(what, value, bar, unit="x", runs=(), at_most=False):
    met = value <= bar if at_most else value >= bar
    return {"what": what, "value": round(value, 4), "unit": unit, "runs": list(runs), "bar": bar,
            "met": met}


def counted(threads):
    return f"{threads} thread{'s' * (threads > 1)}"


def loader(file, name, threads):
    return next((entry for entry in file["loaders"]
                 if entry["name"] == name and entry["threads"] == threads), None)


def kernel_figures(file):
    plain = file["kernels"][0][1]
    for tier, bars in KERNEL_BARS.items():
        ways = [ns for what, ns, _ in file["kernels"]
                if what.startswith(tier + " ") and not what.endswith(" columns")]
        if file["name"] in bars and ways:
            yield figure(f"{file['name']}: {TIERS[tier]} kernel to fast_float, per field",
                         plain / min(ways), bars[file["name"]])


def loader_figures(file):
    for name, bar in LOADER_BARS.get(file["name"], {}).items():
        for threads in (1, 2):
            ours, theirs = loader(file, "boostyard", threads), loader(file, name, threads)
            if ours and theirs:
                yield figure(f"{file['name']}: {name} to ours, file to bins, {counted(threads)}, "
                             "CPU seconds", theirs["cpu_s"] / ours["cpu_s"], bar,
                             runs=theirs["runs"])
    if file["name"] not in LOADER_BARS:
        return
    ours = loader(file, "boostyard", 1)
    rivals = [found for name in PARSERS if (found := loader(file, name, 1))]
    if ours and rivals:
        best = min(rivals, key=lambda entry: entry["cpu_s"])
        yield figure(f"{file['name']}: {best['name']} (best of {', '.join(PARSERS)}) to ours, "
                     "parse only, CPU seconds", best["cpu_s"] / ours["parse_s"], PARSE_BAR)


def memory_bar_mb(file, threads):
    """1.25 x (1 byte + 4 bytes per cell of float columns) + 8 MB a thread. Of the 28 features of
    the float files four have four values; the bank-like files have no column of floats."""
    cells = file["rows"] * (file["columns"] - 1)
    floats = file["rows"] * 24 if file["columns"] == 29 else 0
    return 1.25 * (cells + 4 * floats) / 1e6 + 8 * threads


def own_figures(file):
    one, two = loader(file, "boostyard", 1), loader(file, "boostyard", 2)
    if file["name"] not in LOADER_BARS or not one:
        return
    if two:
        yield figure(f"{file['name']}: 2 threads to 1, file to bins", one["wall_s"] / two["wall_s"],
                     THREADS_BAR)
    yield figure(f"{file['name']}: peak memory, 1 thread", one["peak_mb"],
                 round(memory_bar_mb(file, 1), 1), "MB", at_most=True)
    again = loader(file, "boostyard, reading again", 1)
    if again:
        cells = file["rows"] * (file["columns"] - 1)
        yield figure(f"{file['name']}: peak memory, reading again, bytes per cell",
                     again["peak_mb"] * 1e6 / cells, REREAD_BYTES_BAR, "B", at_most=True)
    if "gzip" in file:
        gzip = file["gzip"]
        yield figure(f"{file['name']}: gzip into columns, of the decoder's own speed",
                     gzip["decode_s"] / gzip["ingest_s"], GZIP_BAR)


def loader_table(file, versions, threads):
    cells = file["rows"] * file["columns"]
    rows = []
    for entry in file["loaders"]:
        if entry["threads"] != threads:
            continue
        name = entry["name"]
        if name in PACKAGES:
            name += " " + versions.get(PACKAGES[name], "")
        rows.append([name, entry["cpu_s"], entry["wall_s"], file["bytes"] / 1e6 / entry["cpu_s"],
                     1e9 * entry["cpu_s"] / cells, entry["parse_s"], entry["peak_mb"],
                     len(entry["runs"])])
    return {"title": f"{file['name']}: {file['what']}, {counted(threads)}",
            "note": f"{file['rows']:,} rows x {file['columns']} columns, "
                    f"{file['bytes'] / 1e6:,.0f} MB. Ours, XGBoost and LightGBM: from file to bins; "
                    "the others only parse. The fastest run of each.",
            "columns": ["reader", "CPU s", "wall s", "MB per CPU s", "ns per field", "parse CPU s",
                        "peak MB", "runs"],
            "chart": "CPU s", "rows": rows}


def kernel_table(file):
    plain = file["kernels"][0][1]
    return {"title": f"{file['name']}: kernels, {file['what']}", "columns":
            ["kernel", "ns per field", "MB per s", "times fast_float"], "chart": "MB per s",
            "rows": [[what, ns, rate, plain / ns if ns else 0.0]
                     for what, ns, rate in file["kernels"]]}


def convert(raw, versions, command):
    figures, tables = [], []
    for file in raw["files"]:
        for makes in (kernel_figures, loader_figures, own_figures):
            figures += [{**found, "command": f"{command} --files {file['name']}"}
                        for found in makes(file)]
        for threads in sorted({entry["threads"] for entry in file["loaders"]}):
            tables.append(loader_table(file, versions, threads))
        tables.append(kernel_table(file))
    result = results.new("ingest", command, versions, (), figures)
    result["tables"] = tables
    result["raw"] = raw["files"]
    return result


def print_tables(tables):
    for table in tables:
        print(f"\n{table['title']}")
        print("  " + f"{table['columns'][0]:30}" + "".join(f"{c:>17}" for c in table["columns"][1:]))
        for row in table["rows"]:
            print("  " + f"{row[0]:30}" + "".join(f"{cell:17,.4g}" if isinstance(cell, float)
                                                  else f"{cell:17}" for cell in row[1:]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", type=pathlib.Path, required=True)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=pathlib.Path)
    options, _ = parser.parse_known_args()
    source = options.source.resolve()
    out = options.out or source / "build/bench"
    raw = json.loads((out / "ingest-raw.json").read_text())
    result = convert(raw, engines.versions(source), "./dev bench ingest")
    folder = measuring.kept_folder(source) if options.keep else out
    page = results.write(result, folder)
    print(results.table(result))
    print_tables(result["tables"])
    if options.quick:
        print(results.LITTLE_DATA)
    print(f"page: {page}")


if __name__ == "__main__":
    sys.exit(main())
