"""How a booster's rounds are best found: three ways, on prepared tables (`node benchmarks/prepare.ts OUT`).

    PYTHON benchmarks/early_stopping.py PREPARED [NAME …]      PYTHON: of the training environment (`modelwright doctor` tells where)

Five folds; each way makes five models, whose mean answers the test rows. Told: the loss (log loss, or squared error as its root) on the test rows, the loss out of the
folds less that (how much too good the folds make it look), and the processor time.

- `holdout`: a seventh of a fold's training rows says when to stop; the model has never learnt from them;
- `twice`: as above, then learnt again from all the fold's training rows with 1.1 times the rounds;
- `shared`: as `twice` on the first fold; the other folds learn once, from all their training rows, with the rounds that the folds before found;
- `staged`: no holdout; every fold answers its own rows after every round, and the number of rounds with the least mean loss over the folds is kept for all.
"""

from __future__ import annotations

import json
import pathlib
import sys
import time

import lightgbm as lgb
import numpy as np
import pandas as pd

RATE = 0.1
MAX_ROUNDS, PATIENCE, FOLDS, AGAIN = 600, 30, 5, 1.1
MAX_ROWS = 20_000


def main() -> None:
    prepared = pathlib.Path(sys.argv[1])
    names = sys.argv[2:] or sorted(path.name for path in prepared.iterdir())
    print(f"{'set':18} {'way':8} {'test loss':>10} {'folds − test':>13} {'cpu s':>7} {'rounds':>7}")
    for name in names:
        table = read(prepared / name)
        for way in WAYS:
            began = time.process_time()
            loss, gap, rounds = judge(table, way)
            print(f"{name:18} {way:8} {loss:10.5f} {gap:13.5f} {time.process_time() - began:7.1f} {rounds:7.0f}", flush=True)


class Table:
    def __init__(self, inputs: np.ndarray, labels: np.ndarray, test_inputs: np.ndarray, test_labels: np.ndarray, classes: int) -> None:
        self.inputs, self.labels, self.test_inputs, self.test_labels, self.classes = inputs, labels, test_inputs, test_labels, classes


def read(folder: pathlib.Path) -> Table:
    """Texts as the rank of their frequency: every way sees the same."""
    task = json.loads((folder / "task.json").read_text())
    target = task["target"]
    train, test, truth = (pd.read_csv(folder / f"{part}.csv", low_memory=False) for part in ("train", "test", "truth"))
    train = train.iloc[:MAX_ROWS]
    labels, test_labels = train[target], truth[target]
    if task["task"] == "regression":
        classes, labels, test_labels = 0, labels.astype(float), test_labels.astype(float)
        if task["metric"] == "rmsle":
            labels, test_labels = np.log1p(labels), np.log1p(test_labels)
        centre, scale = labels.mean(), labels.std()
        labels, test_labels = (labels - centre) / scale, (test_labels - centre) / scale
    else:
        names = {name: code for code, name in enumerate(sorted(labels.astype(str).unique()))}
        known = test_labels.astype(str).isin(names)
        test, test_labels = test[known], test_labels[known]
        classes, labels, test_labels = len(names), labels.astype(str).map(names), test_labels.astype(str).map(names)
    columns, test_columns = [], []
    for name in test.columns:
        if pd.api.types.is_numeric_dtype(train[name]) and pd.api.types.is_numeric_dtype(test[name]):
            columns.append(train[name].to_numpy(float))
            test_columns.append(test[name].to_numpy(float))
        else:
            rank = {level: place for place, level in enumerate(train[name].astype(str).value_counts().index)}
            columns.append(train[name].astype(str).map(rank).to_numpy(float))
            test_columns.append(test[name].astype(str).map(rank).to_numpy(float))
    return Table(np.column_stack(columns), np.asarray(labels, float), np.column_stack(test_columns), np.asarray(test_labels, float), classes)


class Booster:
    """Learns from some rows, looked at round by round."""

    def __init__(self, table: Table, rows: np.ndarray, watched: np.ndarray | None, seed: int) -> None:
        objective = "regression" if table.classes == 0 else "binary" if table.classes == 2 else "multiclass"
        small = len(table.labels) < 2_000
        self.parameters = {
            "objective": objective,
            "learning_rate": RATE,
            "num_leaves": 15 if small else 31,
            "min_data_in_leaf": 10 if small else 20,
            "feature_fraction": 0.8,
            "bagging_fraction": 0.9,
            "bagging_freq": 1,
            "lambda_l2": 1,
            "num_threads": 1,
            "seed": seed,
            "verbosity": -1,
        }
        if objective == "multiclass":
            self.parameters["num_class"] = table.classes
        data = lgb.Dataset(table.inputs[rows], table.labels[rows], params=self.parameters)
        self.booster = lgb.Booster(self.parameters, data)
        self.is_watched = watched is not None
        if watched is not None:
            self.booster.add_valid(lgb.Dataset(table.inputs[watched], table.labels[watched], reference=data, params=self.parameters), "watched")

    def run(self, rounds: int, patience: int | None) -> tuple[int, list[float]]:
        """The best round and the watched loss after each."""
        losses: list[float] = []
        for _ in range(rounds):
            self.booster.update()
            if self.is_watched:
                losses.append(self.booster.eval_valid()[0][2])
            if patience is not None and len(losses) - 1 - int(np.argmin(losses)) >= patience:
                break
        return (int(np.argmin(losses)) + 1 if losses else rounds), losses

    def answer(self, inputs: np.ndarray, rounds: int) -> np.ndarray:
        return np.asarray(self.booster.predict(inputs, num_iteration=rounds, num_threads=1))


def judge(table: Table, way: str) -> tuple[float, float, float]:
    chance = np.random.default_rng(7)
    fold_of = chance.permutation(len(table.labels)) % FOLDS
    folds = [(np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)) for fold in range(FOLDS)]
    models, rounds = WAYS[way](table, folds, chance)
    out_of_fold = np.mean([loss_of(table, model.answer(table.inputs[rows], kept), table.labels[rows]) for model, kept, (_, rows) in zip(models, rounds, folds, strict=True)])
    answers = np.mean([model.answer(table.test_inputs, kept) for model, kept in zip(models, rounds, strict=True)], axis=0)
    single = np.mean([loss_of(table, model.answer(table.test_inputs, kept), table.test_labels) for model, kept in zip(models, rounds, strict=True)])
    # One model's loss on the test rows is what the folds foretell; that of all together is what ships.
    return loss_of(table, answers, table.test_labels), float(out_of_fold - single), float(np.mean(rounds))


def loss_of(table: Table, answers: np.ndarray, labels: np.ndarray) -> float:
    if table.classes == 0:
        return float(np.sqrt(np.mean((answers - labels) ** 2)))
    truth = labels.astype(int)
    chosen = np.where(truth == 1, answers, 1 - answers) if table.classes == 2 else answers[np.arange(len(truth)), truth]
    return float(-np.mean(np.log(np.maximum(chosen, 1e-15))))


Folds = list[tuple[np.ndarray, np.ndarray]]
Made = tuple[list[Booster], list[int]]


def cut(train: np.ndarray, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    shuffled = chance.permutation(train)
    return shuffled[len(shuffled) // 7 :], shuffled[: len(shuffled) // 7]


def first_rounds(table: Table, train: np.ndarray, chance: np.random.Generator, seed: int) -> tuple[Booster, int]:
    fit, watched = cut(train, chance)
    booster = Booster(table, fit, watched, seed)
    return booster, booster.run(MAX_ROUNDS, PATIENCE)[0]


def whole(table: Table, train: np.ndarray, rounds: int, seed: int) -> Booster:
    booster = Booster(table, train, None, seed)
    booster.run(rounds, None)
    return booster


def holdout(table: Table, folds: Folds, chance: np.random.Generator) -> Made:
    made = [first_rounds(table, train, chance, fold) for fold, (train, _) in enumerate(folds)]
    return [booster for booster, _ in made], [rounds for _, rounds in made]


def twice(table: Table, folds: Folds, chance: np.random.Generator) -> Made:
    rounds = [round(AGAIN * first_rounds(table, train, chance, fold)[1]) for fold, (train, _) in enumerate(folds)]
    return [whole(table, train, rounds[fold], fold) for fold, (train, _) in enumerate(folds)], rounds


def shared(table: Table, folds: Folds, chance: np.random.Generator) -> Made:
    rounds = [round(AGAIN * first_rounds(table, folds[fold][0], chance, fold)[1]) for fold in range(2)]
    rounds += [round(float(np.mean(rounds)))] * (FOLDS - 2)
    return [whole(table, train, rounds[fold], fold) for fold, (train, _) in enumerate(folds)], rounds


def staged(table: Table, folds: Folds, chance: np.random.Generator) -> Made:
    boosters = [Booster(table, train, validate, fold) for fold, (train, validate) in enumerate(folds)]
    curves: list[list[float]] = [[] for _ in folds]
    while len(curves[0]) < MAX_ROUNDS:
        for booster, curve in zip(boosters, curves, strict=True):
            curve.extend(booster.run(1, None)[1])
        mean = np.mean(curves, axis=0)
        if len(mean) - 1 - int(np.argmin(mean)) >= PATIENCE:
            break
    return boosters, [int(np.argmin(np.mean(curves, axis=0))) + 1] * FOLDS


WAYS = {"holdout": holdout, "twice": twice, "shared": shared, "staged": staged}

if __name__ == "__main__":
    main()
