"""Rows made to be hard to copy: neighbours of the model's own thresholds, missing values, extremes, mixed with real rows."""

from __future__ import annotations

import numpy as np

from learners.examples import InputReader, Inputs
from wire import F32, I32, FitJob, Fitted, FittedTrees, Matrix, Probes

PROBE_COUNT = 256
REAL_COUNT = 64
EXTREMES = np.array([np.nan, 0, -0.0, 1, -1, 1e-30, 1e9, -1e9, 1e30, -1e30], np.float32)


def make_probes(job: FitJob, matrix: Matrix, reader: InputReader, features: I32, fitted: Fitted) -> tuple[Probes, Inputs]:
    """The probes without their answers, and the same rows as the learner reads them."""
    chance = np.random.default_rng([job.seed % (1 << 63), 1])
    part = job.score if len(job.score.rows) else job.train
    picked = chance.choice(len(part.rows), PROBE_COUNT)
    rows = part.rows[picked]
    probes = np.empty((PROBE_COUNT, matrix.column_count + job.extra_count), np.float32)
    probes[:, : matrix.column_count] = matrix.values[rows]
    probes[:, matrix.column_count :] = part.extra[picked]

    hard = _hard_values(fitted)
    for feature in features:
        values = hard.get(int(feature), EXTREMES)
        changed = REAL_COUNT + np.flatnonzero(chance.random(PROBE_COUNT - REAL_COUNT) < 0.5)
        probes[changed, feature] = chance.choice(values, len(changed))

    text_rows = rows.astype(np.int32) if job.uses_text else np.full(PROBE_COUNT, -1, np.int32)
    text_rows[-8:] = -1
    inputs = Inputs(np.asfortranarray(probes[:, features]), reader.text_of(text_rows))
    return Probes(probes, text_rows, np.empty((0, job.class_count))), inputs


def _hard_values(fitted: Fitted) -> dict[int, F32]:
    """By feature: each threshold as float32 with its two neighbours, and as many extremes as there are of these, at most."""
    if isinstance(fitted, FittedTrees):
        splits = fitted.feature >= 0
        feature, threshold = fitted.feature[splits], fitted.threshold[splits]
    else:
        feature, threshold = np.tile(fitted.columns, 2), np.concatenate([fitted.low, fitted.high]).astype(np.float64)
    largest = float(np.finfo(np.float32).max)
    exact = np.clip(threshold, -largest, largest).astype(np.float32)
    hard: dict[int, F32] = {}
    for number in np.unique(feature):
        here = exact[feature == number]
        with np.errstate(over="ignore"):
            neighbours = [here, np.nextafter(here, np.float32(-np.inf)), np.nextafter(here, np.float32(np.inf))]
        values = np.concatenate([*neighbours, *[EXTREMES] * max(1, len(here) // len(EXTREMES))])
        hard[int(number)] = values[~np.isinf(values)]
    return hard
