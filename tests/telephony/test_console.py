"""The list of calls, one call, and its recording: who sees what, and what is written down."""

from datetime import timedelta
from pathlib import Path

import pytest

from telephony.models import Agent, Call, Queue, Recording, Voicemail
from tenants.context import enter
from tenants.people.models import AuditEntry

NUMBER = "+8613812342211"


@pytest.fixture
def stage(acme, globex, member, now, settings, tmp_path):
    """acme: Ann's answered and recorded call and Ben's; globex: one call. Recordings lie in a folder of the test."""
    settings.SWITCH = settings.SWITCH | {"recordings_dir": str(tmp_path)}
    roles = {"ann": "agent", "ben": "agent", "boss": "supervisor", "judge": "inspector", "cash": "finance"}
    people = {name: member(acme, role, name=name.title()) for name, role in roles.items()}
    made = {"people": people, "tmp": tmp_path}
    with enter("acme"):
        queue = Queue.objects.create(name="Sales")
        for place, name in enumerate(("ann", "ben")):
            agent = Agent.objects.create(member=people[name], name=name.title(), extension=f"100{place + 1}")
            made[name] = a_call(
                now + timedelta(minutes=place), queue=queue, agent=agent, caller_number=NUMBER
            )
        made["recording"] = a_recording(made["ann"], tmp_path, "acme")
    with enter("globex"):
        made["foreign"] = a_call(now)
        made["foreign_recording"] = a_recording(made["foreign"], tmp_path, "globex")
    return made


def a_call(at, **fields) -> Call:
    ended = {"answered_at": at, "ended_at": at + timedelta(seconds=60), "exit": "answered", "state": "ended"}
    return Call.objects.create(arrived_at=at, **ended | fields)


def a_recording(call: Call, folder: Path, schema: str) -> Recording:
    path = Path(schema) / f"{call.pk}.wav"
    (folder / schema).mkdir(exist_ok=True)
    (folder / path).write_bytes(bytes(range(256)) * 4)
    return Recording.objects.create(
        call=call, leg=call.pk, path=str(path), ended_at=call.ended_at, seconds=60
    )


def entries(verb: str) -> int:
    with enter("acme"):
        return AuditEntry.objects.filter(verb=verb).count()


def test_an_agent_sees_own_calls_a_supervisor_all_and_finance_none(stage, client_of):
    for name, seen in (("ann", {"ann"}), ("boss", {"ann", "ben"}), ("judge", {"ann", "ben"})):
        page = client_of(stage["people"][name]).get("/calls/").content.decode()
        assert {who for who in ("ann", "ben") if str(stage[who].pk) in page} == seen
        assert str(stage["foreign"].pk) not in page
    assert client_of(stage["people"]["cash"]).get("/calls/").status_code == 403


def test_a_call_that_is_not_yours_is_as_absent_as_one_that_does_not_exist(stage, client_of):
    ann = client_of(stage["people"]["ann"])
    assert ann.get(f"/calls/{stage['ann'].pk}/").status_code == 200
    for other in (stage["ben"], stage["foreign"]):
        assert ann.get(f"/calls/{other.pk}/").status_code == 404


def test_numbers_are_masked_and_a_reveal_is_written_down(stage, client_of):
    page = f"/calls/{stage['ann'].pk}/"
    for name in ("ann", "boss", "judge"):
        shown = client_of(stage["people"][name]).get(page).content.decode()
        assert "138****2211" in shown
        assert "13812342211" not in shown
    assert client_of(stage["people"]["ann"]).post(f"{page}number/").status_code == 403
    assert entries("revealed the number of") == 0
    revealed = client_of(stage["people"]["boss"]).post(f"{page}number/").content.decode()
    assert "".join(character for character in revealed if character.isdigit()) == "13812342211"
    assert entries("revealed the number of") == 1


def test_a_part_of_a_number_finds_nothing(stage, client_of):
    boss = client_of(stage["people"]["boss"])
    assert str(stage["ann"].pk) in boss.get("/calls/", {"number": "138 1234 2211"}).content.decode()
    assert str(stage["ann"].pk) not in boss.get("/calls/", {"number": "2211"}).content.decode()


@pytest.mark.parametrize(
    "query", ["queue=9999", "start=tomorrow", "after=x_y", "after=2026-01-01T00:00:00_1", "exit=%00"]
)
def test_filters_that_cannot_be_read_do_no_harm(stage, client_of, query):
    assert client_of(stage["people"]["boss"]).get(f"/calls/?{query}").status_code == 200


def test_older_calls_follow_by_keyset(stage, client_of, now):
    with enter("acme"):
        for minute in range(60):
            a_call(now - timedelta(minutes=minute + 1))
    boss, seen, query = client_of(stage["people"]["boss"]), [], {}
    while True:
        page = boss.get("/calls/", query).context["page"]
        seen += [call.pk for call in page.calls]
        if not page.next_key:
            break
        query = {"after": page.next_key}
    with enter("acme"):
        assert seen == list(Call.objects.order_by("-arrived_at", "-pk").values_list("pk", flat=True))


def test_a_voicemail_that_is_played_has_been_heard(stage, client_of, now):
    with enter("acme"):
        message = Voicemail.objects.create(
            call=stage["ben"], queue=None, path=stage["recording"].path, created_at=now
        )
    boss = client_of(stage["people"]["boss"])
    assert str(message.pk) in boss.get("/voicemails/").content.decode()
    boss.get(f"/voicemails/{message.pk}/audio")
    assert str(message.pk) not in boss.get("/voicemails/").content.decode()
    assert str(message.pk) in boss.get("/voicemails/?show=all").content.decode()
    with enter("acme"):
        message.refresh_from_db()
    assert message.heard_by_id == stage["people"]["boss"].pk


def test_a_hostile_name_is_text(stage, client_of):
    with enter("acme"):
        Call.objects.filter(pk=stage["ann"].pk).update(caller_name="<script>alert(1)</script>${system id}")
    page = client_of(stage["people"]["boss"]).get(f"/calls/{stage['ann'].pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_note_can_be_written_after_the_wrap_up_by_the_agent_who_spoke(stage, client_of):
    address = f"/calls/{stage['ann'].pk}/disposition/"
    assert client_of(stage["people"]["ben"]).post(address, {"note": "no"}).status_code == 404
    assert client_of(stage["people"]["judge"]).post(address, {"note": "no"}).status_code == 403
    client_of(stage["people"]["ann"]).post(address, {"note": "She calls back"})
    with enter("acme"):
        assert Call.objects.get(pk=stage["ann"].pk).note == "She calls back"


@pytest.mark.parametrize(("name", "path", "status"), [
    ("ann", "/floor/", 403), ("boss", "/floor/", 200), ("judge", "/workspace/", 403), ("ann", "/workspace/", 200),
    ("boss", "/workspace/", 200), ("cash", "/figures/", 200),
])  # fmt: skip
def test_each_page_has_its_roles(stage, client_of, name, path, status):
    assert client_of(stage["people"][name]).get(path).status_code == status
