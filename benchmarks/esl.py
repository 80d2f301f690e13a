"""(c) How many events of a busy FreeSWITCH one core can read.

One process plays the switch and writes recorded events of about 9.5 KB as fast as they are taken; each subject is a
process of its own, and its CPU time is counted from its subscription to its last event. Stock greenswitch asks for
plain events, which is all it can; ours asks for JSON, as in the product. The bare reader and the framer are limits:
neither looks inside an event.
"""

import json
import subprocess
import sys
from functools import partial

from benchmarks.esl_switch import EVENTS, NAME, mean_size
from benchmarks.harness import Report, Target, by_turns, check, ratio

TITLE = "c · Events read from the switch"
SUBJECTS = {
    "ours": "our EventSocket (greenswitch subclass, JSON)",
    "stock": "greenswitch 0.0.19, stock (plain)",
    "framing": "bare Python, framing only",
    "bare": "bare recv_into",
}


def run(repeats: int) -> Report:
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.esl_switch"], stdout=subprocess.PIPE, text=True
    ) as switch:
        try:
            port = int(switch.stdout.readline())
            found = by_turns({name: partial(_client, name, port) for name in SUBJECTS}, repeats)
        finally:
            switch.terminate()
    report = Report(TITLE)
    workload = f"{EVENTS:,} × {mean_size() / 1000:.1f} KB"
    for name, words in SUBJECTS.items():
        report.row(workload, words, "events per CPU second", "1/s", found[name]["rate"])
    for name in ("ours", "stock"):
        report.row(
            workload, SUBJECTS[name], "events per second of the clock", "1/s", found[name]["wall_rate"]
        )
    rates = {name: found[name]["rate"] for name in SUBJECTS}
    for other in ("stock", "framing", "bare"):
        pairs = zip(rates["ours"], rates[other], strict=True)
        report.row(workload, f"ours ÷ {other}", "ratio", "×", [a / b for a, b in pairs])
    report.targets.append(
        Target("ours ÷ stock greenswitch", ratio(rates["ours"], rates["stock"]), at_least=3)
    )
    report.checks.append(
        ("events counted, and the caller's name compared in each", f"{EVENTS:,} of {EVENTS:,}, “{NAME}”")
    )
    return report


def _client(name: str, port: int) -> dict[str, float]:
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.esl_client", name, str(port)],
        capture_output=True,
        text=True,
        check=False,
    )
    check(ran.returncode == 0, f"{name} failed: {ran.stderr[-500:]}")
    said = json.loads(ran.stdout.splitlines()[-1])
    check(said["events"] == EVENTS, f"{name} heard {said['events']} of {EVENTS} events")
    if name in ("ours", "stock"):
        check(said["named"] == EVENTS, f"{name} read the caller's name {said['named']} times of {EVENTS}")
    return {"rate": EVENTS / said["cpu"], "wall_rate": EVENTS / said["wall"]}
