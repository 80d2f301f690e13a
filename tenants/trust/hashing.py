"""What is hashed and how, for those who prove a log without our database: nothing here but Python's own library.

A link's hash is SHA-256 of four lines: its position, its entry's id, the hash before, and the SHA-256 of the entry's
content. Because content counts by its own hash, a text that had to be erased leaves the rest of the chain provable.
"""

import hashlib

FIRST = "0" * 64
"""What stands before the beginning."""


def content_hash(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def link_hash(position: int, entry_id: int | None, before: str, content: str) -> str:
    """`content` is the content's hash."""
    said = f"{position}\n{'' if entry_id is None else entry_id}\n{before}\n{content}"
    return hashlib.sha256(said.encode()).hexdigest()


def genesis_content(entries: int, last_id: int, digest: str) -> str:
    return f"genesis {entries} {last_id} {digest}"
