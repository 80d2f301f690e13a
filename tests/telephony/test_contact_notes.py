"""Notes of colleagues about a contact, who is asked to look, what completes the customer's card, what was left."""

from __future__ import annotations

from telephony.actions.contact_notes import note_contact, see_mention
from telephony.models import Disposition
from telephony.queries.contact_notes import notes_about, unseen_mentions
from tenants.context import enter
from tests.telephony.staffed import floor  # noqa: F401  (a fixture)
from tests.telephony_rows import a_call, a_stay, an_offer


def told(published, kind: str) -> list[tuple[str, str]]:
    return [(news.schema, news.audience) for news in published if news.message["type"] == kind]


def test_a_note_about_a_contact_asks_those_it_names_to_look(floor, in_acme, inside, globex, now, published):  # noqa: F811
    ann, ben = floor["members"]["ann"], floor["members"]["ben"]
    call = a_call(now, queue=floor["queue"], caller_number="+8613812342211")
    text = f"Wants a refund, @{ben.username.upper()}: look. @nobody mail@{ann.username} <b>"
    row = note_contact(by=ann, text=text, at=now, call_id=call.pk, customer_id=3)
    assert told(published, "mention") == [("acme", f"member.{ben.pk}")]
    assert notes_about(number="+8613812342211") == notes_about(customer_id=3) == [row]
    other = note_contact(by=ben, text="done", at=now, call_id=call.pk)
    assert notes_about(customer_id=3) == [other, row]
    assert [one.note for one in unseen_mentions([ben.pk])[ben.pk]] == [row]
    assert not see_mention(note_id=row.pk, member=ann, at=now)
    assert see_mention(note_id=row.pk, member=ben, at=now)
    assert unseen_mentions([ben.pk]) == {}
    with inside(globex):
        assert notes_about(number="+8613812342211", customer_id=3) == []


def test_the_card_is_completed_with_why_and_the_notes(floor, client_of, now, member, globex):  # noqa: F811
    with enter("acme"):
        queue, agent = floor["queue"], floor["ann"]
        offer = an_offer(now, a_stay(now, queue, "answered", agent=agent), agent)
        offer.explanation = {"waited_seconds": 12, "target_agent": agent.pk}
        offer.save()
        call = offer.call
        note_contact(by=floor["members"]["ben"], text="<i>loud</i>", at=now, call_id=call.pk)
    ann, ben = client_of(floor["members"]["ann"]), client_of(floor["members"]["ben"])
    shown = ann.get(f"/workspace/why/{call.pk}/").content.decode()
    assert "The call was meant for this agent" in shown
    assert "&lt;i&gt;loud&lt;/i&gt;" in shown
    assert ben.get(f"/workspace/why/{call.pk}/").status_code == 404
    assert client_of(member(globex, "supervisor")).get(f"/workspace/why/{call.pk}/").status_code == 404
    written = ann.post("/notes/", {"call_id": str(call.pk), "text": "again"}).content.decode()
    assert "again" in written
    assert ann.post("/notes/", {"call_id": str(call.pk), "text": " "}).status_code == 400
    ben.post("/notes/", {"call_id": str(call.pk), "text": "not mine to see"})
    with enter("acme"):
        assert len(notes_about(number=call.caller_number)) == 2


# --- what was left in the page


def test_what_was_typed_when_a_wrap_up_ended_is_kept_and_takes_nothing_away(floor, client_of, now):  # noqa: F811
    with enter("acme"):
        order, wrong = (Disposition.objects.create(name=name) for name in ("Order", "Wrong number"))
        call = an_offer(now, a_stay(now, floor["queue"], "answered", agent=floor["ann"]), floor["ann"]).call
    ann, ben = client_of(floor["members"]["ann"]), client_of(floor["members"]["ben"])
    address = f"/workspace/note/{call.pk}/"
    for _twice in range(2):
        assert ann.post(address, {"note": "Blue one", "disposition": order.pk}).status_code == 204
    assert ann.post(address, {"note": "by noon", "disposition": wrong.pk}).status_code == 204
    assert ben.post(address, {"note": "x"}).status_code == 409
    with enter("acme"):
        call.refresh_from_db()
    assert (call.note, call.disposition_id) == ("Blue one\nby noon", order.pk)
