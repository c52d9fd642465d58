"""What every learner looks like to fit.py."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from learners.examples import Examples, Inputs
from learners.stopwatch import Stopwatch
from wire import F64, I32, FitJob, Fitted, Setting


class Model(Protocol):
    """What a learner learnt."""

    @property
    def rounds(self) -> int:
        """Boosting rounds, trees or passes over the rows kept; for `linear`, which has none to keep, the most it was given. As max_rounds, without a
        holdout and without a clock, it repeats the fit bit by bit."""
        ...

    def predict(self, inputs: Inputs) -> F64:
        """The learner's own answers, (rows, class_count), not computed from the table."""
        ...

    def table(self, features: I32) -> Fitted:
        """The same as plain arrays; `features[i]` is the number that the world outside has for input column i."""
        ...


@runtime_checkable
class SettlesSettings(Protocol):
    """A model of which holdout or clock decided more than its rounds."""

    @property
    def settled(self) -> dict[str, Setting]:
        """Settings that, besides those of the job, repeat the fit."""
        ...


class Learner(Protocol):
    """Learns from `train`, stops early by `holdout` where there is one, and ends in time.

    At least one input varies, regression labels are not all equal, and classes are 0 … class_count - 1, each in `train`: fit.py sees to that.
    """

    def __call__(self, job: FitJob, train: Examples, holdout: Examples | None, stopwatch: Stopwatch) -> Model: ...
