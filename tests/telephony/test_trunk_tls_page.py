"""A trunk by TLS on its page: entered, checked, refused and mended in words, and when its certificates end."""

# ruff: noqa: F811 (fixtures)

import re
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.utils import timezone

from telephony.trunks import actions, queries
from telephony.trunks.authorities import fingerprint
from telephony.trunks.errors import TrunksDown
from telephony.trunks.models import Trunk, TrunkTest
from telephony.worker.trunk_certificates import look_at
from telephony.worker.trunks import faults_of, make_test
from tenants.people.models import AuditEntry
from tests.certificates import Authority
from tests.telephony.test_trunk_tls import authority, served  # noqa: F401
from tests.telephony.test_trunks import CUSTOMER, PAGE, a_trunk, cell, form, now, operator, take  # noqa: F401


def tls_form(cell, authority: Authority, **changes) -> dict:
    return form(cell, transport="tls", port="", srtp="optional", own_ca=authority.pem, **changes)


def test_a_trunk_by_tls_is_entered_with_its_own_port_and_authority(operator, cell, authority):
    operator.post(PAGE + "add/", tls_form(cell, authority))
    row = Trunk.objects.get()
    assert (row.transport, row.port, row.srtp, row.own_ca) == ("tls", 5061, "optional", authority.pem)
    ((_row, line),) = queries.lines_of("main")
    assert (line.srtp, line.own_ca) == ("optional", authority.pem)
    told = AuditEntry.objects.get(subject=f"trunks.trunk:{row.pk}").after
    assert told["own certificate authority"] == [fingerprint(authority.certificate)]
    assert "BEGIN CERTIFICATE" not in str(told)
    shown = operator.get(f"{PAGE}{row.pk}/").content.decode()
    assert "Carrier Root, until" in shown
    assert "being looked at" in shown
    operator.post(f"{PAGE}{row.pk}/change/", form(cell, transport="udp", port="", srtp="off", own_ca=""))
    row.refresh_from_db()
    assert (row.transport, row.port, row.own_ca) == ("udp", 5060, "")


def test_what_goes_with_tls_alone_is_refused_without_it(operator, cell, authority, settings):
    for changes, words in (
        ({"srtp": "mandatory"}, "choose the transport TLS, or leave speech unencrypted"),
        ({"own_ca": authority.pem}, "is for the transport TLS alone"),
    ):
        answer = operator.post(PAGE + "add/", form(cell, **{"srtp": "off"} | changes))
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    settings.SWITCH = settings.SWITCH | {"trunk_tls_port": 0}
    answer = operator.post(PAGE + "add/", tls_form(cell, authority))
    assert "FREESWITCH_TRUNK_TLS_PORT is 0" in answer.content.decode()
    assert not Trunk.objects.exists()


def secure(cell, now, authority: Authority, port: int, **more) -> Trunk:
    made = a_trunk(cell, now, transport="tls", own_ca=authority.pem, resolves=True, **more)
    Trunk.objects.filter(pk=made.pk).update(host="localhost", port=port)
    return queries.trunk(made.pk)


def test_the_page_says_what_is_wrong_with_the_certificate_and_when_it_is_mended(
    operator,
    cell,
    now,
    authority,
    served,
    tmp_path,
    client,
    monkeypatch,
    settings,
):
    port = served(authority.sign(tmp_path / "carrier.pem", "Carrier", "sip.carrier.example"))
    row = secure(cell, now, authority, port)
    look_at(row)
    row = queries.trunk(row.pk)
    state = f"{PAGE}{row.pk}/state/"
    told = operator.get(state).content.decode()
    assert "The certificate is for another name" in told
    assert "It is for: sip.carrier.example, carrier" in told
    assert faults_of(row, queries.Use(), now) == [("tls", "", "sip.carrier.example, carrier")]
    with pytest.raises(TrunksDown):
        take(CUSTOMER, timezone.now())
    # It ends its thread's connection, which here is everybody's.
    monkeypatch.setattr("telephony.worker.trunks.connection", Mock())
    asked = actions.ask_for_test(trunk_id=row.pk, number="8610000", asked_by="olivia", at=timezone.now())
    make_test({"node": "fs1"}, TrunkTest.objects.select_related("trunk").get(pk=asked.pk))
    assert "TLS_WRONG_NAME. The certificate is for another name" in operator.get(state).content.decode()
    mended = served(authority.sign(tmp_path / "mended.pem", "Carrier", "localhost"))
    Trunk.objects.filter(pk=row.pk).update(port=mended)
    look_at(queries.trunk(row.pk))
    seen = actions.Seen(line=row.key, registration="REGED", is_up=True, own_until=now + timedelta(days=3))
    actions.note_sights(node="fs1", seen=[seen], at=timezone.now())
    row = queries.trunk(row.pk)
    assert faults_of(row, queries.Use(), now) == []
    assert take(CUSTOMER, timezone.now()) == (row.key,)
    told = operator.get(state).content.decode()
    assert f"localhost, carrier, until {row.tls_until:%Y-%m-%d}" in told
    assert "The rehearsal switch speaks no TLS" in told
    settings.SWITCH = settings.SWITCH | {"kind": "freeswitch"}
    told = operator.get(state).content.decode()
    assert f"fs1: until {now + timedelta(days=3):%Y-%m-%d}" in told
    metrics = client.get("/metrics", SERVER_NAME="localhost").content.decode()
    ends = dict(
        re.findall(r'trunk_certificate_ends_timestamp_seconds{trunk="First",whose="(\w+)"} (\S+)', metrics)
    )
    told = {whose: float(at) for whose, at in ends.items()}
    assert told == {
        "carrier": row.tls_until.timestamp(),
        "fs1": pytest.approx((now + timedelta(days=3)).timestamp()),
    }


def test_what_was_found_of_the_old_terms_says_nothing_of_the_new_ones(cell, now, authority, served, tmp_path):
    row = secure(cell, now, authority, served(authority.sign(tmp_path / "one.pem", "localhost", "localhost")))
    Trunk.objects.filter(pk=row.pk).update(changed_at=timezone.now() + timedelta(seconds=5))
    look_at(row)
    assert queries.trunk(row.pk).tls_checked_at is None
