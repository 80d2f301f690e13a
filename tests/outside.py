"""What tests may need beyond Python, whether it is here, and the plain words when it is not.

Loaded as a plugin: a test marked `browser`, `sipp` or `freeswitch` is skipped without the program, and the last lines
of the run say which suites did not run and how to get what they need.

Such a test, and one that starts processes of ours, stands on real time on a machine that may be busy: it gets a second
try, and `python -m tests` gives it a last one when nothing runs beside it; the last lines name each one that needed it,
so that nobody takes it for sound.
"""

import os
import shutil
from collections import Counter
from typing import NamedTuple

import pytest


class Tool(NamedTuple):
    programs: tuple[str, ...]
    how: str

    @property
    def path(self) -> str | None:
        return next(filter(None, map(shutil.which, self.programs)), None)


TOOLS = {
    "browser": Tool(
        ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
        "make test as root, or apt-get install chromium-headless-shell",
    ),
    "sipp": Tool(("sipp",), "make test as root, or apt-get install sip-tester"),
    "freeswitch": Tool(("freeswitch",), "put a freeswitch on PATH"),
}
PROCESSES = {"contract", "demo", "faults", "hooks", "journeys", "records", "run"}
"""Folders of tests whose subject is processes of ours."""
FAILED = "CC_FAILED_TESTS"
"""Names the file that is told which tests failed: a word whether they stand on real time, and the test's name."""
TIMED, SURE = "timed", "sure"
_left_out: Counter[str] = Counter()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if PROCESSES.intersection(item.path.parts) or any(map(item.get_closest_marker, TOOLS)):
            item.add_marker(pytest.mark.flaky(reruns=1))
    lacking = {name for name, tool in TOOLS.items() if tool.path is None}
    for item in items:
        for name in sorted(lacking.intersection(mark.name for mark in item.iter_markers())):
            item.add_marker(pytest.mark.skip(reason=f"no {TOOLS[name].programs[0]} on this machine"))
            _left_out[name] += 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = yield
    report.kind = TIMED if item.get_closest_marker("flaky") else SURE
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if FAILED not in os.environ or reporter is None:
        return
    failed = {
        (getattr(report, "kind", SURE), report.nodeid)
        for outcome in ("failed", "error")
        for report in reporter.stats.get(outcome, ())
    }
    with open(os.environ[FAILED], "a") as sink:
        sink.writelines(f"{kind} {test}\n" for kind, test in sorted(failed))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter) -> None:
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.write_line(f"NEEDED A SECOND TRY: {report.nodeid}: {reason_of(report)}", yellow=True)
    for name, count in sorted(_left_out.items()):
        tool = TOOLS[name]
        terminalreporter.write_line(
            f"NOT RUN: {count} tests that need {tool.programs[0]}. To run them: {tool.how}.", yellow=True
        )


def reason_of(report: pytest.TestReport) -> str:
    """Where and why the first try failed, in one line."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        return str(report.longrepr)[-200:].replace("\n", " ")
    return f"{crash.path}:{crash.lineno} {crash.message[:200]}".replace("\n", " ")
