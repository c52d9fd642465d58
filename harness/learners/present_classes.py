"""Classes that a fold happens not to hold. Learners differ in what they make of them, so none ever sees one: they learn the classes that are
there, coded 0 … present - 1, and here their answers and tables get the missing columns back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from learners.examples import Examples, Inputs
from learners.model import Model
from wire import F32, F64, I32, Fitted, FittedLinear, FittedNetwork

# Before a softmax: about log(1e-15), what LightGBM itself starts an absent class with; small enough to be no probability, finite in float32.
ABSENT = -35.0


class PresentClasses:
    def __init__(self, labels: F64, class_count: int) -> None:
        self.class_count = class_count
        self.present = np.unique(labels).astype(np.int64)
        self.are_all_here = len(self.present) == class_count

    def narrow(self, train: Examples) -> Examples:
        """The rows learnt from, their classes under the codes of the present ones."""
        return replace(train, labels=np.searchsorted(self.present, train.labels).astype(np.float64))

    def narrow_holdout(self, holdout: Examples) -> Examples | None:
        """Only the rows of present classes; None where that leaves none."""
        kept = np.flatnonzero(np.isin(holdout.labels, self.present))
        if len(kept) == 0:
            return None
        text = holdout.inputs.text
        inputs = Inputs(np.asfortranarray(holdout.inputs.values[kept]), None if text is None else text[kept])
        return self.narrow(Examples(inputs, holdout.labels[kept], None))

    def widen(self, values: F64 | F32, fill: float) -> F64:
        """(n, present) or flat in that order → the same over all classes."""
        narrow = values.reshape(-1, len(self.present))
        wide = np.full((len(narrow), self.class_count), fill)
        wide[:, self.present] = narrow
        return wide if values.ndim == 2 else wide.reshape(-1)


@dataclass(frozen=True, slots=True)
class WidenedModel:
    """A model of the present classes that answers for all."""

    model: Model
    classes: PresentClasses

    @property
    def rounds(self) -> int:
        return self.model.rounds

    def predict(self, inputs: Inputs) -> F64:
        return self.classes.widen(self.model.predict(inputs), 0.0)

    def table(self, features: I32) -> Fitted:
        fitted, widen, outputs = self.model.table(features), self.classes.widen, self.classes.class_count
        absent = ABSENT if fitted.link == "softmax" else 0.0
        if isinstance(fitted, FittedLinear):
            return replace(
                fitted,
                outputs=outputs,
                coefficients=widen(fitted.coefficients, 0.0),
                intercept=widen(fitted.intercept, absent),
                text_coefficients=widen(fitted.text_coefficients, 0.0),
            )
        if isinstance(fitted, FittedNetwork):
            heads = widen(fitted.heads, 0.0).astype(np.float32)
            return replace(fitted, outputs=outputs, heads=heads, head_biases=widen(fitted.head_biases, absent))
        base = widen(fitted.base, absent)
        if fitted.leaf_width == 1:
            return replace(fitted, outputs=outputs, base=base, tree_output=self.classes.present[fitted.tree_output].astype(np.int32))
        return replace(fitted, outputs=outputs, base=base, leaf_width=outputs, leaf_values=widen(fitted.leaf_values, 0.0))
