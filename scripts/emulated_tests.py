"""usage: emulated_tests.py BUILD LABEL EMULATOR [ARGUMENT...]

Runs the test programs of BUILD that carry LABEL under an emulator of a processor, two at a time, and
closes with ctest's line. Tests that are scripts or compilers know no processor, and are left out.
"""
import concurrent.futures
import json
import os
import subprocess
import sys


def programs(build, label):
    listed = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1", "-L", label],
                            check=True, capture_output=True, text=True)
    for test in json.loads(listed.stdout)["tests"]:
        command = test.get("command", [])
        if not command:
            yield test["name"], None  # not built
        elif os.path.realpath(command[0]).startswith(os.path.realpath(build) + os.sep):
            yield test["name"], command


def run(emulator, command):
    if command is None:
        return 1, "it is not built"
    ended = subprocess.run([*emulator, *command], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, errors="replace")
    return ended.returncode, ended.stdout


def main():
    build, label, *emulator = sys.argv[1:]
    tests = list(programs(build, label))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda test: run(emulator, test[1]), tests)
        for (name, _), (status, output) in zip(tests, results):
            print(f"{'ok    ' if status == 0 else 'FAILED'}  {name}", flush=True)
            if status != 0:
                failed += 1
                print(output)
    passed = len(tests) - failed
    print(f"{100 * passed // max(len(tests), 1)}% tests passed, {failed} tests failed "
          f"out of {len(tests)}")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
