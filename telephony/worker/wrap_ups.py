"""Wrap-ups whose time is over, those of one tenant in one sitting."""

from datetime import datetime
from typing import Any

from telephony import actions
from tenants.context import enter


def end_wrap_ups(due: list[Any], at: datetime) -> list[Any]:
    """`due` are timers: (kind, tenant, subject). Those of other kinds are given back."""
    agents: dict[str, list[int]] = {}
    for kind, tenant, agent_id in due:
        if kind == "wrap_up":
            agents.setdefault(tenant, []).append(agent_id)
    for tenant, agent_ids in agents.items():
        with enter(tenant):
            actions.end_due_wrap_ups(agent_ids=agent_ids, at=at)
    return [timer for timer in due if timer[0] != "wrap_up"]
