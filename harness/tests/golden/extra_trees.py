from __future__ import annotations

from tests.golden import Golden

GOLDEN = Golden(
    small={"min_samples_leaf": 2, "max_features": 0.7},
    variants={"best first": {"max_leaf_nodes": 40, "max_features": "sqrt"}},
)
