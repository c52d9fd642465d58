"""CatBoost: gradient boosting, with symmetric trees unless the settings name another grow_policy."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from typing import Any

import catboost
import numpy as np

from learners.examples import Examples, Inputs
from learners.settings import choice, known_settings
from learners.stopwatch import Stopwatch
from learners.tree_table import TreeNodes, tree_table
from wire import F64, I32, FitJob, FittedTrees, Link, Task

SETTINGS = frozenset(
    [
        "loss_function",
        "learning_rate",
        "depth",
        "grow_policy",
        "max_leaves",
        "min_data_in_leaf",
        "l2_leaf_reg",
        "random_strength",
        "bootstrap_type",
        "bagging_temperature",
        "subsample",
        "rsm",
        "border_count",
        "nan_mode",
        "boosting_type",
        "score_function",
        "leaf_estimation_iterations",
        "leaf_estimation_method",
        "model_size_reg",
    ]
)
REGRESSION_LOSSES = ("RMSE", "MAE")
LOSS: dict[Task, str] = {"binary": "Logloss", "multiclass": "MultiClass"}
LINK: dict[Task, Link] = {"binary": "sigmoid", "multiclass": "softmax", "regression": "none"}

# A leaf value takes 35 to 85 bytes of a dump: at most 4 MB a file.
DUMP_NUMBERS = 50_000

# Answering takes about this long per row, tree and class; kept back from the time of the rounds.
ANSWER_SECONDS = 20e-9


@dataclass(frozen=True, slots=True)
class CatboostModel:
    model: catboost.CatBoost
    task: Task

    @property
    def rounds(self) -> int:
        return int(self.model.tree_count_ or 0)

    def predict(self, inputs: Inputs) -> F64:
        kind = "RawFormulaVal" if self.task == "regression" else "Probability"
        answers = self.model.predict(inputs.values, prediction_type=kind, thread_count=1)
        return np.asarray(answers, np.float64).reshape(len(inputs), -1)

    def table(self, features: I32) -> FittedTrees:
        dumps = _dumps(self.model)
        base = np.array(dumps[0]["scale_and_bias"][1], np.float64)
        trees: list[TreeNodes] = []
        for dump in dumps:
            reader = _Reader(dump["features_info"]["float_features"], dump["scale_and_bias"][0], len(base))
            trees += [reader.symmetric(tree) for tree in dump.get("oblivious_trees", [])]
            trees += [reader.grown(tree) for tree in dump.get("trees", [])]
        return tree_table(trees, features, LINK[self.task], base)


def fit(job: FitJob, train: Examples, holdout: Examples | None, stopwatch: Stopwatch) -> CatboostModel:
    settings = known_settings(job.settings, SETTINGS)
    loss = choice(settings, "loss_function", REGRESSION_LOSSES) if job.task == "regression" else LOSS[job.task]
    answer_seconds = ANSWER_SECONDS * len(job.score.rows) * job.class_count
    parameters: dict[str, Any] = {
        **settings,
        "loss_function": loss,
        "iterations": job.max_rounds,
        "random_seed": job.seed,
        "thread_count": 1,
        "allow_writing_files": False,
        "logging_level": "Silent",
    }
    if holdout is not None:
        parameters |= {"use_best_model": True, "od_type": "Iter", "od_wait": job.patience}
    model = catboost.CatBoost(parameters)
    model.fit(_pool(train, job.task), eval_set=None if holdout is None else _pool(holdout, job.task), callbacks=[_Clock(stopwatch, answer_seconds)])
    return CatboostModel(model, job.task)


class _Clock:
    """CatBoost's callback: asks after each round whether there is time for another."""

    def __init__(self, stopwatch: Stopwatch, answer_seconds: float) -> None:
        self._stopwatch = stopwatch
        self._answer_seconds = answer_seconds

    def after_iteration(self, info: Any) -> bool:
        if info.iteration == 1:
            self._stopwatch.start_rounds()  # what went before was preparing more than a round
            return not self._stopwatch.is_over()
        return not self._stopwatch.is_last_round(self._answer_seconds * info.iteration)


def _pool(examples: Examples, task: Task) -> catboost.Pool:
    labels = examples.labels if task == "regression" else examples.labels.astype(np.int64)
    return catboost.Pool(examples.inputs.values, labels, weight=examples.weights, thread_count=1)


def _dumps(model: catboost.CatBoost) -> list[dict[str, Any]]:
    """CatBoost tells its trees only through a file, and a file has a greatest size here: large models in pieces, where CatBoost can cut them."""
    tree_count = int(model.tree_count_ or 0)
    number_count = len(model.get_leaf_values())
    is_symmetric = str(model.get_all_params().get("grow_policy", "SymmetricTree")) == "SymmetricTree"
    if number_count <= DUMP_NUMBERS or not is_symmetric:
        return [_dump(model)]
    step = max(1, tree_count * DUMP_NUMBERS // number_count)
    return [_dump(_trees_of(model, first, min(first + step, tree_count))) for first in range(0, tree_count, step)]


def _trees_of(model: catboost.CatBoost, first: int, last: int) -> catboost.CatBoost:
    some = model.copy()
    some.shrink(last, first)
    return some


def _dump(model: catboost.CatBoost) -> dict[str, Any]:
    handle, path = tempfile.mkstemp(suffix=".json")
    os.close(handle)
    try:
        model.save_model(path, format="json")
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    finally:
        os.unlink(path)


class _Reader:
    """CatBoost sends x > border to the right, in float32; a missing value goes right only where it stands for the largest."""

    def __init__(self, float_features: list[dict[str, Any]], scale: float, outputs: int) -> None:
        count = 1 + max((feature["feature_index"] for feature in float_features), default=-1)
        self._column = np.zeros(count, np.int64)
        self._missing_left = np.ones(count, bool)
        for feature in float_features:
            self._column[feature["feature_index"]] = feature["flat_feature_index"]
            self._missing_left[feature["feature_index"]] = feature["nan_value_treatment"] != "AsTrue"
        self._scale = scale
        self._outputs = outputs

    def symmetric(self, tree: dict[str, Any]) -> TreeNodes:
        """All nodes of a level share one split. Bit i of a leaf's number is split i, so the last split stands at the root of the complete tree."""
        splits = tree["splits"] or []
        depth = len(splits)
        split_count = (1 << depth) - 1
        level_of = np.repeat(np.arange(depth), 1 << np.arange(depth))
        split_feature = np.array([split["float_feature_index"] for split in reversed(splits)], np.int64)
        border = np.array([split["border"] for split in reversed(splits)], np.float32).astype(np.float64)
        here, leaves = np.arange(split_count), np.zeros(1 << depth)
        leaf_values = np.array(tree["leaf_values"], np.float64).reshape(1 << depth, -1) * self._scale
        leaf = np.concatenate([np.zeros((split_count, self._outputs)), leaf_values])
        return TreeNodes(
            feature=np.concatenate([self._column[split_feature][level_of], np.full(1 << depth, -1)]),
            threshold=np.concatenate([border[level_of], leaves]),
            left=np.concatenate([2 * here + 1, leaves]),
            right=np.concatenate([2 * here + 2, leaves]),
            missing_left=np.concatenate([self._missing_left[split_feature][level_of], leaves]),
            leaf=leaf[:, 0] if self._outputs == 1 else leaf,
        )

    def grown(self, tree: dict[str, Any]) -> TreeNodes:
        feature: list[int] = []
        threshold: list[np.float32] = []
        left: list[int] = []
        right: list[int] = []
        missing_left: list[bool] = []
        leaf: list[Any] = []
        todo: list[tuple[dict[str, Any], list[int] | None, int]] = [(tree, None, 0)]
        while todo:
            node, link, parent = todo.pop()
            here = len(feature)
            if link is not None:
                link[parent] = here
            is_split = "split" in node
            split_feature = node["split"]["float_feature_index"] if is_split else 0
            feature.append(int(self._column[split_feature]) if is_split else -1)
            threshold.append(np.float32(node["split"]["border"] if is_split else 0))
            missing_left.append(bool(self._missing_left[split_feature]) if is_split else False)
            left.append(0)
            right.append(0)
            leaf.append(np.zeros(self._outputs) if is_split else np.array(node["value"], np.float64).reshape(self._outputs) * self._scale)
            if is_split:
                todo += [(node["right"], right, here), (node["left"], left, here)]
        values = np.array(leaf)
        return TreeNodes(
            np.array(feature),
            np.array(threshold, np.float64),
            np.array(left),
            np.array(right),
            np.array(missing_left),
            values[:, 0] if self._outputs == 1 else values,
        )
