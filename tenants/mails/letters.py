"""A letter's words → its subject, plain text and HTML. Pure but for the template: same words, same bytes."""

from dataclasses import dataclass, replace

from django.template.loader import render_to_string

MOST_SUBJECT = 180
DEFAULT_ACCENT = "#2350c4"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """`paragraphs` are plain words, whoever typed them; `link` is an address of ours."""

    subject: str
    paragraphs: tuple[str, ...]
    link: str = ""
    link_words: str = ""


@dataclass(frozen=True, kw_only=True)
class Look:
    """Whose letter it is."""

    name: str
    accent: str = DEFAULT_ACCENT
    language: str = "en"


def one_line(words: str, most: int | None = MOST_SUBJECT) -> str:
    """Nothing that could begin another header: controls and line ends of any kind are spaces.

    `most`: characters, None for however many there are.
    """
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())[:most]


def as_text(letter: Letter, look: Look) -> str:
    parts = [_clean(words) for words in letter.paragraphs]
    if letter.link:
        parts.append(f"{letter.link_words}:\n{letter.link}")
    return "\n\n".join([*parts, f"-- \n{one_line(look.name)}"]) + "\n"


def as_html(letter: Letter, look: Look) -> str:
    """Escaped by the template; nothing in it is fetched from anywhere."""
    words = [_clean(paragraph) for paragraph in letter.paragraphs]
    shown = {"letter": replace(letter, subject=one_line(letter.subject)), "paragraphs": words, "look": look}
    return render_to_string("tenants/mails/letter.html", shown)


def _clean(words: str) -> str:
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in words).strip()
