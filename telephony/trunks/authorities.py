"""Certificate authorities as an operator pastes them. Pure but for the clock the caller gives."""

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils.translation import gettext as _

from telephony.trunks.errors import BadAuthority, KeyPasted

MOST = 10
LONGEST = 40_000


def authorities_in(pem: str) -> list[x509.Certificate]:
    """Raises ValueError for what is no certificate; of "" there are none."""
    return x509.load_pem_x509_certificates(pem.encode("ascii")) if pem.strip() else []


def fingerprint(one: x509.Certificate) -> str:
    return one.fingerprint(SHA256()).hex()[:32]


def authority_of(typed: str, at: datetime) -> str:
    """The certificates alone, in their one spelling; "" stays. Raises BadAuthority, KeyPasted."""
    if "PRIVATE KEY" in typed:
        raise KeyPasted(field="own_ca")
    try:
        found = authorities_in(typed[: LONGEST + 1])
    except ValueError:
        raise _bad(_("This is no certificate in PEM")) from None
    if len(found) > MOST or len(typed) > LONGEST:
        raise _bad(_("These are more certificates than a carrier has"))
    for one in found:
        _refuse_unfit(one, at)
    return "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in found)


def _refuse_unfit(one: x509.Certificate, at: datetime) -> None:
    if one.not_valid_after_utc <= at:
        raise _bad(_("The certificate %(name)s has expired") % {"name": name_of(one)})
    if not _may_sign(one) and one.issuer != one.subject:
        raise _bad(_("%(name)s is a carrier's own certificate and no authority's") % {"name": name_of(one)})


def _may_sign(one: x509.Certificate) -> bool:
    try:
        return bool(one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (x509.ExtensionNotFound, ValueError):
        return False


def name_of(one: x509.Certificate) -> str:
    """For a person: no more than can be read, and nothing that is not printable."""
    names = one.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    said = str(names[0].value) if names else one.subject.rfc4514_string()
    return "".join(letter for letter in said if letter.isprintable())[:80]


def _bad(words: str) -> BadAuthority:
    return BadAuthority(field="own_ca", value=words)
