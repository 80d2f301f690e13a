"""What may be a panel's address, and what would say something else in a header or a frame."""

import pytest

from ticketing.panels.addresses import check_address, origin_of
from ticketing.panels.errors import AddressIsOurs, AddressUnusable

HOSTILE = (
    "javascript:alert(1)", "data:text/html,x", "//crm.example", "http://crm.example/", "https://", "ftp://crm.example/",
    "https://me:word@crm.example/", "https://me@crm.example/", "https://crm.example;script-src *", "https://*/",
    "https://*.example/", "https://crm.example/ x", "https://crm.example/\n", "https://crm.example,evil/", "https://[::1]/",
    "https://crm.example:99999/", "https://crm.example/#token", "https://crm.example\\@evil.example/", "https://客户.example/",
    "https://'self'/", "https://crm..example/", "https://-crm.example/", "blob:https://crm.example/x",
)  # fmt: skip


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_address_is_refused(url, settings):
    settings.PRIVATE_SERVICES = frozenset()
    with pytest.raises(AddressUnusable):
        check_address(url, "acme.localhost")


def test_which_addresses_a_panel_may_have(settings):
    settings.PRIVATE_SERVICES = frozenset({"127.0.0.1:9000"})
    for url, origin in (
        ("https://crm.example/x?y=1", "https://crm.example"),
        ("https://CRM.example:443/", "https://crm.example"),
        ("https://10.0.0.5:8443/", "https://10.0.0.5:8443"),
        ("https://xn--fiqs8s.example/", "https://xn--fiqs8s.example"),
        ("http://127.0.0.1:9000/", "http://127.0.0.1:9000"),
    ):
        check_address(url, "acme.localhost:8000")
        assert origin_of(url) == origin
    with pytest.raises(AddressUnusable):
        check_address("http://127.0.0.1:9001/", "acme.localhost")
    with pytest.raises(AddressIsOurs):
        check_address("https://ACME.localhost/x", "acme.localhost:8000")
