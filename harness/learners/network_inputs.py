"""What a network reads of the columns: each column once as it is, and piece by piece between its quantiles, so that a bend costs it no weights of its
own to find (the piecewise linear encoding of "On Embeddings for Numerical Features in Tabular Deep Learning", 2022); and whether it is missing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from wire import F32, F64, I32

# Quantiles of more rows than this are taken from evenly spaced ones.
QUANTILE_ROWS = 50_000
# Rows prepared at a time, so that what is written between two steps stays in the processor's cache.
BLOCK_ROWS = 1_024
# Pieces become fewer where there are many columns.
MOST_INPUTS = 640
# Values further from the median than so many quartile distances say no more than that they are far away.
FARTHEST = 100.0


@dataclass(frozen=True, slots=True)
class Preparation:
    """x' = ((missing(x) ? fill : clamp(x, low, high)) - center) * scale; input = x' / sqrt(1 + (x' / 3)²), which holds what is far away within -3 … 3.
    All in float32, step by step as the graph does it. An input reads the column `source`; several may read the same."""

    source: I32
    fill: F32
    low: F32
    high: F32
    center: F32
    scale: F32

    def apply(self, values: F32) -> F32:
        """Row-major."""
        prepared = np.empty((len(values), len(self.source)), np.float32)
        for first in range(0, len(values), BLOCK_ROWS):
            block = values[first : first + BLOCK_ROWS, self.source]
            scaled = np.where(np.isnan(block), self.fill, np.clip(block, self.low, self.high))
            scaled -= self.center
            scaled *= self.scale
            third = scaled * np.float32(1 / 3)
            third *= third
            third += 1
            np.divide(scaled, np.sqrt(third), out=prepared[first : first + BLOCK_ROWS])
        return prepared


def prepare(values: F32, pieces: int) -> Preparation:
    """`pieces`: at most so many of a column."""
    row_count, column_count = values.shape
    step = -(-row_count // QUANTILE_ROWS)
    several: list[tuple[int, F32]] = []  # a column of more than two values, and a sorted sample of them
    inputs: list[tuple[int, float, float, float, float, float]] = []
    for place in range(column_count):
        column = values[:, place]
        missing = np.isnan(column)
        known = np.sort(column[~missing][::step])
        if len(known) == 0:
            continue
        if missing.any():
            share = float(missing.mean())
            inputs.append((place, 1, 0, 0, share, 1 / math.sqrt(share * (1 - share))))
        low, high = float(known[0]), float(known[-1])
        if low == high:
            continue
        median = float(known[(len(known) - 1) // 2])
        if ((known == low) | (known == high)).all():
            inputs.append((place, median, low, high, float(known.mean(dtype=np.float64)), 1 / float(known.std(dtype=np.float64))))
            continue
        several.append((place, known))
        spread = _quartile_distance(known)
        inputs.append((place, median, max(low, median - FARTHEST * spread), min(high, median + FARTHEST * spread), median, 1 / spread))
    pieces = min(pieces, (MOST_INPUTS - len(inputs)) // max(1, len(several)))
    for place, known in several if pieces > 1 else []:
        median = float(known[(len(known) - 1) // 2])
        edges = [float(edge) for edge in _edges(known, pieces)]
        for low, high in pairwise(edges):
            inputs.append((place, min(max(median, low), high), low, high, (low + high) / 2, 2 / (high - low)))
    return _preparation(np.array(inputs, np.float64).reshape(-1, 6))


def _quartile_distance(ordered: F32) -> float:
    """Of values that are not all equal; half of their range where half of them are equal."""
    last = len(ordered) - 1
    distance = float(ordered[math.ceil(0.75 * last)]) - float(ordered[math.floor(0.25 * last)])
    return distance if distance > 0 else (float(ordered[-1]) - float(ordered[0])) / 2


def _edges(ordered: F32, pieces: int) -> F32:
    distinct = np.unique(ordered)
    if len(distinct) <= pieces + 1:
        return distinct
    return np.unique(ordered[np.linspace(0, len(ordered) - 1, pieces + 1).round().astype(np.int64)])


def _preparation(inputs: F64) -> Preparation:
    with np.errstate(over="ignore"):
        numbers = inputs[:, 1:].astype(np.float32)
    usable = np.isfinite(numbers).all(axis=1)  # a distance may be too small for float32
    fill, low, high, center, scale = np.ascontiguousarray(numbers[usable].T)
    return Preparation(inputs[usable, 0].astype(np.int32), fill, low, high, center, scale)
