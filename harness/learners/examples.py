"""From the shared matrix to what a learner is given: the job's rows of the job's columns, then its extra columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, vstack

from wire import F32, F64, I32, FitJob, HoldoutRows, Matrix, ScoreRows, TrainRows


@dataclass(frozen=True, slots=True)
class Inputs:
    """`values` is (rows, columns), column-major, NaN for missing; `text` has the same rows."""

    values: F32
    text: csr_matrix | None

    def __len__(self) -> int:
        return self.values.shape[0]


@dataclass(frozen=True, slots=True)
class Examples:
    inputs: Inputs
    labels: F64
    weights: F64 | None


def join(first: Examples, second: Examples) -> Examples:
    """All examples of both, the first ones first; where one has weights the others weigh 1."""
    values = np.empty((len(first.inputs) + len(second.inputs), first.inputs.values.shape[1]), np.float32, order="F")
    values[: len(first.inputs)] = first.inputs.values
    values[len(first.inputs) :] = second.inputs.values
    text = None if first.inputs.text is None or second.inputs.text is None else csr_matrix(vstack([first.inputs.text, second.inputs.text]))
    weights = None
    if first.weights is not None or second.weights is not None:
        weights = np.concatenate([np.ones(len(part.labels)) if part.weights is None else part.weights for part in (first, second)])
    return Examples(Inputs(values, text), np.concatenate([first.labels, second.labels]), weights)


class InputReader:
    def __init__(self, job: FitJob, matrix: Matrix) -> None:
        self._values = matrix.values
        self._columns = job.columns
        self._extra_count = job.extra_count
        self._text: csr_matrix | None = None
        if job.uses_text:
            shape = (matrix.row_count, matrix.vocabulary_size)
            self._text = csr_matrix((matrix.text_weights, matrix.text_ids, matrix.text_start), shape=shape, copy=False)

    def read(self, part: TrainRows | HoldoutRows | ScoreRows, first: int = 0, last: int | None = None) -> Inputs:
        """Rows first … last of a part. Column by column, so that nothing is held twice."""
        rows, extra = part.rows[first:last], part.extra[first:last]
        column_count = len(self._columns)
        values = np.empty((len(rows), column_count + self._extra_count), np.float32, order="F")
        for place, column in enumerate(self._columns):
            # "clip" writes straight into `out`; the host has checked the row numbers
            np.take(self._values[:, column], rows, out=values[:, place], mode="clip")
        values[:, column_count:] = extra
        return Inputs(values, self.text_of(rows))

    def text_of(self, rows: I32) -> csr_matrix | None:
        """The text of matrix rows; -1 is a row without text."""
        if self._text is None:
            return None
        text = csr_matrix(self._text[np.maximum(rows, 0)])
        text.data[np.repeat(rows < 0, np.diff(text.indptr))] = 0
        return text


def some_input_varies(inputs: Inputs) -> bool:
    if inputs.text is not None and inputs.text.nnz > 0:
        return True
    return any(_varies(inputs.values[:, place]) for place in range(inputs.values.shape[1]))


def _varies(column: F32) -> bool:
    if np.isnan(column[0]):
        return not np.isnan(column).all()
    return bool((column != column[0]).any())
