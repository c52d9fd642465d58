"""LightGBM: gradient boosting with leaf-wise trees."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np

from learners.examples import Examples, Inputs
from learners.settings import choice, known_settings
from learners.stopwatch import Stopwatch
from learners.tree_table import TreeNodes, tree_table
from wire import F64, I32, FitJob, FittedTrees, Link, Task

# Not among them, because the table could not say it: linear_tree, zero_as_missing, dart and rf, objectives that transform their answer.
SETTINGS = frozenset(
    [
        "objective",
        "alpha",
        "learning_rate",
        "num_leaves",
        "max_depth",
        "min_data_in_leaf",
        "min_sum_hessian_in_leaf",
        "feature_fraction",
        "feature_fraction_bynode",
        "bagging_fraction",
        "bagging_freq",
        "lambda_l1",
        "lambda_l2",
        "min_gain_to_split",
        "path_smooth",
        "extra_trees",
        "max_bin",
        "min_data_in_bin",
    ]
)
REGRESSION_OBJECTIVES = ("regression", "regression_l1", "huber", "fair", "quantile", "mape")
LINK: dict[Task, Link] = {"binary": "sigmoid", "multiclass": "softmax", "regression": "none"}

# LightGBM takes back a round that finds no split; with samples of rows or columns the next one may find some.
BARREN_ROUNDS = 5

# LightGBM's kZeroThreshold, a float32.
ZERO = float(np.float32(1e-35))

# Answering takes about this long per row and tree; kept back from the time of the rounds.
ANSWER_SECONDS = 50e-9


class _Silent:
    """What the job prints is capped and read by a person; LightGBM repeats itself every round."""

    def info(self, msg: str) -> None: ...

    def warning(self, msg: str) -> None: ...


lgb.register_logger(_Silent())


@dataclass(frozen=True, slots=True)
class LightgbmModel:
    booster: lgb.Booster
    task: Task
    rounds: int

    def predict(self, inputs: Inputs) -> F64:
        answers = np.asarray(self.booster.predict(inputs.values, num_iteration=self.rounds, num_threads=1), np.float64)
        if self.task == "binary":
            return np.column_stack([1 - answers, answers])
        return answers.reshape(len(inputs), -1)

    def table(self, features: I32) -> FittedTrees:
        outputs = self.booster.num_model_per_iteration()
        # the text holds every digit and is ten times quicker to read than dump_model()
        blocks = self.booster.model_to_string(num_iteration=self.rounds).split("\nTree=")[1:]
        trees = [_tree(block, index % outputs) for index, block in enumerate(blocks)]
        return tree_table(trees, features, LINK[self.task], np.zeros(outputs))


def fit(job: FitJob, train: Examples, holdout: Examples | None, stopwatch: Stopwatch) -> LightgbmModel:
    settings = known_settings(job.settings, SETTINGS)
    objective = choice(settings, "objective", REGRESSION_OBJECTIVES) if job.task == "regression" else job.task
    parameters: dict[str, Any] = {
        **settings,
        "objective": objective,
        "seed": job.seed,
        "num_threads": 1,
        "deterministic": True,
        "force_col_wise": True,  # as quick as by rows up to a hundred columns, a third quicker at thousands
        "bin_construct_sample_cnt": 50_000,  # the default, 200,000, doubles the time before the first round of large tables
        "feature_pre_filter": False,
        "verbosity": -1,
    }
    if job.task == "multiclass":
        parameters["num_class"] = job.class_count
    data = lgb.Dataset(train.inputs.values, train.labels, weight=train.weights, params=parameters)
    booster = lgb.Booster(parameters, data)
    if holdout is not None:
        booster.add_valid(lgb.Dataset(holdout.inputs.values, holdout.labels, reference=data, params=parameters), "holdout")

    answer_seconds = ANSWER_SECONDS * len(job.score.rows) * booster.num_model_per_iteration()
    rounds = best_rounds = barren = 0
    best_loss = math.inf
    stopwatch.start_rounds()
    while rounds < job.max_rounds and barren < BARREN_ROUNDS:
        barren = barren + 1 if booster.update() else 0
        rounds = booster.current_iteration()
        loss = booster.eval_valid()[0][2] if holdout is not None else -rounds
        if loss < best_loss:
            best_loss, best_rounds = loss, rounds
        if (holdout is not None and rounds - best_rounds >= job.patience) or stopwatch.is_last_round(answer_seconds * rounds):
            break
    return LightgbmModel(booster, job.task, max(best_rounds, 1))


def _tree(block: str, output: int) -> TreeNodes:
    """Splits first, as LightGBM numbers them, then leaves; child c < 0 is leaf ~c."""
    fields = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
    leaf_values = _numbers(fields["leaf_value"])
    leaf_count = len(leaf_values)
    if int(fields["num_leaves"]) == 1:
        return TreeNodes(np.array([-1]), np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), leaf_values, output)
    threshold = _threshold(_numbers(fields["threshold"]))
    split_count = len(threshold)
    decision = _numbers(fields["decision_type"]).astype(np.int64)
    left, right = (_numbers(fields[side]).astype(np.int64) for side in ("left_child", "right_child"))
    # bits of decision_type: 1 categorical, 2 default left, 4 and 8 the missing type: 0 none (missing is read as 0.0), 2 NaN
    default_left, missing_type = (decision & 2) > 0, decision >> 2
    if (decision & 1).any() or not np.isin(missing_type, (0, 2)).all():
        raise ValueError("a split that the table cannot say")
    leaves = np.zeros(leaf_count)
    return TreeNodes(
        feature=np.concatenate([_numbers(fields["split_feature"]).astype(np.int64), np.full(leaf_count, -1)]),
        threshold=np.concatenate([threshold, leaves]),
        left=np.concatenate([np.where(left < 0, split_count + ~left, left), leaves]),
        right=np.concatenate([np.where(right < 0, split_count + ~right, right), leaves]),
        missing_left=np.concatenate([np.where(missing_type == 2, default_left, threshold >= 0), leaves]),
        leaf=np.concatenate([np.zeros(split_count), leaf_values]),
        output=output,
    )


def _threshold(told: F64) -> F64:
    """LightGBM says infinity where only missing values go right, and when it answers it reads all that is within ZERO of 0 as 0."""
    finite = np.clip(told, np.finfo(np.float64).min, np.finfo(np.float64).max)
    return np.where(np.abs(finite) <= ZERO, np.where(finite >= 0, ZERO, np.nextafter(-ZERO, -np.inf)), finite)


def _numbers(text: str) -> F64:
    return np.array(text.split(), np.float64)
