#!/usr/bin/env python3
"""What the report costs: user seconds of a job with and without it, one after the other, in pairs.

usage: report_cost.py BOOSTYARD JOB_DATA WORK_FOLDER [ROWS [PAIRS [ROUNDS]]]
JOB_DATA is bench/job_data; the data set is higgs1m with so many rows (1000000, 5 pairs, 100 rounds).
"""
import json
import os
import statistics
import sys

# The reports' bar: shares of the whole job's user seconds.
MOST = 0.02


def prepare(job_data, work, rows, rounds):
    train = work + "/input/data/train"
    os.makedirs(train, exist_ok=True)
    os.makedirs(work + "/input/data/validation", exist_ok=True)
    os.makedirs(work + "/input/config", exist_ok=True)
    files = (train + "/rows.csv", work + "/input/data/validation/rows.csv")
    if os.spawnv(os.P_WAIT, job_data, [job_data, "higgs1m", str(rows), *files]) != 0:
        sys.exit("job_data failed")
    with open(work + "/input/config/hyperparameters.json", "w", encoding="utf-8") as file:
        json.dump({"objective": "binary:logistic", "num_round": str(rounds),
                   "eval_metric": "logloss,auc"}, file)


def user_seconds(program, work, report):
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.execve(program, [program, "train", "--root", work],
                  {**os.environ, "BOOSTYARD_REPORT": report})
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit(f"the job failed: {status}")
    return usage.ru_utime


def main():
    program, job_data, work = map(os.path.abspath, sys.argv[1:4])
    rows, pairs, rounds = (*map(int, sys.argv[4:]), *(1_000_000, 5, 100)[len(sys.argv) - 4:])
    prepare(job_data, work, rows, rounds)
    shares = []
    for pair in range(pairs):
        # Who comes first takes turns.
        order = ("off", "on") if pair % 2 == 0 else ("on", "off")
        seconds = {report: user_seconds(program, work, report) for report in order}
        shares.append(seconds["on"] / seconds["off"] - 1)
        print(f"user seconds: without {seconds['off']:.2f}, with {seconds['on']:.2f}: "
              f"{100 * shares[-1]:+.2f} %", flush=True)
    page = os.path.getsize(work + "/output/data/report.html") if order[-1] == "on" else None
    middle = statistics.median(shares)
    print(f"median {100 * middle:+.2f} % of {rows} rows, {rounds} rounds, {pairs} pairs"
          + (f"; the page has {page} bytes" if page else ""))
    return 0 if middle < MOST else 1


if __name__ == "__main__":
    sys.exit(main())
