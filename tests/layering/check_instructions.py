#!/usr/bin/env python3
"""Wide instructions stay in the files that are compiled for them.

usage: check_instructions.py BUILD_FOLDER
1. No object file of ours uses ymm or zmm registers, but those of sources that end in _avx2.cc or _avx512.cc.
2. Those define no weak function: an inline function or template compiled with wide instructions there could be the copy
   that the linker keeps for everybody, and the program would die on an older processor.
"""
import pathlib
import re
import subprocess
import sys

FOLDERS = ("engine", "data", "hyperparams", "container")
WIDE_SOURCE = re.compile(r"_avx(2|512)\.cc\.o$")


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def wide_functions(path):
    """Functions of an object file in which a ymm or zmm register occurs."""
    found, function = set(), "?"
    for line in output_of("objdump", "-d", "--no-show-raw-insn", "-C", path).splitlines():
        if line.endswith(">:"):
            function = line[line.index("<") + 1 : -2]
        elif "%ymm" in line or "%zmm" in line:
            found.add(function)
    return sorted(found)


def weak_functions(path):
    return [line for line in output_of("nm", "-C", path).splitlines() if re.search(r" W ", line)]


def main(build):
    objects = [p for folder in FOLDERS for p in sorted((build / folder).rglob("*.cc.o"))]
    wide = [p for p in objects if WIDE_SOURCE.search(p.name)]
    problems = []
    for path in objects:
        if path in wide:
            problems += [f"{path.name} defines a weak function: {symbol}" for symbol in weak_functions(path)]
        else:
            problems += [f"{path.name} uses wide registers in {name}" for name in wide_functions(path)]
    if not any(wide_functions(path) for path in wide):
        problems.append(f"no wide instruction in any of {len(wide)} files that are for them: is this x86-64?")
    print("\n".join(problems) or f"{len(objects)} object files, {len(wide)} of them for wide instructions: none leaks")
    return 1 if problems else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
