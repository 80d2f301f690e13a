"""The words of a mail's body, whatever it calls its letters and however its HTML is broken. Time grows with the length
alone.
"""

import codecs
import re
from email.message import EmailMessage, MIMEPart
from html import unescape

from tenants.mails.letters import one_line

MOST_TEXT = 20_000
MOST_BYTES = 2**20
"""Of the body that is looked at; a person's words stand at its beginning."""
ODD = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"})
"""Codecs that are no writing of a mail: slow on purpose, or they make signs that no database keeps."""
HIDDEN = re.compile(r"<(script|style)\b", re.IGNORECASE)
HIDDEN_ENDS = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("script", "style")}
TAG = re.compile(r"<[^<>]*>")


def text_of(message: EmailMessage) -> str:
    """The plain words; of a mail that has none, what is left of its HTML. Attachments are named, and not kept."""
    body = message.get_body(preferencelist=("plain", "html"))
    text = _content(body) if body is not None else ""
    if body is not None and body.get_content_type() == "text/html":
        text = unescape(TAG.sub(" ", _shown(text)))
    attached = [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]
    names = [one_line(name, None) for name in attached]
    if names:
        text += "\n\n[" + ", ".join(names)[:500] + "]"
    kept = text.encode("utf-8", "replace").decode()
    return kept.replace("\0", "").replace("\r\n", "\n").strip()[:MOST_TEXT]


def _content(body: MIMEPart) -> str:
    raw = body.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    return raw[:MOST_BYTES].decode(_letters(body.get_content_charset("utf-8")), "replace")


def _letters(named: str) -> str:
    """In a character set nobody knows it is read as what it most likely is."""
    try:
        known = codecs.lookup(named)
    except (LookupError, ValueError):
        return "utf-8"
    is_text = getattr(known, "_is_text_encoding", True)
    return known.name if is_text and known.name.replace("_", "-") not in ODD else "utf-8"


def _shown(html: str) -> str:
    """Without scripts and styles; one that never ends hides the rest."""
    kept, place = [], 0
    while found := HIDDEN.search(html, place):
        kept.append(html[place : found.start()])
        end = HIDDEN_ENDS[found.group(1).lower()].search(html, found.end())
        if end is None:
            return "".join(kept)
        place = end.end()
    return "".join([*kept, html[place:]])
