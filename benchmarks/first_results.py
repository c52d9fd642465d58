"""Modelwright beside plain LightGBM and plain CatBoost on prepared data sets: the table of docs/first-results.md.

    python3 benchmarks/first_results.py run   PREPARED OUT SECONDS [NAME …]   builds and predicts with this clone's command line
    python3 benchmarks/first_results.py table PREPARED OUT PEERS              prints the Markdown table

PREPARED/NAME holds train.csv, test.csv, truth.csv and task.json (target, task, metric, positive_class, intent). PEERS/NAME/TOOL/predictions.csv
are the peers' answers, OUT/NAME/predictions.csv ours: a column a class with its probability and `__label`, or `value`.
A set counts as significantly worse when the 95 % interval of the paired difference to the better peer (2,000 bootstrap resamples of the test
rows, the same rows for both) lies wholly on the worse side. Needs numpy, pandas and scikit-learn.
"""

from __future__ import annotations

import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics as m

CLONE = pathlib.Path(__file__).resolve().parent.parent
LOWER_IS_BETTER = {"rmse", "rmsle", "mae"}
PEERS = ("lightgbm", "catboost")
RESAMPLES = 2_000
# More rows than this make an interval no better, only slower.
MAX_BOOTSTRAP_ROWS = 20_000


def run(prepared: pathlib.Path, out: pathlib.Path, seconds: int, names: list[str]) -> None:
    for name in names:
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "result.json").exists():
            continue
        task = json.loads((prepared / name / "task.json").read_text())
        with tempfile.TemporaryDirectory() as home:
            command = [str(CLONE / "modelwright")]
            options = ["--target", task["target"], "--metric", task["metric"], "--budget", f"{seconds}s", "--name", "m", "--yes", "--json", "--home", home]
            positive = ["--positive", task["positive_class"]] if task.get("positive_class") else []
            began = time.monotonic()
            sentence = task.get("intent") or f"predict {task['target']}"
            build = subprocess.run([*command, "build", sentence, "--data", str(prepared / name / "train.csv"), *options, *positive], capture_output=True, text=True)
            wall = time.monotonic() - began
            if build.returncode != 0:
                print(name, "FAILED", build.returncode, build.stdout.splitlines()[-1:], build.stderr[-500:])
                continue
            (folder / "events.jsonl").write_text(build.stdout)
            answers = pathlib.Path(home) / "answers.csv"
            began = time.monotonic()
            predict = [*command, "predict", "m", "--data", str(prepared / name / "test.csv"), "--out", str(answers), "--home", home]
            subprocess.run(predict, check=True, capture_output=True)
            predict_s = time.monotonic() - began
            given = pd.read_csv(answers, dtype={"prediction": str}, keep_default_na=False)
            if task["task"] == "regression":
                flat = pd.DataFrame({"value": given["prediction"].astype(float)})
            else:
                flat = given.rename(columns=lambda c: c.removeprefix("probability_")).rename(columns={"prediction": "__label"})
            flat.to_csv(folder / "predictions.csv", index=False)
            result = json.loads(build.stdout.splitlines()[-1])
            peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            facts = {"process_s": wall, "predict_s": predict_s, "peak_process_mb": peak_mb, **{k: result[k] for k in ("score", "baseline", "verdict", "wallMs", "members", "rows")}}
            (folder / "result.json").write_text(json.dumps(facts))
            print(name, json.dumps(facts), flush=True)


def read_answers(path: pathlib.Path, task: dict[str, Any], truth: pd.Series) -> dict[str, np.ndarray]:
    """What a metric needs, row by row, so that rows can be drawn again and again without reading anything twice."""
    given = pd.read_csv(path, dtype={"__label": str}, keep_default_na=False)
    if task["task"] == "regression":
        return {"truth": truth.to_numpy(float), "value": given["value"].to_numpy(float)}
    labels = given.pop("__label") if "__label" in given else None
    shares = given.astype(float)
    if labels is None:
        labels = pd.Series(np.array(shares.columns)[shares.to_numpy().argmax(1)])
    classes = sorted(set(truth) | set(labels))
    code = {name: place for place, name in enumerate(classes)}
    answers = {"truth": truth.map(code).to_numpy(), "label": labels.map(code).to_numpy()}
    if task["task"] == "binary":
        answers["positive"] = (truth == task["positive_class"]).to_numpy().astype(int)
        answers["share"] = shares[task["positive_class"]].to_numpy()
    return answers


METRICS: dict[str, Callable[[dict[str, np.ndarray]], float]] = {
    "roc_auc": lambda a: float(m.roc_auc_score(a["positive"], a["share"])),
    "average_precision": lambda a: float(m.average_precision_score(a["positive"], a["share"])),
    "accuracy": lambda a: float((a["truth"] == a["label"]).mean()),
    "macro_f1": lambda a: float(m.f1_score(a["truth"], a["label"], average="macro", zero_division=0)),
    "rmse": lambda a: float(np.sqrt(np.mean((a["truth"] - a["value"]) ** 2))),
    "mae": lambda a: float(np.mean(np.abs(a["truth"] - a["value"]))),
    "rmsle": lambda a: float(np.sqrt(np.mean((np.log1p(a["truth"]) - np.log1p(np.clip(a["value"], 0, None))) ** 2))),
}


def paired_interval(metric: str, ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> tuple[float, float]:
    """How much better ours is (positive: better), 95 % of 2,000 resamples."""
    random = np.random.default_rng(1)
    count = len(ours["truth"])
    sign = -1 if metric in LOWER_IS_BETTER else 1
    drawn = min(count, MAX_BOOTSTRAP_ROWS)
    gains = []
    for _ in range(RESAMPLES if count <= MAX_BOOTSTRAP_ROWS else 200):
        rows = random.integers(0, count, drawn)
        gains.append(sign * (METRICS[metric]({k: v[rows] for k, v in ours.items()}) - METRICS[metric]({k: v[rows] for k, v in theirs.items()})))
    low, high = np.quantile(gains, [0.025, 0.975])
    # Fewer rows drawn than there are make the interval wider than it is; its width goes with the root of the row count.
    middle, shrink = (low + high) / 2, np.sqrt(drawn / count)
    return float(middle + (low - middle) * shrink), float(middle + (high - middle) * shrink)


def table(prepared: pathlib.Path, out: pathlib.Path, peers: pathlib.Path) -> None:
    warnings.simplefilter("ignore")
    print("| set | metric | Modelwright | LightGBM | CatBoost | gain over the better one (95 %) | | wall s |")
    print("| --- | --- | ---: | ---: | ---: | ---: | --- | ---: |")
    worse = 0
    for folder in sorted(out.iterdir()):
        name = folder.name
        if not (folder / "predictions.csv").exists():
            print(f"| {name} | | failed | | | | | |")
            continue
        task = json.loads((prepared / name / "task.json").read_text())
        metric, target = task["metric"], task["target"]
        kind = {} if task["task"] == "regression" else {"dtype": str, "keep_default_na": False}
        truth = pd.read_csv(prepared / name / "truth.csv", **kind)[target]
        ours = read_answers(folder / "predictions.csv", task, truth)
        scores = {"modelwright": METRICS[metric](ours)}
        answers = {}
        for tool in PEERS:
            path = peers / name / tool / "predictions.csv"
            if path.exists():
                answers[tool] = read_answers(path, task, truth)
                scores[tool] = METRICS[metric](answers[tool])
        sign = -1 if metric in LOWER_IS_BETTER else 1
        best = max(answers, key=lambda tool: sign * scores[tool])
        low, high = paired_interval(metric, ours, answers[best])
        says = "better" if low > 0 else "**worse**" if high < 0 else "alike"
        worse += high < 0
        wall = json.loads((folder / "result.json").read_text())["wallMs"] / 1000
        cells = [f"{scores[tool]:.4g}" if tool in scores else "no result" for tool in ("modelwright", *PEERS)]
        print(f"| {name} | {metric} | {cells[0]} | {cells[1]} | {cells[2]} | {low:+.2g} to {high:+.2g} | {says} | {wall:.1f} |")
    print(f"\nSignificantly below the better of the two on {worse} sets.")


if __name__ == "__main__":
    mode, prepared, out = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()
    if mode == "run":
        run(prepared, out, int(sys.argv[4]), sys.argv[5:] or sorted(folder.name for folder in prepared.iterdir()))
    else:
        table(prepared, out, pathlib.Path(sys.argv[4]).resolve())
