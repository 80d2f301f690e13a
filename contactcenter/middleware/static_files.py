"""Scripts, styles and pictures of ours: text goes out compressed, packed at its first request and kept in memory.

Pages are not compressed: they carry secrets beside what others typed. These files are the same for everybody.
"""

import gzip
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

WORTH_IT = 1_000
"""Bytes: less fits into one packet as it is."""
PACKED = ("text/", "application/json", "image/svg+xml")


class StaticFiles(WhiteNoiseMiddleware):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._packed: dict[tuple[str, str], bytes] = {}
        super().__init__(*args, **kwargs)

    def add_cache_headers(self, headers: Headers, path: str, url: str) -> None:
        super().add_cache_headers(headers, path, url)
        headers["Vary"] = "Accept-Encoding"

    def serve(self, static_file: StaticFile, request: HttpRequest) -> HttpResponse:  # type: ignore[override]
        """As it lies there to those who ask for a part of it, or cannot unpack."""
        plain = super().serve(static_file, request)
        if plain.status_code != 200 or request.method != "GET" or not _wants_packed(plain, request):
            return plain
        plain.close()
        packed = HttpResponse(self._body(static_file))
        for name, value in plain.headers.items():
            packed.headers[name] = value
        packed.headers["Content-Encoding"] = "gzip"
        packed.headers["Content-Length"] = str(len(packed.content))
        return packed

    def _body(self, static_file: StaticFile) -> bytes:
        """By the file's ETag, which is of its moment and its size."""
        _encoding, path, _headers = static_file.alternatives[-1]
        key = (path, static_file.etag)
        if key not in self._packed:
            self._packed[key] = gzip.compress(Path(path).read_bytes(), mtime=0)
        return self._packed[key]


def _wants_packed(answer: HttpResponse, request: HttpRequest) -> bool:
    return (
        "gzip" in request.headers.get("Accept-Encoding", "")
        and "Content-Encoding" not in answer.headers
        and int(answer.headers.get("Content-Length", 0)) >= WORTH_IT
        and answer.headers.get("Content-Type", "").startswith(PACKED)
    )
