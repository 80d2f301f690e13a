"""Which number those we call see: the one the customer dialled, or the one the tenant chose for all; no agent's."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from telephony.actions.callbacks import enter_callback
from telephony.flows.terms import FlowTerms
from telephony.freeswitch.documents import dialplan_document
from telephony.freeswitch.flow_document import flow_document
from telephony.models import Callback, Entry, Flow, FlowVersion
from telephony.queries.displays import number_to_show
from telephony.queries.flow_terms import flow_terms
from telephony.queries.routes import inbound_route
from tests.telephony.prepared import BACKUP, SECOND, Action, prepare, switch

OUTSIDE = {"id": "x", "kind": "external", "settings": {"number": "+862155509999"}, "exits": {}}
DOCUMENT = {"format": 1, "languages": ["en"], "start": "x", "nodes": [OUTSIDE]}


def show(floor, number: str) -> None:
    with floor.inside():
        Entry.objects.filter(number_e164=number).update(is_shown=True)


def promised(floor, number: str) -> str:
    with floor.inside():
        callback, _new = enter_callback(
            number=number,
            queue_id=floor.queue.pk,
            at=timezone.now(),
            language="en",
            source=Callback.Source.AGENT,
        )
        return callback.shown_number


def dialled_by_flow(floor) -> str:
    with floor.inside():
        flow, _new = Flow.objects.get_or_create(name="Out")
        flow.versions.all().delete()
        version = FlowVersion.objects.create(
            flow=flow, number=1, document=DOCUMENT, published_at=timezone.now()
        )
        terms = flow_terms(version, timezone.now())
        assert isinstance(terms, FlowTerms)
        return flow_document(terms)


def test_callbacks_and_flows_show_the_number_dialled_until_one_is_chosen(lines, floor, other_floor):
    assert promised(floor, "+8613800000001") == floor.number
    assert "origination_caller_id_number=${cc_number}," in dialled_by_flow(floor)
    show(floor, SECOND)
    assert promised(floor, "+8613800000002") == SECOND
    assert f"origination_caller_id_number={SECOND},origination_caller_id_name={SECOND}," in dialled_by_flow(
        floor
    )
    assert promised(other_floor, "+447700900001") == other_floor.number
    assert "origination_caller_id_number=${cc_number}," in dialled_by_flow(other_floor)


def test_backup_lines_and_transfers_show_the_chosen_number_too(lines, floor, other_floor):
    switch(lines, prepare(lines, action=Action.BACKUP_LINE, backup_number=BACKUP))

    def shown() -> list[str]:
        route = inbound_route(floor.number)
        with floor.inside():
            return [_set(dialplan_document(route), "cc_shown"), number_to_show(floor.number)]

    assert shown() == [floor.number] * 2
    show(floor, SECOND)
    assert shown() == [SECOND] * 2
    with other_floor.inside():
        assert number_to_show(other_floor.number) == other_floor.number


def _set(document: str, name: str) -> str:
    """What the document sets a variable to."""
    return document.partition(f"{name}=")[2].partition('"')[0]


def test_only_one_number_of_a_tenant_is_shown(lines, floor, other_floor):
    show(floor, SECOND)
    show(other_floor, other_floor.number)
    with pytest.raises(IntegrityError), transaction.atomic():
        show(floor, floor.number)


def test_an_administrator_chooses_it_where_numbers_are_led(lines, floor, member, client_of):
    admin = client_of(member(floor.tenant, "admin"))
    with floor.inside():
        entry = Entry.objects.get(number_e164=SECOND)
    form = {"number_e164": SECOND, "queue": floor.queue.pk, "flow": "", "is_shown": "on"}
    assert admin.post(f"/admin/telephony/entry/{entry.pk}/change/", form).status_code == 302
    assert floor.again(entry).is_shown
    with floor.inside():
        first = Entry.objects.get(number_e164=floor.number)
    refused = admin.post(f"/admin/telephony/entry/{first.pk}/change/", form | {"number_e164": floor.number})
    assert "Another number is shown already" in refused.content.decode()
