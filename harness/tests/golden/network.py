from __future__ import annotations

from tests.golden import Golden

GOLDEN = Golden(
    small={"width": 32, "members": 3},
    variants={
        "one layer": {"layers": 1, "width": 8},
        "one member": {"members": 1, "width": 16, "layers": 4},
        "no pieces": {"pieces": 0, "width": 8},
    },
)
