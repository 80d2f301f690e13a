"""The port every text message service has: a number, a text and the service's settings in, a receipt out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from telephony.provider_fields import Field
from telephony.texts.failures import TextFailed

SECONDS = 10.0
LONGEST_TEXT = 300
LONGEST_RECEIPT = 80


@dataclass(frozen=True, kw_only=True)
class TextMessage:
    """`number` is E.164. `key` is the same each time the same message is told: a service that knows keys sends it once.
    `code` is what of the link differs; services with fixed templates put only that in. `secret` is in clear.
    """

    number: str = field(repr=False)
    text: str = field(repr=False)
    key: str
    code: str = field(default="", repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)
    secret: str = field(default="", repr=False)

    def setting(self, name: str, default: str = "") -> str:
        return str(self.settings.get(name) or default).strip()[:200]

    def needed(self, name: str) -> str:
        found = self.setting(name)
        if not found:
            raise TextFailed("settings")
        return found


class Provider(Protocol):
    @property
    def FIELDS(self) -> tuple[Field, ...]: ...
    @property
    def IS_REPEATABLE(self) -> bool:
        """Told twice with one key, a message is sent once."""
        ...

    def address(self, settings: Mapping[str, str]) -> str: ...

    def send(self, message: TextMessage) -> str:
        """The service's own id of the message, or "". Raises TextFailed, Unreachable."""
        ...
