"""The engines that run a job: how each is called, and in which configurations."""
import dataclasses
import pathlib

XGBOOST_NAMES = ("eta", "gamma", "max_depth", "min_child_weight", "subsample", "colsample_bytree",
                 "colsample_bylevel", "colsample_bynode", "lambda", "alpha", "max_bin", "seed",
                 "scale_pos_weight", "max_delta_step", "max_leaves")
LIGHTGBM_NAMES = {"eta": "learning_rate", "max_depth": "max_depth", "gamma": "min_gain_to_split",
                  "min_child_weight": "min_sum_hessian_in_leaf", "lambda": "lambda_l2",
                  "alpha": "lambda_l1", "colsample_bytree": "feature_fraction", "seed": "seed",
                  "scale_pos_weight": "scale_pos_weight"}
LIGHTGBM_OBJECTIVES = {"binary": "binary", "multi": "multiclass", "reg": "regression"}
LIGHTGBM_VARIANTS = {"row-wise": {"force_row_wise": "true"}, "column-wise": {"force_col_wise": "true"},
                     "column-wise, no bundles": {"force_col_wise": "true", "enable_bundle": "false"}}
SIMPLE_OBJECTIVES = ("binary:logistic", "multi:softprob", "reg:squarederror")


@dataclasses.dataclass
class Tools:
    """Programs and libraries."""
    source: pathlib.Path
    boostyard: pathlib.Path
    measure: pathlib.Path
    file_job: pathlib.Path
    job_data: pathlib.Path
    floors: pathlib.Path | None = None

    @property
    def python(self):
        return self.source / ".deps/python-peers/bin/python"

    def library(self, name):
        return next((self.source / ".deps").glob(f"*/lib/{name}"))


@dataclasses.dataclass
class Command:
    words: list
    variables: dict
    predictions: pathlib.Path | None = None  # where they are written; None: to stdout


class Engine:
    """One engine. `package` names it in bench/peers/requirements.txt; variants are tried once and
    the fastest is timed."""

    def __init__(self, key, name, package, variants=("",)):
        self.key, self.name, self.package, self.variants = key, name, package, variants

    def knows(self, job):
        return self.package == "xgboost-cpu" or job.objective in SIMPLE_OBJECTIVES


class Boostyard(Engine):
    def __init__(self, key="boostyard", name="Boostyard", engine="auto"):
        super().__init__(key, name, None)
        self.variables = {"BOOSTYARD_ENGINE": engine, "BOOSTYARD_MODEL_ARTIFACT": "bare"}

    def knows(self, job):
        return True

    def fit(self, job, tools, variant):
        return Command([tools.boostyard, "train", "--root", job.write_root()], self.variables)

    def predict(self, job, tools, variant):
        model = job.work / "root/model/xgboost-model"
        return Command([tools.boostyard, "predict", "--model", model, "--labels", job.test], {})


class Library(Engine):
    """XGBoost or LightGBM by its C API: bench/peers/file_job.cc."""

    def __init__(self, key, name, package, library, variants=("",)):
        super().__init__(key, name, package, variants)
        self.library = library

    def parameters(self, job, variant):
        settings = job.settings()
        if self.package == "xgboost-cpu":
            found = {name: settings[name] for name in XGBOOST_NAMES if name in settings}
            found.update(objective=job.objective, nthread=job.threads, tree_method="hist")
            if job.classes > 2:
                found["num_class"] = job.classes
            return found
        found = {LIGHTGBM_NAMES[name]: settings[name] for name in LIGHTGBM_NAMES if name in settings}
        found.update(LIGHTGBM_VARIANTS.get(variant, {}), num_threads=job.threads,
                     objective=LIGHTGBM_OBJECTIVES[job.objective.split(":")[0]],
                     num_leaves=2 ** int(settings.get("max_depth", 6)), min_data_in_leaf=1,
                     max_bin=min(255, int(settings.get("max_bin", 256))))
        if settings.get("subsample", 1) < 1:
            found.update(bagging_fraction=settings["subsample"], bagging_freq=1)
        if job.classes > 2:
            found["num_class"] = job.classes
        return found

    def command(self, job, tools, variant, verb):
        folder = job.work / self.key
        folder.mkdir(parents=True, exist_ok=True)
        predictions = folder / "predictions.txt"
        file, last = (job.train, job.rounds) if verb == "fit" else (job.test, predictions)
        kind = "xgboost" if self.package == "xgboost-cpu" else "lightgbm"
        model = folder / ("model.ubj" if kind == "xgboost" else "model.txt")
        words = [tools.file_job, kind, tools.library(self.library), verb, file, model, last]
        words += [f"{name}={value}" for name, value in self.parameters(job, variant).items()]
        return Command(words, {}, predictions)

    def fit(self, job, tools, variant):
        return self.command(job, tools, variant, "fit")

    def predict(self, job, tools, variant):
        return self.command(job, tools, variant, "predict")


class Python(Engine):
    """A script of bench/peers/python."""

    def __init__(self, key, name, package, script, variants=("",), variables=None):
        super().__init__(key, name, package, variants)
        self.script, self.variables = script, variables or {}

    def command(self, job, tools, variant, verb):
        folder = job.work / self.key
        script = tools.source / "bench/peers/python" / self.script
        words = [tools.python, script, job.write_for_peer(folder, variant), verb]
        return Command(words, self.variables, folder / "predictions.txt")

    def fit(self, job, tools, variant):
        return self.command(job, tools, variant, "fit")

    def predict(self, job, tools, variant):
        return self.command(job, tools, variant, "predict")


OURS = Boostyard()
YARDSTICK = "xgboost"  # whose model says what a right one is
ALL = (
    OURS,
    Python("reference", "Reference container's path", "xgboost-cpu", "reference_container_job.py",
           variables={"PYTHONUNBUFFERED": "1"}),  # as the container sets it
    Library("xgboost", "XGBoost, C API", "xgboost-cpu", "libxgboost.so"),
    Python("xgboost-uri", "XGBoost, Python, own loader", "xgboost-cpu", "xgboost_uri_job.py"),
    Python("xgboost-pandas", "XGBoost, Python, pandas", "xgboost-cpu", "xgboost_pandas_job.py",
           ("dmatrix", "quantile")),
    Library("lightgbm", "LightGBM, C API", "lightgbm", "lib_lightgbm.so",
            tuple(LIGHTGBM_VARIANTS)),
    Python("catboost", "CatBoost", "catboost", "catboost_job.py"),
    Python("sklearn", "scikit-learn, HistGradientBoosting", "scikit-learn", "sklearn_job.py"),
    Python("ydf", "YDF", "ydf", "ydf_job.py"),
    Boostyard("boostyard-xgboost", "Boostyard with XGBoost's library", "xgboost"),
)
BY_KEY = {engine.key: engine for engine in ALL}


def versions(source):
    """{package: version} of the list of peers, and ours under boostyard."""
    found = {"boostyard": (source / "VERSION").read_text().strip()}
    for line in (source / "bench/peers/requirements.txt").read_text().splitlines():
        if "==" in line and not line.startswith("#"):
            package, version = line.split("==")
            found[package] = version.strip()
    return found
