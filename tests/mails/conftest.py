from collections.abc import Iterator

import pytest

from tests.mails.post_office import PostOffice


@pytest.fixture
def office(settings) -> Iterator[PostOffice]:
    """A server that takes everything, set as the operator's."""
    made = PostOffice()
    settings.MAIL_SERVER = {"host": "127.0.0.1", "port": made.port, "tls": "off", "user": "", "password": ""}
    settings.MAIL_FROM = "noreply@calls.example"
    yield made
    made.close()
