from __future__ import annotations

from tests.golden import Golden

GOLDEN = Golden(small={"strengths": "10,1,0.1"}, has_rounds=False)
