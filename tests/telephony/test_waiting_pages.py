"""The waiting list and the dialogs that step in: what they say, to whom; looking changes nothing."""

from datetime import timedelta

from telephony.models import Call, Queue, QueueAgent, QueueStay
from telephony.queries.waiting import waiting_line
from tests.telephony.line import rows_of


def page(client, path: str, **query) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return " ".join(answer.content.decode().split())


def test_the_list_stands_in_the_order_the_router_takes(floor, other_floor, line, boss):
    other_floor.caller("+8613900000009")
    shown = page(boss, "/waiting/")
    assert shown.index("138****0002") < shown.index("138****2211")
    assert "<strong>2</strong> callers wait." in shown
    for said in ("Wang Fang", "★ VIP", "fridge", "counts as having waited 5:00 longer", "French 3 or more"):
        assert said in shown
    assert "139****0009" not in shown
    assert "13812342211" not in shown


def test_the_list_of_one_queue_keeps_the_places_of_the_whole_line(floor, line, boss):
    with floor.inside():
        other = Queue.objects.create(name="Support")
    assert page(boss, "/waiting/rows/", queue=floor.queue.pk).count("<tbody data-id") == 2
    assert "Nobody is waiting" in page(boss, "/waiting/rows/", queue=other.pk)


def test_why_not_yet_is_told_agent_by_agent(floor, line, boss):
    shown = page(boss, f"/waiting/{line['first']}/why/")
    told = {"ann": "on a call for 1:12", "ben": "not ready: Lunch", "cid": "skill French is 2, 3 is needed"}
    for who, said in told.items():
        assert f"<strong>{line[who].name}</strong> {said}" in shown
    assert "138****0002" in shown.split("Who comes first")[1]
    assert "Nobody: it is the next one" in page(boss, f"/waiting/{line['second']}/why/")


def test_a_call_that_rings_is_in_nobodys_way_and_is_left_alone(floor, line, boss):
    floor.offer(line["second"], line["cid"])
    shown = page(boss, "/waiting/rows/")
    assert f"Ringing at {line['cid'].name}" in shown
    assert f"/waiting/{line['second']}/pull/" not in shown
    assert f"/waiting/{line['first']}/pull/" in shown
    assert "being rung for this call" in page(boss, f"/waiting/{line['second']}/why/")
    assert "Nobody: it is the next one" in page(boss, f"/waiting/{line['first']}/why/")


def test_machines_read_the_same_line(floor, other_floor, line, boss, member, client_of):
    listed = boss.get("/api/v1/waiting/").json()
    assert [(row["place"], row["call_id"], row["caller"], row["expected_seconds"]) for row in listed] == [
        (1, str(line["second"]), "138****0002", 90.0),
        (2, str(line["first"]), "138****2211", 180.0),
    ]
    assert (listed[1]["ahead"], listed[1]["counts"]) == (1, {"busy": 1, "lacks_skill": 1, "not_ready": 1})
    told = boss.get(f"/api/v1/waiting/{line['first']}/").json()
    assert {one["agent"]: one["outcome"] for one in told["verdicts"]} == {
        line["ann"].pk: "busy",
        line["ben"].pk: "not_ready",
        line["cid"].pk: "lacks_skill",
    }
    assert client_of(member(floor.tenant, "agent")).get("/api/v1/waiting/").status_code == 403
    stranger = client_of(member(other_floor.tenant, "owner"))
    assert stranger.get("/api/v1/waiting/").json() == []
    assert stranger.get(f"/api/v1/waiting/{line['first']}/").status_code == 404


def test_the_expected_wait_counts_those_ahead_and_those_at_work(floor, line):
    with floor.inside():
        found = waiting_line(floor.now)
        told = [
            (waiter.stay.call_id, waiter.ahead, waiter.prospect.working, waiter.expected_seconds)
            for waiter in found.waiters
        ]
    assert told == [(line["second"], 0, 1, 90.0), (line["first"], 1, 1, 180.0)]


def test_the_error_of_the_expected_wait_is_told_in_words(floor, line, boss):
    assert "No call was answered after a wait today" in page(boss, "/waiting/")
    with floor.inside():
        for expected, actual in ((30, 20), (10, 20), (100, 20)):
            at = floor.now - timedelta(minutes=actual)
            call = Call.objects.create(arrived_at=at, ended_at=at)
            QueueStay.objects.create(
                call=call,
                queue=floor.queue,
                entered_at=at,
                answered_at=at + timedelta(seconds=actual),
                left_at=at + timedelta(seconds=actual),
                exit="answered",
                expected_wait_seconds=expected,
            )
    assert "off by 50 % or less (3 answered calls)" in page(boss, "/waiting/")


def test_only_leaders_of_the_tenant_see_who_waits(floor, other_floor, line, member, client_of):
    for role in ("agent", "inspector", "finance"):
        client = client_of(member(floor.tenant, role))
        paths = ("/waiting/", "/waiting/rows/", f"/waiting/{line['first']}/why/", "/what-if/")
        assert [client.get(path).status_code for path in paths] == [403] * 4
        assert client.post(f"/waiting/{line['first']}/pull/", {"agent": 1}).status_code == 403
    stranger = client_of(member(other_floor.tenant, "owner"))
    assert stranger.get(f"/waiting/{line['first']}/why/").status_code == 404
    assert stranger.post(f"/waiting/{line['first']}/priority/", {"to": "front"}).status_code == 404
    assert floor.stay(line["first"]).priority == 0
    assert "138****2211" not in page(stranger, "/waiting/")


def test_a_dialog_tells_the_effect_before_anything_happens(floor, line, boss):
    with floor.inside():
        Queue.objects.create(name="Support")
    before = rows_of(floor)
    pull = page(boss, f"/waiting/{line['first']}/pull/")
    assert f"{line['cid'].name} <span" in pull
    assert "would not be asked by the rules" in pull
    assert "1 caller who comes first is passed over." in pull
    assert "within 25 s" in pull
    assert f"{line['ann'].name} <span" not in pull
    assert "It stands there already." in page(boss, f"/waiting/{line['second']}/priority/")
    assert "Support: 0 callers wait, 0 agents free" in page(boss, f"/waiting/{line['first']}/redirect/")
    assert boss.get(f"/waiting/{line['first']}/shred/").status_code == 404
    assert rows_of(floor) == before


def test_a_button_acts_and_names_who_pressed_it(floor, line, boss, sent):
    answer = boss.post(f"/waiting/{line['first']}/pull/", {"agent": line["cid"].pk})
    assert answer.json() == {"message": "Done: 138****2211."}
    boss.post(f"/waiting/{line['first']}/priority/", {"to": "front"})
    boss.post(f"/waiting/{line['second']}/priority/", {"to": "seconds", "seconds": "-5"})
    changes = floor.stay(line["first"]).routing["changes"]
    assert [(change["what"], change["by"]) for change in changes] == [
        ("pulled", "Wang Li"),
        ("next", "Wang Li"),
    ]
    assert floor.stay(line["second"]).priority == -5
    shown = page(boss, f"/calls/{line['first']}/")
    assert f"<strong>Wang Li</strong> gave the call to {line['cid'].name}" in shown


def test_a_refused_act_says_why_in_json(floor, line, boss, sent):
    path = f"/waiting/{line['first']}/pull/"
    answer = boss.post(path, {"agent": line["ann"].pk}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (409, "agent_not_ready")
    for wrong in ({"agent": "x"}, {}):
        answer = boss.post(path, wrong, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (404, "agent_not_found")
    assert "changes" not in str(floor.stay(line["first"]).routing.get("changes") or "")


def test_three_hundred_callers_and_two_hundred_agents_cost_a_fixed_number_of_queries(
    floor, line, member, django_assert_max_num_queries
):
    with floor.inside():
        for number in range(20):
            at = floor.now - timedelta(seconds=number)
            call = Call.objects.create(arrived_at=at, queue=floor.queue, caller_number="+8613900000000")
            QueueStay.objects.create(call=call, queue=floor.queue, entered_at=at)
        QueueAgent.objects.filter(agent=line["cid"]).delete()
        with django_assert_max_num_queries(20):
            assert len(waiting_line(floor.now).waiters) == 22
