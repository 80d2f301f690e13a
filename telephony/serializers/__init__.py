"""The shape of telephony outside Python: rows for the API, the snapshots and the messages alike."""

from telephony.serializers.rows import (
    AgentRow,
    CallRow,
    ListeningRow,
    QueueRow,
    agent_row,
    call_row,
    listening_row,
    offer_row,
    queue_row,
)

__all__ = [
    "AgentRow",
    "CallRow",
    "ListeningRow",
    "QueueRow",
    "agent_row",
    "call_row",
    "listening_row",
    "offer_row",
    "queue_row",
]
