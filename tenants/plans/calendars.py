"""One event as calendars read it (RFC 5545): lines end in CRLF, are 75 bytes at most, and text is escaped."""

from datetime import UTC, datetime

LONGEST_LINE = 75


def event(uid: str, title: str, about: str, start: datetime, end: datetime) -> str:
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//call centre//maintenance//EN",
        "BEGIN:VEVENT",
        f"UID:{_text(uid)}",
        f"DTSTAMP:{_moment(start)}",
        f"DTSTART:{_moment(start)}",
        f"DTEND:{_moment(end)}",
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(about)}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    plain = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(plain.splitlines())


def _folded(line: str) -> str:
    """Between characters, never within one: 75 bytes may end in the middle of a Chinese one."""
    parts, current, size = [], "", 0
    for character in line:
        width = len(character.encode())
        if size + width > LONGEST_LINE - 1:
            parts.append(current)
            current, size = "", 0
        current, size = current + character, size + width
    return "\r\n ".join([*parts, current])
