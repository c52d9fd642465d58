"""Made tables on which copies of a model go wrong: neighbouring float32 numbers, missing values, great integers, columns that do not vary."""

from __future__ import annotations

import numpy as np

from wire import F64, I32, FitJob, FitResult, HoldoutRows, Matrix, ScoreRows, Setting, Task, TrainRows

COLUMNS = 12
EXTRA = 2
CLASSES: dict[Task, int] = {"binary": 2, "multiclass": 6, "regression": 1}


def never() -> bool:
    return False


def make_matrix(row_count: int, seed: int, vocabulary: int = 0) -> Matrix:
    chance = np.random.default_rng(seed)
    values = np.empty((row_count, COLUMNS), np.float32, order="F")
    values[:, 0] = chance.normal(size=row_count)
    values[:, 1] = 1e6 + chance.integers(0, 200, row_count) / 16  # neighbouring float32 numbers
    values[:, 2] = 2**24 + 2 * chance.integers(0, 100, row_count)
    values[:, 3] = chance.integers(0, 10**9, row_count)
    values[:, 4] = 7  # does not vary
    values[:, 5] = chance.normal(size=row_count) * 1e-7
    values[:, 6] = np.round(chance.normal(size=row_count), 1)
    values[:, 7] = chance.integers(0, 3, row_count)
    values[:, 8] = np.exp(3 * chance.normal(size=row_count))
    values[:, 9] = chance.normal(size=row_count)
    values[:, 10] = np.where(chance.random(row_count) < 0.5, np.nan, 1)  # all it says is whether it is there
    values[:, 11] = chance.integers(0, 2, row_count)
    for column in (0, 1, 2, 3, 6, 8, 9):
        values[chance.random(row_count) < 0.1, column] = np.nan
    if vocabulary == 0:
        return Matrix(row_count, COLUMNS, values, 0, np.zeros(row_count + 1, np.int32), np.empty(0, np.int32), np.empty(0, np.float32))
    lengths = chance.integers(0, 40, row_count)
    ids = [np.unique((vocabulary * chance.random(length) ** 3).astype(np.int32)) for length in lengths]
    start = np.concatenate([[0], np.cumsum([len(row) for row in ids])]).astype(np.int32)
    weights = np.concatenate([np.full(len(row), 1 / np.sqrt(max(1, len(row)))) for row in ids]).astype(np.float32)
    return Matrix(row_count, COLUMNS, values, vocabulary, start, np.concatenate(ids).astype(np.int32), weights)


def truth(matrix: Matrix, task: Task) -> F64:
    """Labels from all that the columns say, and the noise of a fixed seed."""
    values, chance = matrix.values.astype(np.float64), np.random.default_rng(99)
    known = np.where(np.isnan(values), 0, values)
    signal = (
        known[:, 0]
        + np.where(np.isnan(values[:, 0]), 1.5, 0)
        + 0.15 * (known[:, 1] - 1e6) * (known[:, 1] > 0)
        + 0.01 * (known[:, 2] - 2**24) * (known[:, 2] > 0)
        + known[:, 3] / 1e9
        + 1e7 * known[:, 5] * (known[:, 7] == 1)
        + np.where(np.isnan(values[:, 10]), 1, 0)
        + known[:, 9] * known[:, 11]
    )
    if matrix.vocabulary_size:
        words = np.add.reduceat(np.append((matrix.text_ids % 2) * matrix.text_weights, 0), matrix.text_start[:-1])
        signal += 2 * np.where(np.diff(matrix.text_start) > 0, words, 0)
    signal += 0.3 * chance.normal(size=matrix.row_count)
    if task == "regression":
        return (signal - signal.mean()) / signal.std()
    return np.searchsorted(np.quantile(signal, np.arange(1, CLASSES[task]) / CLASSES[task]), signal).astype(np.float64)


def make_job(
    matrix: Matrix,
    learner: str,
    task: Task,
    settings: dict[str, Setting],
    *,
    max_rounds: int = 60,
    patience: int = 20,
    refit_factor: float = 0,
    stop_after_ms: int = 600_000,
    columns: I32 | None = None,
    train: I32 | None = None,
    holdout: I32 | None = None,
    uses_text: bool = False,
) -> FitJob:
    """A third of the rows is scored, 2,000 at most; of the others one in eight is the holdout. The extra columns are real ones, mixed."""
    labels = truth(matrix, task)
    scored = min(2_000, matrix.row_count // 3)
    seen = np.arange(matrix.row_count - scored, dtype=np.int32)
    train = seen[seen % 8 != 0] if train is None else train
    holdout = seen[seen % 8 == 0] if holdout is None else holdout
    score = np.arange(matrix.row_count - scored, matrix.row_count, dtype=np.int32)
    known = np.nan_to_num(matrix.values[:, [0, 9]])
    extra = np.asfortranarray(np.column_stack([known[:, 0] - known[:, 1], np.where(known[:, 1] > 0, known[:, 0], np.nan)]).astype(np.float32))
    return FitJob(
        id="job",
        learner=learner,
        task=task,
        class_count=CLASSES[task],
        settings=settings,
        seed=7,
        columns=np.arange(COLUMNS, dtype=np.int32) if columns is None else columns,
        uses_text=uses_text,
        extra_count=EXTRA,
        train=TrainRows(train, extra[train], labels[train], None),
        holdout=HoldoutRows(holdout, extra[holdout], labels[holdout]),
        score=ScoreRows(score, extra[score]),
        max_rounds=max_rounds,
        patience=patience,
        refit_factor=refit_factor,
        stop_after_ms=stop_after_ms,
    )


def score_truth(matrix: Matrix, job: FitJob, result: FitResult) -> float:
    """How much was learnt: the share of variance, or of right classes above chance."""
    labels = truth(matrix, job.task)[job.score.rows]
    if job.task == "regression":
        return 1 - float(np.square(result.predictions[:, 0] - labels).mean() / labels.var())
    return float((result.predictions.argmax(axis=1) == labels).mean()) - 1 / job.class_count
