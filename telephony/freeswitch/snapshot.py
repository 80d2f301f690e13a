"""The numbers the switch keeps for the times when our web does not answer it. Written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from telephony.freeswitch.documents import Route, fallback_document

FILE_NAME = "numbers.xml"


def write_numbers(conf_directory: Path, numbers: Iterable[tuple[str, Route]]) -> bool:
    """Writes (dialled digits, route) pairs; the switch reads the file for each call. False when nothing changed."""
    document = fallback_document(numbers)
    target = conf_directory / FILE_NAME
    if target.is_file() and target.read_text(encoding="utf-8") == document:
        return False
    handle, name = tempfile.mkstemp(dir=conf_directory, prefix=".numbers-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(document)
    os.chmod(name, 0o640)
    os.replace(name, target)
    return True
