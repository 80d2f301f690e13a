"""A kept sound as an answer to a player: whole, or the piece that was asked for."""

import re
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from telephony.vault.plain import OpenSound

RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def sound_answer(request: HttpRequest, sound: OpenSound, *, name: str, is_download: bool) -> HttpResponse:
    """`name` is the file's, of letters, digits, dashes and dots alone."""
    answer = whole_or_part(request, sound)
    answer["Content-Type"] = "audio/wav"
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-store"
    kind = "attachment" if is_download else "inline"
    answer["Content-Disposition"] = f'{kind}; filename="{name}"'
    return answer


def whole_or_part(request: HttpRequest, sound: OpenSound) -> HttpResponse:
    wanted = wanted_bytes(request.headers.get("Range", ""), sound.size)
    first, last = wanted or (0, sound.size - 1)
    if wanted and (first > last or first >= sound.size):
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{sound.size}"})
    answer = StreamingHttpResponse(
        _pieces(request, sound, first, last - first + 1), status=206 if wanted else 200
    )
    answer["Content-Length"] = str(last - first + 1)
    if wanted:
        answer["Content-Range"] = f"bytes {first}-{last}/{sound.size}"
    return answer


def wanted_bytes(asked: str, size: int) -> tuple[int, int] | None:
    """(first, last) of a single range; None when there is none we understand, and the whole is sent."""
    match = RANGE.fullmatch(asked.strip()[:60])
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last) if last else size - 1, size - 1)


def _pieces(
    request: HttpRequest, sound: OpenSound, first: int, length: int
) -> Iterator[bytes] | AsyncIterator[bytes]:
    """Under ASGI an async iterator: a plain one would be read into memory whole."""
    pieces = iter(sound.read(first, length))
    return _in_threads(pieces) if isinstance(request, ASGIRequest) else pieces


async def _in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await sync_to_async(next, thread_sensitive=False)(pieces, None)) is not None:
        yield piece
