"""What we hand out is signed: manifests and certificates, with Ed25519, so that anybody can prove them without us.

The key follows from the installation's data key (settings.DATA_KEYS): nothing more to keep, and a new data key is a new
signer. The public key stands in each document; its fingerprint is shown on our pages and is what a stranger compares.
"""

import base64
import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings


def signed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with `signature` and `signer` beside what it says."""
    key = _key()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return document | {"signer": _text(public), "signature": _text(key.sign(canonical(document)))}


def signer_of(document: dict[str, Any]) -> str:
    """Fingerprint of who signed it; "" when nobody did, or it says something else than what was signed."""
    said = {name: value for name, value in document.items() if name not in ("signer", "signature")}
    try:
        public = base64.b64decode(str(document["signer"]), validate=True)
        signature = base64.b64decode(str(document["signature"]), validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, canonical(said))
    except (KeyError, ValueError, InvalidSignature):
        return ""
    return fingerprint(public)


def our_fingerprint() -> str:
    return fingerprint(_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def fingerprint(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:32]


def canonical(document: dict[str, Any]) -> bytes:
    """One spelling: keys in order, no spaces, UTF-8."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _key() -> Ed25519PrivateKey:
    secret = HKDF(SHA256(), 32, None, b"callcentre signer 1").derive(settings.DATA_KEYS[0].encode())
    return Ed25519PrivateKey.from_private_bytes(secret)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
