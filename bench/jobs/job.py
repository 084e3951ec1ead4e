"""A job: its files, its settings, and where its engines find and leave things."""
import dataclasses
import json
import os
import pathlib
import shutil

# Names of one setting that mean another.
ALIASES = {"learning_rate": "eta", "reg_lambda": "lambda", "reg_alpha": "alpha",
           "min_split_loss": "gamma", "random_state": "seed"}
OBJECTIVES = {"reg:linear": "reg:squarederror", "multi:softmax": "multi:softprob"}
TEST_SHARE = 5  # without a test file every fifth row is one


class JobError(Exception):
    """What the user can mend."""


@dataclasses.dataclass
class Job:
    name: str
    train: pathlib.Path
    test: pathlib.Path
    hyperparameters: dict  # as the service gives them: text
    threads: int
    work: pathlib.Path

    @property
    def rounds(self):
        return int(self.hyperparameters["num_round"])

    @property
    def objective(self):
        given = self.hyperparameters.get("objective", "reg:squarederror")
        return OBJECTIVES.get(given, given)

    @property
    def classes(self):
        if self.objective.startswith("binary:"):
            return 2
        return int(self.hyperparameters.get("num_class", 0))

    def settings(self):
        """The numbers that peers may know, under XGBoost's names."""
        known = {}
        for name, text in self.hyperparameters.items():
            if name in ("num_round", "num_class", "nthread", "silent", "verbosity"):
                continue
            try:
                value = float(text)
            except ValueError:
                continue
            known[ALIASES.get(name, name)] = int(value) if value == int(value) else value
        return known

    def write_root(self):
        """The folder that stands for /opt/ml."""
        root = self.work / "root"
        (root / "input/config").mkdir(parents=True, exist_ok=True)
        channel = root / "input/data/train"
        channel.mkdir(parents=True, exist_ok=True)
        link(self.train, channel / "train.csv")
        values = {name: str(value) for name, value in self.hyperparameters.items()}
        values.update(objective=self.objective, nthread=str(self.threads))
        (root / "input/config/hyperparameters.json").write_text(json.dumps(values))
        return root

    def write_for_peer(self, folder, variant):
        """JOB.json of bench/peers/python/peer_job.py."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "job.json"
        path.write_text(json.dumps({
            "train": str(self.train), "test": str(self.test), "model": str(folder / "model.json"),
            "predictions": str(folder / "predictions.txt"), "objective": self.objective,
            "classes": self.classes, "rounds": self.rounds, "threads": self.threads,
            "variant": variant, "settings": self.settings()}))
        return path

    def shape(self):
        """Rows, columns without the label, and bytes of the training file."""
        rows = 0
        with open(self.train, "rb") as file:
            columns = file.readline().count(b",")
            file.seek(0)
            last = b"\n"
            while block := file.read(1 << 24):
                rows += block.count(b"\n")
                last = block[-1:]
        return {"rows": rows + (last != b"\n"), "features": columns,
                "bytes": self.train.stat().st_size}


def link(source, target):
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def read_hyperparameters(path):
    try:
        values = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise JobError(f"cannot read hyperparameters from {path}: {error}") from error
    if not isinstance(values, dict) or "num_round" not in values:
        raise JobError(f"{path} is not a hyperparameters.json: it has no num_round")
    return {str(name): str(value) for name, value in values.items()}


def csv_files(path):
    path = pathlib.Path(path)
    if path.is_file():
        return [path]
    files = sorted(file for file in path.rglob("*")
                   if file.is_file() and not file.name.startswith((".", "_")))
    if not files:
        raise JobError(f"no files in {path}")
    return files


def is_header(line):
    def is_number(cell):
        try:
            float(cell.strip() or "nan")
        except ValueError:
            return False
        return True
    return "," in line and not all(is_number(cell) for cell in line.split(","))


def prepare_data(data, test, work):
    """One training file and one test file of rows of numbers: shards are put together, a header
    is left out, and every fifth row is held back if there is no test file."""
    train_path, test_path = work / "train.csv", work / "test.csv"
    work.mkdir(parents=True, exist_ok=True)
    with open(train_path, "w", encoding="utf-8") as train_out, \
            open(test_path, "w", encoding="utf-8") as test_out:
        if test is not None:
            for _, line in rows_of(csv_files(test)):
                test_out.write(line)
        for number, line in rows_of(csv_files(data)):
            held_back = test is None and number % TEST_SHARE == TEST_SHARE - 1
            (test_out if held_back else train_out).write(line)
    if min(train_path.stat().st_size, test_path.stat().st_size) == 0:
        raise JobError("no rows to train on, or none to test on")
    return train_path, test_path


def rows_of(files):
    number = 0
    for path in files:
        with open(path, encoding="utf-8") as file:
            for line_number, line in enumerate(file):
                if not line.strip() or (line_number == 0 and is_header(line)):
                    continue
                if "," not in line:
                    raise JobError(f"{path}, line {line_number + 1} has no comma: the peers can "
                                   "only be given files with commas between cells")
                yield number, line if line.endswith("\n") else line + "\n"
                number += 1
