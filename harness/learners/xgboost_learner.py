"""XGBoost: gradient boosting, level by level unless the settings name another grow_policy, with columns sampled anew for each level."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost as xgb
from scipy.special import expit, softmax

from learners.examples import Examples, Inputs
from learners.settings import choice, known_settings
from learners.stopwatch import Stopwatch
from learners.tree_table import TreeNodes, tree_table
from wire import F64, I32, FitJob, FittedTrees, Link, Task

# Not among them: dart and gblinear, several trees a round, leaves of several values, categories, and constraints, which nobody has asked for.
SETTINGS = frozenset(
    [
        "objective",
        "learning_rate",
        "max_depth",
        "max_leaves",
        "grow_policy",
        "min_child_weight",
        "gamma",
        "subsample",
        "colsample_bytree",
        "colsample_bylevel",
        "colsample_bynode",
        "reg_lambda",
        "reg_alpha",
        "max_delta_step",
        "max_bin",
    ]
)
REGRESSION_OBJECTIVES = ("reg:squarederror", "reg:absoluteerror")
OBJECTIVE: dict[Task, str] = {"binary": "binary:logistic", "multiclass": "multi:softprob"}
LINK: dict[Task, Link] = {"binary": "sigmoid", "multiclass": "softmax", "regression": "none"}

# Answering, and telling the trees, takes about this long per row and tree; kept back from the time of the rounds.
ANSWER_SECONDS = 40e-9
TELL_SECONDS = 0.4e-3

# A node read from JSON takes some 300 bytes: trees are told so many at a time.
PIECE_TREES = 250

FLOAT64 = np.finfo(np.float64)


@dataclass(frozen=True, slots=True)
class XgboostModel:
    booster: xgb.Booster
    task: Task
    rounds: int

    def predict(self, inputs: Inputs) -> F64:
        # XGBoost's own probabilities are rounded to float32 and add up to 1 only nearly
        raw = self.booster.inplace_predict(inputs.values, iteration_range=(0, self.rounds), predict_type="margin", validate_features=False)
        raw = np.asarray(raw, np.float64).reshape(len(inputs), -1)
        if self.task == "binary":
            return np.column_stack([1 - expit(raw[:, 0]), expit(raw[:, 0])])
        return softmax(raw, axis=1) if self.task == "multiclass" else raw

    def table(self, features: I32) -> FittedTrees:
        base = np.array(json.loads(_told(self.booster[:1])["learner_model_param"]["base_score"]), np.float32)
        if self.task == "binary":
            base = -np.log(1 / base - 1)
        step = max(1, PIECE_TREES // len(base))
        trees: list[TreeNodes] = []
        for first in range(0, self.rounds, step):
            model = _told(self.booster[first : min(first + step, self.rounds)])["gradient_booster"]["model"]
            trees += [_tree(tree, output) for tree, output in zip(model["trees"], model["tree_info"], strict=True)]
        return tree_table(trees, features, LINK[self.task], base.astype(np.float64))


def fit(job: FitJob, train: Examples, holdout: Examples | None, stopwatch: Stopwatch) -> XgboostModel:
    settings = known_settings(job.settings, SETTINGS)
    objective = choice(settings, "objective", REGRESSION_OBJECTIVES) if job.task == "regression" else OBJECTIVE[job.task]
    bins: dict[str, Any] = {"max_bin": settings.get("max_bin", 256)}
    parameters: dict[str, Any] = {**settings, **bins, "objective": objective, "tree_method": "hist", "seed": job.seed, "nthread": 1, "verbosity": 0}
    if job.task == "multiclass":
        parameters["num_class"] = job.class_count
    data = xgb.QuantileDMatrix(train.inputs.values, train.labels, weight=train.weights, nthread=1, **bins)
    held = None if holdout is None else xgb.QuantileDMatrix(holdout.inputs.values, holdout.labels, ref=data, nthread=1, **bins)
    booster = xgb.Booster(parameters, [data] if held is None else [data, held])

    outputs = job.class_count if job.task == "multiclass" else 1
    finish_seconds = (ANSWER_SECONDS * len(job.score.rows) + TELL_SECONDS) * outputs
    rounds = best_rounds = 0
    best_loss = math.inf
    stopwatch.start_rounds()
    while rounds < job.max_rounds:
        booster.update(data, rounds)
        rounds += 1
        # "[0]\tholdout-logloss:" and every digit of it
        loss = -rounds if held is None else float(booster.eval_set([(held, "holdout")]).rsplit(":", 1)[1])
        if loss < best_loss:
            best_loss, best_rounds = loss, rounds
        if (held is not None and rounds - best_rounds >= job.patience) or stopwatch.is_last_round(finish_seconds * rounds):
            break
    return XgboostModel(booster, job.task, max(best_rounds, 1))


def _told(booster: xgb.Booster) -> dict[str, Any]:
    """JSON tells each float32 with the digits that give it back."""
    return json.loads(booster.save_raw("json"))["learner"]


def _tree(told: dict[str, Any], output: int) -> TreeNodes:
    """XGBoost tests `x < c` in float32: for a float32 x the same as `x <= ` the float32 before c. A leaf's value stands in the place of its c."""
    if any(told["split_type"]) or told["tree_param"]["num_deleted"] != "0":
        raise ValueError("a tree that the table cannot say")
    left = np.array(told["left_children"], np.int64)
    condition = np.array(told["split_conditions"], np.float32)
    below = np.nextafter(condition, np.float32(-np.inf)).astype(np.float64)
    return TreeNodes(
        feature=np.where(left < 0, -1, np.array(told["split_indices"], np.int64)),
        # a bin can end at infinity, on either side
        threshold=np.clip(below, FLOAT64.min, FLOAT64.max),
        left=left,
        right=np.array(told["right_children"], np.int64),
        missing_left=np.array(told["default_left"], bool),
        leaf=condition.astype(np.float64),
        output=output,
    )
