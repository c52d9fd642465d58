"""With what each learner is put to the promises of test_fit.py: one file a learner, under the learner's name, with one `GOLDEN`."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from wire import Setting, Task

Settings = dict[str, Setting]


@dataclass(frozen=True, slots=True)
class Golden:
    small: Settings  # learns the made tables in about a second
    slow: Settings | None = None  # 100,000 rounds of these take minutes; where it is left out, those of `small` do
    variants: dict[str, Settings] = field(default_factory=dict)  # every other shape of tree, or of whatever else it can learn, by a name for people
    has_rounds: bool = True  # does as many rounds as it is told
    stops_early: bool = False  # keeps the rounds that were best on the holdout
    trees_a_class: bool = False  # a round of several classes is a tree for each


def goldens(learners: Iterable[str]) -> dict[str, Golden]:
    return {learner: importlib.import_module(f"tests.golden.{learner}").GOLDEN for learner in learners}


def trees_a_round(golden: Golden, task: Task, class_count: int) -> int:
    return class_count if golden.trees_a_class and task == "multiclass" else 1
