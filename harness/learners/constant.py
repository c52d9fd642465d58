"""For rows with nothing to learn from: one class, labels all equal, or no input that varies. The boosters refuse these or answer them badly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from learners.examples import Inputs
from learners.tree_table import TreeNodes, tree_table
from wire import F64, I32, FitJob, FittedTrees


@dataclass(frozen=True, slots=True)
class ConstantModel:
    answer: F64  # (class_count,)
    rounds: int = 1

    def predict(self, inputs: Inputs) -> F64:
        return np.tile(self.answer, (len(inputs), 1))

    def table(self, features: I32) -> FittedTrees:
        nothing = np.zeros(1)
        leaf = self.answer if len(self.answer) == 1 else self.answer[np.newaxis]
        return tree_table([TreeNodes(np.array([-1]), nothing, nothing, nothing, nothing, leaf)], features, "none", np.zeros(len(self.answer)))


def fit_constant(job: FitJob, labels: F64, weights: F64 | None) -> ConstantModel:
    """Over all classes of the job; half a row for each class keeps every probability above 0."""
    weights = np.ones(len(labels)) if weights is None else weights
    if job.task == "regression":
        return ConstantModel(np.array([np.average(labels, weights=weights)]))
    counts = np.bincount(labels.astype(np.int64), weights, job.class_count) + 0.5
    return ConstantModel(counts / counts.sum())
