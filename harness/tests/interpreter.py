"""The tables read again, as the graph will: float32 values, thresholds rounded down to float32, sums in float64."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import expit, softmax

from wire import F32, F64, I32, Fitted, FittedLinear, FittedNetwork, FittedTrees, Matrix


def answers_of(fitted: Fitted, values: F32, text: Matrix | None, text_rows: I32) -> F64:
    """`values` holds all columns, the extra ones last. As predictions: (rows, classes)."""
    if isinstance(fitted, FittedNetwork):
        return np.mean([linked(fitted, raw) for raw in network_raws(fitted, values)], axis=0)
    return linked(fitted, tree_raw(fitted, values) if isinstance(fitted, FittedTrees) else linear_raw(fitted, values, text, text_rows))


def linked(fitted: Fitted, raw: F64) -> F64:
    if fitted.link == "sigmoid":
        return np.column_stack([1 - expit(raw[:, 0]), expit(raw[:, 0])])
    return softmax(raw, axis=1) if fitted.link == "softmax" else raw


def tree_raw(fitted: FittedTrees, values: F32) -> F64:
    assert fitted.comparison == "<="
    threshold = floor32(fitted.threshold)
    leaf = fitted.leaf_values.reshape(-1, fitted.leaf_width)
    raw = np.tile(fitted.base, (len(values), 1))
    each = np.arange(len(values))
    for tree, start in enumerate(fitted.tree_start[:-1]):
        node = np.full(len(values), start)
        while (is_split := fitted.feature[node] >= 0).any():
            value = values[each, np.maximum(fitted.feature[node], 0)]
            goes_left = np.where(np.isnan(value), fitted.missing_left[node] == 1, value <= threshold[node])
            node = np.where(is_split, start + np.where(goes_left, fitted.left[node], fitted.right[node]), node)
        if fitted.leaf_width == 1:
            raw[:, fitted.tree_output[tree]] += leaf[node, 0]
        else:
            raw += leaf[node]
    return raw


def linear_raw(fitted: FittedLinear, values: F32, text: Matrix | None, text_rows: I32) -> F64:
    read = values[:, fitted.columns].astype(np.float64)
    prepared = (np.where(np.isnan(read), fitted.fill, np.clip(read, fitted.low, fitted.high)) - fitted.center) * fitted.scale
    raw = prepared @ fitted.coefficients.reshape(-1, fitted.outputs) + fitted.intercept
    if text is not None:
        weights = csr_matrix((text.text_weights, text.text_ids, text.text_start), shape=(text.row_count, text.vocabulary_size))
        from_text = weights[np.maximum(text_rows, 0)] @ fitted.text_coefficients.reshape(-1, fitted.outputs)
        raw += np.where(text_rows[:, np.newaxis] >= 0, from_text, 0)
    return raw


def network_raws(fitted: FittedNetwork, values: F32) -> list[F64]:
    """Of each member. The inputs in float32 as in the graph; the sums in float64, so that what float32 rounds away in them shows."""
    width, members, outputs = fitted.width, fitted.members, fitted.outputs
    read = values[:, fitted.columns]
    scaled = (np.where(np.isnan(read), fitted.fill, np.clip(read, fitted.low, fitted.high)) - fitted.center) * fitted.scale
    third = scaled * np.float32(1 / 3)
    inputs = (scaled / np.sqrt(third * third + np.float32(1))).astype(np.float64)
    factors, first = fitted.factors.reshape(members, -1), fitted.first.reshape(-1, width)
    hidden, biases = fitted.hidden.reshape(-1, width, width), fitted.biases.reshape(-1, members, width)
    heads, head_biases = fitted.heads.reshape(members, width, outputs), fitted.head_biases.reshape(members, outputs)
    raws: list[F64] = []
    for member in range(members):
        state = np.maximum(0, inputs * factors[member] @ first + biases[0, member])
        for matrix, bias in zip(hidden, biases[1:], strict=True):
            state = np.maximum(0, state @ matrix + bias[member])
        raws.append(state @ heads[member] + head_biases[member])
    return raws


def floor32(threshold: F64) -> F32:
    """The largest float32 not above: x <= threshold holds for a float32 x exactly when it holds for this."""
    with np.errstate(over="ignore"):
        nearest = threshold.astype(np.float32)
        return np.where(nearest.astype(np.float64) > threshold, np.nextafter(nearest, np.float32(-np.inf)), nearest)
