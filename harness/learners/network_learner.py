"""A small neural network over prepared columns, an ensemble of members that share most of their weights.

A round is a pass over the rows. Learning has no horizon: the rate falls slowly by itself and what is kept is an average over the last part of all steps.
So a number of rounds gives the same network whatever the most rounds were, the holdout judges what will be kept, and more rows can be given the same
number of rounds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from learners.constant import ConstantModel, fit_constant
from learners.examples import Examples, Inputs
from learners.network import Shape, Weights, answers_of, decayed, derive, start, sums_of
from learners.network_inputs import Preparation, prepare
from learners.settings import known_settings
from learners.stopwatch import Stopwatch
from wire import F32, F64, I32, FitJob, FittedNetwork, Link, Setting, Task

# What a setting is where it is not given, and its bounds.
SETTINGS: dict[str, tuple[float, float, float]] = {
    "width": (128, 1, 1024),
    "layers": (3, 1, 6),
    "members": (4, 1, 64),
    "pieces": (24, 0, 128),
    "learning_rate": (0.003, 0, 1),
    "weight_decay": (0.1, 0, 10),
    "steps": (0, 0, 1e9),  # above 0: the first round ends after so many, and is the only one
}
LINK: dict[Task, Link] = {"binary": "sigmoid", "multiclass": "softmax", "regression": "none"}

MOST_BATCH_ROWS = 256
LEAST_BATCH_ROWS = 16
# Few rows are cut into at least so many batches.
LEAST_BATCHES = 12
# The rate rises for so many steps, and is down to 71 % after so many.
RISE_STEPS = 50
FALL_STEPS = 2_000
# The average covers about the last tenth of all steps.
AVERAGE_POWER = 8
# Adam's two memories.
MOMENTUM, SQUARE_MEMORY = 0.9, 0.99
# The clock is looked at after so many steps within a round.
CLOCK_STEPS = 16
# A product of two numbers and its sum take about this long, on a busy machine; kept back for the rows to be scored.
PRODUCT_SECONDS = 1e-10


@dataclass(frozen=True, slots=True)
class NetworkModel:
    preparation: Preparation
    weights: Weights
    head_biases: F64
    task: Task
    rounds: int
    steps: int  # of a first round that the clock cut short, else 0

    @property
    def settled(self) -> dict[str, Setting]:
        return {"steps": self.steps} if self.steps > 0 else {}

    def predict(self, inputs: Inputs) -> F64:
        return answers_of(sums_of(self.weights, self.preparation.apply(inputs.values)), self.head_biases, self.task)

    def table(self, features: I32) -> FittedNetwork:
        preparation, weights = self.preparation, self.weights
        return FittedNetwork(
            link=LINK[self.task],
            outputs=weights.shape.outputs,
            members=weights.shape.members,
            width=weights.shape.width,
            layers=weights.shape.layers,
            columns=features[preparation.source],
            fill=preparation.fill,
            low=preparation.low,
            high=preparation.high,
            center=preparation.center,
            scale=preparation.scale,
            factors=weights.factors.reshape(-1),
            first=weights.first.reshape(-1),
            hidden=weights.hidden.reshape(-1),
            biases=weights.biases.reshape(-1),
            heads=weights.heads.reshape(-1),
            head_biases=self.head_biases.reshape(-1),
        )


def fit(job: FitJob, train: Examples, holdout: Examples | None, stopwatch: Stopwatch) -> NetworkModel | ConstantModel:
    numbers = _numbers(job.settings)
    chance = np.random.default_rng(job.seed)
    preparation = prepare(train.inputs.values, int(numbers["pieces"]))
    if len(preparation.source) == 0:
        return fit_constant(job, train.labels, train.weights)  # what varies does so by less than float32 can scale
    inputs = preparation.apply(train.inputs.values)
    mean, deviation = _scale_of(train) if job.task == "regression" else (0.0, 1.0)
    labels = ((train.labels - mean) / deviation).astype(np.float32) if job.task != "multiclass" else train.labels.astype(np.int32)
    row_weights = None if train.weights is None else (train.weights / train.weights.mean()).astype(np.float32)
    outputs = job.class_count if job.task == "multiclass" else 1
    shape = Shape(inputs.shape[1], int(numbers["width"]), int(numbers["layers"]), int(numbers["members"]), outputs)
    optimiser = _Optimiser(start(shape, chance), numbers["learning_rate"], numbers["weight_decay"])
    held = None if holdout is None else preparation.apply(holdout.inputs.values)

    kept, kept_loss, rounds, cut_at = optimiser.average.copy(), math.inf, 0, int(numbers["steps"])
    batch_rows = max(LEAST_BATCH_ROWS, min(MOST_BATCH_ROWS, len(labels) // LEAST_BATCHES))
    answer_seconds = PRODUCT_SECONDS * shape.products * len(job.score.rows)
    stopwatch.start_rounds()
    for this_round in range(1, job.max_rounds + 1):
        order = chance.permutation(len(labels))
        is_whole = True
        # what is left over at the end has its turn in another round, whose order is another
        for step, begin in enumerate(range(0, max(1, len(labels) - batch_rows + 1), batch_rows)):
            picked = order[begin : begin + batch_rows]
            derive(optimiser.weights, optimiser.gradient, inputs[picked], labels[picked], None if row_weights is None else row_weights[picked], job.task)
            optimiser.step()
            is_due = step % CLOCK_STEPS == CLOCK_STEPS - 1 and (stopwatch.left_seconds() < answer_seconds or stopwatch.is_over())
            if is_due or step + 1 == cut_at:
                is_whole, cut_at = False, step + 1 if rounds == 0 else 0
                break
        if not is_whole and rounds > 0:
            break
        if held is None or holdout is None or not is_whole:
            kept, rounds = optimiser.average.copy(), this_round
        else:
            answers = answers_of(sums_of(optimiser.weights.like(optimiser.average), held), optimiser.average_head_biases(), job.task)
            loss = _loss(answers, (holdout.labels - mean) / deviation, job.task)
            if loss < kept_loss or rounds == 0:
                kept, kept_loss, rounds = optimiser.average.copy(), loss, this_round
            elif this_round - rounds >= job.patience:
                break
        if not is_whole or stopwatch.is_last_round(answer_seconds):
            break
    weights = optimiser.weights.like(kept)
    weights.heads *= np.float32(deviation)
    return NetworkModel(preparation, weights, weights.head_biases.astype(np.float64) * deviation + mean, job.task, rounds, cut_at)


def _numbers(settings: dict[str, Setting]) -> dict[str, float]:
    given = known_settings(settings, frozenset(SETTINGS))
    numbers = {name: float(given.get(name, usual)) for name, (usual, _, _) in SETTINGS.items()}
    for name, (_, low, high) in SETTINGS.items():
        if not low <= numbers[name] <= high:
            raise ValueError(f"{name} lies between {low:g} and {high:g}")
    return numbers


def _scale_of(train: Examples) -> tuple[float, float]:
    mean = float(np.average(train.labels, weights=train.weights))
    return mean, math.sqrt(float(np.average(np.square(train.labels - mean), weights=train.weights)))


def _loss(answers: F64, labels: F64, task: Task) -> float:
    if task == "regression":
        return float(np.square(answers[:, 0] - labels).mean())
    truth = answers[np.arange(len(labels)), labels.astype(np.int64)]
    return float(-np.log(np.maximum(truth, 1e-15)).mean())


class _Optimiser:
    """AdamW, and the average of the weights along its way: the later, the more each counts."""

    def __init__(self, weights: Weights, rate: float, decay: float) -> None:
        self.weights = weights
        self.gradient = weights.like(np.zeros_like(weights.vector))
        self.average = weights.vector.copy()
        self._rate, self._decay = rate, decay
        self._decayed = decayed(weights.shape)
        self._mean, self._square, self._change = (np.zeros_like(weights.vector) for _ in range(3))
        self._steps = 0

    def average_head_biases(self) -> F64:
        return self.weights.like(self.average).head_biases.astype(np.float64)

    def step(self) -> None:
        self._steps += 1
        vector, gradient, change = self.weights.vector, self.gradient.vector, self._change
        rate = self._rate * min(1.0, self._steps / RISE_STEPS) / math.sqrt(1 + self._steps / FALL_STEPS)
        self._remember(self._mean, gradient, MOMENTUM)
        np.multiply(gradient, gradient, out=change)
        self._remember(self._square, change, SQUARE_MEMORY)
        np.multiply(vector, self._decayed, out=change)
        change *= np.float32(rate * self._decay)
        vector -= change
        np.sqrt(self._square, out=change)
        change += np.float32(1e-8)
        np.divide(self._mean, change, out=change)
        change *= np.float32(rate * math.sqrt(1 - SQUARE_MEMORY**self._steps) / (1 - MOMENTUM**self._steps))
        vector -= change
        np.subtract(vector, self.average, out=change)
        change *= np.float32((AVERAGE_POWER + 1) / (self._steps + AVERAGE_POWER))
        self.average += change

    @staticmethod
    def _remember(memory: F32, value: F32, share: float) -> None:
        memory *= np.float32(share)
        memory += np.float32(1 - share) * value
