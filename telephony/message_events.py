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


@dataclass(frozen=True, kw_only=True)
class Mentioned(Event):
    """A member is asked to look at an internal note."""

    note_id: int
    member_id: int


@dataclass(frozen=True, kw_only=True)
class FollowUpPlanned(Event):
    """Somebody has work with a time; `owner_id` is a member's."""

    follow_up_id: int
    owner_id: int | None


@dataclass(frozen=True, kw_only=True)
class FollowUpDue(Event):
    """The time of somebody's work has come."""

    follow_up_id: int
    owner_id: int | None
