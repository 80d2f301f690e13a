"""Trunks: entered and sealed, which call goes by which, refused before the switch, watched, and told in words."""

from datetime import timedelta
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.utils import timezone

from telephony import facts
from telephony.cells.models import Cell, SwitchNode
from telephony.freeswitch import trunk_document
from telephony.switch import OnwardCommand, QueueEntry
from telephony.trunks import actions, news, queries
from telephony.trunks.errors import NotCheckedYet, NoTrunkThere, TrunksDown, TrunksFull
from telephony.trunks.models import Trunk, TrunkCall, TrunkFault, TrunkSight, TrunkTest
from telephony.worker.lines import LinedSwitch, NoLine
from telephony.worker.trunks import faults_of, line_from
from tenants.people.models import AuditEntry

PAGE, SECRET, CUSTOMER = "/network/trunks/", "s3cret!pass", "8613877776666"


@pytest.fixture
def cell(db) -> Cell:
    made, _is_new = Cell.objects.get_or_create(name="main")
    SwitchNode.objects.get_or_create(name="fs1", defaults={"cell": made})
    return made


@pytest.fixture
def operator(member, client_of):
    return client_of(member(None, "operator"))


@pytest.fixture
def now():
    return timezone.now()


def a_trunk(cell, now, name="First", *, prefix="", position=1, is_up=True, **more) -> Trunk:
    """In use, and found so by the one switch."""
    made = Trunk.objects.create(
        name=name, cell=cell, host="sip.carrier.example", state="in_use", changed_at=now, **more
    )
    made.routes.create(prefix=prefix, position=position)
    TrunkSight.objects.create(
        trunk=made, node="fs1", registration="REGED", is_up=is_up, seen_at=now, since=now
    )
    return made


def take(number, now, *, leg_id=None):
    return actions.take_lines(number=number, leg_id=leg_id or uuid4(), cell="main", at=now)


def form(cell, **changes) -> dict:
    return {
        "name": "First", "carrier": "Telecom", "cell_id": cell.pk, "host": "SIP.Carrier.example", "port": 5060,
        "transport": "udp", "srtp": "off", "way": "register", "username": "861055550000", "secret": SECRET,
        "networks": "", "codecs": "PCMA:PCMU", "caller_form": "pid", "dial_prefix": "", "channels_out": 2,
        "channels_in": 2, "calls_per_second": 5,
    } | changes  # fmt: skip


# --- entered, and never shown again ---------------------------------------------------------------------------------
def test_a_trunk_is_entered_its_password_sealed_and_never_shown(operator, cell):
    kept = operator.post(PAGE + "add/", form(cell), follow=True)
    row = Trunk.objects.get()
    assert (row.host, row.state, row.is_registered) == ("sip.carrier.example", "draft", True)
    assert SECRET not in row.sealed_secret
    ((_row, line),) = queries.lines_of("main")
    assert line.secret == SECRET
    for page in ("", f"{row.pk}/", f"{row.pk}/change/", f"{row.pk}/state/", "rows/"):
        assert SECRET not in operator.get(PAGE + page).content.decode()
    assert SECRET not in kept.content.decode()
    assert SECRET not in str(list(AuditEntry.objects.values_list("before", "after")))
    operator.post(f"{PAGE}{row.pk}/change/", form(cell, secret="", channels_out=9))
    row.refresh_from_db()
    ((_row, line),) = queries.lines_of("main")
    assert (row.channels_out, line.secret) == (9, SECRET)
    operator.post(f"{PAGE}{row.pk}/change/", form(cell, secret="another-one"))
    ((_row, line),) = queries.lines_of("main")
    assert line.secret == "another-one"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"host": "sip.carrier.example;transport=tls"}, "A host is a name such as"),
        ({"host": "${event_secret}"}, "A host is a name such as"),
        ({"username": 'x"/><param'}, "A user name of a trunk has letters"),
        ({"secret": "a$${x}bc"}, "A password of a trunk has 4 to 64"),
        ({"secret": "", "username": "me"}, "wants a user name and a password"),
        ({"way": "address"}, "name its addresses"),
        ({"networks": "203.0.113.0/28, 0.0.0.0/0"}, "0.0.0.0/0 is no address and no network"),
        ({"dial_prefix": "9|"}, "Digits alone can be dialled"),
    ],
)
def test_what_the_switch_would_misread_is_refused_in_words_and_what_was_typed_stays(
    operator, cell, changes, words
):
    answer = operator.post(PAGE + "add/", form(cell, **changes))
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert "Telecom" in answer.content.decode()
    assert not Trunk.objects.exists()


def test_only_operators_see_trunks(cell, now, member, client_of, acme):
    row = a_trunk(cell, now)
    for who in (member(None, "operator_finance"),):
        assert client_of(who).get(PAGE).status_code == 403
        assert client_of(who).post(f"{PAGE}{row.pk}/off/").status_code == 403
    assert client_of(member(acme, "owner")).get(PAGE).status_code == 404
    row.refresh_from_db()
    assert row.state == "in_use"


# --- which call goes by which -----------------------------------------------------------------------------------------
def test_the_longest_prefix_counts_in_its_order_and_without_trunks_the_settings_do(cell, now):
    assert take(CUSTOMER, now) == ("backup",)
    first, second = a_trunk(cell, now, position=2), a_trunk(cell, now, "Second", position=1)
    third = a_trunk(cell, now, "Third", prefix="8610")
    assert take(CUSTOMER, now) == (second.key, first.key)
    assert take("+861012345678", now) == (third.key,)
    Trunk.objects.filter(pk=third.pk).update(state="off")
    assert take("861012345678", now) == (second.key, first.key)
    Trunk.objects.filter(pk__in=[first.pk, second.pk]).update(state="off")
    Trunk.objects.filter(pk=third.pk).update(state="in_use")
    with pytest.raises(NoTrunkThere):
        take(CUSTOMER, now)


def test_a_trunk_that_is_down_is_passed_by_and_what_is_not_known_is_tried(cell, now):
    down, up = a_trunk(cell, now, is_up=False), a_trunk(cell, now, "Second", position=2)
    assert take(CUSTOMER, now) == (up.key,)
    TrunkSight.objects.filter(trunk=down).update(seen_at=now - timedelta(minutes=5))
    assert take(CUSTOMER, now) == (down.key, up.key)
    TrunkSight.objects.update(seen_at=now, is_up=False)
    with pytest.raises(TrunksDown):
        take(CUSTOMER, now)


def test_places_are_counted_and_given_back_also_when_nobody_said_that_a_leg_ended(cell, now):
    row = a_trunk(cell, now, channels_out=2, calls_per_second=100)
    one, two = uuid4(), uuid4()
    take(CUSTOMER, now, leg_id=one)
    take(CUSTOMER, now, leg_id=one)
    take(CUSTOMER, now, leg_id=two)
    with pytest.raises(TrunksFull):
        take(CUSTOMER, now)
    # The first is up, the second was never dialled: its place is free once its time is over.
    actions.note_leg(leg_id=one, line=row.key, node="fs1", at=now)
    later = now + actions.RESERVED + timedelta(seconds=1)
    TrunkSight.objects.update(seen_at=later)
    assert take(CUSTOMER, later) == (row.key,)
    with pytest.raises(TrunksFull):
        take(CUSTOMER, later)
    # Whoever counted died meanwhile: the switch has none of these legs any more.
    actions.forget_dead(cell="main", live=[], before=later)
    actions.forget_reservations(at=later + actions.RESERVED + timedelta(seconds=1))
    assert queries.uses(later) == {}


def test_no_more_calls_a_second_than_the_carrier_takes(cell, now):
    a_trunk(cell, now, calls_per_second=2)
    at = now.replace(microsecond=0)
    for part in (0, 300):
        take(CUSTOMER, at + timedelta(milliseconds=part))
    with pytest.raises(TrunksFull):
        take(CUSTOMER, at + timedelta(milliseconds=900))
    assert take(CUSTOMER, at + timedelta(seconds=1))


def test_the_switch_is_told_the_lines_and_is_not_asked_where_there_is_no_place(cell, now):
    first, second = (
        a_trunk(cell, now, channels_out=1),
        a_trunk(cell, now, "Second", position=2, channels_out=1),
    )
    sent: list[OnwardCommand] = []
    lined = LinedSwitch(Mock(send_to_number=sent.append), "main")

    def onward(leg_id) -> OnwardCommand:
        entry = QueueEntry(tenant="acme", queue_id=1, priority=0, max_wait_seconds=60, language="en")
        return OnwardCommand(
            onward_id=leg_id, tenant="acme", caller_leg_id=uuid4(), call_id=uuid4(), entry=entry, dials=CUSTOMER,
            shown_number="+862155508888", timeout_seconds=30,
        )  # fmt: skip

    legs = [uuid4(), uuid4()]
    for leg_id in legs:
        lined.send_to_number(onward(leg_id))
    assert [command.lines for command in sent] == [(first.key, second.key), (second.key,)]
    with pytest.raises(NoLine) as refused:
        lined.send_to_number(onward(uuid4()))
    assert isinstance(refused.value.refusal, TrunksFull)
    assert len(sent) == 2
    news.take_legs([_created(legs[0], second.key, now)])
    assert TrunkCall.objects.get(leg_id=legs[0]).trunk == second
    news.take_legs([_hung_up(leg_id, second.key, now, "NORMAL_CLEARING") for leg_id in legs])
    assert not TrunkCall.objects.exists()


def _created(leg_id, line, at) -> facts.LegCreated:
    return facts.LegCreated(
        node="fs1", at=at, tenant="acme", leg_id=leg_id, direction=facts.Direction.OUTBOUND, dialled=CUSTOMER,
        caller_number="", caller_name="", line=line,
    )  # fmt: skip


def _hung_up(leg_id, line, at, cause) -> facts.LegHungUp:
    return facts.LegHungUp(
        node="fs1", at=at, tenant="acme", leg_id=leg_id, direction=facts.Direction.OUTBOUND, cause=cause,
        by=facts.HungUpBy.SWITCH, created_at=at, answered_at=None, ended_at=at, line=line,
    )  # fmt: skip


# --- watched ----------------------------------------------------------------------------------------------------------
def test_faults_begin_and_end_and_are_told_once(cell, now):
    row = a_trunk(cell, now)
    stated = facts.LineStated(
        node="fs1",
        at=now,
        line=row.key,
        registration="FAILED",
        is_up=False,
        sip_status=403,
        phrase="Forbidden",
    )
    news.take(stated)
    wrong = faults_of(queries.trunk(row.pk), queries.Use(), now)
    assert wrong == [("refused", "fs1", "403 Forbidden")]
    assert actions.raise_faults(trunk_id=row.pk, wrong=wrong, at=now) == (1, 0)
    assert actions.raise_faults(trunk_id=row.pk, wrong=wrong, at=now) == (0, 0)
    for _call in range(3):
        news.take(
            facts.LineFailed(node="fs1", at=now, line=row.key, leg_id=uuid4(), cause="NETWORK_OUT_OF_ORDER")
        )
    actions.note_sights(
        node="fs1", at=now, seen=[actions.Seen(line=row.key, registration="REGED", is_up=True, ping_ms=3.0)]
    )
    wrong = faults_of(queries.trunk(row.pk), queries.Use(out=row.channels_out), now)
    assert [kind for kind, _node, _more in wrong] == ["full", "failing"]
    assert actions.raise_faults(trunk_id=row.pk, wrong=wrong, at=now) == (2, 1)
    news.take_legs([_hung_up(uuid4(), row.key, now, "USER_BUSY")])
    assert faults_of(queries.trunk(row.pk), queries.Use(), now) == []
    assert actions.raise_faults(trunk_id=row.pk, wrong=[], at=now) == (0, 2)
    assert TrunkFault.objects.filter(cleared_at=None).count() == 0


def test_where_a_call_came_from_tells_its_trunk_unless_two_claim_it(cell, now):
    one = a_trunk(cell, now, networks=["203.0.113.0/28"])
    two = a_trunk(cell, now, "Second", networks=["198.51.100.7/32"])
    assert line_from([one, two], "203.0.113.9") == one.key
    assert line_from([one, two], "192.0.2.1") == line_from([one, two], "nonsense") == ""
    two.networks.append("203.0.113.0/24")
    assert line_from([one, two], "203.0.113.9") == ""


def test_a_new_trunk_goes_step_by_step_into_use_and_out_of_it(operator, cell, now):
    operator.post(PAGE + "add/", form(cell))
    row = Trunk.objects.get()
    page = f"{PAGE}{row.pk}/"
    assert "being looked up" in operator.get(page).content.decode()
    with pytest.raises(NotCheckedYet):
        actions.use_trunk(trunk_id=row.pk, at=now)
    assert "has not reached its carrier yet" in operator.post(page + "use/", follow=True).content.decode()
    seen = actions.Seen(
        line=row.key, registration="FAIL_WAIT", is_up=False, sip_status=401, phrase="Unauthorized"
    )
    actions.note_sights(node="fs1", seen=[seen], at=timezone.now())
    assert "User name or password is wrong" in operator.get(page + "state/").content.decode()
    seen = actions.Seen(line=row.key, registration="REGED", is_up=True, ping_ms=12.4)
    actions.note_sights(node="fs1", seen=[seen], at=timezone.now())
    actions.note_addresses(trunk_id=row.pk, addresses=["203.0.113.5"])
    told = operator.get(page + "state/").content.decode()
    assert all(words in told for words in ("203.0.113.5", "after 12 ms", "not made yet"))
    refused = operator.post(page + "test/", {"number": "not a number"})
    assert (refused.status_code, TrunkTest.objects.count()) == (422, 0)
    operator.post(page + "test/", {"number": "+86 10 0000"})
    again = operator.post(page + "test/", {"number": "8610000"})
    assert "is under way" in again.content.decode()
    (asked,) = queries.tests_asked("main")
    assert (asked.number, asked.trunk) == ("86100000", row)
    actions.end_test(
        test_id=asked.pk, at=now, is_answered=True, sip_status=200, ringing_ms=300, answered_ms=1200, mos=4.4
    )
    assert "rang after 0.3 s, answered after 1.2 s, MOS 4.4" in operator.get(page).content.decode()
    operator.post(page + "routes/", {"routes": "86, 8610", "position": 2})
    operator.post(page + "use/")
    assert take("861012345678", timezone.now()) == (row.key,)
    operator.post(page + "off/")
    assert take("861012345678", timezone.now()) == ("backup",)
    assert queries.lines_of("main") == []
    verbs = AuditEntry.objects.filter(subject=f"trunks.trunk:{row.pk}").values_list("verb", flat=True)
    assert set(verbs) == {"added", "changed", "made a test call by"}


def test_the_file_of_a_switch_names_what_is_other_now(cell, now, tmp_path):
    a_trunk(cell, now)
    lines = [line for _row, line in queries.lines_of("main")]
    document = trunk_document.gateways_document(lines)
    assert trunk_document.write_trunks(tmp_path, document, "") == ({lines[0].key}, True)
    assert trunk_document.write_trunks(tmp_path, document, "") == (set(), False)
    assert (tmp_path / "trunks" / "trunks.xml").stat().st_mode & 0o077 == 0
    assert trunk_document.write_trunks(tmp_path, "\n", "") == ({lines[0].key}, False)


def test_metrics_tell_what_is_up_and_how_full_it_is(cell, now, client):
    row = a_trunk(cell, now)
    actions.note_leg(leg_id=uuid4(), line=row.key, node="fs1", at=now)
    told = client.get("/metrics", SERVER_NAME="localhost").content.decode()
    assert 'contactcenter_trunk_up{node="fs1",trunk="First"} 1.0' in told
    assert 'contactcenter_trunk_calls{direction="out",trunk="First"} 1.0' in told
