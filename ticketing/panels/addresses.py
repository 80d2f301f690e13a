"""Which addresses a panel may have, and its origin as browsers and signatures write it.

The reader's browser asks it, never our server: a CRM inside the company's own network is a fair panel.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings

from tenants.outward import Unreachable, parts_of, port_of
from ticketing.panels.errors import AddressIsOurs, AddressUnusable

HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
"""Names and IPv4: what may stand in a header without saying anything else there. IPv6 may not stand there at all."""
STANDARD = {"https": 443, "http": 80}


def check_address(url: str, own_host: str) -> None:
    try:
        parts = parts_of(url)
    except Unreachable:
        raise AddressUnusable(field="url") from None
    host = str(parts.hostname)
    is_named = f"{host}:{port_of(parts)}" in settings.PRIVATE_SERVICES
    if not (parts.scheme == "https" or (parts.scheme == "http" and is_named)):
        raise AddressUnusable(field="url")
    if not HOST.fullmatch(host) or parts.fragment or "\\" in url or not url.isascii():
        raise AddressUnusable(field="url")
    if host == own_host.rsplit(":", 1)[0].lower() and not is_named:
        raise AddressIsOurs(field="url")


def origin_of(url: str) -> str:
    """`https://crm.example.com`, with the port where it is not the usual one."""
    parts = urlsplit(url)
    port = port_of(parts)
    ending = "" if STANDARD.get(parts.scheme) == port else f":{port}"
    return f"{parts.scheme}://{parts.hostname}{ending}"
