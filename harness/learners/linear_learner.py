"""Penalised linear models: logistic for classes, ridge for numbers, over prepared columns and, where the job has it, TF-IDF text.

The loss is Σ loss(row) + strength / 2 · |coefficients|² (1 / C of scikit-learn, alpha of its Ridge); the intercept is free. Several strengths
are tried from strong to weak, each from where the last one ended, and the holdout chooses. The way that led to the chosen one is kept as the setting
`path`: with it the same way is gone again, without a holdout and without a clock.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit, log_softmax

from learners.examples import Examples, Inputs
from learners.settings import known_settings
from learners.stopwatch import Stopwatch
from wire import F32, F64, I32, FitJob, FittedLinear, Link, Setting, Task

SETTINGS = frozenset(["strengths", "path"])
LINK: dict[Task, Link] = {"binary": "sigmoid", "multiclass": "softmax", "regression": "none"}

# Values beyond these quantiles are moved to them, so that one wild row cannot turn the model.
CLAMPED_SHARE = 0.005
# Farther out a difference of two values, or one over their deviation, leaves the numbers that float32 holds in full.
LARGEST = np.finfo(np.float32).max / 8
# Quantiles of more rows than this are taken from evenly spaced ones.
QUANTILE_ROWS = 50_000
# Rows multiplied at a time: large enough for BLAS, small enough to be held in float64.
BLOCK_ROWS = 4_096
# Up to so many rows their products are formed where terms are many more; beyond, that costs more than it saves (measured: 4,000 rows, 10 classes).
TURNED_ROWS = 2_000


# A strength, and how many steps were taken with it at most.
Stretch = tuple[float, int]


@dataclass(frozen=True, slots=True)
class Preparation:
    """x' = ((missing(x) ? fill : clamp(x, low, high)) - center) * scale. All are float32 numbers, so that the float32 graph works with the very same."""

    fill: F32
    low: F32
    high: F32
    center: F32
    scale: F32  # 0 for a column that does not vary

    def apply(self, values: F32) -> F32:
        """In place, column by column."""
        for place in range(values.shape[1]):
            column = values[:, place]
            missing = np.isnan(column)
            np.clip(column, self.low[place], self.high[place], out=column)
            column[missing] = self.fill[place]
            column -= self.center[place]
            column *= self.scale[place]
        return values


@dataclass(frozen=True, slots=True)
class LinearModel:
    preparation: Preparation
    coefficients: F64  # (columns, outputs)
    intercept: F64  # (outputs,)
    text_coefficients: F64  # (vocabulary, outputs); no rows without text
    task: Task
    rounds: int
    path: list[Stretch]  # to its own strength

    @property
    def settled(self) -> dict[str, Setting]:
        return {"path": ",".join(f"{strength!r}:{steps}" for strength, steps in self.path)}

    def predict(self, inputs: Inputs) -> F64:
        prepared = self.preparation.apply(inputs.values.copy(order="F"))
        raw = _dense_times(prepared, self.coefficients) + self.intercept
        if inputs.text is not None:
            raw += inputs.text @ self.text_coefficients
        return _answers(raw, self.task)

    def table(self, features: I32) -> FittedLinear:
        kept = np.flatnonzero(self.preparation.scale > 0)

        def column(values: F32) -> F64:
            return values[kept].astype(np.float64)

        return FittedLinear(
            link=LINK[self.task],
            outputs=len(self.intercept),
            columns=features[kept],
            fill=column(self.preparation.fill),
            low=column(self.preparation.low),
            high=column(self.preparation.high),
            center=column(self.preparation.center),
            scale=column(self.preparation.scale),
            coefficients=self.coefficients[kept].reshape(-1),
            intercept=self.intercept,
            text_coefficients=self.text_coefficients.reshape(-1),
        )


def fit(job: FitJob, train: Examples, holdout: Examples | None, stopwatch: Stopwatch) -> LinearModel:
    settings = known_settings(job.settings, SETTINGS)
    strengths, known_path = _strengths(settings), _path(settings)
    preparation = _prepare(train.inputs.values)
    design = _Design(preparation.apply(train.inputs.values.copy(order="F")), train.inputs.text)
    outputs = job.class_count if job.task == "multiclass" else 1
    solve = _ridge(design, train) if job.task == "regression" and train.inputs.text is None else _descent(job, design, train, outputs, stopwatch)

    path: list[Stretch] = []

    def learn(strength: float, most_steps: int = job.max_rounds) -> LinearModel:
        coefficients, intercept, steps = solve(strength, most_steps)
        path.append((strength, steps))
        dense, text = coefficients[: design.column_count], design.over_vocabulary(coefficients)
        return LinearModel(preparation, dense, intercept, text, job.task, job.max_rounds, path.copy())

    if known_path:
        return [learn(*stretch) for stretch in known_path][-1]
    if holdout is None:
        return learn(strengths[0])  # nothing to choose by: the first one named
    strongest, *weaker = sorted(strengths, reverse=True)
    best = learn(strongest)
    best_loss = _loss(best.predict(holdout.inputs), holdout.labels, job.task)
    for strength in weaker:
        if stopwatch.is_over():
            break
        model = learn(strength)
        loss = _loss(model.predict(holdout.inputs), holdout.labels, job.task)
        if loss >= best_loss:
            break  # along the path the loss falls and then rises
        best, best_loss = model, loss
    return best


def _strengths(settings: dict[str, Setting]) -> list[float]:
    strengths = [float(text) for text in str(settings.get("strengths", "1")).split(",")]
    if not all(0 < strength < math.inf for strength in strengths):
        raise ValueError("strengths are numbers above 0, with commas between")
    return strengths


def _path(settings: dict[str, Setting]) -> list[Stretch]:
    stretches = [text.split(":") for text in str(settings.get("path", "")).split(",") if text]
    return [(float(strength), int(steps)) for strength, steps in stretches]


def _prepare(values: F32) -> Preparation:
    row_count, column_count = values.shape
    fill, low, high, center, scale = np.zeros((5, column_count), np.float32)
    step = -(-row_count // QUANTILE_ROWS)
    for place in range(column_count):
        column = values[:, place]
        missing = np.isnan(column)
        known = np.clip(column[~missing], -LARGEST, LARGEST)
        if len(known) == 0:
            continue
        ordered = np.sort(known[::step])
        last = len(ordered) - 1
        fill[place] = ordered[last // 2]
        low[place], high[place] = ordered[math.floor(CLAMPED_SHARE * last)], ordered[math.ceil((1 - CLAMPED_SHARE) * last)]
        if low[place] == high[place]:
            low[place], high[place] = known.min(), known.max()  # a rare value is all that this column has to say
        clamped = np.clip(known, low[place], high[place]).astype(np.float64)
        mean = (clamped.sum() + missing.sum() * float(fill[place])) / row_count
        center[place] = mean
        deviation = math.sqrt((np.square(clamped - mean).sum() + missing.sum() * (float(fill[place]) - mean) ** 2) / row_count)
        with np.errstate(over="ignore", divide="ignore"):
            inverse = np.float32(1) / np.float32(deviation)
        if low[place] < high[place] and 0 < inverse < np.inf:
            scale[place] = inverse
    return Preparation(fill, low, high, center, scale)


class _Design:
    """The matrix that the coefficients multiply: prepared columns, then the text terms that occur in it (the penalty holds all others at 0)."""

    def __init__(self, values: F32, text: csr_matrix | None) -> None:
        self.values = values
        self.row_count, self.column_count = values.shape
        self._vocabulary_size = 0 if text is None else text.get_shape()[1]
        self._terms = np.empty(0, np.int64)
        self._text = self._text_transposed = None
        if text is not None:
            self._terms = np.unique(text.indices)
            here = csr_matrix(text[:, self._terms])
            self._text, self._text_transposed = here, csr_matrix(here.T)
        self.width = self.column_count + len(self._terms)

    def times(self, coefficients: F64) -> F64:
        raw = _dense_times(self.values, coefficients[: self.column_count])
        return raw if self._text is None else raw + self._text @ coefficients[self.column_count :]

    def transposed_times(self, residuals: F64) -> F64:
        dense = np.zeros((self.column_count, residuals.shape[1]))
        for first in range(0, self.row_count if self.column_count else 0, BLOCK_ROWS):
            block = slice(first, first + BLOCK_ROWS)
            dense += self.values[block].T @ residuals[block].astype(np.float32)
        return dense if self._text_transposed is None else np.concatenate([dense, self._text_transposed @ residuals])

    def row_products(self) -> F64:
        values = self.values.astype(np.float64)
        dense = values @ values.T
        return dense if self._text is None or self._text_transposed is None else dense + csr_matrix(self._text @ self._text_transposed).toarray()

    def plain_coefficients(self, coefficients: F64) -> F64:
        return coefficients

    def over_vocabulary(self, coefficients: F64) -> F64:
        wide = np.zeros((self._vocabulary_size, coefficients.shape[1]))
        wide[self._terms] = coefficients[self.column_count :]
        return wide


class _TurnedDesign(_Design):
    """For few rows of many terms: the same problem in as many coordinates as there are rows. The penalty does not see a rotation, so the way of the
    descent is the same; only its vectors are short, and their cost is what counts with many classes and terms."""

    def __init__(self, plain: _Design) -> None:
        products = plain.row_products()
        products[np.diag_indices(plain.row_count)] += 1e-6 * products.trace() / plain.row_count  # rows may be alike
        self._plain = plain
        self._factor = cholesky(products, lower=True)
        super().__init__(np.asfortranarray(self._factor, np.float32), None)

    def plain_coefficients(self, coefficients: F64) -> F64:
        return self._plain.transposed_times(np.asarray(solve_triangular(self._factor, coefficients, trans=1, lower=True)))


# For a strength and the most steps: coefficients, intercept, and how many steps to allow for coming to the same.
Solve = Callable[[float, int], tuple[F64, F64, int]]


def _descent(job: FitJob, plain: _Design, train: Examples, outputs: int, stopwatch: Stopwatch) -> Solve:
    """L-BFGS on the penalised loss."""
    is_turned = outputs > 2 and plain.row_count <= TURNED_ROWS and plain.width > 4 * plain.row_count
    design = _TurnedDesign(plain) if is_turned else plain
    weights = np.ones(design.row_count) if train.weights is None else train.weights
    total = float(weights.sum())
    size = design.width * outputs
    # the last solution; before the first, the constant answer
    point = np.zeros(size + outputs)
    point[size:] = _constant_raw(train.labels, weights, outputs, job.task)

    def objective(parameters: F64, strength: float) -> tuple[float, F64]:
        coefficients = parameters[:size].reshape(design.width, outputs)
        losses, residuals = _losses(design.times(coefficients) + parameters[size:], train.labels, job.task)
        residuals *= weights[:, np.newaxis]
        gradient = np.concatenate([(design.transposed_times(residuals) + strength * coefficients).reshape(-1), residuals.sum(axis=0)])
        return (float(weights @ losses) + strength / 2 * float(parameters[:size] @ parameters[:size])) / total, gradient / total

    is_cut = False

    def check_clock(_point: F64) -> None:
        nonlocal is_cut
        if stopwatch.is_last_round():
            is_cut = True
            raise StopIteration

    def solve(strength: float, most_steps: int) -> tuple[F64, F64, int]:
        nonlocal point, is_cut
        is_cut = False
        stopwatch.start_rounds()
        options = {"maxiter": most_steps, "ftol": 1e-9, "gtol": 1e-6}
        found = minimize(objective, point, (strength,), method="L-BFGS-B", jac=True, callback=check_clock, options=options)
        point = found.x
        return design.plain_coefficients(point[:size].reshape(design.width, outputs)), point[size:], int(found.nit) if is_cut else most_steps

    return solve


def _ridge(design: _Design, train: Examples) -> Solve:
    """Closed form: the moments once, then one Cholesky a strength."""
    width, labels = design.column_count, train.labels
    weights = np.ones(design.row_count) if train.weights is None else train.weights
    total = weights.sum()
    products, sums, with_labels = np.zeros((width, width)), np.zeros(width), np.zeros(width)
    for first in range(0, design.row_count, BLOCK_ROWS):
        block = slice(first, first + BLOCK_ROWS)
        values = design.values[block].astype(np.float64)
        weighted = values * weights[block, np.newaxis]
        products += values.T @ weighted
        sums += weighted.sum(axis=0)
        with_labels += weighted.T @ labels[block]
    means, label_mean = sums / total, float(weights @ labels) / total
    products -= np.outer(means, sums)
    with_labels -= label_mean * sums

    def solve(strength: float, most_steps: int) -> tuple[F64, F64, int]:
        factor = cho_factor(products + strength * np.eye(width), lower=True)
        coefficients = np.asarray(cho_solve(factor, with_labels), np.float64)
        return coefficients[:, np.newaxis], np.array([label_mean - means @ coefficients]), most_steps

    return solve


def _dense_times(values: F32, coefficients: F64) -> F64:
    raw = np.zeros((len(values), coefficients.shape[1]))
    narrow = coefficients.astype(np.float32)
    for first in range(0, len(values), BLOCK_ROWS):
        raw[first : first + BLOCK_ROWS] = values[first : first + BLOCK_ROWS] @ narrow
    return raw


def _constant_raw(labels: F64, weights: F64, outputs: int, task: Task) -> F64:
    if task == "regression":
        return np.array([np.average(labels, weights=weights)])
    shares = np.bincount(labels.astype(np.int64), weights, max(outputs, 2)) / weights.sum()
    logs = np.log(np.maximum(shares, 1e-9))
    return logs if task == "multiclass" else np.array([logs[1] - logs[0]])


def _losses(raw: F64, labels: F64, task: Task) -> tuple[F64, F64]:
    """The loss of each row, and its derivative by the raw outputs."""
    if task == "regression":
        residuals = raw - labels[:, np.newaxis]
        return residuals[:, 0] ** 2 / 2, residuals
    if task == "binary":
        margin = raw[:, 0]
        return np.logaddexp(0, margin) - labels * margin, (expit(margin) - labels)[:, np.newaxis]
    log_shares = log_softmax(raw, axis=1)
    each, codes = np.arange(len(labels)), labels.astype(np.int64)
    residuals = np.exp(log_shares)
    residuals[each, codes] -= 1
    return -log_shares[each, codes], residuals


def _answers(raw: F64, task: Task) -> F64:
    if task == "regression":
        return raw
    if task == "binary":
        return np.column_stack([expit(-raw[:, 0]), expit(raw[:, 0])])
    return np.exp(log_softmax(raw, axis=1))


def _loss(answers: F64, labels: F64, task: Task) -> float:
    if task == "regression":
        return float(np.square(answers[:, 0] - labels).mean())
    truth = answers[np.arange(len(labels)), labels.astype(np.int64)]
    return float(-np.log(np.maximum(truth, 1e-15)).mean())
