"""One job in several engines: every model is checked before anything is timed, then the engines
take turns, one process a run."""
import dataclasses
import sys

import engines as engine_table
import measuring
import metrics

# Of what the yardstick's model learns (primary metric of knowing nothing, less its own), the share
# that a model may lack. Ours trains the same job; other libraries leave settings out. On few rows
# luck is as large: so many standard errors are allowed besides.
OURS_MAY_LACK = 0.05
PEERS_MAY_LACK = 0.30
STANDARD_ERRORS = 4.0


@dataclasses.dataclass
class Plan:
    runs: int = 5
    budget_seconds: float = 30.0  # of timed runs of one engine; a longer first run is the only one
    others_share: float = 1.0  # what engines without a bar get of the budget
    variants: bool = True  # try all configurations of an engine, or only its first


class WrongModel(Exception):
    """Ours failed, or is not the model of this job."""


@dataclasses.dataclass
class Candidate:
    engine: object
    variant: str = ""
    status: str = "ok"  # ok, failed, wrong
    message: str = ""
    metrics: dict = dataclasses.field(default_factory=dict)
    losses: list = dataclasses.field(default_factory=list)  # of the test rows
    first: dict | None = None  # its first run, which warmed the page cache
    runs: list = dataclasses.field(default_factory=list)

    def fail(self, status, message):
        self.status, self.message = status, message


def say(text):
    print(text, file=sys.stderr, flush=True)


def last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it printed nothing"


def train_and_test(candidate, job, tools, labels):
    """One fit, which is measured, and the test metrics of its model, which are not."""
    engine, variant = candidate.engine, candidate.variant
    command = engine.fit(job, tools, variant)
    candidate.first = measuring.run(tools.measure, command.words, job.work, command.variables)
    if candidate.first["exit_code"] != 0:
        candidate.fail("failed", last_line(candidate.first["messages"]))
        return
    command = engine.predict(job, tools, variant)
    tested = measuring.run(tools.measure, command.words, job.work, command.variables)
    if tested["exit_code"] != 0:
        candidate.fail("failed", last_line(tested["messages"]))
        return
    path = command.predictions or job.work / "stdout.txt"
    try:
        predictions = metrics.read_predictions(path)
        candidate.metrics = metrics.of(job.objective, labels, predictions)
        candidate.losses = metrics.row_losses(job.objective, labels, predictions)
    except (OSError, ValueError) as error:
        candidate.fail("wrong", str(error))


def validate(candidates, objective, labels):
    """Marks models that lack too much of what the yardstick's has learnt."""
    usable = [c for c in candidates if c.status == "ok"]
    if not usable:
        return
    primary = next(iter(usable[0].metrics))
    by_metric = sorted(usable, key=lambda c: c.metrics[primary])
    yardstick = next((c for c in usable if c.engine.key == engine_table.YARDSTICK),
                     by_metric[len(by_metric) // 2])
    best = yardstick.metrics[primary]
    start = metrics.knowing_nothing(objective, labels)
    learnt = max(start - best, 1e-9)
    for candidate in usable:
        lacks = (candidate.metrics[primary] - best) / learnt
        luck = metrics.luck(objective, candidate.losses, yardstick.losses)
        allowed = STANDARD_ERRORS * luck / learnt + (
            PEERS_MAY_LACK if candidate.engine.package else OURS_MAY_LACK)
        if not lacks <= allowed:
            candidate.fail("wrong", f"test {primary} {candidate.metrics[primary]:.5f} lacks "
                           f"{lacks:.0%} of what the yardstick has learnt ({start:.5f} to "
                           f"{best:.5f}); {allowed:.0%} are allowed")


def fastest_variants(candidates):
    """Of each engine the fastest that is right; one of those that are not, if none is."""
    chosen = {}
    for candidate in candidates:
        best = chosen.get(candidate.engine.key)
        is_better = (best is None or (candidate.status == "ok" and (
            best.status != "ok" or candidate.first["seconds"] < best.first["seconds"])))
        if is_better:
            chosen[candidate.engine.key] = candidate
    return list(chosen.values())


def time_runs(candidates, job, tools, plan, bars):
    """Interleaved runs; each round begins with another engine."""
    racing = [c for c in candidates if c.status == "ok"]

    def budget(candidate):
        has_full = candidate.engine.key == "boostyard" or candidate.engine.key in bars
        return plan.budget_seconds * (1.0 if has_full else plan.others_share)
    for candidate in racing:
        if candidate.first["seconds"] > budget(candidate):
            candidate.runs.append(candidate.first)
    for round_number in range(plan.runs):
        shift = round_number % len(racing)
        for candidate in racing[shift:] + racing[:shift]:
            spent = sum(run["seconds"] for run in candidate.runs)
            expected = candidate.first["seconds"]
            if candidate.runs and spent + 0.5 * expected > budget(candidate):
                continue
            command = candidate.engine.fit(job, tools, candidate.variant)
            run = measuring.run(tools.measure, command.words, job.work, command.variables)
            if run["exit_code"] != 0:
                candidate.fail("failed", last_line(run["messages"]))
                continue
            candidate.runs.append(run)


def run_job(job, engines, tools, plan, bars=None, title=""):
    """The job's entry of the results: bench/jobs/results.py has its shape."""
    labels = metrics.read_labels(job.test)
    versions = engine_table.versions(tools.source)
    candidates = []
    for engine in engines:
        if not engine.knows(job):
            say(f"  {engine.name}: no counterpart of {job.objective}")
            continue
        for variant in engine.variants if plan.variants else engine.variants[:1]:
            candidate = Candidate(engine, variant)
            train_and_test(candidate, job, tools, labels)
            say(f"  {engine.name}{' (' + variant + ')' if variant else ''}: "
                f"{candidate.first['seconds']:.3f} s {candidate.message}")
            candidates.append(candidate)
    validate(candidates, job.objective, labels)
    candidates = fastest_variants(candidates)
    for candidate in candidates:
        if candidate.status == "ok":
            continue
        say(f"  {candidate.engine.name} is not timed: {candidate.status}: {candidate.message}")
        if candidate.engine.key == "boostyard":
            raise WrongModel(candidate.message)
    time_runs(candidates, job, tools, plan, bars or {})
    return {"title": title or job.name, "name": job.name, "threads": job.threads,
            "data": job.shape(), "test_rows": len(labels),
            "hyperparameters": {**job.hyperparameters, "objective": job.objective},
            "engines": entries(candidates, versions, bars or {})}


def entries(candidates, versions, bars):
    ours = next((measuring.summary(c.runs)["seconds"] for c in candidates
                 if c.engine.key == "boostyard" and c.runs), None)
    found = []
    for c in candidates:
        entry = {"key": c.engine.key, "name": c.engine.name, "variant": c.variant,
                 "version": versions[c.engine.package or "boostyard"], "status": c.status,
                 "message": c.message, "metrics": c.metrics,
                 "runs": [{key: run[key] for key in ("seconds", "cpu_seconds", "peak_mb",
                                                     "first_output_seconds")} for run in c.runs]}
        if c.runs:
            entry.update(measuring.summary(c.runs))
            if ours:
                entry["ratio"] = entry["seconds"] / ours
                if c.engine.key in bars:
                    entry.update(bar=bars[c.engine.key], met=entry["ratio"] >= bars[c.engine.key])
        found.append(entry)
    return found
