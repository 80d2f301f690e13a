"""What the switch speaks TLS with to carriers: a folder with its own certificate, and those it believes.

`agent.pem` is ours (one that lies there already stays), `cafile.pem` the authorities everybody trusts. The trunks' own
authorities lie beside them, each named by the hash of its subject: so the switch finds them at the next handshake,
without a restart, which would end calls.
"""

from __future__ import annotations

import hashlib
import os
import re
import ssl
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from telephony.freeswitch import own_certificate

FOLDER, OURS, EVERYBODYS = "trunk_tls", "agent.pem", "cafile.pem"
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]{1,3}")
_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


def make_room(directory: Path) -> Path:
    """The folder, with a certificate of ours where there is none yet."""
    folder = directory / FOLDER
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    if not (folder / OURS).exists():
        _write(folder / OURS, own_certificate.made_now())
    # Without any authority the switch would not start the profile: it then believes itself alone.
    _write(folder / EVERYBODYS, everybodys() or _certificates_alone(folder / OURS))
    return folder


def everybodys() -> str:
    """The authorities this machine trusts, in PEM; "" where it has none."""
    for path in (ssl.get_default_verify_paths().cafile, *_BUNDLES):
        if path and Path(path).is_file():
            return Path(path).read_text(encoding="utf-8")
    return ""


def own_until(directory: Path) -> datetime | None:
    """When the switch's own certificate ends; None: it cannot be read."""
    try:
        found = x509.load_pem_x509_certificates((directory / FOLDER / OURS).read_bytes())
    except (OSError, ValueError):
        return None
    return found[0].not_valid_after_utc if found else None


def write_authorities(directory: Path, authorities: Iterable[x509.Certificate]) -> None:
    """These, and of earlier ones none. One the switch has used already it believes until it starts again."""
    folder = directory / FOLDER
    if not folder.is_dir():
        return
    wanted: dict[str, str] = {}
    for one in {found.public_bytes(Encoding.DER): found for found in authorities}.values():
        begin = subject_hash(one)
        place = sum(name.startswith(begin) for name in wanted)
        wanted[f"{begin}.{place}"] = one.public_bytes(Encoding.PEM).decode("ascii")
    for name, pem in wanted.items():
        if not (folder / name).exists() or (folder / name).read_text(encoding="ascii") != pem:
            _write(folder / name, pem)
    for path in folder.iterdir():
        if _HASHED.fullmatch(path.name) and path.name not in wanted:
            path.unlink()


def subject_hash(one: x509.Certificate) -> str:
    """X509_NAME_hash of OpenSSL: SHA-1 over the subject in its canonical form, the first four bytes, last one first."""
    told = b"".join(_set(part) for part in one.subject.rdns)
    return hashlib.sha1(told, usedforsecurity=False).digest()[3::-1].hex()


def _set(part: x509.RelativeDistinguishedName) -> bytes:
    return _der(0x31, b"".join(sorted(_attribute(one) for one in part)))


def _attribute(one: x509.NameAttribute) -> bytes:
    """Small letters, each gap one space, as UTF8String (x509_name_canon)."""
    said = one.value if isinstance(one.value, str) else one.value.decode("latin-1")
    plain = re.sub(r"[ \t\n\v\f\r]+", " ", said).strip(" ")
    plain = "".join(letter.lower() if letter.isascii() else letter for letter in plain)
    return _der(0x30, _der(0x06, _numbers(one.oid.dotted_string)) + _der(0x0C, plain.encode()))


def _numbers(dotted: str) -> bytes:
    first, second, *more = [int(number) for number in dotted.split(".")]
    return b"".join(_base_128(number) for number in (40 * first + second, *more))


def _base_128(number: int) -> bytes:
    found = [number & 0x7F]
    while number := number >> 7:
        found.insert(0, number & 0x7F | 0x80)
    return bytes(found)


def _der(tag: int, body: bytes) -> bytes:
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def _certificates_alone(path: Path) -> str:
    found = x509.load_pem_x509_certificates(path.read_bytes())
    return "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in found)


def _write(path: Path, content: str) -> None:
    """A key may be in it: nobody else may read it, not even for a moment."""
    temporary = path.with_name(f".{path.name}.new")
    with open(
        os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(content)
    os.replace(temporary, path)
