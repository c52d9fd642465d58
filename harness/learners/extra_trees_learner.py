"""scikit-learn's extremely randomised trees, grown a few at a time so that they end in time. There is nothing to stop early: more trees never hurt."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from learners.examples import Examples, Inputs
from learners.settings import choice, known_settings
from learners.stopwatch import Stopwatch
from learners.tree_table import TreeNodes, tree_table
from wire import F64, I32, FitJob, FittedTrees, Task

WHOLE_NUMBERS = ("max_depth", "max_leaf_nodes", "min_samples_leaf", "min_samples_split")
SETTINGS = frozenset(["criterion", "max_features", "min_impurity_decrease", "bootstrap", *WHOLE_NUMBERS])

# Answering takes about this long per row and tree; kept back from the time of growing.
ANSWER_SECONDS = 200e-9
# A slice of trees is grown without looking at the clock.
SLICE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class ExtraTreesModel:
    model: Any  # ExtraTreesClassifier | ExtraTreesRegressor
    task: Task

    @property
    def rounds(self) -> int:
        return len(self.model.estimators_)

    def predict(self, inputs: Inputs) -> F64:
        answers = self.model.predict(inputs.values) if self.task == "regression" else self.model.predict_proba(inputs.values)
        return np.asarray(answers, np.float64).reshape(len(inputs), -1)

    def table(self, features: I32) -> FittedTrees:
        trees = [self._tree(estimator.tree_) for estimator in self.model.estimators_]
        outputs = 1 if self.task == "regression" else len(self.model.classes_)
        return tree_table(trees, features, "none", np.zeros(outputs))

    def _tree(self, tree: Any) -> TreeNodes:
        nodes, values = tree.__getstate__()["nodes"], tree.value[:, 0, :]
        answers = values[:, 0] if self.task == "regression" else values / values.sum(axis=1, keepdims=True)
        feature = np.where(nodes["left_child"] < 0, -1, nodes["feature"])
        return TreeNodes(feature, nodes["threshold"], nodes["left_child"], nodes["right_child"], nodes["missing_go_to_left"], answers / self.rounds)


def fit(job: FitJob, train: Examples, holdout: Examples | None, stopwatch: Stopwatch) -> ExtraTreesModel:  # noqa: ARG001 — the shape of all learners
    settings = known_settings(job.settings, SETTINGS)
    is_regression = job.task == "regression"
    parameters: dict[str, Any] = {
        **settings,
        "criterion": choice(settings, "criterion", ("squared_error",) if is_regression else ("gini", "entropy")),
        **{name: int(settings[name]) for name in WHOLE_NUMBERS if name in settings},
    }
    if isinstance(settings.get("max_features"), int | float):
        # a number is a share of the columns; scikit-learn would read 1 as one column, and the wire does not tell 1 from 1.0
        parameters["max_features"] = float(settings["max_features"])
    kind = ExtraTreesRegressor if is_regression else ExtraTreesClassifier
    model: Any = kind(n_estimators=1, warm_start=True, n_jobs=1, random_state=job.seed % (1 << 32), **parameters)
    labels = train.labels if is_regression else train.labels.astype(np.int64)

    answer_seconds = ANSWER_SECONDS * len(job.score.rows)
    slice_start = time.monotonic()
    stopwatch.start_rounds()
    grown = slice_size = 1
    while True:
        model.set_params(n_estimators=grown)
        model.fit(train.inputs.values, labels, sample_weight=train.weights)
        if grown >= job.max_rounds or stopwatch.is_last_round(answer_seconds * grown):
            return ExtraTreesModel(model, job.task)
        now = time.monotonic()
        if now - slice_start < SLICE_SECONDS:
            slice_size *= 2
        elif now - slice_start > 2 * SLICE_SECONDS:
            slice_size = max(1, slice_size // 2)
        slice_start = now
        grown = min(job.max_rounds, grown + slice_size)
