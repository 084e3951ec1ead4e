#!/usr/bin/env python3
"""Runs the console blocks of a Markdown page and compares what they print.

usage: readme_test.py PAGE.md PROGRAM_FOLDER

In a block ```console, a line `$ command` is run by bash (in one scratch folder for the whole page,
with PROGRAM_FOLDER first on PATH); a line `> ...` continues it. What follows is its expected
output, stdout and stderr as they come. `…` in a line stands for any text, a line `…` for any lines.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TIMEOUT_SECONDS = 120


def blocks(text):
    for match in re.finditer(r"^```console\n(.*?)^```", text, re.M | re.S):
        yield text.count("\n", 0, match.start()) + 2, match.group(1).splitlines()


def commands(lines, first_line):
    """(line number, command, expected lines) of one block."""
    found = []
    for number, line in enumerate(lines, first_line):
        if line.startswith("$ "):
            found.append((number, line[2:], []))
        elif line.startswith("> ") and found and not found[-1][2]:
            number, command, _ = found[-1]
            found[-1] = (number, command + "\n" + line[2:], [])
        elif found:
            found[-1][2].append(line)
        else:
            raise SystemExit(f"line {number}: output before the first command")
    return found


def pattern_of(expected):
    pattern = ""
    for line in expected:
        if line == "…":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += "[^\n]*?".join(re.escape(part) for part in line.split("…")) + "\n"
    return pattern


def run(command, folder, program_folder):
    environment = {"PATH": f"{program_folder}:/usr/bin:/bin", "HOME": folder, "LC_ALL": "C.UTF-8"}
    for name, value in os.environ.items():
        if name.endswith("SAN_OPTIONS"):
            environment[name] = value
    result = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, timeout=TIMEOUT_SECONDS, check=False)
    return result.stdout


def main():
    page, program_folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    count = 0
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for first_line, lines in blocks(page.read_text(encoding="utf-8")):
            for number, command, expected in commands(lines, first_line):
                count += 1
                output = run(command, folder, program_folder)
                if output and not output.endswith("\n"):
                    output += "\n"
                if not re.fullmatch(pattern_of(expected), output):
                    failures += 1
                    print(f"{page.name}:{number}: $ {command}\n--- expected")
                    print("\n".join(expected))
                    print(f"--- printed\n{output}---")
    print(f"{count} commands of {page.name}, {failures} differ")
    return 1 if failures or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
