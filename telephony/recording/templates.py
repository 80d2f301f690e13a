"""Policies of whole industries, to begin with. What must be said is kept with them; quality listens for it."""

from types import MappingProxyType
from typing import Any

FIVE_YEARS = 5 * 365 + 2
"""Recordings are kept at least so many days, where a rule of retention would delete them sooner."""
FINANCE: MappingProxyType[str, dict[str, Any]] = MappingProxyType(
    {
        "en": {
            "retention": "finance",
            "days": FIVE_YEARS,
            "note": "Finance template",
            "phrases": (
                "This call is recorded.",
                "Past performance does not predict future returns.",
                "Do you confirm that you understand the risk?",
            ),
        },
        "zh": {
            "retention": "finance",
            "days": FIVE_YEARS,
            "note": "金融行业模板",
            "phrases": (
                "本次通话将被录音。",
                "过往业绩不代表未来表现，投资有风险，请谨慎决策。",
                "请问您是否已知悉并理解上述风险？",
            ),
        },
    }
)
