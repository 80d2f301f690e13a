"""(l) A worker dies with a thousand talks and a thousand waiting callers: how long until another one routes?

The rehearsal switch carries the calls; the worker is killed, its lease is seen expired at once (the three seconds of a
lease are no work), and a warm spare compares rows and switch, reads the floor and goes on. Afterwards a hundred agents
become free, and the line must move in its order. No peer: mod_callcenter keeps its queue in the switch and loses the
place of all who wait when the switch ends; ours keeps it when the worker does.
"""

import time

from benchmarks.harness import NotRun, Report, Target, check, percentile

TITLE = "l · Routing again after the worker died"
TALKING = WAITING = 1000
LIMIT_SECONDS = 3.0
SETUP_SECONDS = 900.0


def run(repeats: int, *, talking: int = TALKING, waiting: int = WAITING) -> Report:
    try:
        from tests.faults.plant import a_plant
    except ImportError as missing:
        raise NotRun(f"the tests' own switch is not here: {missing}") from None
    from tests.servers import SERVERS

    try:
        with a_plant("rehearsal", agents=talking, talk=(0, 0)) as plant:
            return _measure(plant, repeats, talking, waiting)
    finally:
        SERVERS.stop()


def _measure(plant, repeats: int, talking: int, waiting: int) -> Report:
    _fill(plant, talking, waiting)
    order = [leg.leg_id for leg in plant.history.waiting()]
    taken, routed = [], []
    for _turn in range(repeats):
        lease, whole = _die_once(plant)
        taken.append(lease)
        routed.append(whole)
        check(len(plant.history.look().talking()) == talking, "a talk was dropped")
        check([leg.leg_id for leg in plant.history.waiting()] == order, "the line changed")
    count = min(100, talking // 2, waiting // 2)
    _check_order(_next_in_line(plant, count), order[:count])
    report, workload = Report(TITLE), f"{talking:,} talks, {waiting:,} waiting, warm spare"
    report.row(workload, "kill to a new holder", "seconds", "s", taken)
    report.row(workload, "kill to routing", "seconds", "s", routed)
    worst = percentile(routed, 100)
    report.targets.append(
        Target("routing again, worst of all (s)", worst, at_most=LIMIT_SECONDS, is_gate=False)
    )
    report.checks.append(("talks dropped, callers lost, places changed", "0"))
    report.checks.append(("offered after the last kill, in the order of coming", str(count)))
    return report


def _fill(plant, talking: int, waiting: int) -> None:
    """Until so many talk and so many wait; by the ordinary way of a call."""
    plant.start_worker()
    plant.wait_for_routing()
    plant.make_all_ready()
    end, dialled = time.monotonic() + SETUP_SECONDS, 0
    while len(plant.history.look().talking()) < talking or len(plant.history.waiting()) < waiting:
        check(time.monotonic() < end, "the call centre could not be filled in time")
        # A worker on a busy machine may lose one: whoever has gone is dialled for again.
        there = plant.callers_there() + dialled - len(plant.history.callers())
        on_their_way = there - len(plant.history.talking()) - len(plant.history.waiting())
        for _ in range(min(20, talking + waiting - there) if on_their_way < 40 else 0):
            plant.line.call(number=f"+86138{dialled:08d}")
            dialled += 1
        time.sleep(0.05)
    while not _is_written(plant, talking, waiting):
        check(time.monotonic() < end, "the worker did not write down in time what it was told")
        time.sleep(0.5)
    plant.start_worker()
    plant.wait_for_spare()


def _is_written(plant, talking: int, waiting: int) -> bool:
    """What was told while the call centre filled is no part of the kill."""
    asked = "select state, count(*) from acme.telephony_call where ended_at is null group by state"
    return dict(plant.product.rows(asked)) == {"talking": talking, "waiting": waiting}


def _die_once(plant) -> tuple[float, float]:
    plant.wait_for_spare()
    time.sleep(2)
    victim, epoch = plant.holder(), plant.epoch()
    plant.kill(victim)
    plant.expire_lease(victim)
    began = time.monotonic()
    while plant.epoch() == epoch:
        time.sleep(0.01)
    taken = time.monotonic() - began
    while not plant.is_routing():
        time.sleep(0.01)
    routed = time.monotonic() - began
    plant.start_worker()
    return taken, routed


def _check_order(offered: list[tuple], order: list) -> None:
    """`offered` is (call, moment): those of one moment were offered together and stand in no order among themselves."""
    place = {call_id: number for number, call_id in enumerate(order)}
    strangers = sum(call_id not in place for call_id, _at in offered)
    check(not strangers, f"{strangers} were offered whose turn it was not")
    turns = sorted(offered, key=lambda one: (one[1], place[one[0]]))
    late = sum(place[call_id] != number for number, (call_id, _at) in enumerate(turns))
    check(not late, f"{late} were not offered in their turn")


def _next_in_line(plant, count: int) -> list[tuple]:
    """A hundred agents hang up; whom the rows then offer, and when."""
    since = plant.product.rows("select max(offered_at) from acme.telephony_offer")[0][0]
    for leg in plant.history.talking()[:count]:
        plant.line.switch.hang_up(leg.leg_id)
    asked = "select call_id, offered_at from acme.telephony_offer where offered_at > %s order by offered_at"
    end = time.monotonic() + 120
    while len(found := plant.product.rows(asked, since)) < count and time.monotonic() < end:
        time.sleep(0.2)
    return found[:count]
