"""What the switch asks before a call: quick, and never another tenant's."""

import pytest

from telephony import queries
from telephony.models import Device, Queue
from telephony.queries import Treatment


def suspend(floor) -> None:
    floor.tenant.state = "suspended"
    floor.tenant.save()


@pytest.mark.parametrize("dialled", ["+864001234567", "864001234567", "00864001234567"])
def test_a_number_leads_to_its_queue_in_every_spelling(floor, number, dialled):
    route = queries.inbound_route(dialled)
    assert (route.tenant, route.treatment, route.queue_id) == ("acme", Treatment.QUEUE, floor.queue.pk)
    assert (route.language, route.max_wait_seconds, route.is_recorded) == ("en", 300, True)


def test_a_number_of_nobody_has_no_route(floor):
    assert queries.inbound_route("+99912345") is None
    assert queries.inbound_route("${system rm}") is None
    assert queries.inbound_route("") is None


def test_a_suspended_tenants_callers_hear_a_notice_and_its_phones_stay_out(floor, number):
    floor.agent()
    assert queries.device_credentials("1001", floor.tenant.host) is not None
    suspend(floor)
    assert queries.inbound_route(floor.number).treatment == Treatment.SUSPENDED
    assert queries.device_credentials("1001", floor.tenant.host) is None


def test_a_closed_queue_and_a_number_without_queue_are_closed(floor, number):
    with floor.inside():
        Queue.objects.update(state=Queue.State.CLOSED)
    assert queries.inbound_route(floor.number).treatment == Treatment.CLOSED
    with floor.inside():
        floor.queue.entries.all().delete()
    route = queries.inbound_route(floor.number)
    assert (route.treatment, route.queue_id) == (Treatment.CLOSED, None)


def test_credentials_are_of_one_domain_only(floor, other_floor):
    floor.agent()
    assert queries.device_credentials("1001", floor.tenant.host).tenant == "acme"
    assert queries.device_credentials("1001", other_floor.tenant.host) is None
    assert queries.device_credentials("1001", "nowhere.example") is None
    with floor.inside():
        Device.objects.update(a1_hash="")
    assert queries.device_credentials("1001", floor.tenant.host) is None


def test_the_switch_speaks_chinese_or_english():
    assert [queries.switch_language(code) for code in ("zh-hans", "zh", "en", "")] == ["zh", "zh", "en", "en"]
