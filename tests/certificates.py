"""Certificate authorities and what they sign, made on the spot."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

DAY = timedelta(days=1)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def named(name: str) -> x509.Name:
    country = x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "CN")
    return x509.Name([country, x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


@dataclass
class Authority:
    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)

    def __post_init__(self) -> None:
        self.certificate = self._signed(named(self.name), self.key, [], days=10, is_authority=True)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def sign(self, path: Path, name: str, *alternatives: str, days: int = 10) -> Path:
        """Key and certificate in one file; a negative number of days ended so long ago."""
        key, names = new_key(), [_alternative(one) for one in alternatives]
        made = self._signed(named(name), key, names, days=days, is_authority=False)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + made.public_bytes(Encoding.PEM))
        return path

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        names: list[x509.GeneralName],
        *,
        days: int,
        is_authority: bool,
    ) -> x509.Certificate:
        until = datetime.now(UTC) + days * DAY
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(named(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(until - 30 * DAY)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, SHA256())


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@contextmanager
def shown_at_a_port(chain: Path | None) -> Iterator[int]:
    """A port where whoever comes sees this certificate (or, without one, hears plain words)."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        thread = threading.Thread(target=_show, args=(line, chain), daemon=True)
        thread.start()
        yield line.getsockname()[1]
        line.shutdown(socket.SHUT_RDWR)
        thread.join(6)


def _show(line: socket.socket, chain: Path | None) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if chain:
        context.load_cert_chain(chain)
    while True:
        try:
            plain, _sender = line.accept()
        except OSError:
            return
        with plain, suppress(OSError):
            plain.settimeout(5)
            if chain:
                context.wrap_socket(plain, server_side=True).close()
            else:
                plain.sendall(b"SIP/2.0 400 Bad Request\r\n\r\n")
