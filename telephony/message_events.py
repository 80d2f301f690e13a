"""What members said to each other, told upwards: ids and a moment."""

from dataclasses import dataclass

from tenants.events import Event


@dataclass(frozen=True, kw_only=True)
class HelpRequestChanged(Event):
    """An agent's hand went up, somebody comes, or it went down."""

    help_id: int
    agent_id: int


@dataclass(frozen=True, kw_only=True)
class ChatWritten(Event):
    """One member wrote a line to another; both are members' ids."""

    message_id: int
    sender_id: int
    recipient_id: int


@dataclass(frozen=True, kw_only=True)
class Announced(Event):
    """Those who lead told everybody, or a group; or withdrew it."""

    announcement_id: int
