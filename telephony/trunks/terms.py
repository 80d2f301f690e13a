"""What may stand in a trunk's fields. Pure: whatever passes here is harmless in XML, in a command and in a dial string.

Values are refused, never mended or quoted: some are read three times over by the switch.
"""

import ipaddress
import re

from telephony.trunks.errors import BadHost, BadNetwork, BadRoute, BadSecret, BadUsername, NotDigits

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_USERNAME = re.compile(r"[A-Za-z0-9+][A-Za-z0-9+._-]{0,63}")
_SECRET = re.compile(r"[A-Za-z0-9!#%*+,./:=?@^_~-]{4,64}")
_DIGITS = re.compile(r"[0-9]{2,32}")
_WIDEST = {4: 16, 6: 32}
"""A carrier is no continent: networks shorter than these are refused."""
MOST_NETWORKS = 64


def host_of(typed: str) -> str:
    found = typed.strip().lower()
    if not _HOST.fullmatch(found) or len(found) > 253:
        raise BadHost(field="host")
    return found


def username_of(typed: str) -> str:
    """ "" stays. Raises BadUsername for anything a switch would misread."""
    found = typed.strip()
    if found and not _USERNAME.fullmatch(found):
        raise BadUsername(field="username")
    return found


def secret_of(typed: str) -> str:
    if not _SECRET.fullmatch(typed):
        raise BadSecret(field="secret")
    return typed


def networks_of(typed: str) -> list[str]:
    """Each as a network in its one spelling. Raises BadNetwork."""
    words = [word for word in re.split(r"[\s,;]+", typed.strip()) if word]
    if len(words) > MOST_NETWORKS:
        raise BadNetwork(field="networks", value=str(len(words)))
    return list(dict.fromkeys(_network(word) for word in words))


def _network(word: str) -> str:
    try:
        found = ipaddress.ip_network(word, strict=False)
    except ValueError:
        raise BadNetwork(field="networks", value=word[:40]) from None
    if found.prefixlen < _WIDEST[found.version]:
        raise BadNetwork(field="networks", value=word[:40])
    return str(found)


def routes_of(typed: str) -> list[str]:
    """`*` or "" is every number. Raises BadRoute."""
    words = [word for word in re.split(r"[\s,;]+", typed.strip()) if word]
    found = ["" if word == "*" else word.removeprefix("+") for word in words]
    if any(not re.fullmatch(r"[0-9]{0,16}", one) for one in found) or len(found) > MOST_NETWORKS:
        raise BadRoute(field="routes")
    return list(dict.fromkeys(found))


def prefix_of(typed: str) -> str:
    if not re.fullmatch(r"[0-9]{0,8}", typed.strip()):
        raise NotDigits(field="dial_prefix")
    return typed.strip()


def digits_of(typed: str) -> str:
    """A number as it is dialled. Raises NotDigits."""
    found = re.sub(r"[\s()-]", "", typed).removeprefix("+")
    if not _DIGITS.fullmatch(found):
        raise NotDigits(field="number")
    return found
