"""What a published document names, for the switch: sounds, terms and moments instead of keys and wall clocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from telephony.flows.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueTerms:
    """`may_wait`: callers of this moment wait; otherwise they leave a message."""

    max_wait_seconds: int
    priority: int = 0
    is_recorded: bool = False
    may_wait: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTerms:
    """One published version. `sounds`: prompt → language → SHA-256; `notices`: node → (from, until), epoch seconds."""

    tenant: str
    version_id: int
    document: Document
    sounds: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    queues: Mapping[int, QueueTerms] = field(default_factory=dict)
    notices: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    shown_number: str = ""
    """What those who are called outside see; "": the number the caller dialled."""
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Node → by which trunks its outside number is dialled, in order; none: it is not, and is left by "failed"."""
