"""Writes src/stages/evaluation/metrics.golden.json: small cases and what scikit-learn says of them.

    python scripts/golden/metrics.py > src/stages/evaluation/metrics.golden.json

Needs numpy and scikit-learn (made with 1.9). The file is kept; the script is run again only when a case is added.
"""
import json
import warnings

import numpy as np
from sklearn import __version__
from sklearn import metrics as m

warnings.filterwarnings("ignore")
random = np.random.default_rng(20240229)


def normalised(raw):
    return raw / raw.sum(axis=1, keepdims=True)


def classes(title, codes, probabilities, decided=None):
    codes = np.asarray(codes)
    probabilities = np.asarray(probabilities, dtype=float)
    k = probabilities.shape[1]
    decided = probabilities.argmax(axis=1) if decided is None else np.asarray(decided)
    present = np.unique(codes)
    everything = np.arange(k)
    expected = {
        "log_loss": m.log_loss(codes, probabilities, labels=everything),
        "brier": m.brier_score_loss(codes, probabilities[:, 1], pos_label=1) if k == 2 else m.brier_score_loss(codes, probabilities, labels=everything),
        "accuracy": m.accuracy_score(codes, decided),
        "balanced_accuracy": m.balanced_accuracy_score(codes, decided),
        "macro_f1": m.f1_score(codes, decided, labels=present, average="macro", zero_division=0),
        "mcc": m.matthews_corrcoef(codes, decided),
    }
    if k == 2:
        expected["f1"] = m.f1_score(codes, decided, pos_label=1, zero_division=0)
        expected["average_precision"] = m.average_precision_score(codes, probabilities[:, 1])
        if len(present) == 2:
            expected["roc_auc"] = m.roc_auc_score(codes, probabilities[:, 1])
    return {"title": title, "kind": "classes", "classCount": k, "codes": codes.tolist(), "probabilities": probabilities.ravel().tolist(),
            "decided": decided.tolist(), "expected": {name: float(value) for name, value in expected.items()}}


def values(title, truth, predicted):
    truth, predicted = np.asarray(truth, dtype=float), np.asarray(predicted, dtype=float)
    expected = {
        "rmse": m.root_mean_squared_error(truth, predicted),
        "mae": m.mean_absolute_error(truth, predicted),
        "r2": m.r2_score(truth, predicted),
        "mape": m.mean_absolute_percentage_error(truth, predicted),
        "median_absolute_error": m.median_absolute_error(truth, predicted),
    }
    if truth.min() > -1:
        expected["rmsle"] = m.root_mean_squared_log_error(truth, np.clip(predicted, 0, None))
    return {"title": title, "kind": "values", "truth": truth.tolist(), "values": predicted.tolist(),
            "expected": {name: float(value) for name, value in expected.items()}}


def two(positive):
    positive = np.asarray(positive, dtype=float)
    return np.column_stack([1 - positive, positive])


cases = []
codes = (random.random(80) < 0.3).astype(int)
scores = np.clip(0.3 * codes + random.random(80) * 0.7, 0, 1)
cases.append(classes("two classes", codes, two(scores)))
cases.append(classes("two classes with many ties", codes, two(np.round(scores, 1))))
cases.append(classes("two classes, another threshold", codes, two(scores), (scores >= 0.3).astype(int)))
cases.append(classes("all scores equal", codes, two(np.full(80, 0.25))))
cases.append(classes("probabilities of exactly 0 and 1, some wrong", [0, 1, 1, 0, 1, 0], two([0, 1, 0, 1, 1, 0])))
cases.append(classes("a perfect answer", [0, 1, 1, 0], two([0.1, 0.9, 0.8, 0.2])))
cases.append(classes("only negatives in the truth", [0, 0, 0], two([0.1, 0.7, 0.4])))
codes = random.integers(0, 4, 90)
raw = random.random((90, 4))
raw[np.arange(90), codes] += 0.5
cases.append(classes("four classes", codes, normalised(raw)))
codes = random.choice([0, 1, 2, 4], 60, p=[0.6, 0.2, 0.15, 0.05])
cases.append(classes("five classes, one absent from the truth", codes, normalised(random.random((60, 5)))))
cases.append(classes("three classes, one decided throughout", [0, 1, 2, 2, 0], np.tile([0.5, 0.25, 0.25], (5, 1))))
truth = random.gamma(2.0, 30.0, 70)
cases.append(values("positive numbers", truth, truth * random.lognormal(0, 0.2, 70)))
cases.append(values("an odd row count, some predictions below 0", truth[:31], truth[:31] - random.normal(20, 40, 31)))
cases.append(values("truths of exactly 0", [0.0, 1.0, 2.0, 0.0], [0.5, 1.0, 1.5, 0.0]))
cases.append(values("negative truths", random.normal(-50, 10, 40), random.normal(-50, 10, 40)))
cases.append(values("a constant truth", [0.5, 0.5, 0.5], [0.5, 0.75, 0.5]))
cases.append(values("a constant truth met exactly", [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]))
cases.append(values("large numbers far from 0", 1e9 + random.normal(0, 10, 50), 1e9 + random.normal(0, 10, 50)))
print(json.dumps({"madeWith": f"scikit-learn {__version__}", "cases": cases}))
