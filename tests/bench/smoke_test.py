#!/usr/bin/env python3
"""The suites of ./dev bench as they are called, on little data and with the peers of a clean machine.

usage: smoke_test.py SOURCE BUILD
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv[1]).resolve()
BUILD = pathlib.Path(sys.argv[2]).resolve()


def call(*words, expect=0):
    run = subprocess.run(list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         text=True)
    if run.returncode != expect:
        raise AssertionError(f"exit {run.returncode}: {run.stdout}\n{run.stderr}")
    return run.stdout + run.stderr


def drive(out, *words, expect=0):
    return call(sys.executable, "-B", SOURCE / "bench/jobs/main.py", words[0], "--source", SOURCE,
                "--build", BUILD, "--out", out, *words[1:], expect=expect)


def has_xgboost():
    return any((SOURCE / ".deps").glob("xgboost-*/lib/libxgboost.so"))


def write_rows(path, count, seed):
    draw = random.Random(seed)
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(count):
            values = [draw.random() for _ in range(4)]
            label = int((values[0] + values[1] > 1) == (draw.random() < 0.9))
            file.write(f"{label}," + ",".join(f"{value:.5f}" for value in values) + "\n")


class Ingest(unittest.TestCase):
    def test_every_table_and_figure_is_there(self):
        with tempfile.TemporaryDirectory() as name:
            bench = BUILD / "bench/ingest_bench"
            words = ["--source", SOURCE, "--out", name, "--quick", "--no-peers", "--runs", "1",
                     "--files", "g6,bank"]
            call(bench, "--peer", BUILD / "bench/file_loaders", *words)
            text = call(sys.executable, "-B", SOURCE / "bench/jobs/ingest.py", *words)
            result = json.loads((pathlib.Path(name) / "ingest.json").read_text())
        self.assertEqual([file["name"] for file in result["raw"]], ["g6", "bank"])
        self.assertEqual(len(result["tables"]), 6)
        for what in ("portable", "reading again", "gzip into columns", "2 threads to 1"):
            self.assertIn(what, text)

    def test_quick_figures_are_not_kept(self):
        call(BUILD / "bench/ingest_bench", "--quick", "--keep", expect=1)


class Jobs(unittest.TestCase):
    def setUp(self):
        if not has_xgboost():
            self.skipTest("XGBoost's library is not in .deps")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        write_rows(self.folder / "data.csv", 3000, 1)
        self.settings = self.folder / "settings.json"
        self.settings.write_text(json.dumps(
            {"objective": "binary:logistic", "num_round": "20", "max_depth": "3"}))

    def test_a_job_of_one_s_own(self):
        text = drive(self.folder / "out", "job", "--data", self.folder / "data.csv",
                     "--hyperparameters", self.settings, "--engines",
                     "boostyard,xgboost,boostyard-xgboost", "--runs", "2", "--threads", "1")
        result = json.loads((self.folder / "out/job.json").read_text())
        found = {e["key"]: e for e in result["jobs"][0]["engines"]}
        self.assertEqual({e["status"] for e in found.values()}, {"ok"}, text)
        self.assertEqual([len(e["runs"]) for e in found.values()], [2, 2, 2])
        # The same library by another door: the same model, but for the order of its columns' sums.
        self.assertAlmostEqual(found["xgboost"]["metrics"]["logloss"],
                               found["boostyard-xgboost"]["metrics"]["logloss"], places=3)
        self.assertEqual(result["jobs"][0]["data"]["rows"], 2400)

    def test_start_up(self):
        text = drive(self.folder / "out", "startup", "--runs", "1", "--threads", "1")
        for what in ("first metric line", "--version", "CPU image"):
            self.assertIn(what, text)

    def test_settings_that_cannot_be_are_an_error(self):
        self.settings.write_text('{"eta": "1"}')
        text = drive(self.folder / "out", "job", "--data", self.folder / "data.csv",
                     "--hyperparameters", self.settings, expect=1)
        self.assertIn("it has no num_round", text)

    def test_presets_and_scaling_write_their_own_data(self):
        drive(self.folder / "out", "job", "--preset", "wide", "--quick", "--runs", "1",
              "--engines", "boostyard,xgboost", "--threads", "1")
        drive(self.folder / "out", "scaling", "--rows", "100000,200000", "--quick", "--runs", "1",
              "--engines", "boostyard,xgboost", "--threads", "1")
        wide = json.loads((self.folder / "out/job-wide.json").read_text())
        self.assertEqual(wide["jobs"][0]["data"]["features"], 500)
        scaling = json.loads((self.folder / "out/scaling.json").read_text())
        self.assertEqual([(job["data"]["rows"], job["threads"]) for job in scaling["jobs"]],
                         [(2000, 1), (4000, 1)])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
