"""Reads about cells; and what workers leave in Redis of themselves, for whoever asks how we are."""

from collections.abc import Mapping
from datetime import datetime

from telephony.cells.models import SwitchNode
from tenants.context import enter_public

SPARES = "health:spares"
"""A sorted set: which workers wait to take over, by the second (Unix time) they were last alive."""


def former_runs(cores: Mapping[str, str], *, at: datetime) -> dict[str, datetime]:
    """Of switches that run anew (`cores`: the run we hear, by node) the last moment the run before was known to be
    alive; nothing of it can have ended later. `at` where nobody knows.
    """
    with enter_public():
        known = list(SwitchNode.objects.filter(name__in=cores).exclude(core_uuid=""))
    return {node.name: node.last_seen_at or at for node in known if node.core_uuid != cores[node.name]}
