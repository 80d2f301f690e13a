"""A carrier's certificate: what our own look finds, what an operator may paste, and where the switch finds it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from telephony.freeswitch import own_certificate, trunk_tls
from telephony.trunks import handshake
from telephony.trunks.authorities import LONGEST, authorities_in, authority_of
from telephony.trunks.errors import BadAuthority, KeyPasted
from tests.certificates import Authority, shown_at_a_port

Served = Callable[..., int]


@pytest.fixture
def authority() -> Authority:
    return Authority("Carrier Root")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A port where whoever comes sees this certificate (or, without one, hears plain words)."""
    with ExitStack() as ports:
        yield lambda chain: ports.enter_context(shown_at_a_port(chain))


# --- our own look ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("host", "names", "days", "problem"),
    [
        ("localhost", ("Carrier", "localhost"), 10, ""),
        ("localhost", ("Carrier", "LocalHost", "other.example"), 10, ""),
        ("127.0.0.1", ("127.0.0.1",), 10, ""),
        ("localhost", ("Carrier", "sip.carrier.example"), 10, handshake.WRONG_NAME),
        ("localhost", ("*", "*.localhost"), 10, handshake.WRONG_NAME),
        ("localhost", ("Carrier", "localhost"), -1, handshake.EXPIRED),
        ("localhost", ("Carrier", "localhost"), 60, handshake.NOT_YET),
    ],
)
def test_a_certificate_is_accepted_for_its_name_and_its_days_alone(
    served: Served, authority: Authority, tmp_path: Path, host, names, days, problem
):
    port = served(authority.sign(tmp_path / "carrier.pem", *names, days=days))
    found = handshake.look(host, port, authority.pem)
    assert found.problem == problem
    assert all(name.lower() in found.more for name in names)
    assert found.until is not None
    assert abs(found.until - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=1)


def test_whom_nobody_vouches_for_is_named_by_who_signed_and_one_alone_can_be_believed(
    served: Served, authority: Authority, tmp_path: Path
):
    port = served(authority.sign(tmp_path / "carrier.pem", "localhost", "localhost"))
    found = handshake.look("localhost", port, Authority("Somebody else").pem)
    assert (found.problem, found.more) == (handshake.UNKNOWN_CA, "CN=Carrier Root,C=CN")
    assert handshake.look("localhost", port, trunk_tls.everybodys()).problem == handshake.UNKNOWN_CA
    alone = tmp_path / "alone.pem"
    alone.write_text(own_certificate.made_now())
    port = served(alone)
    found = handshake.look("localhost", port, authority.pem)
    assert (found.problem, found.more) == (handshake.SELF_SIGNED, "contactcenter")
    believed = authority_of(alone.read_text().partition("-----END PRIVATE KEY-----")[2], datetime.now(UTC))
    assert handshake.look("localhost", port, believed).problem == handshake.WRONG_NAME


def test_a_closed_port_and_one_without_tls_are_told_apart(served: Served, authority: Authority):
    assert handshake.look("127.0.0.1", served(None), authority.pem).problem == handshake.NO_TLS
    with socket.create_server(("127.0.0.1", 0)) as line:
        port = line.getsockname()[1]
    assert handshake.look("127.0.0.1", port, authority.pem).problem == handshake.CLOSED


def test_who_never_speaks_keeps_us_no_longer_than_said(authority: Authority, monkeypatch):
    monkeypatch.setattr(handshake, "PATIENCE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as line:
        found = handshake.look("127.0.0.1", line.getsockname()[1], authority.pem)
    assert found == handshake.Certificate(problem=handshake.NO_ANSWER)


# --- what may be pasted ---------------------------------------------------------------------------------------------
def test_an_authority_is_kept_in_its_one_spelling_and_nothing_else_of_what_was_pasted(authority: Authority):
    at = datetime.now(UTC)
    other = Authority("Second Root")
    kept = authority_of(f"Bag Attributes: x\r\n{authority.pem}\nsubject=…\n{other.pem}".replace("…", "y"), at)
    assert kept == authority.pem + other.pem
    assert authority_of("  \n", at) == ""


def test_what_is_no_authority_is_refused_in_words(authority: Authority, tmp_path: Path):
    at = datetime.now(UTC)
    leaf = authority.sign(tmp_path / "leaf.pem", "sip.carrier.example").read_text()
    with pytest.raises(KeyPasted):
        authority_of(leaf, at)
    certificate = leaf[leaf.index("-----BEGIN CERTIFICATE") :]
    with pytest.raises(BadAuthority, match="sip.carrier.example is a carrier's own certificate"):
        authority_of(certificate, at)
    with pytest.raises(BadAuthority, match="Carrier Root has expired"):
        authority_of(authority.pem, at + timedelta(days=11))
    for typed in ("hello", "证书", authority.pem[:-60], "x" * LONGEST * 2, authority.pem * 11):
        with pytest.raises(BadAuthority):
            authority_of(typed, at)


def test_the_switch_finds_an_authority_by_the_name_of_its_file(
    authority: Authority, served: Served, tmp_path: Path
):
    """As the switch does it: OpenSSL looks the folder up by the hash of who signed."""
    directory = tmp_path / "switch"
    directory.mkdir()
    folder = trunk_tls.make_room(directory)
    odd = Authority("Ümlaut  ROOT   of Things")
    trunk_tls.write_authorities(directory, authorities_in(authority.pem + odd.pem + authority.pem))
    for one in (authority, odd):
        port = served(one.sign(tmp_path / "one.pem", "localhost", "localhost"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(capath=str(folder))
        with socket.create_connection(("localhost", port)) as plain:
            context.wrap_socket(plain, server_hostname="localhost").close()
    assert len([path for path in folder.iterdir() if path.suffix.strip(".").isdigit()]) == 2
    trunk_tls.write_authorities(directory, [])
    assert sorted(path.name for path in folder.iterdir()) == [trunk_tls.OURS, trunk_tls.EVERYBODYS]
    assert folder.stat().st_mode & 0o077 == 0


def test_a_certificate_the_operator_laid_there_stays(tmp_path: Path, authority: Authority):
    made = trunk_tls.make_room(tmp_path) / trunk_tls.OURS
    first = trunk_tls.own_until(tmp_path)
    assert first is not None
    assert first - datetime.now(UTC) > timedelta(days=3650)
    own = authority.sign(made, "pbx.house.example").read_bytes()
    trunk_tls.make_room(tmp_path)
    assert made.read_bytes() == own
    assert trunk_tls.own_until(tmp_path) < first
    made.write_text("nothing")
    assert trunk_tls.own_until(tmp_path) is None
