"""The shape of telephony outside Python: rows for the API, the snapshots and the messages alike."""

from telephony.serializers.rows import AgentRow, CallRow, QueueRow, agent_row, call_row, offer_row, queue_row

__all__ = ["AgentRow", "CallRow", "QueueRow", "agent_row", "call_row", "offer_row", "queue_row"]
