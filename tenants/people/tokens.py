"""Keys for programs: 256 random bits shown once, of which only the hash is kept."""

import hashlib
import secrets

PREFIX = "cct_"
SHOWN = 10


def new_token() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """SHA-256 is enough: nobody guesses 256 random bits, so no slow hash and no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def beginning_of(token: str) -> str:
    return token[:SHOWN]
