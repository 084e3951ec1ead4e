"""The suites of ./dev bench that are made of jobs: seed-job, job, scaling, startup, profile.

usage: main.py SUITE [OPTION...]      main.py SUITE --help
"""
import argparse
import pathlib
import sys

import compare
import engines
import job as jobs
import measuring
import results
import stage_profile
import startup

SETTING_A = {"objective": "binary:logistic", "num_round": "100", "max_depth": "5", "eta": "0.2",
             "gamma": "4", "min_child_weight": "6", "subsample": "0.8", "lambda": "1",
             "max_bin": "256"}
SEED_JOB = {"objective": "binary:logistic", "num_round": "100", "max_depth": "5", "eta": "0.2",
            "gamma": "4", "min_child_weight": "6", "subsample": "0.8", "silent": "0"}
MAIN_PEERS = "boostyard,reference,xgboost,lightgbm"
# Bars: how many times as long a peer takes as Boostyard, at least.
PRESETS = {
    "1m": {"set": "higgs1m", "rows": 1_000_000, "features": 28,
           "bars": {"reference": 6, "xgboost": 4.5, "lightgbm": 4}},
    "wide": {"set": "wide", "rows": 100_000, "features": 500,
             "bars": {"reference": 6, "xgboost": 5, "lightgbm": 4}},
    "10m": {"set": "higgs1m", "rows": 10_000_000, "features": 28, "bars": {},
            "variants": False, "engines": MAIN_PEERS},
}
OTHERS_SHARE = 1 / 5  # of the time for engines with a bar: the suites of the kept runs end in minutes
SEED_BARS = {"reference": 20, "xgboost": 5, "lightgbm": 4}


def generated(options, data_set, rows):
    """Training and test file of a generated set; they stay in build/ for the next suite."""
    tools = options.tools
    folder = options.out / f"data/{data_set}-{rows}"
    files = folder / "train.csv", folder / "test.csv"
    if not (folder / ".complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        compare.say(f"writing {folder}")
        run = measuring.run(tools.measure, [tools.job_data, data_set, rows, *files], folder)
        if run["exit_code"] != 0:
            raise jobs.JobError(run["messages"])
        (folder / ".complete").touch()
    return files


def make_job(options, name, train, test, hyperparameters, threads=None):
    work = options.out / f"work/{name}"
    work.mkdir(parents=True, exist_ok=True)
    return jobs.Job(name, pathlib.Path(train), pathlib.Path(test), hyperparameters,
                    threads or options.threads, work)


def chosen_engines(options, default=None):
    keys = (options.engines or default or
            ",".join(e.key for e in engines.ALL if e.key != "boostyard-xgboost")).split(",")
    unknown = [key for key in keys if key not in engines.BY_KEY]
    if unknown:
        raise jobs.JobError(f"no engine {', '.join(unknown)}; there are "
                            f"{', '.join(engines.BY_KEY)}")
    return [engines.BY_KEY[key] for key in keys]


def plan_of(options, bars=(), variants=True):
    return compare.Plan(options.runs, options.budget, OTHERS_SHARE if bars else 1.0, variants)


def make_seed_job(options):
    """The job and its title."""
    train = options.source / "../shared/data/bank_marketing/train.csv"
    test = train.with_name("test.csv")
    title = "The seed job: bank marketing"
    if not train.exists():
        train, test = generated(options, "bank", 28_831)
        title = "The seed job on generated bank data"
    return make_job(options, "seed-job", train, test, SEED_JOB), title


def seed_job(options):
    job, title = make_seed_job(options)
    found = compare.run_job(job, chosen_engines(options, ",".join(engines.BY_KEY)), options.tools,
                            plan_of(options, SEED_BARS), SEED_BARS, title)
    finish(options, "seed-job", [found])


def job_suite(options):
    if options.data is None and options.hyperparameters is None and options.preset is None:
        options.preset = "1m,wide"
    if options.preset:
        for name in options.preset.split(","):
            run_preset(options, name)
        return
    if not options.data or not options.hyperparameters:
        raise jobs.JobError("--data and --hyperparameters go together; or neither, and --preset "
                            + ",".join(PRESETS))
    hyperparameters = jobs.read_hyperparameters(options.hyperparameters)
    work = options.out / "work/job"
    train, test = jobs.prepare_data(options.data, options.test, work)
    job = make_job(options, "job", train, test, hyperparameters)
    found = compare.run_job(job, chosen_engines(options), options.tools, plan_of(options),
                            title=f"Your job: {pathlib.Path(options.data).name}")
    finish(options, "job", [found])


def make_preset(options, name):
    """The job and its title."""
    if name not in PRESETS:
        raise jobs.JobError(f"no preset {name}; there are {', '.join(PRESETS)}")
    preset = PRESETS[name]
    rows = preset["rows"] // (50 if options.quick else 1)
    job = make_job(options, f"job-{name}", *generated(options, preset["set"], rows), SETTING_A)
    return job, f"{rows:,} x {preset['features']} from CSV"


def run_preset(options, name):
    job, title = make_preset(options, name)
    preset = PRESETS[name]
    found = compare.run_job(job, chosen_engines(options, preset.get("engines")), options.tools,
                            plan_of(options, preset["bars"], preset.get("variants", True)),
                            preset["bars"], title)
    finish(options, f"job-{name}", [found])


def scaling(options):
    found = []
    for rows in map(int, options.rows.split(",")):
        files = generated(options, "higgs1m", rows // (50 if options.quick else 1))
        for threads in thread_counts(options):
            job = make_job(options, "scaling", *files, SETTING_A, threads)
            compare.say(f"{rows} rows, {threads} threads")
            racers = chosen_engines(options, "boostyard,xgboost,lightgbm")
            if rows > options.peer_rows:
                racers = [engines.OURS]
            found.append(compare.run_job(job, racers, options.tools,
                                         plan_of(options, variants=False),
                                         title=f"{rows:,} x 28, {threads} threads"))
    finish(options, "scaling", found)


def thread_counts(options):
    """1, 2, 4, ... and all, unless named."""
    if options.thread_list:
        return [int(text) for text in options.thread_list.split(",")]
    cores = measuring.machine()["cores"]
    return sorted({cores, *(1 << i for i in range(cores.bit_length()) if 1 << i < cores)})


def startup_suite(options):
    train = options.source / "../shared/data/bank_marketing/train.csv"
    if not train.exists():
        train, _ = generated(options, "bank", 28_831)
    job = make_job(options, "startup", train, train, SEED_JOB)
    finish(options, "startup", [], startup.measure(job, options.tools, options.runs))


def profile_suite(options):
    """The jobs that have bars, ours alone."""
    made = [make_seed_job(options), *(make_preset(options, name) for name in ("1m", "wide"))]
    found = []
    for job, title in made:
        compare.say(title)
        # Small ones are soon done, and need more runs.
        found.append(stage_profile.measure(job, title, options.tools,
                                     options.runs * (5 if job.name == "seed-job" else 1)))
    result = stage_profile.new("./dev bench profile", engines.versions(options.source), found)
    folder = measuring.kept_folder(options.source) if options.keep else options.out
    path = stage_profile.write(result, folder)
    print(stage_profile.table(result))
    print(f"written: {path}", flush=True)


def finish(options, suite, found, figures=()):
    command = "./dev bench " + " ".join(
        word for word in options.words if word not in ("--keep", "--quick"))
    if suite.startswith("job-"):
        command = f"./dev bench job --preset {suite[4:]}"
    result = results.new(suite, command, engines.versions(options.source), found, figures)
    folder = measuring.kept_folder(options.source) if options.keep else options.out
    page = results.write(result, folder)
    print(results.table(result))
    if options.quick:
        print(results.LITTLE_DATA)
    print(f"page: {page}", flush=True)


def parse(words):
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.splitlines()[0])
    parser.add_argument("suite", choices=["seed-job", "job", "scaling", "startup", "profile"])
    parser.add_argument("--source", type=pathlib.Path, default=pathlib.Path("."),
                        help=argparse.SUPPRESS)
    parser.add_argument("--build", type=pathlib.Path, default=None, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=pathlib.Path, default=None, help=argparse.SUPPRESS)
    parser.add_argument("--data", help="job: a CSV file or a folder of them, the label first")
    parser.add_argument("--test", help="job: a CSV file to test on; without it every fifth row")
    parser.add_argument("--hyperparameters", help="job: a hyperparameters.json")
    parser.add_argument("--preset", help="job: generated data instead: 1m,wide (without --data), 10m")
    parser.add_argument("--engines", help="of " + ",".join(engines.BY_KEY))
    parser.add_argument("--runs", type=int, default=None, help="timed runs of each engine")
    parser.add_argument("--budget", type=float, default=30.0,
                        help="seconds of timed runs after which an engine has had its turns")
    parser.add_argument("--threads", dest="thread_list", help="scaling takes a list")
    parser.add_argument("--rows", default="10000,100000,1000000", help="scaling: a list, to 10000000")
    parser.add_argument("--peer-rows", type=int, default=1_000_000,
                        help="scaling: Boostyard alone where there are more")
    parser.add_argument("--quick", action="store_true", help="little data: shows that it works")
    parser.add_argument("--keep", action="store_true", help="keep results in bench/runs/")
    options = parser.parse_args(words)
    if options.keep and options.quick:
        parser.error("--quick is not kept: figures of little data are none")
    options.words = words_without(words, ("--source", "--build", "--out"))
    options.source = options.source.resolve()
    options.out = (options.out or options.source / "build/bench").resolve()
    build = options.build or options.source / "build/release"
    options.tools = engines.Tools(options.source, build / "boostyard", build / "bench/measure",
                                  build / "bench/file_job", build / "bench/job_data",
                                  build / "bench/floors")
    usual = {"seed-job": 15, "startup": 30, "scaling": 3}.get(options.suite, 5)
    options.runs = options.runs or (1 if options.quick else usual)
    options.threads = int((options.thread_list or "0").split(",")[0]) or measuring.machine()["cores"]
    return options


def words_without(words, names):
    kept, skip = [], False
    for word in words:
        if not skip and word not in names:
            kept.append(word)
        skip = not skip and word in names
    return kept


def main():
    options = parse(sys.argv[1:])
    suites = {"seed-job": seed_job, "job": job_suite, "scaling": scaling,
              "startup": startup_suite, "profile": profile_suite}
    try:
        suites[options.suite](options)
    except (jobs.JobError, compare.WrongModel) as error:
        sys.exit(f"bench: {error}")


if __name__ == "__main__":
    main()
