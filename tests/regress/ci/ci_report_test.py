#!/usr/bin/env python3
"""Whether the end of .ci/run's output says what failed.

usage: ci_report_test.py SOURCE      needs ctest and bash

Runs a copy of .ci in a scratch folder whose `dev` has legs that fail as the real ones do: tests by
the real ctest, a build, the checks of the image by the real `check`; the last leg passes.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop(1))

# As boostyard_test writes a test program's report: the cause among lines that say nothing.
TESTS = """
add_test(quiet sh -c "echo all is well")
add_test(broken sh -c "echo '[ RUN      ] A.B'; echo 'cause: 1 is not 2'; echo '[  FAILED  ] A.B (1 ms)'
  echo '[----------] 1 test'; echo '[  FAILED  ] A.B'; exit 1")
add_test(dead sh -c "seq 1000; echo '[ RUN      ] C.D'; echo 'last words'; kill -SEGV $$")
add_test(absent /nonexistent/program)
set_tests_properties(broken PROPERTIES DEPENDS quiet)
"""

DEV = r"""#!/usr/bin/env bash
case "$*" in
  test) ctest --test-dir tests --output-on-failure -j 2 ;;
  'test --asan') %(asan)s ;;
  'image test')
    . scripts/image_checks.sh
    %(image)s
    echo "image: $failures of $checks checks failed"
    [ "$failures" -eq 0 ]
    ;;
  'test --sagemaker') echo 'sagemaker: 0 of 3 checks failed' ;;
esac
"""


def run(tests, asan, image):
    """The exit code and the lines of .ci/run with such legs."""
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch)
        shutil.copytree(SOURCE / ".ci", root / ".ci")
        (root / "scripts").mkdir()
        shutil.copy(SOURCE / "scripts/image_checks.sh", root / "scripts")
        (root / "tests").mkdir()
        (root / "tests/CTestTestfile.cmake").write_text(tests)
        (root / "dev").write_text(DEV % {"asan": asan, "image": image})
        (root / "dev").chmod(0o755)
        ended = subprocess.run([root / ".ci/run"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, timeout=120, check=False)
        return ended.returncode, ended.stdout.splitlines()


def report(lines):
    """What stands after the last leg."""
    last = max(number for number, line in enumerate(lines) if line.startswith("=== sagemaker: exit"))
    return lines[last + 1:]


class Report(unittest.TestCase):
    def test_names_failed_tests_and_what_they_said(self):
        status, lines = run(TESTS, "true", "check fine 0")
        end = report(lines)
        self.assertEqual(status, 1)
        self.assertEqual(end[-1], "5 passed, 3 failed")
        text = "\n".join(end)
        for name in ["broken", "dead", "absent"]:
            self.assertRegex(text, rf"(?m)^  {name}: [A-Z]")
        self.assertIn("    cause: 1 is not 2", end)
        self.assertIn("    last words", end)
        self.assertNotIn("quiet", text)
        self.assertNotIn("[ RUN      ] A.B", end)
        self.assertEqual(text.count("A.B"), 1)
        self.assertIn("    [ RUN      ] C.D", end)
        self.assertLess(len(end), 40)

    def test_shows_the_errors_and_the_end_of_a_build_that_failed(self):
        build = "echo 'a.cc:1:2: error: no such type'; seq 1000; echo 'build stopped'; exit 1"
        status, lines = run("add_test(quiet true)", build, "check fine 0")
        end = report(lines)
        self.assertEqual(status, 1)
        self.assertEqual(end.count("  a.cc:1:2: error: no such type"), 1)
        self.assertIn("  build stopped", end)
        self.assertEqual(end[-1], "5 passed, 1 failed")
        self.assertLess(len(end), 40)

    def test_names_failed_checks_of_the_image(self):
        checks = 'check fine 0; check "it is two" "$(is 1 2)"; check last 0'
        status, lines = run("add_test(quiet true)", "true", checks)
        end = report(lines)
        self.assertEqual(status, 1)
        self.assertIn("  it is two", end)
        self.assertIn("    found '1', expected '2'", end)
        self.assertNotIn("fine", "\n".join(end))
        self.assertEqual(end[-1], "6 passed, 1 failed")

    def test_keeps_to_a_screen_when_everything_fails(self):
        many = "".join(f'add_test(test-{i} sh -c "seq 100; exit 1")\n' for i in range(60))
        checks = "; ".join(f"check check-{i} 1" for i in range(60))
        status, lines = run(many, "seq 1000; exit 1", checks)
        end = report(lines)
        self.assertEqual(status, 1)
        self.assertEqual(end[-1], "3 passed, 121 failed")
        self.assertLess(len(end), 90)
        text = "\n".join(end)
        for i in range(60):
            self.assertRegex(text, rf"\btest-{i}\b")
            self.assertRegex(text, rf"\bcheck-{i}\b")

    def test_says_nothing_more_when_all_passes(self):
        status, lines = run("add_test(quiet true)", "true", "check fine 0")
        self.assertEqual((status, report(lines)), (0, ["5 passed, 0 failed"]))


if __name__ == "__main__":
    unittest.main()
