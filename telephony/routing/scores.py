"""How well an agent suits a caller, from what is known of both. Pure: features in, a score and its parts out.

A plain weighted sum, so that each part can be shown to whoever asks why.
"""

from collections.abc import Mapping
from typing import Any

WEIGHTS: dict[str, float] = {
    "spoke_before": 3.0,
    "same_language": 2.0,
    "skill": 1.0,
    "handled_today": -1.0,
}
"""spoke_before: 0.5 for one talk with this caller in the last 90 days, 1 for more; same_language and skill:
the level over 10; handled_today: the share of today's busiest agent.
"""


def score(features: Mapping[str, float]) -> dict[str, Any]:
    """`{"score", "features": {name: value}}`; features are 0 to 1, those that are not known are left out."""
    known = {name: round(float(value), 3) for name, value in features.items() if name in WEIGHTS}
    total = sum(WEIGHTS[name] * value for name, value in known.items())
    return {"score": round(total, 3), "features": known}
