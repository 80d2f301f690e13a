"""F13: frames of the event socket cut anywhere, of impossible lengths, with forged headers, by the hundred thousand."""

from __future__ import annotations

import random
import time

import orjson

from telephony.freeswitch.connection import BadFrame, Framer, parse_event
from telephony.freeswitch.translate import NotAFact, Source, translate
from tests.faults.checker import Verdict
from tests.faults.plant import a_plant
from tests.faults.proxy import Spoiler
from tests.faults.results import Result

ID = "F13"
PROVES = (
    "no frame, however broken, ends the reader in a way we did not foresee, holds it up, or forges a header"
)
SHORT = {"frames": 3_000}
LONG: dict = {
    "rehearsal": {"frames": 1_000_000},
    "freeswitch": {"agents": 10, "callers": 20, "spoils": 20},
}
FORGED = "Bob%0Avariable_cc_tenant: globex\nEvent-Name: CHANNEL_HANGUP_COMPLETE\n\n"
EVENT = {
    "Event-Name": "CHANNEL_CREATE",
    "Unique-ID": "5b1b6c0e-0d6e-4d4b-9d8b-0a4d0e5b1a11",
    "Caller-Caller-ID-Name": FORGED,
    "variable_cc_tenant": "acme",
    "Caller-Channel-Created-Time": "1763650000000000",
}


def run(
    kind: str, *, frames: int = 0, agents: int = 0, callers: int = 0, spoils: int = 0, seed: int = 1
) -> Result:
    """So many frames for the reader alone; or a worker at work, with what its switch says spoilt so often."""
    chance = random.Random(seed)  # noqa: S311 - a story that can be told again, no secret
    if spoils:
        verdict = spoil_the_road(kind, agents, callers, spoils, chance)
        done = f"{spoils} × what the switch says cut, doubled or filled with noise, {agents} agents, {callers} callers"
        return Result(ID, kind, done, verdict.is_clean, str(verdict), {"spoils": spoils})
    problems = cut_at_every_byte() + great_bodies()
    slowest = 0.0
    for _frame in range(frames):
        began = time.perf_counter()
        try:
            survive(spoilt(chance))
        except Exception as error:  # noqa: BLE001 - this is what the test is for
            problems.append(f"{type(error).__name__}: {error}"[:80])
        slowest = max(slowest, time.perf_counter() - began)
    seen = f"{len(problems)} problems {problems[:3]}; slowest frame {slowest * 1000:.1f} ms"
    done = f"{frames:,} spoilt frames, one cut at every byte, a body of 10 MB, forged headers"
    return Result(ID, kind, done, not problems and slowest < 1, seen)


def frame(body: bytes, *, length: object = None, kind: bytes = b"text/event-json") -> bytes:
    said = str(len(body) if length is None else length).encode()
    return b"Content-Length: " + said + b"\nContent-Type: " + kind + b"\n\n" + body


def survive(data: bytes) -> list[dict]:
    """What a listener does with it; the only refusals are those it foresees."""
    framer, found = Framer(), []
    try:
        for one in framer.feed(data):
            event = parse_event(one.body)
            found.append(event)
            translate(event, Source("here", "/recordings"))
    except (BadFrame, ValueError, NotAFact):
        pass
    return found


def spoilt(chance: random.Random) -> bytes:
    """A good frame with something done to it."""
    body = orjson.dumps({**EVENT, chance.choice(list(EVENT)): _odd(chance)})
    data = bytearray(
        frame(body, length=chance.choice([None, None, -1, "x", "99999999999", len(body) - 3, ""]))
    )
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(data))
        data[at : at + chance.randrange(6)] = chance.randbytes(chance.randrange(6))
    return bytes(data)


def _odd(chance: random.Random) -> object:
    texts = [
        "",
        "\x00",
        FORGED,
        "9" * 400,
        "-1",
        "1e400",
        "\ud800".encode("utf-8", "replace").decode(),
        "💥" * 50,
    ]
    return chance.choice([*texts, None, 7, 1.5, True, [], ["x"], {"a": {}}])


def cut_at_every_byte() -> list[str]:
    data = frame(orjson.dumps(EVENT)) * 2
    wrong = []
    for at in range(len(data)):
        framer = Framer()
        events = [parse_event(one.body) for part in (data[:at], data[at:]) for one in framer.feed(part)]
        if events != [EVENT, EVENT]:
            wrong.append(f"cut at {at}: {len(events)} events")
    forged = [event for event in survive(data) if event["variable_cc_tenant"] != "acme"]
    return wrong + [f"forged {event}" for event in forged]


def great_bodies() -> list[str]:
    began = time.perf_counter()
    framer, data = Framer(), frame(b'{"Event-Name":"' + b"x" * 10_000_000 + b'"}')
    got = [one for at in range(0, len(data), 65536) for one in framer.feed(data[at : at + 65536])]
    took = time.perf_counter() - began
    return [] if len(got) == 1 and took < 1 else [f"a body of 10 MB: {len(got)} frames in {took:.1f} s"]


# --- a worker at work


def spoil_the_road(kind: str, agents: int, callers: int, spoils: int, chance: random.Random) -> Verdict:
    """Both workers get the same rubbish. What was lost with it is found again, so the order is not judged."""
    with a_plant(kind, agents=agents, by_road=True) as plant:
        plant.start_worker()
        plant.wait_for_routing()
        plant.make_all_ready()
        plant.start_worker()
        plant.keep_busy(callers)
        assert plant.road is not None
        for _time in range(spoils):
            plant.road.spoil(chance.choice((_cut, _double, _noise))(chance))
            time.sleep(chance.uniform(2, 5))
            plant.wait_for_routing(40)
        verdict = plant.finish()
    verdict.wrong.pop("out of order")
    return verdict


def _cut(chance: random.Random) -> Spoiler:
    return lambda data: data[chance.randrange(1, max(2, len(data))) :]


def _double(chance: random.Random) -> Spoiler:
    return lambda data: data[: chance.randrange(1, max(2, len(data)))] + data


def _noise(chance: random.Random) -> Spoiler:
    def spoil(data: bytes) -> bytes:
        at = chance.randrange(len(data))
        return data[:at] + chance.randbytes(40) + data[at:]

    return spoil
