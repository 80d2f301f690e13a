"""The mailbox by TLS: a server that is believed is read; any other gets no password, and the page says why."""

import pytest

from tenants.service import fetching
from tenants.service.models import Case, SupportMailbox
from tests.certificates import Authority
from tests.service.letter_box import GRACE, LetterBox, again, mail

OURS = ("mail.example", "127.0.0.1", "localhost")


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """The one this machine trusts."""
    made, path = Authority("Trusted authority"), tmp_path / "authorities.pem"
    path.write_text(made.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    return made


@pytest.fixture(params=["always", "start"])
def serve(request, box, settings, tmp_path):
    """serve(authority, *names, days=…) → a server that shows such a certificate; the account is the one read so far."""
    made = []

    def begin(signer, *names, days=10):
        chain = signer.sign(tmp_path / f"chain-{len(made)}.pem", names[0], *names, days=days)
        made.append(LetterBox(chain, starts=request.param == "start"))
        made[-1].put(mail())
        made[-1].put(mail(GRACE, b"URGENT no calls", b"2"))
        settings.MAILBOX = settings.MAILBOX | {"port": made[-1].port, "tls": request.param}
        SupportMailbox.objects.update(account=fetching.account())
        return made[-1]

    yield begin
    for one in made:
        one.close()


def page(client_of, member, language="en"):
    console = client_of(member(None, "operator", language=language))
    console.cookies["django_language"] = language
    return console.get("/service/mailbox/").content.decode()


def test_a_server_of_a_trusted_authority_is_read_and_each_mail_goes_to_its_house(
    houses, authority, serve, member, client_of
):
    acme, globex = houses
    server = serve(authority, *OURS)
    assert again() == 2
    assert [Case.objects.filter(tenant=one).count() for one in (acme, globex)] == [1, 1]
    assert server.passwords == ["geheim 密码"]
    assert all(server.flags(uid) == {"\\Seen"} for uid in server.letters)
    assert SupportMailbox.objects.get().problem == ""
    assert "certificate" not in page(client_of, member)


@pytest.mark.parametrize(
    ("is_trusted", "names", "days", "code", "said", "said_zh"),
    [
        (False, OURS, 10, "certificate untrusted", "No authority that this machine trusts", "均未签发"),
        (True, OURS, -1, "certificate ended", "has ended", "已过期"),
        (True, OURS, 40, "certificate not yet", "does not hold yet", "尚未生效"),
        (True, ("other.example",), 10, "certificate of another", "is for another name", "属于其他名称"),
    ],
)
def test_what_is_not_believed_gets_no_password_and_the_page_says_why(
    houses, authority, serve, member, client_of, is_trusted, names, days, code, said, said_zh
):
    server = serve(authority if is_trusted else Authority("Somebody else"), *names, days=days)
    assert again() == 0
    found = SupportMailbox.objects.get()
    assert (found.problem, found.failures, server.passwords) == (code, 1, [])
    assert not Case.objects.exists()
    assert not any("AUTHENTICATE" in one or "geheim" in one for one in server.commands)
    assert said in page(client_of, member)
    assert said_zh in page(client_of, member, "zh-hans")


def test_a_name_is_held_against_the_certificate_as_well_as_an_address(houses, authority, serve, settings):
    server = serve(authority, "localhost")
    settings.MAILBOX = settings.MAILBOX | {"host": "localhost"}
    SupportMailbox.objects.update(account=fetching.account())
    assert again() == 2
    settings.MAILBOX = settings.MAILBOX | {"host": "127.0.0.1"}
    SupportMailbox.objects.update(account=fetching.account())
    assert again() == 0
    assert SupportMailbox.objects.get().problem == "certificate of another"
    assert len(server.passwords) == 1


def test_the_mailbox_is_read_again_once_the_certificate_is_renewed(houses, authority, serve):
    serve(authority, *OURS, days=-1)
    assert again() == 0
    serve(authority, *OURS)
    assert again() == 2
    found = SupportMailbox.objects.get()
    assert (found.problem, found.away_since) == ("", None)
