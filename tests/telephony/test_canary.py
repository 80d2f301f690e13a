"""What the canary makes of its calls: each fault named by its step, told once, seen by its own tenant alone."""

import wave
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import OperationalError
from django.test import Client

from telephony.actions.canary import keep_check, show_round
from telephony.actions.flows import create_flow, publish_flow, save_draft
from telephony.events import NumberBroke, NumberMended
from telephony.freeswitch.canary_call import Sound, Walked
from telephony.models import Entry, Flow, FlowCheck, Leg, WorkingHours
from telephony.queries.canary import broken_numbers, checked_numbers, latest_checks, who_answers
from telephony.serializers import snapshots
from telephony.worker.canary import Canary, check_cell
from telephony.worker.canary_steps import Outside, fault_of_recording
from tests.telephony.drawn import document, node, spoken_prompt


@pytest.fixture
def switch_node(tmp_path):
    """What the canary knows of its switch, with a folder for prompts and one for recordings."""
    for name in ("prompts", "recordings"):
        (tmp_path / name).mkdir()
    places = {"prompts_dir": tmp_path / "prompts", "recordings_dir": tmp_path / "recordings"}
    return {"cell": "main", "gateway": "127.0.0.1:5099", **places}


@pytest.fixture
def staffed(floor, other_floor):
    """acme with an agent who is signed in at a registered phone; globex has nobody."""
    floor.agent()
    return floor


def sound_file(path, levels=(9000, 9000), seconds=1.0):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(levels))
        file.setsampwidth(2)
        file.setframerate(8000)
        frame = b"".join(level.to_bytes(2, "little", signed=True) for level in levels)
        file.writeframes(frame * int(8000 * seconds))


class Switch:
    """Walks as told: by default to acme's queue, with a good recording, every prompt heard."""

    def __init__(self, floor, switch_node):
        self.floor, self.node = floor, switch_node
        self.levels, self.place, self.nodes, self.sounds = (9000, 9000), "enter", [], []
        self.dialled, self.is_away, self.line = [], False, Outside()

    def walk(self, node, number, test_id):
        self.dialled.append(number)
        if self.is_away:
            return None
        path = node["recordings_dir"] / "acme" / f"canary-{test_id}.wav"
        if number != self.floor.number:
            return Walked(place="unknown-number", is_over=True)
        if self.levels:
            sound_file(path, self.levels)
        return Walked(
            place=self.place,
            queue_id=self.floor.queue.pk,
            nodes=self.nodes,
            sounds=self.sounds,
            recording=str(path),
            is_over=True,
        )

    def round(self, **how):
        check_cell(self.node, walk=self.walk, outside=lambda node: self.line, **how)
        with self.floor.inside():
            return FlowCheck.objects.filter(number=self.floor.number).order_by("-started_at").first()


@pytest.fixture
def switch(staffed, switch_node):
    return Switch(staffed, switch_node)


def publish(floor, switch_node, languages=("zh", "en")):
    """acme's number leads to: a greeting, then the queue; key 9 nobody presses leads to a notice."""
    with floor.inside():
        greeting, notice = (
            spoken_prompt(name, floor.now, languages) for name in ("Greeting", "Other notice")
        )
        exits = {"9": "other", "timeout": "sales", "wrong": "sales"}
        drawn = document(
            {**node("hello", "menu", exits, prompt=greeting.pk), "title": "Greeting menu"},
            {**node("other", "say", {"next": "sales"}, prompt=notice.pk), "title": "Branch nobody walks"},
            node("sales", "queue", queue=floor.queue.pk),
        )
        flow = create_flow(name="Shop", by=None, at=floor.now, document=drawn)
        version = publish_flow(flow_id=flow.pk, draft_version=flow.draft_version, by=None, at=floor.now)
        Entry.objects.update(flow=flow)
        shas = [wording.sound_id for prompt in (greeting, notice) for wording in prompt.wordings.all()]
    for sha in shas:
        sound_file(switch_node["prompts_dir"] / "acme" / f"{sha}.wav", (9000,), 0.1)
    return version, shas


def test_a_number_that_works_is_green_and_leaves_no_file(switch, switch_node):
    check = switch.round()
    assert (check.outcome, check.step, check.problem) == ("passed", "", "")
    assert [step["step"] for step in check.steps] == ["dial", "queue", "outside line", "recording"]
    assert list((switch_node["recordings_dir"] / "acme").iterdir()) == []


@pytest.mark.parametrize(
    ("levels", "problem"),
    [
        (None, "missing"),
        ((0, 0), "silent"),
        ((9000, 0), "silent"),
        ((0, 9000), "silent"),
        ((-9000, -300), ""),
    ],
)
def test_a_recording_that_is_missing_or_mute_on_a_side_is_found(switch, levels, problem):
    switch.levels = levels
    check = switch.round()
    assert (check.step, check.problem) == (("recording", problem) if problem else ("", ""))


def test_a_recording_that_stopped_at_once_counts_as_missing(tmp_path):
    sound_file(tmp_path / "short.wav", seconds=0.2)
    (tmp_path / "text.wav").write_text("this is no sound")
    assert [fault_of_recording(tmp_path / f"{name}.wav") for name in ("short", "text")] == ["missing"] * 2


def test_a_queue_where_nobody_could_answer_is_found(switch, staffed):
    """Signed out, then signed in without a phone; out of hours nobody needs to be there."""
    with staffed.inside():
        agent = staffed.queue.agents.get()
        type(agent).objects.update(presence="offline")
    assert (switch.round().step, switch.round().problem) == ("queue", "nobody")
    with staffed.inside():
        type(agent).objects.update(presence="online")
        agent.devices.update(unregistered_at=staffed.now + timedelta(hours=1))
    check = switch.round()
    assert (check.step, check.problem) == ("queue", "no_phone")
    with staffed.inside():
        hours = WorkingHours.objects.create(name="Never open")
        type(staffed.queue).objects.filter(pk=staffed.queue.pk).update(hours=hours)
    switch.place = "closed"
    assert switch.round().outcome == "passed"


def test_a_queue_that_takes_messages_because_nobody_is_there_is_red(switch, staffed):
    """The caller is sent to the voicemail, so the switch alone would not notice."""
    switch.place = "closed"
    with staffed.inside():
        staffed.queue.agents.update(presence="offline")
        type(staffed.queue).objects.update(when_nobody="voicemail")
    assert switch.round().problem == "nobody"
    with staffed.inside():
        assert who_answers(10**9, staffed.now) == "gone"


def test_a_trunk_that_is_down_is_found_unless_calls_go_out(switch, staffed):
    switch.line = Outside(has_carrier=False)
    check = switch.round()
    assert (check.step, check.problem) == ("outside line", "no_carrier")
    with staffed.inside():
        Leg.objects.create(
            id="00000000-0000-4000-8000-000000000001", kind="external", answered_at=datetime.now(UTC)
        )
    assert switch.round().outcome == "passed"
    switch.line = Outside(is_open=False)
    assert switch.round().problem == "no_line"


def test_a_switch_that_is_away_or_does_not_know_the_number_is_named(switch):
    switch.is_away = True
    check = switch.round()
    assert (check.step, check.problem, len(check.steps)) == ("dial", "no_answer", 1)
    switch.is_away, switch.place = False, ""
    assert (switch.round().problem, len(switch.round().steps)) == ("no_way", 1)
    switch.place = "unknown-number"
    assert switch.round().problem == "unknown-number"


def test_a_prompt_that_did_not_play_names_its_node(switch, staffed, switch_node):
    version, shas = publish(staffed, switch_node)
    switch.nodes = ["hello", "sales"]
    switch.sounds = [Sound(path=f"/p/acme/{shas[0]}.wav", node="hello", is_heard=False)]
    check = switch.round()
    assert (check.version_id, check.step, check.problem) == (version.pk, "prompt: Greeting menu", "no_sound")
    switch.sounds = [Sound(path=f"/p/acme/{shas[0]}.wav", node="hello", is_heard=True)]
    assert switch.round().outcome == "passed"


def test_a_prompt_of_a_branch_nobody_walks_is_missed_too(switch, staffed, switch_node):
    _version, shas = publish(staffed, switch_node)
    switch.nodes = ["hello", "sales"]
    (switch_node["prompts_dir"] / "acme" / f"{shas[-1]}.wav").unlink()
    assert switch.round().step == "prompt: Branch nobody walks"


def test_a_call_that_misses_its_flow_is_found(switch, staffed, switch_node):
    publish(staffed, switch_node)
    check = switch.round()
    assert (check.step, check.problem) == ("flow", "no_flow")


def test_what_is_new_is_looked_at_at_once_and_only_that(switch, staffed, switch_node):
    switch.round()
    switch.dialled.clear()
    switch.round(only_new=True)
    assert switch.dialled == []
    publish(staffed, switch_node)
    switch.nodes = ["hello", "sales"]
    first = switch.round(only_new=True)
    with staffed.inside():
        flow = Flow.objects.get()
        assert (switch.dialled, first.version_id) == ([staffed.number], flow.published_id)
        changed = [node | {"title": f"{node.get('title', '')} again"} for node in flow.draft["nodes"]]
        drawn = flow.draft | {"nodes": changed}
        flow = save_draft(flow_id=flow.pk, document=drawn, draft_version=1, by=None, at=staffed.now)
        second = publish_flow(flow_id=flow.pk, draft_version=2, by=None, at=staffed.now)
    assert switch.round(only_new=True).version_id == second.pk != first.version_id


def test_those_not_looked_at_for_longest_come_first(floor):
    with floor.inside():
        for minute, number in enumerate(("+8610", "+8620", "+8630")):
            Entry.objects.create(number_e164=number, queue=floor.queue)
            at = floor.now - timedelta(minutes=minute)
            if number != "+8620":
                keep_check(number=number, version=None, steps=[], started_at=at, ended_at=at)
        assert [number for number, _version in checked_numbers()] == [
            "+8620", "+864001234567", "+8630", "+8610",
        ]  # fmt: skip


def test_others_hear_nothing_and_see_nothing(switch, other_floor):
    """globex's number was dialled too, and leads nowhere: that is globex's affair."""
    switch.round()
    assert set(switch.dialled) == {switch.floor.number, other_floor.number}
    with switch.floor.inside():
        assert [check.number for check in latest_checks()] == [switch.floor.number]
        assert (broken_numbers(), snapshots.figures()["broken_numbers"]) == (0, 0)
    with other_floor.inside():
        assert [(check.number, check.problem) for check in latest_checks()] == [
            (other_floor.number, "unknown-number")
        ]
        assert snapshots.figures()["broken_numbers"] == 1


def test_a_suspended_tenant_and_one_of_another_cell_are_left_alone(switch, other_floor):
    other_floor.tenant.state = "suspended"
    other_floor.tenant.save()
    switch.floor.tenant.cell = "elsewhere"
    switch.floor.tenant.save()
    assert switch.round() is None
    assert switch.dialled == []


def test_a_number_breaks_once_and_is_mended_once(floor, monkeypatch):
    told, at = [], floor.now
    monkeypatch.setattr("telephony.actions.canary.emit", told.append)
    good, bad = ({"step": "dial", "is_ok": ok, "problem": "" if ok else "no_answer"} for ok in (True, False))
    with floor.inside():
        for minute, step in enumerate((good, bad, bad, good, good)):
            moment = at + timedelta(minutes=minute)
            keep_check(number=floor.number, version=None, steps=[step], started_at=moment, ended_at=moment)
    assert [type(event) for event in told] == [NumberBroke, NumberMended]


def test_old_rounds_are_forgotten_faults_later(floor):
    steps = {True: [], False: [{"step": "dial", "is_ok": False, "problem": "no_answer"}]}
    with floor.inside():
        for days, is_good in ((20, False), (10, False), (3, True), (0.5, True), (0, True)):
            at = floor.now - timedelta(days=days)
            keep_check(number=floor.number, version=None, steps=steps[is_good], started_at=at, ended_at=at)
        found = list(FlowCheck.objects.order_by("started_at").values_list("started_at", flat=True))
    assert [later - earlier for earlier, later in pairwise(found)] == [
        timedelta(days=9.5),
        timedelta(days=0.5),
    ]


def test_leaders_read_which_step_broke_in_both_languages(switch, staffed, other_floor, member, client_of):
    switch.levels = (0, 0)
    switch.round()
    boss = client_of(member(staffed.tenant, "supervisor"))
    page = boss.get("/canary/").content.decode()
    for words in ("1 number is broken", "Recording", "Recordings are silent, on one side at least."):
        assert words in page, words
    assert "44 2079" not in page
    boss.cookies["django_language"] = "zh-hans"
    chinese = boss.get("/canary/").content.decode()
    assert "1 个号码异常" in chinese
    assert "录音没有声音" in chinese
    boss.cookies["django_language"] = "en"
    assert "All numbers" in boss.get("/canary/", {"number": staffed.number}).content.decode()
    # Another tenant's number has no history here, though its own canary has been there.
    assert "Nothing looked at yet" in boss.get("/canary/", {"number": other_floor.number}).content.decode()


@pytest.mark.parametrize("role", ["agent", "inspector", "finance"])
def test_others_are_turned_away(floor, member, client_of, role):
    assert client_of(member(floor.tenant, role)).get("/canary/").status_code == 403


def test_prometheus_is_told_of_the_last_round(redis_server, db, settings):
    settings.REDIS_URL = redis_server
    show_round(checked=12, broken=2, seconds=31.5)
    said = Client().get("/metrics", SERVER_NAME="localhost").content.decode()
    for line in (
        "contactcenter_canary_numbers 12.0",
        "contactcenter_canary_broken_numbers 2.0",
        "contactcenter_canary_round_seconds 31.5",
        "contactcenter_canary_age_seconds",
    ):
        assert line in said, line


def test_the_thread_dials_what_is_new_soon_and_stops_when_told(switch_node, monkeypatch):
    turns = []
    monkeypatch.setattr("telephony.worker.canary.SOON", 0.0)
    canary = Canary(switch_node, may_act=lambda: True)
    monkeypatch.setattr(canary, "look", lambda at: turns.append(canary._is_round) or canary.stop())
    canary.look_soon()
    canary.run()
    assert turns == [False]
    due = Canary(switch_node, may_act=lambda: True)
    monkeypatch.setattr("telephony.worker.canary.FIRST_AFTER", 0.0)
    monkeypatch.setattr(due, "look", lambda at: turns.append(due._is_round) or due.stop())
    due.run()
    spare = Canary(switch_node, may_act=lambda: spare.stop() or False)
    monkeypatch.setattr(spare, "look", lambda at: turns.append("a spare dialled"))
    spare.run()
    assert turns == [False, True]


def test_a_round_the_database_had_no_time_for_is_tried_again_soon(switch_node, monkeypatch):
    turns = []
    for name in ("FIRST_AFTER", "AGAIN_AFTER"):
        monkeypatch.setattr(f"telephony.worker.canary.{name}", 0.0)
    canary = Canary(switch_node, may_act=lambda: True)

    def away(*_told, **_more):
        turns.append(_more["only_new"])
        if len(turns) == 2:
            canary.stop()
        raise OperationalError("couldn't get a connection")

    monkeypatch.setattr("telephony.worker.canary.check_cell", away)
    canary.run()
    assert turns == [False, False]


def test_no_connection_is_kept_while_calls_are_walked(switch, other_floor):
    """Other threads of the worker need them: a way takes up to a minute."""
    order = []
    walk, switch.walk = switch.walk, lambda *told: order.append("walk") or walk(*told)
    switch.round(rest=lambda: order.append("rest"))
    assert order[0] == "rest"
    assert (order.count("walk"), order.count("rest")) == (2, 3)


def test_a_call_that_goes_wrong_holds_nobody_up(switch, other_floor):
    walk = switch.walk

    def stumbling(node, number, test_id):
        if number == other_floor.number:
            raise RuntimeError("a call nobody has thought of")
        return walk(node, number, test_id)

    switch.walk = stumbling
    assert switch.round().outcome == "passed"
    with other_floor.inside():
        assert latest_checks()[0].problem == "no_answer"
