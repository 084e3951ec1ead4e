#!/usr/bin/env python3
"""Checks who includes whom: the arrows of ARCHITECTURE.md, and the owner of every package.

usage: check_includes.py ROOT          exit 1 and one line per forbidden include
       check_includes.py --self-test   proves that it notices what it is there for
"""
import pathlib
import re
import sys
import tempfile

BASE = "engine/base/"
DOOR = ("engine/train.h", "engine/params.h", "engine/training_set.h")
REPORTS = "engine/boost/round_observer.h"
STOPPING = "engine/boost/early_stopping.h"

# Folder -> what it may include besides itself. A trailing slash names a folder, else it is one
# file. The longest matching folder counts; what is in none of them is an error.
ARROWS = {
    "engine/base": (),
    "engine/objective": (BASE, "engine/params.h"),
    "engine/metric": (BASE, "engine/params.h", "engine/objective/"),
    "engine/quantize": (BASE,),
    "engine/tree": (BASE, "engine/params.h", "engine/quantize/"),
    "engine/model": (BASE, "engine/params.h", "engine/tree/", "engine/objective/"),
    "engine/boost": (BASE, *DOOR, "engine/quantize/", "engine/tree/", "engine/objective/",
                     "engine/metric/", "engine/model/"),
    "engine/cpu": (BASE, *DOOR, "engine/quantize/", "engine/tree/", "engine/objective/",
                   "engine/metric/", "engine/model/", "engine/boost/"),
    "engine/cuda": (BASE, "engine/params.h", "engine/quantize/", "engine/tree/",
                    "engine/objective/", "engine/metric/", "engine/cpu/backend_data.h",
                    "engine/cpu/slot_matrix.h", "engine/cpu/slot_plan.h"),
    "engine/xgb": (BASE, *DOOR, REPORTS, STOPPING, "engine/objective/", "engine/metric/",
                   "engine/model/"),
    "engine": ("engine/",),
    "hyperparams": (BASE, "engine/params.h", "engine/objective/", "engine/metric/"),
    "data": (BASE,),
    "container": (BASE, *DOOR, REPORTS, "engine/model/", "engine/objective/", "engine/metric/",
                  "hyperparams/", "data/"),
    "bench": (BASE, *DOOR, "engine/", "hyperparams/", "data/", "container/"),
    "tests": ("engine/", "hyperparams/", "data/", "container/", "bench/"),
}

# The door itself: files of engine/ that everybody may include must not drag the whole engine along.
FILES = {
    "engine/params.h": (BASE,),
    "engine/training_set.h": (BASE,),
    "engine/train.h": (BASE, *DOOR, REPORTS, "engine/model/"),
    REPORTS: (BASE,),
}

# Single files that cross an arrow on purpose.
EXCEPTIONS = {
    # The one place that names the backends of the boosting loop.
    "engine/boost/train_native.cc": ("engine/cpu/", "engine/cuda/"),
    # Rows of objectives and of metrics in the same kernel tiers.
    "engine/objective/row_loops_impl.h": ("engine/metric/elementwise.h",),
}

# Third-party header (a prefix of what is included) -> its owners.
OWNERS = {
    "nlohmann/": ("engine/model/", "container/job_config", "container/report/",
                  "hyperparams/describe.cc", "tests/"),
    "fast_float/": ("data/number.h",),
    "archive.h": ("container/archive", "tests/"),
    "archive_entry.h": ("container/archive", "tests/"),
    "zlib.h": ("container/archive", "tests/"),
    "isa-l/": ("data/decode/gzip_decoder.cc", "data/decode/gzip_header.cc"),
    "zstd.h": ("data/decode/zstd_decoder.cc", "tests/data/"),
    "record.pb.h": ("data/recordio/record_reader.cc",),
    "google/protobuf/": (),  # what protoc generates includes it, and nothing else
    "arrow/": ("data/parquet/module/",),
    "parquet/": ("data/parquet/module/",),
    "CLI/": ("container/main.cc", "container/commands/"),
    "xgboost/": ("engine/xgb/", "bench/peers/"),
    "gtest/": ("tests/",),
    "gmock/": ("tests/",),
    "cuda": ("engine/cuda/",),
    "cub/": ("engine/cuda/",),
    "nccl.h": ("engine/cuda/",),
}

# POSIX, Linux and compiler headers.
SYSTEM = re.compile(r"^(sys/|linux/|netinet/|arpa/)?[a-z0-9_]+\.h$")
STANDARD = re.compile(r"^[a-z0-9_]+$")  # <vector>
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
SOURCE_SUFFIXES = {".h", ".cc", ".cu", ".cuh", ".inc"}


def is_within(path, allowed):
    return any(path.startswith(a) if a.endswith("/") else path == a for a in allowed)


def folder_rule(path):
    """The entry of ARROWS that holds for a file, or None."""
    parents = [str(p) for p in pathlib.PurePosixPath(path).parents]
    return next((p for p in parents if p in ARROWS), None)


def own_include_problem(path, target):
    if target.startswith("../") or "/../" in target:
        return "goes through '..': include from the repository root"
    rule = folder_rule(path)
    if rule is None:
        return f"its folder is not in ARROWS of {pathlib.Path(__file__).name}"
    if path in FILES:
        return None if is_within(target, FILES[path]) else f"{path} may not include it"
    allowed = ARROWS[rule] + EXCEPTIONS.get(path, ())
    if is_within(target, allowed) or folder_rule(target) == rule:
        return None
    return f"there is no arrow from {rule}/ to it"


def foreign_include_problem(path, target):
    for prefix, owners in OWNERS.items():
        if target.startswith(prefix):
            if any(path.startswith(owner) for owner in owners):
                return None
            return f"only {', '.join(owners)} may include it"
    if STANDARD.match(target) or SYSTEM.match(target):
        return None
    return "no owner in OWNERS: a package has exactly one"


def check_file(root, path):
    text = (root / path).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, target = match.groups()
        is_own = quote == '"'
        check = own_include_problem if is_own else foreign_include_problem
        problem = check(path, target)
        if is_own and problem is None and not (root / target).is_file():
            problem = "no such file below the repository root"
        if problem:
            yield f"{path}:{number}: {target}: {problem}"


def sources(root):
    for top in sorted({rule.split("/")[0] for rule in ARROWS}):
        for file in sorted((root / top).rglob("*")):
            if file.suffix in SOURCE_SUFFIXES and file.is_file():
                yield file.relative_to(root).as_posix()


def check_tree(root):
    paths = list(sources(root))
    return paths, [problem for path in paths for problem in check_file(root, path)]


# (file, its text, whether it must be refused)
SELF_TEST = [
    ("engine/base/a.h", "#include <vector>\n", False),
    ("engine/base/b.h", '#include "engine/base/a.h"\n', False),
    ("engine/base/c.h", '#include "data/open.h"\n', True),
    ("data/open.h", '#include "engine/base/a.h"\n', False),
    ("data/csv/scan.cc", '#include "data/open.h"\n', False),
    ("data/bad.cc", '#include "engine/train.h"\n', True),
    ("data/dots.cc", '#include "../engine/base/a.h"\n', True),
    ("data/json.cc", "#include <nlohmann/json.hpp>\n", True),
    ("data/number.h", "#include <fast_float/fast_float.h>\n", False),
    ("data/other.h", "#  include <fast_float/fast_float.h>\n", True),
    ("data/boost.h", "#include <boost/any.hpp>\n", True),
    ("data/missing.h", '#include "data/nowhere.h"\n', True),
    ("engine/train.h", '#include "engine/params.h"\n', False),
    ("engine/params.h", "#include <string>\n", False),
    ("engine/training_set.h", '#include "engine/train.h"\n', True),
    ("engine/cpu/k.h", "#pragma once\n", False),
    ("engine/cpu/k.cc", '#include "engine/base/a.h"\n#include <immintrin.h>\n', False),
    ("engine/tree/t.h", '#include "engine/cpu/k.h"\n', True),
    ("engine/xgb/x.cc", "#include <xgboost/c_api.h>\n", False),
    ("container/x.cc", "#include <xgboost/c_api.h>\n", True),
    ("container/run.cc", '#include "engine/train.h"\n#include <sys/stat.h>\n', False),
    ("container/deep.cc", '#include "engine/cpu/k.h"\n', True),
    ("engine/boost/train_native.cc", '#include "engine/cpu/k.h"\n', False),
    ("engine/boost/other.cc", '#include "engine/cpu/k.h"\n', True),
    ("hyperparams/h.cc", '#include "container/run.h"\n', True),
    ("bench/b.cc", '#include "tests/t.h"\n', True),
    ("tests/data/t.cc", '#include "data/open.h"\n#include <gtest/gtest.h>\n', False),
]


def self_test():
    failures = []
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        for path, text, _ in SELF_TEST:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        _, problems = check_tree(root)
        for path, _, must_refuse in SELF_TEST:
            refused = any(p.startswith(path + ":") for p in problems)
            if refused != must_refuse:
                failures.append(f"{path}: {'refused' if refused else 'accepted'}")
    return failures


def main(arguments):
    if arguments == ["--self-test"]:
        failures = self_test()
        print(f"{len(SELF_TEST)} cases, {len(failures)} wrong", *failures, sep="\n")
        return 1 if failures else 0
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    paths, problems = check_tree(pathlib.Path(arguments[0]))
    print(f"{len(paths)} files, {len(problems)} forbidden includes", *problems, sep="\n")
    return 1 if problems or len(paths) < 10 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
