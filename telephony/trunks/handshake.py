"""Our own look at a carrier's certificate, because a switch only says that it could not connect.

The same rules as the switch's: no name is asked for (it sends no SNI), the authorities are those given, and a name
counts as it is written: no wildcard does (RFC 5922, 7.2), and an address is read from the common name alone.
Nothing but the handshake is sent.
"""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from telephony.trunks.authorities import name_of

PATIENCE_SECONDS = 5.0
NO_ANSWER, CLOSED, NO_TLS = "no_answer", "closed", "no_tls"
UNKNOWN_CA, SELF_SIGNED, EXPIRED, NOT_YET, WRONG_NAME = (
    "unknown_ca",
    "self_signed",
    "expired",
    "not_yet",
    "wrong_name",
)
OF_THE_CERTIFICATE = (UNKNOWN_CA, SELF_SIGNED, EXPIRED, NOT_YET, WRONG_NAME)
_CODES: Mapping[int, str] = {9: NOT_YET, 10: EXPIRED, 18: SELF_SIGNED}
"""OpenSSL's X509_V_ERR_…; each other one means that no authority we trust vouches for it."""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """`problem` "": it is accepted. `more`: the names in it, or who signed it; `until`: when it ends."""

    problem: str = ""
    more: str = ""
    until: datetime | None = None


def look(host: str, port: int, authorities: str) -> Certificate:
    """`authorities` in PEM. Takes PATIENCE_SECONDS at most for each of two connections."""
    try:
        shown = _shaken(host, port, _believing(authorities))
    except ssl.SSLCertVerificationError as refusal:
        return _refused(host, port, _CODES.get(refusal.verify_code, UNKNOWN_CA))
    except ConnectionRefusedError:
        return Certificate(problem=CLOSED)
    except (ssl.SSLError, ConnectionResetError, EOFError):
        return Certificate(problem=NO_TLS)
    except OSError:
        return Certificate(problem=NO_ANSWER)
    except ValueError:
        # Vouched for, and yet nothing we can read a name in.
        return Certificate(problem=WRONG_NAME)
    names = names_in(shown)
    problem = "" if host.lower() in names else WRONG_NAME
    return Certificate(problem=problem, more=", ".join(names)[:200], until=shown.not_valid_after_utc)


def _refused(host: str, port: int, problem: str) -> Certificate:
    """The same again without believing anything, to say whose certificate it is."""
    try:
        shown = _shaken(host, port, _believing_nothing())
    except (OSError, EOFError, ValueError):
        return Certificate(problem=problem)
    issuer = x509.Name(list(shown.issuer)).rfc4514_string()
    told = ", ".join(names_in(shown)) if problem != UNKNOWN_CA else issuer
    told = "".join(letter for letter in told if letter.isprintable())
    return Certificate(problem=problem, more=told[:200], until=shown.not_valid_after_utc)


def _shaken(host: str, port: int, context: ssl.SSLContext) -> x509.Certificate:
    with (
        socket.create_connection((host, port), timeout=PATIENCE_SECONDS) as line,
        context.wrap_socket(line) as secure,
    ):
        shown = secure.getpeercert(binary_form=True)
    if not shown:
        raise EOFError
    return x509.load_der_x509_certificate(shown)


def _believing(authorities: str) -> ssl.SSLContext:
    context = _believing_nothing()
    context.verify_mode = ssl.CERT_REQUIRED
    if authorities.strip():
        context.load_verify_locations(cadata=authorities)
    return context


def _believing_nothing() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def names_in(shown: x509.Certificate) -> list[str]:
    """Whose it is, as the switch reads it: names and sip: addresses, and the common name."""
    try:
        found = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = found.get_values_for_type(x509.DNSName)
        names += [
            uri.removeprefix("sip:") for uri in found.get_values_for_type(x509.UniformResourceIdentifier)
        ]
    except (x509.ExtensionNotFound, ValueError):
        names = []
    return list(dict.fromkeys(one.lower() for one in [*names, name_of(shown)] if one.isprintable()))
