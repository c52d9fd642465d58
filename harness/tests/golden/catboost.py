from __future__ import annotations

from tests.golden import Golden

GOLDEN = Golden(
    small={"depth": 5, "learning_rate": 0.1},
    slow={"depth": 8, "learning_rate": 0.01},
    variants={
        "Lossguide": {"grow_policy": "Lossguide", "max_leaves": 20, "learning_rate": 0.1},
        "Depthwise": {"grow_policy": "Depthwise", "depth": 4, "learning_rate": 0.1},
        "missing as the largest": {"nan_mode": "Max", "learning_rate": 0.1},
        "stumps": {"depth": 1, "learning_rate": 0.3},
    },
    stops_early=True,
)
