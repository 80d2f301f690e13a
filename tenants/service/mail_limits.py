"""What a mail may be before anybody takes it apart: the parser's time grows with parts times lines, and with the square
of a long header. Looked at as bytes, each once.
"""

import re

from tenants.service import errors

LARGEST = 20 * 2**20
MOST_LINES = 600_000
MOST_PARTS = 400
"""Lines that may be borders between parts; signatures and lines drawn with dashes are among them."""
MOST_MULTIPART = 40
"""Parts that hold parts: each one costs a look at every line within it."""
MOST_HEAD = 256 * 2**10
MOST_HEADER = 4 * 2**10
"""Of one that is read: who, what about, which mail, what a part is."""
HEAD_END = re.compile(rb"\r?\n\r?\n")
READ_HEADERS = re.compile(
    rb"^(?:from|subject|message-id|auto-submitted|precedence|return-path|content-[a-z-]{1,40})[ \t]*:"
    rb"[^\n]*(?:\n[ \t][^\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)
FROM = re.compile(rb"^from[ \t]*:", re.IGNORECASE | re.MULTILINE)


def refuse_bombs(raw: bytes) -> None:
    """Raises MailTooLarge, MailTooManyParts, MailHeadersBroken."""
    if len(raw) > LARGEST:
        raise errors.MailTooLarge(field="mail", megabytes=LARGEST // 2**20)
    is_full = raw.count(b"\n--") > MOST_PARTS or raw.count(b"\n") > MOST_LINES
    if is_full or raw.lower().count(b"multipart/") > MOST_MULTIPART:
        raise errors.MailTooManyParts(field="mail")
    end = HEAD_END.search(raw)
    head = raw[: end.start()] if end else raw
    if len(head) > MOST_HEAD or len(FROM.findall(head)) > 1:
        raise errors.MailHeadersBroken(field="mail")
    if any(len(found.group()) > MOST_HEADER for found in READ_HEADERS.finditer(raw)):
        raise errors.MailHeadersBroken(field="mail")
