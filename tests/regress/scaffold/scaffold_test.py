#!/usr/bin/env python3
"""Adds a dummy objective, metric, file format and hyperparameter to a copy of the tree, builds it
and trains with all four by name. Every touched file must be one that ARCHITECTURE.md names for that
addition.

usage: scaffold_test.py SOURCE_ROOT
"""
import fnmatch
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# What is added -> edits: (file, the text before which it goes, the text), or (file, None, the new
# file beside this one).
ADDITIONS = {
    "an objective": [
        ("engine/objective/reg_scaffold.h", None, "reg_scaffold.h.txt"),
        ("engine/objective/list.h", '#include "engine/objective/reg_squarederror.h"',
         '#include "engine/objective/reg_scaffold.h"\n'),
        ("engine/objective/list.h", "RegLinear, RegLogistic", "RegScaffold, "),
    ],
    "a metric": [
        ("engine/metric/metric.h", "  kTweedieNloglik,", "  kScaffoldError,\n"),
        ("engine/metric/list.h", "    {MetricId::kTweedieNloglik,",
         '    {MetricId::kScaffoldError, "scaffold_error", "one more than mae", false, false, true,'
         " true, MetricArgument::kNone, kOneOutput},\n"),
        ("engine/metric/elementwise.h", "struct Mape : MeanFinal {",
         "struct ScaffoldError : MeanFinal {\n"
         "  static double Row(double p, double y, const ElementwiseParams&) {\n"
         "    return 1.0 + (p < y ? y - p : p - y);\n"
         "  }\n"
         "};\n\n"),
        ("engine/metric/elementwise.cc", "    case MetricId::kMape:",
         "    case MetricId::kScaffoldError:\n      return Mean<ScaffoldError>(inputs, params);\n"),
    ],
    "a file format": [
        ("data/scaffold/read.h", None, "read.h.txt"),
        ("data/scaffold/read.cc", None, "read.cc.txt"),
        ("data/CMakeLists.txt", "  open.cc", "  scaffold/read.cc\n"),
        ("data/content_type.h", " };", ", kScaffold"),
        ("data/format_list.h", "}};",
         '    {DataFormat::kScaffold, "scaffold", {"text/scaffold", "", "", ""}, false},\n'),
        ("data/format_list.h", "> kFormats", " + 1"),
        ("data/magic.cc", '  if (head.starts_with(kParquetMagic))',
         '  if (head.starts_with("#scaffold")) return DataFormat::kScaffold;\n'),
        ("data/open.cc", "    case DataFormat::kLibsvm:",
         "    case DataFormat::kScaffold:\n"
         "      return scaffold::Read(request.files.front());\n"),
        ("data/open.cc", '#include "engine/base/error_table.h"',
         '#include "data/scaffold/read.h"\n'),
    ],
    "a hyperparameter": [
        ("engine/params.h", "  int num_parallel_tree = 1;", "  int scaffold_level = 3;\n"),
        ("hyperparams/specs_tree.cc", '      {.name = "monotone_constraints",',
         '      {.name = "scaffold_level",\n'
         "       .type = Type::kInteger,\n"
         "       .range = Closed(0, 9),\n"
         '       .default_value = "3",\n'
         '       .doc = "Nothing",\n'
         "       .set = kStoreTree<&TreeParams::scaffold_level>},\n"),
    ],
}


def documented_patterns(root, addition):
    """The paths that ARCHITECTURE.md names in the columns 'write' and 'register'."""
    for line in (root / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines():
        cells = line.split("|")
        if len(cells) > 3 and cells[1].strip() == f"**{addition}**":
            names = re.findall(r"`([a-z_]+/[^` ]+)`", cells[2] + cells[3])
            return [re.sub(r"<[a-z]+>", "*", name) for name in names]
    raise SystemExit(f"ARCHITECTURE.md has no row for {addition}")


def is_documented(path, patterns):
    return any(fnmatch.fnmatch(path, p + "*" if p.endswith("/") else p) for p in patterns)


def apply_edit(root, path, anchor, text):
    target = root / path
    if anchor is None:
        target.parent.mkdir(exist_ok=True)
        target.write_text((HERE / text).read_text(encoding="utf-8"), encoding="utf-8")
        return
    content = target.read_text(encoding="utf-8")
    if content.count(anchor) < 1:
        raise SystemExit(f"{path} no longer has the line: {anchor}")
    target.write_text(content.replace(anchor, text + anchor, 1), encoding="utf-8")


def run(*command, **options):
    result = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            check=False, **options)
    return result.returncode, result.stdout


def must(*command):
    status, output = run(*command)
    if status != 0:
        print(output[-8000:])
        raise SystemExit(f"failed: {' '.join(map(str, command))}")
    return output


def build(source, root):
    for name in ("CMakeLists.txt", "VERSION", "cmake", "engine", "hyperparams", "data",
                 "container"):
        copy = shutil.copytree if (source / name).is_dir() else shutil.copy
        copy(source / name, root / name)
    wrong = []
    for addition, edits in ADDITIONS.items():
        patterns = documented_patterns(source, addition)
        for path, anchor, text in edits:
            apply_edit(root, path, anchor, text)
            if not is_documented(path, patterns):
                wrong.append(f"{addition}: {path} is not in ARCHITECTURE.md's row")
    if wrong:
        raise SystemExit("\n".join(wrong))
    must("cmake", "-S", root, "-B", root / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
         "-DBOOSTYARD_TESTS=OFF", "-DBOOSTYARD_BENCH=OFF")
    must("cmake", "--build", root / "build", "--target", "boostyard")
    return root / "build/boostyard"


def train(program, root, hyperparameters):
    config = root / "input/config"
    channel = root / "input/data/train"
    config.mkdir(parents=True, exist_ok=True)
    channel.mkdir(parents=True, exist_ok=True)
    (config / "hyperparameters.json").write_text(json.dumps(hyperparameters), encoding="utf-8")
    (config / "inputdataconfig.json").write_text(
        json.dumps({"train": {"ContentType": "text/scaffold"}}), encoding="utf-8")
    rows = "".join(f"{i % 7} {i % 7} {i % 3}\n" for i in range(200))
    (channel / "rows.txt").write_text("#scaffold\n" + rows, encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if k != "TRAINING_JOB_NAME"}
    return run(program, "train", "--root", root, env=environment)


def check(program, root):
    table = json.loads(must(program, "describe", "hyperparameters", "--json"))
    described = {h["Name"]: h for h in table}
    assert "scaffold_level" in described
    assert "reg:scaffold" in json.dumps(described["objective"])

    job = {"num_round": "3", "objective": "reg:scaffold", "eval_metric": "scaffold_error",
           "scaffold_level": "4"}
    status, output = train(program, root, job)
    assert status == 0, output
    assert output.count("scaffold_error:") == 3, output
    assert (root / "model/model.tar.gz").is_file()

    status, output = train(program, root, {**job, "scaffold_level": "10"})
    assert status == 1, output
    assert "scaffold_level" in output and "hyperparam-out-of-range" in output, output
    print("a dummy of each: built, described, trained, refused out of range")


def main():
    source = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        tree, job = pathlib.Path(name) / "tree", pathlib.Path(name) / "job"
        tree.mkdir()
        check(build(source, tree), job)


if __name__ == "__main__":
    main()
