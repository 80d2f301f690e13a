"""The address of a sound for one person and one minute: signed, so that nobody makes one or uses another's."""

from dataclasses import dataclass
from secrets import token_hex
from uuid import UUID

from django.core import signing

SECONDS = 60
LONGEST_PLAY = 12 * 3600
"""So long one play may go on: each minute it gets another link."""
SHARED_FOR = 7 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Link:
    """`play` is one play, or one download, over all its links."""

    tenant: str
    recording_id: UUID
    member_id: int
    play: str
    is_download: bool = False

    def signed(self) -> str:
        said = [self.tenant, self.recording_id.hex, self.member_id, self.play, int(self.is_download)]
        return signing.dumps(said, salt="recording link")


def new_play() -> str:
    return token_hex(8)


def read_link(text: str, *, seconds: int = SECONDS) -> Link | None:
    """None for anything that is not a link of ours, or is older."""
    try:
        tenant, recording, member, play, is_download = signing.loads(
            text[:400], salt="recording link", max_age=seconds
        )
        return Link(
            tenant=str(tenant),
            recording_id=UUID(recording),
            member_id=int(member),
            play=str(play),
            is_download=bool(is_download),
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None


def sign_share(*, tenant: str, recording_id: UUID, to_member_id: int, by_name: str) -> str:
    return signing.dumps([tenant, recording_id.hex, to_member_id, by_name[:60]], salt="recording share")


def read_share(text: str) -> tuple[str, UUID, int, str] | None:
    """(tenant, recording, for whom, by whom)."""
    try:
        tenant, recording, member, by_name = signing.loads(
            text[:600], salt="recording share", max_age=SHARED_FOR
        )
        return str(tenant), UUID(recording), int(member), str(by_name)
    except (signing.BadSignature, ValueError, TypeError):
        return None
