"""(k) Live calls on a real FreeSWITCH: number → queue → agent → talk, made by sipp with SIP over the loopback.

Three subjects, the same callers and phones: the whole product (web, worker, PostgreSQL); mod_callcenter on a FreeSWITCH
of its own, where the module is there (CALLCENTER_MODULE names its folder); FreeSWITCH alone, whose callers only hear
music. There are always more agents than callers at once, so a caller who is not joined at once waits for the software
and for nobody else. Told are the callers joined, how long after the answer, and the processor time of each process.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.bare_switch import bare_switch, need_programs
from benchmarks.harness import Report, Target, by_turns, check, percentile
from benchmarks.processes import cpu_seconds
from telephony import facts
from telephony.facts import Direction

TITLE = "k · Live calls on a FreeSWITCH"
CALLS_PER_SECOND = (1, 20)
SECONDS = 5
TALK_MS, RING_MS = 1_000, 200
AGENTS = 40
PATIENCE_SECONDS = 20
FOLDERS = ("/opt/freeswitch/lib", "/usr/local/freeswitch/lib", "/usr/local/lib", "/usr/lib")
"""Where a FreeSWITCH puts its modules, by how it was installed."""
SUBJECTS = {
    "ours": "the product on FreeSWITCH",
    "module": "mod_callcenter on FreeSWITCH",
    "alone": "FreeSWITCH alone, music",
}


@dataclass
class Round:
    """What one subject did at one rate; `waits` in ms from the caller's answer to the joining."""

    placed: int
    answered: int = 0
    waits: list[float] = field(default_factory=list)
    switch_cpu: float = 0.0
    our_cpu: float = 0.0


def run(repeats: int) -> Report:
    need_programs()
    subjects = {
        name: partial(_in_a_process, name) for name in SUBJECTS if name != "module" or module_folder()
    }
    found = by_turns(subjects, 1)
    report = Report(TITLE)
    for rate in CALLS_PER_SECOND:
        for name in subjects:
            _say(report, rate, name, found[name])
    slow = CALLS_PER_SECOND[0]
    share = found["ours"][f"{slow}.joined"][0]
    report.targets.append(Target(f"callers joined at {slow}/s, %", share, at_least=85, is_gate=False))
    fast = CALLS_PER_SECOND[-1]
    share = found["ours"][f"{fast}.joined"][0]
    report.targets.append(Target(f"callers joined at {fast}/s, %", share, at_least=99.9, is_gate=False))
    missing = "" if module_folder() else "; mod_callcenter not run: the module is not there"
    report.checks.append(("no leg stayed behind, each joined caller once", f"all rounds{missing}"))
    return report


def module_folder() -> str:
    """Where mod_callcenter.so lies, or nothing."""
    usual = [f"{place}/freeswitch/mod" for place in FOLDERS]
    places = (os.environ.get("CALLCENTER_MODULE", ""), *usual)
    return next((place for place in places if place and (Path(place) / "mod_callcenter.so").exists()), "")


def _say(report: Report, rate: int, name: str, found: dict[str, list[float]]) -> None:
    workload = f"{rate} calls/s for {SECONDS} s, {AGENTS if name != 'alone' else 0} agents"
    figures = [("answered", "%"), ("switch_cpu", "CPU ms per call")]
    if name != "alone":
        figures += [("joined", "%"), ("p50", "ms"), ("p99", "ms")]
    if name == "ours":
        figures.append(("our_cpu", "CPU ms per call"))
    words = {
        "answered": "callers answered",
        "joined": f"callers joined within {PATIENCE_SECONDS} s",
        "p50": "answer → joined, p50",
        "p99": "answer → joined, p99",
        "switch_cpu": "FreeSWITCH",
        "our_cpu": "web and worker",
    }
    for figure, unit in figures:
        report.row(workload, SUBJECTS[name], words[figure], unit, found[f"{rate}.{figure}"])


def _in_a_process(name: str) -> dict[str, float]:
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.live_calls", name], capture_output=True, text=True, check=False
    )
    check(ran.returncode == 0, f"{name} failed: {ran.stderr[-1500:]}")
    return json.loads(ran.stdout.splitlines()[-1])


# --- in the subject's own process -------------------------------------------------------------------------------
def measure(name: str) -> dict[str, float]:
    return {"ours": _ours, "module": _module, "alone": _alone}[name]()


def _ours() -> dict[str, float]:
    from benchmarks.whole_product import stage
    from tests.contract.driver import DOMAIN
    from tests.contract.furnish import PASSWORD

    def phones(line, agents) -> None:
        from tests.contract import real

        real.NEVER_MS, kept = TALK_MS, real.NEVER_MS
        try:
            names = [agent["username"] for agent in agents]
            line.shared_phone(names, DOMAIN, PASSWORD, answer_after=RING_MS / 1000)
        finally:
            real.NEVER_MS = kept

    with stage("freeswitch", agents=AGENTS, wrap_up_seconds=0, phones=phones) as running:
        return _rounds(
            running.line, lambda: [pid for name, pid in running.pids().items() if name != "switch"]
        )


def _alone() -> dict[str, float]:
    with bare_switch() as line:
        return _rounds(line, list, is_joined=False)


def _module() -> dict[str, float]:
    from tests.contract.real import PHONE_HZ

    port = _free_port()
    with bare_switch(partial(_with_callcenter, port=port)) as line:
        # Its own dialplan decides: the stand-in for the web does not answer.
        line.web.is_broken = True
        values = {"ring_ms": RING_MS, "talk_ms": TALK_MS, "sound": line.sipp.tone(PHONE_HZ)}
        phone = line.sipp.start("phone", f"127.0.0.1:{line.settings.trunk_port}", port, **values)
        try:
            return _rounds(line, list)
        finally:
            phone.kill()
            phone.wait()


def _with_callcenter(line, *, port: int) -> None:
    """Our configuration with mod_callcenter in it: one queue, agents who are always there, wrap-up of a moment."""
    path = line.directory / "conf" / "freeswitch.xml"
    numbers = range(1001, 1001 + AGENTS)
    habits = 'max-no-answer="99" wrap-up-time="0" reject-delay-time="1" busy-delay-time="1"'
    contact = "{{originate_timeout=10}}sofia/external/{0}@127.0.0.1:{1}"
    agents = [
        f'<agent name="{number}" type="callback" contact="{contact.format(number, port)}" status="Available" {habits}/>'
        for number in numbers
    ]
    tiers = [f'<tier agent="{number}" queue="bench" level="1" position="1"/>' for number in numbers]
    queue = (
        '<queues><queue name="bench"><param name="strategy" value="longest-idle-agent"/>'
        '<param name="moh-sound" value="local_stream://moh"/></queue></queues>'
    )
    callcenter = (
        f'<configuration name="callcenter.conf"><settings/>{queue}<agents>{"".join(agents)}</agents>'
        f"<tiers>{''.join(tiers)}</tiers></configuration>"
    )
    dialled = (
        '<context name="public"><extension name="all"><condition><action application="answer"/>'
        '<action application="callcenter" data="bench"/></condition></extension></context>'
    )
    text = path.read_text()
    sofia = '<load module="mod_sofia"/>'
    text = text.replace(sofia, f'{sofia}<load module="mod_callcenter" path="{module_folder()}"/>')
    text = text.replace("</interface-allowlist>", '<allow name="mod_callcenter"/></interface-allowlist>')
    text = text.replace('<section name="dialplan">', f'<section name="dialplan">{dialled}', 1)
    text = text.replace('<section name="configuration">', f'<section name="configuration">{callcenter}', 1)
    path.write_text(text)


def _rounds(line, our_pids: Callable[[], list[int]], *, is_joined: bool = True) -> dict[str, float]:
    found: dict[str, float] = {}
    for rate in CALLS_PER_SECOND:
        one = _one_round(line, rate, our_pids(), is_joined)
        found |= {
            f"{rate}.answered": 100 * one.answered / one.placed,
            f"{rate}.joined": 100 * len(one.waits) / one.placed,
            f"{rate}.p50": percentile(one.waits, 50) if one.waits else 0.0,
            f"{rate}.p99": percentile(one.waits, 99) if one.waits else 0.0,
            f"{rate}.switch_cpu": 1000 * one.switch_cpu / one.placed,
            f"{rate}.our_cpu": 1000 * one.our_cpu / one.placed,
        }
    return found


def _one_round(line, rate: int, ours: list[int], is_joined: bool) -> Round:
    one = Round(placed=rate * SECONDS)
    line.log.begin()
    before, before_ours = cpu_seconds(line.process.pid), cpu_seconds(*ours)
    callers = line.callers(one.placed, prefix="1380000", each_second=rate)
    end = time.monotonic() + SECONDS + PATIENCE_SECONDS
    while time.monotonic() < end:
        one.answered, one.waits = _seen(line.log.since_start())
        if one.answered >= one.placed and (not is_joined or len(one.waits) >= one.placed):
            break
        time.sleep(0.5)
    time.sleep(TALK_MS / 1000)
    one.switch_cpu, one.our_cpu = cpu_seconds(line.process.pid) - before, cpu_seconds(*ours) - before_ours
    callers.stop()
    line.api("hupall")
    _until_quiet(line)
    return one


def _seen(told: list[facts.Fact]) -> tuple[int, list[float]]:
    """How many callers were answered, and of each who was joined the ms since."""
    inbound = {
        fact.leg_id
        for fact in told
        if isinstance(fact, facts.LegCreated) and fact.direction == Direction.INBOUND
    }
    answered = {
        fact.leg_id: fact.at
        for fact in told
        if isinstance(fact, facts.LegAnswered) and fact.leg_id in inbound
    }
    joined: dict = {}
    for fact in told:
        if isinstance(fact, facts.LegsBridged):
            for leg_id in (fact.leg_id, fact.other_leg_id):
                if leg_id in answered:
                    joined.setdefault(leg_id, (fact.at - answered[leg_id]).total_seconds() * 1000)
    return len(answered), list(joined.values())


def _until_quiet(line) -> None:
    end = time.monotonic() + 30
    while line.legs_alive() and time.monotonic() < end:
        time.sleep(0.2)
    check(line.legs_alive() == 0, "legs stayed behind")


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
