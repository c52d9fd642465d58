"""One fit: learn from some rows, answer for others, and say what was learnt in plain arrays. No policy here: every choice came with the job."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from threadpoolctl import ThreadpoolController

import learners
from learners.constant import fit_constant
from learners.examples import Examples, InputReader, join, some_input_varies
from learners.model import Learner, Model, SettlesSettings
from learners.present_classes import PresentClasses, WidenedModel
from learners.probes import make_probes
from learners.stopwatch import Stopwatch
from wire import FitJob, FitResult, Matrix, Setting, Settled


def find_learners() -> dict[str, Learner]:
    """By name: the function `fit` of each file learners/NAME_learner.py."""
    files = sorted(module.name for module in pkgutil.iter_modules(learners.__path__) if module.name.endswith("_learner"))
    return {file.removesuffix("_learner"): importlib.import_module(f"learners.{file}").fit for file in files}


LEARNERS = find_learners()

# Found when the learners are imported: a caged job may not read /proc/self/maps to look for them.
THREAD_POOLS = ThreadpoolController()

# Rows are answered in pieces, so that the rows to be scored are never held whole beside the rows learnt from.
PIECE_ROWS = 65_536


def fit(job: FitJob, matrix: Matrix, should_stop: Callable[[], bool]) -> FitResult:
    """Values of the matrix are finite or NaN."""
    stopwatch = Stopwatch(job.stop_after_ms, should_stop)
    if job.uses_text and job.learner != "linear":
        raise ValueError(f"{job.learner} does not read text")
    with THREAD_POOLS.limit(limits=1):
        reader = InputReader(job, matrix)
        model, is_whole = _learn(job, reader, stopwatch)
        features = np.concatenate([job.columns, matrix.column_count + np.arange(job.extra_count)]).astype(np.int32)
        fitted = model.table(features)
        pieces = [model.predict(reader.read(job.score, first, first + PIECE_ROWS)) for first in range(0, len(job.score.rows), PIECE_ROWS)]
        predictions = np.concatenate(pieces) if pieces else np.empty((0, job.class_count))
        probes, probe_inputs = make_probes(job, matrix, reader, features, fitted)
        settled = Settled(is_whole, _settings_found(model))
        return FitResult(fitted, predictions, model.rounds, settled, replace(probes, answers=model.predict(probe_inputs)))


# Learning again takes as long as learning, and a little more for the rows of the holdout.
REFIT_TIME = 1.25


def _learn(job: FitJob, reader: InputReader, stopwatch: Stopwatch) -> tuple[Model, bool]:
    """The model, and whether it learnt from the rows of the holdout too."""
    train = Examples(reader.read(job.train), job.train.labels, job.train.weights)
    holdout = Examples(reader.read(job.holdout), job.holdout.labels, None) if len(job.holdout.rows) else None
    if holdout is None or job.refit_factor == 0:
        return _learn_from(job, train, holdout, stopwatch), False
    first = stopwatch.part(1 / (1 + REFIT_TIME))
    model = _learn_from(job, train, holdout, first)
    if first.elapsed_seconds() * REFIT_TIME > stopwatch.left_seconds():
        return model, False
    rounds = min(job.max_rounds, max(1, round(model.rounds * job.refit_factor)))
    return _learn_from(replace(job, max_rounds=rounds), join(train, holdout), None, stopwatch), True


def _settings_found(model: Model) -> dict[str, Setting]:
    """Rounds are all that holdout and clock decide for the others."""
    learnt = model.model if isinstance(model, WidenedModel) else model
    return learnt.settled if isinstance(learnt, SettlesSettings) else {}


def _learn_from(job: FitJob, train: Examples, holdout: Examples | None, stopwatch: Stopwatch) -> Model:
    if (train.labels == train.labels[0]).all() or not some_input_varies(train.inputs):
        return fit_constant(job, train.labels, train.weights)
    learn = LEARNERS[job.learner]
    if job.task != "multiclass" or (classes := PresentClasses(train.labels, job.class_count)).are_all_here:
        return learn(job, train, holdout, stopwatch)
    narrow_job = replace(job, class_count=len(classes.present))
    return WidenedModel(learn(narrow_job, classes.narrow(train), holdout and classes.narrow_holdout(holdout), stopwatch), classes)
