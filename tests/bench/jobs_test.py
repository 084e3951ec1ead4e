#!/usr/bin/env python3
"""The drivers of bench/jobs without a peer: engines are small scripts that behave, or do not.

usage: jobs_test.py SOURCE MEASURE     (MEASURE: the program of bench/measure.cc)
"""
import html.parser
import json
import math
import pathlib
import random
import statistics
import sys
import tempfile
import unittest
import xml.etree.ElementTree

SOURCE = pathlib.Path(sys.argv[1]).resolve()
MEASURE = pathlib.Path(sys.argv[2]).resolve()
sys.path.insert(0, str(SOURCE / "bench/jobs"))
sys.dont_write_bytecode = True

import compare  # noqa: E402
import engines  # noqa: E402
import ingest  # noqa: E402
import job as jobs  # noqa: E402
import measuring  # noqa: E402
import metrics  # noqa: E402
import page  # noqa: E402
import readme  # noqa: E402
import results  # noqa: E402
import stage_profile  # noqa: E402

compare.say = lambda text: None

# A model that says `chance` for rows whose first feature is above a half, and the rest below.
FIT = "import pathlib,sys; pathlib.Path(sys.argv[1]).write_text('model'); print('[0]')"
PREDICT = ("import sys\nfor line in open(sys.argv[1]):\n"
           "    high = float(line.split(',')[1]) > 0.5\n"
           "    print({high} if high else 1 - {high})\n")


class Scripted(engines.Engine):
    """An engine whose predictions are right with the chance `high`."""

    def __init__(self, key, high, package="xgboost-cpu", fit=FIT):
        super().__init__(key, key, package)
        self.high, self.script = high, fit

    def fit(self, job, tools, variant):
        return engines.Command([sys.executable, "-c", self.script, job.work / "model"], {})

    def predict(self, job, tools, variant):
        code = PREDICT.replace("{high}", str(self.high))
        return engines.Command([sys.executable, "-c", code, job.test], {})


def make_job(folder):
    draw = random.Random(5)
    lines = []
    for _ in range(400):
        value = draw.random()
        label = int((value > 0.5) == (draw.random() < 0.9))
        lines.append(f"{label},{value:.6f}\n")
    for name in ("train.csv", "test.csv"):
        (folder / name).write_text("".join(lines))
    return jobs.Job("tiny", folder / "train.csv", folder / "test.csv",
                    {"objective": "binary:logistic", "num_round": "3"}, 1, folder)


def tools():
    return engines.Tools(SOURCE, pathlib.Path("none"), MEASURE, pathlib.Path("none"),
                         pathlib.Path("none"))


def run_tiny(*racers):
    with tempfile.TemporaryDirectory() as folder:
        job = make_job(pathlib.Path(folder))
        return compare.run_job(job, racers, tools(), compare.Plan(runs=3), {"xgboost": 1.0})


OURS = Scripted("boostyard", 0.9, None)
YARDSTICK = Scripted("xgboost", 0.9)


class Pages(html.parser.HTMLParser):
    """Refuses tags that are not closed in order, and whatever a browser would fetch or run."""
    VOID = {"meta", "br"}

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "link", "img", "iframe"), tag
        assert not any(name in ("src", "href", "onclick") for name, _ in attrs), attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes something else"


class Validation(unittest.TestCase):
    def test_right_models_are_timed(self):
        found = run_tiny(OURS, YARDSTICK)
        self.assertEqual([e["status"] for e in found["engines"]], ["ok", "ok"])
        self.assertEqual([len(e["runs"]) for e in found["engines"]], [3, 3])
        self.assertIn("met", found["engines"][1])
        self.assertGreater(found["engines"][0]["peak_mb"], 1)

    def test_a_peer_with_a_wrong_model_is_not_timed(self):
        found = run_tiny(OURS, YARDSTICK, Scripted("wrong", 0.2), Scripted("knows-nothing", 0.5))
        self.assertEqual([e["status"] for e in found["engines"]], ["ok", "ok", "wrong", "wrong"])
        self.assertEqual([e["runs"] for e in found["engines"][2:]], [[], []])

    def test_a_wrong_model_of_ours_ends_the_suite(self):
        with self.assertRaises(compare.WrongModel):
            run_tiny(Scripted("boostyard", 0.6, None), YARDSTICK)

    def test_a_peer_that_fails_is_reported_with_its_own_words(self):
        broken = Scripted("broken", 0.9, fit="import sys; sys.exit('no such column')")
        found = run_tiny(OURS, YARDSTICK, broken)["engines"][2]
        self.assertEqual((found["status"], found["message"]), ("failed", "no such column"))

    def test_predictions_that_cannot_be_are_refused(self):
        for predictions in ([[0.5]], [[0.5], [1.5]], [[0.5], [float("nan")]]):
            with self.assertRaises(ValueError):
                metrics.of("binary:logistic", [0.0, 1.0], predictions)


class Turns(unittest.TestCase):
    def test_engines_without_a_bar_get_a_share_of_the_time(self):
        slow = FIT.replace("print('[0]')", "import time; time.sleep(.4)")
        with tempfile.TemporaryDirectory() as folder:
            found = compare.run_job(
                make_job(pathlib.Path(folder)),
                [OURS, YARDSTICK, Scripted("other", 0.9, fit=slow)], tools(),
                compare.Plan(runs=2, budget_seconds=60.0, others_share=0.001), {"xgboost": 1.0})
        self.assertEqual([len(e["runs"]) for e in found["engines"]], [2, 2, 1])


class Metrics(unittest.TestCase):
    def test_auc_is_the_share_of_pairs_in_order(self):
        draw = random.Random(7)
        labels = [float(draw.random() < 0.4) for _ in range(150)]
        scores = [draw.randrange(20) / 20 for _ in labels]
        pairs = [(p > n) + 0.5 * (p == n) for p, y in zip(scores, labels) if y
                 for n, z in zip(scores, labels) if not z]
        self.assertAlmostEqual(metrics.auc(labels, scores), sum(pairs) / len(pairs))

    def test_known_values(self):
        two = metrics.of("binary:logistic", [1.0, 0.0], [[0.8], [0.4]])
        self.assertAlmostEqual(two["logloss"], -(math.log(0.8) + math.log(0.6)) / 2)
        self.assertEqual(two["error"], 0.0)
        self.assertAlmostEqual(metrics.of("reg:squarederror", [1.0, 2.0], [[2.0], [4.0]])["rmse"],
                               math.sqrt(2.5))
        many = metrics.of("multi:softprob", [0.0, 2.0], [[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]])
        self.assertAlmostEqual(many["mlogloss"], -(math.log(0.5) + math.log(0.2)) / 2)
        self.assertEqual(many["merror"], 0.5)
        self.assertAlmostEqual(metrics.knowing_nothing("binary:logistic", [0.0, 1.0]), math.log(2))


    def test_luck_is_what_drawing_other_test_rows_does(self):
        draw = random.Random(9)
        labels = [float(draw.random() < 0.5) for _ in range(400)]
        one = [[min(max(0.5 + (y - 0.5) * draw.random(), 0.01), 0.99)] for y in labels]
        two = [[min(max(0.5 + (y - 0.5) * draw.random(), 0.01), 0.99)] for y in labels]
        for objective, name in (("binary:logistic", "logloss"), ("reg:squarederror", "rmse")):
            differences = []
            for _ in range(600):
                rows = [draw.randrange(400) for _ in labels]
                values = [metrics.of(objective, [labels[i] for i in rows],
                                     [model[i] for i in rows])[name] for model in (one, two)]
                differences.append(values[0] - values[1])
            found = metrics.luck(objective, metrics.row_losses(objective, labels, one),
                                 metrics.row_losses(objective, labels, two))
            self.assertAlmostEqual(found / statistics.stdev(differences), 1.0, delta=0.15)


class Jobs(unittest.TestCase):
    def test_shards_headers_and_the_rows_held_back(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "data").mkdir()
            (folder / "data/a.csv").write_text("y,x\n0,1\n1,2\n0,3\n")
            (folder / "data/b.csv").write_text("1,4\n0,5\n1,6")
            train, test = jobs.prepare_data(folder / "data", None, folder / "work")
            self.assertEqual(train.read_text(), "0,1\n1,2\n0,3\n1,4\n1,6\n")
            self.assertEqual(test.read_text(), "0,5\n")

    def test_other_delimiters_are_refused_with_their_place(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "a.csv").write_text("y;x\n0;1\n")
            with self.assertRaisesRegex(jobs.JobError, "a.csv, line 1 has no comma"):
                jobs.prepare_data(folder / "a.csv", None, folder / "work")

    def test_settings_go_by_one_name(self):
        job = jobs.Job("x", None, None, {"num_round": "5", "learning_rate": "0.3", "max_depth": "4",
                                         "reg_lambda": "2", "tree_method": "hist"}, 1, None)
        self.assertEqual(job.settings(), {"eta": 0.3, "max_depth": 4, "lambda": 2})

    def test_settings_that_are_none_are_refused(self):
        with tempfile.TemporaryDirectory() as name:
            path = pathlib.Path(name) / "h.json"
            path.write_text('{"eta": "1"}')
            with self.assertRaises(jobs.JobError):
                jobs.read_hyperparameters(path)

    def test_every_peer_is_pinned(self):
        pinned = engines.versions(SOURCE)
        for engine in engines.ALL:
            self.assertIn(engine.package or "boostyard", pinned)

    def test_every_peer_of_python_has_its_script(self):
        for engine in engines.ALL:
            if isinstance(engine, engines.Python):
                self.assertTrue((SOURCE / "bench/peers/python" / engine.script).exists())


def whole_result():
    figure = {"what": "first <line>", "value": 12.5, "unit": "ms", "runs": [12.5], "bar": 150,
              "met": True}
    missed = {**figure, "value": 180.0, "met": False}
    result = results.new("seed-job", "./dev bench seed-job", {"boostyard": "1"},
                         [run_tiny(OURS, YARDSTICK, Scripted("wrong", 0.2))], [figure, missed])
    result["tables"] = [{"title": "t", "columns": ["who", "CPU s"], "chart": "CPU s",
                         "rows": [["boostyard", 0.25], ["a & b", 1234.5]]}]
    return result


class Results(unittest.TestCase):
    def test_the_shape_holds_and_is_checked(self):
        result = json.loads(json.dumps(whole_result()))
        self.assertEqual(results.problems(result), [])
        del result["jobs"][0]["engines"][0]["runs"][0]["seconds"]
        result["jobs"][0]["engines"][1]["metrics"] = {}
        result["jobs"][0]["engines"][2]["runs"] = [{"seconds": 1.0, "cpu_seconds": 1.0,
                                                    "peak_mb": 1.0}]
        result["date"] = None
        found = " ".join(results.problems(result))
        for words in ("date is NoneType", "boostyard: seconds is NoneType",
                      "xgboost: timed without test metrics", "wrong: timed with a wrong model"):
            self.assertIn(words, found)

    def test_the_page_is_whole_and_needs_nothing(self):
        for suite in ("seed-job", "scaling"):
            result = whole_result()
            result["suite"] = suite
            text = page.render(result)
            parser = Pages()
            parser.feed(text)
            self.assertEqual(parser.open, [])
            self.assertNotIn("http", text.replace("http://www.w3.org/2000/svg", ""))
            pictures = text.count("<svg")
            self.assertGreaterEqual(pictures, 2)
            for part in text.split("<svg")[1:]:
                xml.etree.ElementTree.fromstring("<svg" + part.split("</svg>")[0] + "</svg>")
            for words in ("first &lt;line&gt;", "150 met", "150 not met", "was not timed, wrong",
                          "a &amp; b", "1,234", "prefers-color-scheme: dark"):
                self.assertIn(words, text)

    def test_the_table_says_what_is_met(self):
        text = results.table(whole_result())
        self.assertIn("NOT MET", text)
        self.assertRegex(text, r"Boostyard|boostyard")


class Ingest(unittest.TestCase):
    def test_figures_come_from_the_rows_and_bars_from_the_figures(self):
        raw = {"date": "2026-01-01", "files": [{
            "name": "g6", "what": "floats", "bytes": 100_000_000, "rows": 100_000,
            "columns": 29,
            "kernels": [["fast_float", 20.0, 400.0], ["avx512 short", 4.0, 2000.0],
                        ["avx2 short", 11.0, 700.0]],
            "loaders": [
                {"name": "boostyard", "threads": 1, "cpu_s": 0.2, "wall_s": 0.2, "parse_s": 0.1,
                 "peak_mb": 9.0, "runs": [0.2]},
                {"name": "boostyard", "threads": 2, "cpu_s": 0.2, "wall_s": 0.125, "parse_s": 0.1,
                 "peak_mb": 9.0, "runs": [0.2]},
                {"name": "XGBoost", "threads": 1, "cpu_s": 2.6, "wall_s": 2.6, "parse_s": 1.0,
                 "peak_mb": 9.0, "runs": [2.6]},
                {"name": "LightGBM", "threads": 1, "cpu_s": 1.9, "wall_s": 1.9, "parse_s": 1.9,
                 "peak_mb": 9.0, "runs": [1.9]},
                {"name": "polars", "threads": 1, "cpu_s": 0.5, "wall_s": 0.5, "parse_s": 0.5,
                 "peak_mb": 9.0, "runs": [0.5]},
                {"name": "DuckDB", "threads": 1, "cpu_s": 0.25, "wall_s": 0.25, "parse_s": 0.25,
                 "peak_mb": 9.0, "runs": [0.25]}]}]}
        result = ingest.convert(raw, {"boostyard": "1"}, "./dev bench ingest")
        self.assertEqual(results.problems(result), [])
        found = {f["what"]: (f["value"], f["met"]) for f in result["figures"] if "bar" in f}
        expected = {"AVX-512": (5.0, True), "AVX2": (1.82, False), "XGBoost": (13.0, True),
                    "LightGBM": (9.5, False), "DuckDB": (2.5, False), "2 threads": (1.6, False)}
        for words, (value, met) in expected.items():
            name = next(what for what in found if words in what)
            self.assertAlmostEqual(found[name][0], value, places=2)
            self.assertEqual(found[name][1], met)
        Pages().feed(page.render(result))


# Stand for boostyard and for bench/floors.cc: they say what a test can work out by itself.
OUR_STAGES = {"read": {"seconds": 0.004, "busy_seconds": 0.006}, "arrange": {"seconds": 0.0, "busy_seconds": 0.0,
              "work": 2}, "histograms": {"seconds": 0.002, "busy_seconds": 0.003, "work": 1000},
              "other": {"seconds": 0.001, "busy_seconds": 0.001}}
OURS_STANDS = """#!/usr/bin/env python3
import pathlib, sys
if sys.argv[1] != "--version":
    data = pathlib.Path(sys.argv[3], "output/data")
    data.mkdir(parents=True, exist_ok=True)
    (data / "metrics.json").write_text({metrics!r})
    (data / "data_profile.json").write_text({profile!r})
"""
FLOORS_STAND = """#!/bin/sh
echo '{"read_bytes_per_second": 1e9, "copy_bytes_per_second": 2e9, "update_seconds": 1e-9}'
"""


def profiled(folder):
    """The profile of a job of 400 rows whose only feature has more values than a byte can say."""
    made = make_job(folder)
    features = [{"distinct": None}, {"distinct": 3}]
    texts = {"boostyard": OURS_STANDS.format(
        metrics=json.dumps({"stages": OUR_STAGES}),
        profile=json.dumps({"channels": {"train": {"features": features}}})), "floors": FLOORS_STAND}
    for name, text in texts.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    tools = engines.Tools(SOURCE, folder / "boostyard", MEASURE, None, None, folder / "floors")
    return made, stage_profile.measure(made, "Tiny", tools, 3)


class Profile(unittest.TestCase):
    def test_stages_floors_and_what_is_left_over(self):
        with tempfile.TemporaryDirectory() as name:
            made, entry = profiled(pathlib.Path(name))
            size = made.train.stat().st_size
        stages = {stage["stage"]: stage for stage in entry["stages"]}
        self.assertEqual(list(stages), [*OUR_STAGES, stage_profile.START_AND_EXIT])
        rows = entry["data"]["rows"]
        self.assertAlmostEqual(stages["read"]["floor_seconds"], size / 1e9)
        self.assertAlmostEqual(stages["histograms"]["floor_seconds"], 1000 * 2 * 1e-9 / made.threads)
        self.assertAlmostEqual(stages["arrange"]["floor_seconds"], 2 * rows * 2 / 2e9)
        self.assertNotIn("floor_seconds", stages["other"])
        self.assertEqual(stages["histograms"]["busy_seconds"], 0.003)
        # What no stage accounts for; a median of sums is within the spread of the runs.
        total = sum(stage["seconds"] for stage in entry["stages"])
        self.assertLessEqual(entry["min_seconds"], total + 1e-9)
        self.assertGreaterEqual(entry["max_seconds"], total - 1e-9)
        self.assertGreater(stages[stage_profile.START_AND_EXIT]["floor_seconds"], 0.0)

    def test_cells_of_few_values_have_a_byte(self):
        with tempfile.TemporaryDirectory() as name:
            made, _ = profiled(pathlib.Path(name))
            self.assertEqual(stage_profile.cell_bytes(made, 400), 400 * (4 + 1))

    def test_a_failed_job_is_no_profile(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            made, _ = profiled(folder)
            (folder / "boostyard").write_text("#!/bin/sh\necho no luck >&2; exit 1\n")
            tools = engines.Tools(SOURCE, folder / "boostyard", MEASURE, None, None, folder / "floors")
            with self.assertRaisesRegex(RuntimeError, "no luck"):
                stage_profile.measure(made, "Tiny", tools, 1)

    def test_the_readme_says_what_a_bar_asks_for_and_what_the_floors_are(self):
        def entry(name, seconds, floor):
            return {"name": name, "title": name.upper(), "seconds": seconds, "cpu_seconds": seconds,
                    "threads": 1, "run_count": 1,
                    "stages": [{"stage": "read", "seconds": seconds - 0.1, "busy_seconds": 0.1,
                                "floor_seconds": floor, "floor_of": "bytes"},
                               {"stage": "other", "seconds": 0.1, "busy_seconds": 0.1}]}
        result = stage_profile.new("./dev bench profile", {}, [
            entry("seed-job", 0.9, 0.25), entry("job-1m", 2.0, 0.5), entry("job-wide", 5.0, 4.5)])
        with tempfile.TemporaryDirectory() as name:
            source = pathlib.Path(name)
            folder = source / "bench/runs/2026-01-01-m"
            text = stage_profile.write(result, folder).read_text()
            for suite in ("seed-job", "job-1m"):
                peers = [{"name": "XGBoost, C API", "seconds": 4.0, "bar": 4, "met": False},
                         {"name": "LightGBM, C API", "seconds": 6.0, "bar": 2, "met": True}]
                (folder / f"{suite}.json").write_text(json.dumps({"jobs": [{"engines": peers}]}))
            lines = readme.profile_section(source)
        self.assertIn("| read | 800.0 (250.0) | 1,900.0 (500.0) | 4,900.0 (4500.0) |", lines)
        self.assertIn("| other | 100.0 | 100.0 | 100.0 |", lines)
        said = [line for line in lines if line.startswith("- ")]
        self.assertIn("asks for 1,000 ms: met.", said[0])
        self.assertIn("XGBoost's 4.000 s over its ratio, asks for 1,000 ms, and the floors alone are 500 ms", said[1])
        self.assertIn("Most above its floor: read (1,400.0 ms), other (100.0 ms).", said[1])
        self.assertEqual(said[2], "- JOB-WIDE takes 5,000 ms.")
        self.assertIn("SEED-JOB: 0.9000 s", text)


class Readme(unittest.TestCase):
    def test_the_accuracy_of_each_setting_is_its_newest_files(self):
        line = "{}  {}  ours 0.75{}  XGBoost 0.747000  difference {} (standard error 0.000500) ok\n"
        files = {"2026-01-01-m/train-auc-a.txt": line.format("wide", "a", "1111", "+0.004111"),
                 "2026-02-01-m/train-auc-a.txt": line.format("wide", "a", "2222", "+0.005222"),
                 "2026-01-01-m/train-auc-b.txt": line.format("bank", "b", "3333", "-0.001001")}
        with tempfile.TemporaryDirectory() as name:
            for path, text in files.items():
                file = pathlib.Path(name, "bench/runs", path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text("mean test AUC over 10 seeds\n" + text)
            public = ("adult            ours 0.91 (sd 0.1)  XGBoost 0.92 (sd 0.1)  difference -0.010000 = -1.5 "
                      "standard errors\n[ OK ]\n"
                      "sonar            ours 0.93 (sd 0.1)  XGBoost 0.92 (sd 0.1)  difference +0.010000 = +0.7 "
                      "standard errors\n")
            pathlib.Path(name, "bench/runs/2026-01-01-m/accuracy.txt").write_text(public)
            lines = readme.auc_section(pathlib.Path(name))
        rows = [line for line in lines if line.startswith("|")][2:]
        self.assertIn("On 2 public binary sets", lines[-2])
        self.assertIn("+0.00000 on average, between -0.01000 and +0.01000; furthest below is adult, by 1.5 ",
                      lines[-2])
        self.assertEqual([row.split("|")[1:6] for row in rows], [
            [" 41,188 x 59 ", " [b](bench/runs/2026-01-01-m/train-auc-b.txt) ", " 0.753333 ", " 0.747000 ",
             " -0.001001 ± 0.000500 (not met) "],
            [" 100,000 x 500 ", " [a](bench/runs/2026-02-01-m/train-auc-a.txt) ", " 0.752222 ", " 0.747000 ",
             " +0.005222 ± 0.000500 "]])

    def test_the_section_follows_the_kept_runs(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for date, seconds in (("2026-01-01", 9.0), ("2026-02-01", 4.0)):
                result = whole_result()
                result["date"] = date
                result["jobs"][0]["engines"][0]["seconds"] = seconds
                runs = folder / "bench/runs" / f"{date}-machine"
                results.write(result, runs)
            for suite in ("scaling", "startup", "ingest"):
                result["suite"] = suite
                results.write(result, folder / "bench/runs/2026-02-01-machine")
            text = f"a\n{readme.BEGIN}\nold\n{readme.END}\nb\n"
            (folder / "README.md").write_text(text)
            self.assertEqual(readme.main(["--source", name, "--check"]), 1)
            self.assertEqual(readme.main(["--source", name]), 0)
            self.assertEqual(readme.main(["--source", name, "--check"]), 0)
            text = (folder / "README.md").read_text()
            self.assertIn("4.000", text)
            self.assertNotIn("9.000", text)
            self.assertIn("`./dev bench seed-job`", text)
            rows = result["jobs"][0]["data"]["rows"]
            self.assertIn(f"`./dev bench scaling --rows {rows} --threads 1`", text)
            self.assertIn("bank20 twenty times as many rows", text)
            self.assertIn("| first <line> | 180 ms | 150 (not met) |", text)
            self.assertTrue(text.startswith("a\n") and text.endswith("\nb\n"))


class Measuring(unittest.TestCase):
    def test_time_memory_and_exit_code_are_the_child_s(self):
        code = ("import sys,time; time.sleep(.2); print('x', flush=True); time.sleep(.2);"
                "block = b'x' * 200_000_000; sys.exit(3)")
        with tempfile.TemporaryDirectory() as name:
            run = measuring.run(MEASURE, [sys.executable, "-c", code], pathlib.Path(name))
        self.assertEqual((run["exit_code"], run["output"]), (3, "x\n"))
        self.assertGreater(run["first_output_seconds"], 0.2)
        self.assertGreater(run["seconds"], 0.2 + run["first_output_seconds"] - 0.01)
        self.assertGreater(run["peak_mb"], 200)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
