"""Sounds going in and out of the pages: an uploaded file as bytes, a kept sound as an answer to a player."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from telephony import policies
from telephony.console.sound_answers import whole_or_part
from telephony.queries.prompts import sound
from telephony.sounds import store
from telephony.sounds.processing import LARGEST_BYTES, SoundRefused
from telephony.vault.errors import SoundMissing
from telephony.vault.plain import PlainSound
from tenants.context import current_schema
from tenants.people.console.access import member_required


def read_upload(request: HttpRequest) -> bytes:
    """The file's bytes. Raises SoundRefused without one, and before a large one is read."""
    given = request.FILES.get("file")
    if given is None:
        raise SoundRefused("empty")
    if given.size > LARGEST_BYTES:
        raise SoundRefused("too_large")
    return given.read()


@require_GET
@member_required(*policies.LEADERS)
def sound_audio(request: HttpRequest, sha256: str) -> HttpResponse:
    """Only what this tenant's rows know; its name is its content, so a browser may keep it."""
    if sound(sha256) is None or not store.is_there(current_schema(), sha256):
        raise SoundMissing
    path = store.path_of(current_schema(), sha256)
    answer = whole_or_part(request, PlainSound(path, path.stat().st_size))
    answer["Content-Type"] = "audio/wav"
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
