from __future__ import annotations

from tests.golden import Golden

GOLDEN = Golden(
    small={"num_leaves": 15, "learning_rate": 0.1},
    slow={"num_leaves": 255, "learning_rate": 0.01},
    variants={
        "random thresholds, with row and column samples": {
            "extra_trees": True,
            "feature_fraction": 0.5,
            "bagging_fraction": 0.7,
            "bagging_freq": 1,
            "learning_rate": 0.1,
        },
        "stumps": {"num_leaves": 2, "learning_rate": 0.3},
    },
    stops_early=True,
    trees_a_class=True,
)
