"""Asks the web application for dialplan and directory as mod_xml_curl does: a form POST on a new connection."""

from __future__ import annotations

import asyncio
import base64
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from .conf import Binding

_MAX_BYTES = 2_000_000


class Unanswered(Exception):
    """No usable answer: refused, late, not found or not XML. The static configuration is asked next."""


async def ask(binding: Binding, fields: Mapping[str, str]) -> ET.Element:
    """The `document` element. Raises Unanswered."""
    try:
        async with asyncio.timeout(binding.timeout):
            status, body = await _post(binding, urlencode(fields, errors="replace").encode())
    except (TimeoutError, OSError, ValueError, asyncio.IncompleteReadError) as error:
        raise Unanswered(f"{binding.url}: {type(error).__name__}") from error
    if status != 200:
        raise Unanswered(f"{binding.url}: HTTP {status}")
    return _document(body)


def _document(body: bytes) -> ET.Element:
    # The real one drops each line with an <include> tag or a <? before it parses; a one-line document is then gone.
    lines = (
        line for line in body.decode("utf-8", "replace").splitlines(keepends=True) if not _is_dropped(line)
    )
    try:
        document = ET.fromstring("".join(lines))  # noqa: S314 - from our own web
    except ET.ParseError as error:
        raise Unanswered(f"Error Parsing Result: {error}") from error
    result = document.find(".//result")
    if result is not None and result.get("status") == "not found":
        raise Unanswered("not found")
    return document


def _is_dropped(line: str) -> bool:
    return "<?" in line or re.search(r"</?include>|X-PRE-PROCESS", line, re.I) is not None


async def _post(binding: Binding, body: bytes) -> tuple[int, bytes]:
    url = urlsplit(binding.url)
    if url.scheme != "http" or not url.hostname:
        raise ValueError("only http:// addresses are asked")
    reader, writer = await asyncio.open_connection(url.hostname, url.port or 80)
    try:
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        credentials = base64.b64encode(binding.credentials.encode()).decode()
        head = (
            f"POST {target} HTTP/1.1\r\nHost: {url.netloc}\r\nUser-Agent: freeswitch-xml/1.0\r\nAccept: */*\r\n"
            f"Authorization: Basic {credentials}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        return await _answer(reader)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status = int(head.split(" ", 2)[1])
    headers = {
        name.lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])
    }
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return status, await _chunks(reader)
    length = headers.get("content-length")
    if length is None:
        return status, await reader.read(_MAX_BYTES)
    return status, await reader.readexactly(min(int(length), _MAX_BYTES))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(min(size, _MAX_BYTES)))
        await reader.readline()
    return b"".join(parts)
