from __future__ import annotations

from tests.golden import Golden

GOLDEN = Golden(
    small={"max_depth": 4, "learning_rate": 0.1},
    slow={"max_depth": 8, "learning_rate": 0.01},
    variants={
        "row and column samples": {
            "max_depth": 5,
            "subsample": 0.6,
            "colsample_bytree": 0.8,
            "colsample_bylevel": 0.7,
            "colsample_bynode": 0.9,
            "reg_alpha": 0.1,
            "learning_rate": 0.2,
        },
        "lossguide": {"grow_policy": "lossguide", "max_depth": 0, "max_leaves": 30, "gamma": 0.01, "max_bin": 64},
        "leaves at the median": {"objective": "reg:absoluteerror", "max_depth": 5, "subsample": 0.5},
        "stumps": {"max_depth": 1, "learning_rate": 0.3},
    },
    stops_early=True,
    trees_a_class=True,
)
