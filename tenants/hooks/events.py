"""What hooks themselves tell."""

from dataclasses import dataclass

from tenants.events import Event


@dataclass(frozen=True, kw_only=True)
class EndpointStopped(Event):
    """An endpoint did not take what it asked for, for hours: nothing is sent to it until a person resumes it."""

    endpoint_id: int
