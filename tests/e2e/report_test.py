#!/usr/bin/env python3
"""report.html in a real browser: what it shows, against metrics.json, and how it answers.

usage: report_test.py BOOSTYARD WORK_FOLDER
Pictures stay in WORK_FOLDER. Exit code 77: skipped, no Chromium (chromium-headless-shell of Debian).
"""
import base64
import json
import math
import os
import random
import shutil
import subprocess
import sys

SKIPPED = 77
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
HOSTILE = '</script><img src=x onerror=alert(1)>'


class Browser:
    """Chromium by its debugging pipe: one JSON object a message, ended by a zero byte."""

    def __init__(self, program):
        to_browser, self.out = os.pipe()
        self.inp, from_browser = os.pipe()

        def place():
            low, high = os.dup(to_browser), os.dup(from_browser)
            os.dup2(low, 3)
            os.dup2(high, 4)

        # A container's root has no sandbox to use.
        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--hide-scrollbars", "--remote-debugging-pipe", "about:blank"],
            close_fds=False, preexec_fn=place, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer = b""
        self.count = 0
        self.session = None
        self.problems = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def message(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.inp, 1 << 20)
            if not piece:
                raise RuntimeError("the browser has gone")
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        method = message.get("method", "")
        if method == "Runtime.exceptionThrown":
            self.problems.append(message["params"]["exceptionDetails"])
        if method == "Runtime.consoleAPICalled" or method == "Log.entryAdded":
            self.problems.append(message["params"])
        if method == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            if not url.startswith("file:"):
                self.problems.append("a request to " + url)
        return message

    def call(self, method, **params):
        self.count += 1
        request = {"id": self.count, "method": method, "params": params}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.out, json.dumps(request).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.count:
                assert "error" not in message, (method, message["error"])
                return message["result"]

    def ask(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def open(self, path, width, scheme):
        self.problems.clear()
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                  deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url="file://" + path)
        while self.message().get("method") != "Page.loadEventFired":
            pass

    def picture(self, path):
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                         clip={"x": 0, "y": 0, "scale": 1, "width": self.ask("innerWidth"),
                               "height": self.ask("document.documentElement.scrollHeight")})
        with open(path, "wb") as file:
            file.write(base64.b64decode(data["data"]))

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                      windowsVirtualKeyCode={"ArrowRight": 39, "ArrowLeft": 37}[key])

    def close(self):
        self.process.kill()
        self.process.wait()


def rows(count, columns, kind, seed):
    rand = random.Random(seed)
    lines = []
    for _ in range(count):
        x = [rand.random() for _ in range(columns)]
        signal = x[0] + 0.6 * x[1] + 0.4 * x[0] * x[2] + rand.gauss(0, 0.35)
        label = {"binary": int(signal > 1.25), "several": min(4, max(0, int(signal * 2.4))),
                 "regression": round(40 * math.exp(signal) - 20, 2)}[kind]
        x[2] = int(x[2] * 5)
        cells = ["" if rand.random() < 0.02 else f"{v:.4f}".rstrip("0") for v in x]
        lines.append(",".join([str(label)] + cells))
    return "\n".join(lines) + "\n"


def header(columns, first):
    return ",".join(["label", first] + [f"feature_{i}" for i in range(1, columns)]) + "\n"


JOBS = {
    # name: (hyperparameters, kind, rows, columns, has validation, expected quality)
    "binary": ({"objective": "binary:logistic", "num_round": "200", "eta": "0.1",
                "max_depth": "4", "eval_metric": "error,auc,logloss",
                "early_stopping_rounds": "15"}, "binary", 6000, 12, True, "scores"),
    "regression": ({"objective": "reg:squarederror", "num_round": "80", "eta": "0.2"},
                   "regression", 5000, 8, True, "residuals"),
    "multiclass": ({"objective": "multi:softprob", "num_class": "5", "num_round": "40",
                    "eval_metric": "merror,mlogloss"}, "several", 4000, 8, True, "classes"),
    "one_round": ({"objective": "binary:logistic", "num_round": "1"}, "binary", 300, 3, False,
                  "scores"),
    "no_validation": ({"objective": "reg:squarederror", "num_round": "30",
                       "early_stopping_rounds": "5"}, "regression", 500, 5, False, "residuals"),
    "folds": ({"objective": "binary:logistic", "num_round": "20", "_kfold": "3"}, "binary", 900, 5,
              False, "scores"),
    "wide": ({"objective": "binary:logistic", "num_round": "2000", "eta": "0.02",
              "max_depth": "2", "eval_metric": "error,auc,logloss"}, "binary", 400, 500, True,
             "scores"),
}


def train(program, root, name):
    settings, kind, row_count, columns, has_validation, _ = JOBS[name]
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root + "/input/config")
    with open(root + "/input/config/hyperparameters.json", "w") as file:
        json.dump(settings, file)
    for channel, seed in [("train", 1)] + ([("validation", 2)] if has_validation else []):
        os.makedirs(f"{root}/input/data/{channel}")
        first = HOSTILE if name == "binary" else "feature_0"
        with open(f"{root}/input/data/{channel}/rows.csv", "w") as file:
            share = row_count if channel == "train" else row_count // 2
            file.write(header(columns, first) + rows(share, columns, kind, seed))
    result = subprocess.run([program, "train", "--root", root], capture_output=True, text=True,
                            check=False)
    assert result.returncode == 0, result.stderr
    return root + "/output/data"


def check_page(browser, name, metrics):
    """Figures of the tiles against metrics.json; nothing sticks out; nothing went wrong."""
    shown = browser.ask("Object.fromEntries([...document.querySelectorAll('[data-final]')]"
                        ".map(node => [node.dataset.final, node.firstChild.textContent]))")
    expected = {f"{channel}-{metric}": f"{value:.5f}"
                for channel, values in metrics["final"].items()
                for metric, value in values.items()}
    assert len(shown) == min(len(expected), 6) > 0, (shown, expected)
    for metric, text in shown.items():
        assert abs(float(text) - float(expected[metric])) < 1.1e-5, (name, metric, text, expected)
    assert browser.ask("document.documentElement.scrollWidth <= innerWidth"), "sticks out"
    assert browser.ask("document.querySelectorAll('svg').length") > 0
    assert browser.ask("document.images.length") == 0
    assert not browser.problems, (name, browser.problems)


def check_slider(browser, metrics, has_error):
    read = ("Object.fromEntries(['tp','fp','fn','tn'].map(id => "
            "[id, Number(document.getElementById(id).textContent.replace(/,/g, ''))]))")
    threshold = "Number(document.getElementById('threshold-value').textContent)"
    before = browser.ask(read)
    total = sum(before.values())
    assert browser.ask(threshold) == 0.5
    if has_error:  # the share of rows on the wrong side of one half
        error = (before["fp"] + before["fn"]) / total
        channel = "validation" if "validation" in metrics["final"] else "train"
        assert abs(error - metrics["final"][channel]["error"]) < 1e-9, (before, metrics["final"])
    browser.ask("document.getElementById('threshold').focus()")
    for _ in range(20):
        browser.press("ArrowRight")
    after = browser.ask(read)
    if after["tp"] + after["fp"] == before["tp"] + before["fp"] == 0:
        return  # all scores are at most one half: there is no way up
    assert browser.ask(threshold) > 0.5
    assert sum(after.values()) == total
    assert after["tp"] + after["fn"] == before["tp"] + before["fn"]
    assert after["tp"] + after["fp"] < before["tp"] + before["fp"], (before, after)
    for _ in range(40):
        browser.press("ArrowLeft")
    assert browser.ask(threshold) < 0.5


def area_of_pairs(lines):
    """The share of pairs of a 1 and a 0 in which the 1 has the higher score."""
    ones = [line[1] for line in lines if line[0] == 1]
    zeros = [line[1] for line in lines if line[0] == 0]
    won = sum((one > zero) + 0.5 * (one == zero) for one in ones for zero in zeros)
    return won / len(ones) / len(zeros)


def check_files(folder, name, page):
    quality = JOBS[name][5]
    data = json.loads(page.split('id="data">', 1)[1].split("</script>", 1)[0])
    if quality:
        assert data["quality"]["kind"] == quality, data["quality"]["kind"]
    assert len(page.encode()) < 1_000_000, len(page)
    with open(folder + "/metrics.json") as file:
        metrics = json.load(file)
    with open(folder + "/importance.json") as file:
        assert json.load(file)["gain"]
    if name == "binary":
        area = data["quality"]["scores"]["auc"]
        assert abs(area - metrics["final"]["validation"]["auc"]) < 2e-4, area
        assert data["features"][0][0] == HOSTILE
    if name == "folds":  # every row, by the model that does not know it
        with open(folder + "/predictions.csv") as file:
            lines = [list(map(float, line.split(","))) for line in file]
        area = data["quality"]["scores"]["auc"]
        assert abs(area - area_of_pairs(lines)) < 2e-4, area
    if quality == "classes":
        confusion = data["quality"]["confusion"]
        wrong = 1 - confusion["right"] / sum(map(sum, confusion["cells"]))
        assert abs(wrong - metrics["final"]["validation"]["merror"]) < 1e-9
    if quality == "residuals":
        final = metrics["final"].get("validation", metrics["final"]["train"])
        assert abs(data["quality"]["residuals"]["rmse"] / final["rmse"] - 1) < 1e-5
    return metrics


def main():
    program, work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found is None:
        print("skipped: no Chromium; apt-get install chromium-headless-shell")
        return SKIPPED
    os.makedirs(work, exist_ok=True)
    browser = Browser(found)
    try:
        for name in sys.argv[3:] or JOBS:
            folder = train(program, f"{work}/{name}", name)
            with open(folder + "/report.html") as file:
                metrics = check_files(folder, name, file.read())
            for width in (390, 1440):
                for scheme in ("light", "dark"):
                    browser.open(folder + "/report.html", width, scheme)
                    check_page(browser, name, metrics)
                    browser.picture(f"{work}/{name}-{width}-{scheme}.png")
            if JOBS[name][5] == "scores":
                check_slider(browser, metrics, "error" in JOBS[name][0].get("eval_metric", ""))
            print(name, "is right")
    finally:
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
