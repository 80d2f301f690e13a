"""What the commands have in common: a passphrase is read from a file, never from the command line."""

from pathlib import Path


def passphrase_from(file: Path | None) -> str:
    return file.read_text(encoding="utf-8").strip() if file else ""
