"""The one table of trees that all tree learners come back as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wire import F64, I32, FittedTrees, Link


@dataclass(frozen=True, slots=True)
class TreeNodes:
    """One tree; arrays of one length. `feature` is an input column, -1 at leaves. `leaf` is (nodes,) for the one `output`, or (nodes, outputs)."""

    feature: NDArray[Any]
    threshold: NDArray[Any]
    left: NDArray[Any]
    right: NDArray[Any]
    missing_left: NDArray[Any]
    leaf: NDArray[Any]
    output: int = 0


def tree_table(trees: Sequence[TreeNodes], features: I32, link: Link, base: F64) -> FittedTrees:
    """In the one test that all learners come to: `x <= threshold`."""
    sizes = [len(tree.feature) for tree in trees]
    feature = np.concatenate([tree.feature for tree in trees])
    is_leaf = feature < 0

    def joined(name: str, dtype: type) -> NDArray[Any]:
        values = np.concatenate([getattr(tree, name) for tree in trees])
        return np.where(is_leaf, 0, values).astype(dtype)

    leaf = np.concatenate([tree.leaf for tree in trees]).astype(np.float64)
    leaf[~is_leaf] = 0
    return FittedTrees(
        link=link,
        outputs=len(base),
        comparison="<=",
        base=np.asarray(base, np.float64),
        tree_start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32),
        tree_output=np.array([tree.output for tree in trees], np.int32),
        feature=np.where(is_leaf, -1, features[np.maximum(feature, 0)] if len(features) else -1).astype(np.int32),
        threshold=joined("threshold", np.float64),
        left=joined("left", np.int32),
        right=joined("right", np.int32),
        missing_left=joined("missing_left", np.uint8),
        leaf_width=1 if leaf.ndim == 1 else leaf.shape[1],
        leaf_values=leaf.reshape(-1),
    )
