"""Words in two languages: `compile` the catalogues, `check` that every English text has its Chinese.

Source texts are found in Python, in templates and in the docstrings of DomainErrors (which are what a person reads).
Each app keeps `<app>/locale/zh_Hans/LC_MESSAGES/django.po`; compiled `.mo` files are not kept in git.
"""

import ast
import io
import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parent.parent
APPS = ("contactcenter", "tenants", "telephony", "ticketing", "quality", "reporting")
LANGUAGE = "zh_Hans"
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}


class Text(NamedTuple):
    """One source text and a place where it stands."""

    context: str | None
    words: str
    place: str


def catalogue_files() -> list[Path]:
    return sorted(
        path for app in APPS for path in (PROJECT / app).rglob(f"locale/{LANGUAGE}/LC_MESSAGES/django.po")
    )


def compile_all() -> int:
    """Write the .mo beside each .po that is newer; how many were written."""
    written = 0
    for source in catalogue_files():
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        buffer = io.BytesIO()
        write_mo(buffer, _read(source))
        # Whole or not at all: another process may be reading it.
        part = target.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(buffer.getvalue())
        part.replace(target)
        written += 1
    return written


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, abort_invalid=True)


def translated() -> set[tuple[str | None, str]]:
    """(context, English) of every text that has a whole translation nobody doubts."""
    found = set()
    for path in catalogue_files():
        for message in _read(path):
            first = message.id[0] if isinstance(message.id, tuple) else message.id
            words = message.string if isinstance(message.string, tuple) else (message.string,)
            if isinstance(first, str) and first and all(words) and not message.fuzzy:
                found.add((message.context or None, first))
    return found


def told_apart() -> list[str]:
    """English texts two catalogues translate differently: Django would show one of the two at both places."""
    seen: dict[tuple[str | None, str], dict[str, Path]] = {}
    for path in catalogue_files():
        for message in _read(path):
            first = message.id[0] if isinstance(message.id, tuple) else message.id
            words = message.string[0] if isinstance(message.string, tuple) else message.string
            if isinstance(first, str) and isinstance(words, str) and first and words:
                seen.setdefault((message.context or None, first), {}).setdefault(
                    words, path.relative_to(PROJECT)
                )
    return [
        f"{words!r} is " + " but ".join(f"{chinese!r} in {place}" for chinese, place in meanings.items())
        for (_context, words), meanings in seen.items()
        if len(meanings) > 1
    ]


def source_texts() -> Iterator[Text]:
    yield from _texts_of_python()
    yield from _texts_of_templates()
    yield from _sentences_of_errors()


def python_files() -> list[Path]:
    files = (path for app in APPS for path in (PROJECT / app).rglob("*.py"))
    return sorted(path for path in files if "migrations" not in path.parts)


def _texts_of_python() -> Iterator[Text]:
    for path in python_files():
        yield from _extracted(path, path.read_bytes())


def _texts_of_templates() -> Iterator[Text]:
    for folder in (PROJECT / "templates", *(PROJECT / app for app in APPS)):
        for path in sorted(folder.rglob("*.html")) + sorted(folder.rglob("*.txt")):
            source = path.read_text(encoding="utf-8")
            if "{%" in source:
                yield from _extracted(path, templatize(source, origin=str(path)).encode())


def _extracted(path: Path, source: bytes) -> Iterator[Text]:
    place = path.relative_to(PROJECT)
    found = extract("python", io.BytesIO(source), KEYWORDS, options={"encoding": "utf-8"})
    for line, words, _comments, context in found:
        first = words[0] if isinstance(words, tuple) else words
        if first:
            yield Text(context or None, first, f"{place}:{line}")


def _sentences_of_errors() -> Iterator[Text]:
    """Docstrings of classes that descend from DomainError: they are shown as they are."""
    classes = [(path, node) for path in python_files() for node in _classes(path)]
    known = {"DomainError"}
    grown = True
    while grown:
        more = {node.name for _path, node in classes if known & set(map(_base_name, node.bases))} - known
        grown, known = bool(more), known | more
    for path, node in classes:
        if node.name in known and (sentence := ast.get_docstring(node)):
            yield Text(None, sentence, f"{path.relative_to(PROJECT)}:{node.lineno}")


def _classes(path: Path) -> list[ast.ClassDef]:
    return [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.ClassDef)]


def _base_name(base: ast.expr) -> str:
    return base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")


def missing() -> list[Text]:
    """Source texts without a Chinese translation, each once, at its first place."""
    have = translated()
    lacking: dict[tuple[str | None, str], Text] = {}
    for text in source_texts():
        if (text.context, text.words) not in have:
            lacking.setdefault((text.context, text.words), text)
    return list(lacking.values())


def check() -> int:
    lacking = missing()
    for text in lacking:
        say(f"{text.place}: no Chinese for {text.words!r}")
    different = told_apart()
    for line in different:
        say(f"{line}: say one of them in other words, or with pgettext.")
    say(f"{len(lacking)} texts lack a translation, {len(different)} are translated in two ways.")
    return 1 if lacking or different else 0


def print_missing(prefix: str = "") -> int:
    """What to paste into a .po: the texts below a folder that have no translation yet."""
    catalogue = Catalog(locale=LANGUAGE)
    for text in missing():
        if text.place.startswith(prefix):
            file, line = text.place.rsplit(":", 1)
            catalogue.add(text.words, context=text.context, locations=[(file, int(line))])
    from babel.messages.pofile import write_po

    write_po(sys.stdout.buffer, catalogue, omit_header=True, width=0)
    return 0


say = partial(print, flush=True)  # noqa: T202


def main(arguments: list[str]) -> int:
    if not settings.configured:
        settings.configure(USE_I18N=True, INSTALLED_APPS=[])
        django.setup()
    match arguments:
        case ["compile"]:
            compile_all()
            return 0
        case ["check"]:
            return check()
        case ["missing", *prefix]:
            return print_missing(*prefix)
    say("Usage: python -m contactcenter.translations compile | check | missing [folder]")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
