"""The network itself: its weights, its answers, and how they change with the weights.

All members share the matrices between the layers. Their own are a factor for each input, the biases, and the last layer (the ensemble of "TabM: Advancing
Tabular Deep Learning with Parameter-Efficient Ensembling", 2024, in its small form). Everything is float32 but the biases of the last layer and what
follows them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from wire import F32, F64, Task

# Rows answered at a time, all members at once.
BLOCK_ROWS = 512


@dataclass(frozen=True, slots=True)
class Shape:
    inputs: int
    width: int
    layers: int
    members: int
    outputs: int

    @property
    def products(self) -> int:
        """Of two numbers, to answer one row."""
        return self.members * self.width * (self.inputs + (self.layers - 1) * self.width + self.outputs)


class Weights:
    """One vector, which is what learning changes, and views of it."""

    def __init__(self, shape: Shape, vector: F32 | None = None) -> None:
        inputs, width, members, outputs = shape.inputs, shape.width, shape.members, shape.outputs
        hidden = shape.layers - 1
        sizes = [(members, inputs), (inputs, width), (hidden, width, width), (hidden + 1, members, width), (members, width, outputs), (members, outputs)]
        ends = np.cumsum([math.prod(size) for size in sizes])
        self.shape = shape
        self.vector = np.zeros(ends[-1], np.float32) if vector is None else vector
        parts = np.split(self.vector, ends[:-1])
        self.factors, self.first, self.hidden, self.biases, self.heads, self.head_biases = (part.reshape(size) for part, size in zip(parts, sizes, strict=True))

    def like(self, vector: F32) -> Weights:
        return Weights(self.shape, vector)


def start(shape: Shape, chance: np.random.Generator) -> Weights:
    weights = Weights(shape)

    def normal(view: F32, deviation: float) -> None:
        view[:] = chance.standard_normal(view.shape, np.float32) * np.float32(deviation)

    normal(weights.factors, 1)
    normal(weights.first, math.sqrt(1 / shape.inputs))
    normal(weights.hidden, math.sqrt(2 / shape.width))
    weights.biases[:] = chance.uniform(-0.2, 0.2, weights.biases.shape)
    normal(weights.heads, 0.3 * math.sqrt(1 / shape.width))
    return weights


def decayed(shape: Shape) -> F32:
    """1 for the weights that are drawn towards 0: the matrices."""
    weights = Weights(shape)
    for matrices in (weights.first, weights.hidden, weights.heads):
        matrices[:] = 1
    return weights.vector


def sums_of(weights: Weights, inputs: F32) -> F32:
    """(members, rows, outputs): the sums of the last layer, its biases not in them."""
    width, members, outputs = weights.shape.width, weights.shape.members, weights.shape.outputs
    sums = np.empty((members, len(inputs), outputs), np.float32)
    for begin in range(0, len(inputs), BLOCK_ROWS):
        block = inputs[begin : begin + BLOCK_ROWS]
        state = (block * weights.factors[:, np.newaxis]).reshape(-1, block.shape[1]) @ weights.first
        for layer, bias in enumerate(weights.biases):
            if layer > 0:
                state = state.reshape(-1, width) @ weights.hidden[layer - 1]
            state = state.reshape(members, -1, width)
            state += bias[:, np.newaxis]
            np.maximum(state, 0, out=state)
        np.matmul(state, weights.heads, out=sums[:, begin : begin + BLOCK_ROWS])
    return sums


def answers_of(sums: F32, head_biases: F64, task: Task) -> F64:
    """The mean of what the members answer."""
    raw = sums.astype(np.float64) + head_biases[:, np.newaxis]
    if task == "regression":
        return raw.mean(axis=0)
    if task == "binary":
        positive = expit(raw[:, :, 0]).mean(axis=0)
        return np.column_stack([1 - positive, positive])
    return softmax(raw, axis=2).mean(axis=0)


def derive(weights: Weights, gradient: Weights, inputs: F32, labels: NDArray[Any], row_weights: F32 | None, task: Task) -> None:
    """Writes into `gradient` how the mean loss of these rows, each member judged by itself, changes with each weight. Labels are class numbers, or
    numbers of deviation 1."""
    width, members, rows = weights.shape.width, weights.shape.members, len(inputs)
    states: list[NDArray[Any]] = []  # (rows, members, width) after each layer; the factors are multiplied into the first matrix, which is less work
    by_member = (weights.first[:, np.newaxis] * weights.factors.T[:, :, np.newaxis]).reshape(-1, members * width)
    state = inputs @ by_member
    for layer, bias in enumerate(weights.biases):
        if layer > 0:
            state = state.reshape(-1, width) @ weights.hidden[layer - 1]
        state = state.reshape(rows, members, width)
        state += bias
        np.maximum(state, 0, out=state)
        states.append(state)
    raw = np.matmul(state.transpose(1, 0, 2), weights.heads) + weights.head_biases[:, np.newaxis]
    residuals = _residuals(raw, labels, task)
    residuals *= np.float32(1 / rows) if row_weights is None else row_weights[:, np.newaxis] * np.float32(1 / rows)

    np.matmul(state.transpose(1, 2, 0), residuals, out=gradient.heads)
    residuals.sum(axis=1, out=gradient.head_biases)
    back = np.matmul(residuals, weights.heads.transpose(0, 2, 1)).transpose(1, 0, 2)
    for layer in range(len(states) - 1, 0, -1):
        back = back * (states[layer] > 0)
        back.sum(axis=0, out=gradient.biases[layer])
        flat = back.reshape(-1, width)
        np.matmul(states[layer - 1].reshape(-1, width).T, flat, out=gradient.hidden[layer - 1])
        back = (flat @ weights.hidden[layer - 1].T).reshape(rows, members, width)
    back = back * (states[0] > 0)
    back.sum(axis=0, out=gradient.biases[0])
    own = (inputs.T @ back.reshape(rows, -1)).reshape(-1, members, width)
    np.einsum("imw,mi->iw", own, weights.factors, out=gradient.first)
    np.einsum("imw,iw->mi", own, weights.first, out=gradient.factors)


def _residuals(raw: F32, labels: NDArray[Any], task: Task) -> F32:
    """The derivative of each loss by its raw output; `raw` is used up."""
    if task == "regression":
        raw -= labels[:, np.newaxis]
        return raw
    if task == "binary":
        positive = expit(raw)
        positive -= labels[:, np.newaxis]
        return positive
    raw -= raw.max(axis=2, keepdims=True)
    np.exp(raw, out=raw)
    raw /= raw.sum(axis=2, keepdims=True)
    raw[:, np.arange(len(labels)), labels] -= 1
    return raw
