"""The sender as it runs, killed in the middle of a delivery: nothing is lost, the order holds, the key tells twice."""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack

import psycopg
import pytest

from tenants.hooks.waking import send_soon
from tests.hooks.outbox_of_calls import STEPS
from tests.hooks.receiver import listening
from tests.servers import PROJECT

CALLS = 3
PATIENCE = 100


def until(what, why: str):
    end = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < end, why
        time.sleep(0.05)
    return found


@pytest.fixture
def surroundings(committed_database, redis_server, tmp_path):
    """What every process of the product is told."""
    return os.environ | {
        "DATABASE_URL": committed_database,
        "REDIS_URL": redis_server,
        "RUN_DIR": str(tmp_path),
        "SECRET_KEY": "only-for-this-test",
        "DJANGO_SETTINGS_MODULE": "contactcenter.settings",
    }


@pytest.mark.timeout(240)
def test_a_killed_sender_loses_nothing_and_mixes_up_nothing(surroundings, committed_database, tmp_path):
    with listening() as receiver, ExitStack() as senders:
        told = surroundings | {"PRIVATE_SERVICES": receiver.place}

        def sender() -> subprocess.Popen:
            words = [
                "-m",
                "celery",
                "-A",
                "contactcenter",
                "worker",
                "-Q",
                "hooks",
                "-P",
                "threads",
                "--concurrency",
                "4",
            ]
            log = senders.enter_context((tmp_path / "sender.log").open("ab"))
            started = subprocess.Popen(
                [sys.executable, *words], cwd=PROJECT, env=told, stdout=log, stderr=log
            )
            senders.callback(started.wait)
            senders.callback(started.kill)
            return started

        def rows(query: str) -> list[tuple]:
            with psycopg.connect(committed_database, autocommit=True) as connection:
                return connection.execute(query).fetchall()

        receiver.script = [200, "silent"]
        first = sender()
        fill = [sys.executable, "-m", "tests.hooks.outbox_of_calls", receiver.url, str(CALLS)]
        subprocess.run(fill, cwd=PROJECT, env=told, check=True)
        until(lambda: len(receiver.heard) >= 2, "nothing was sent")
        first.send_signal(signal.SIGKILL)
        first.wait()
        # The time of the dead one's claim passes.
        rows("update acme.hooks_delivery set claimed_until = now() - interval '1 second' returning id")
        sender()
        send_soon("acme")
        waiting = "select count(*) from acme.hooks_delivery where state <> 'delivered'"
        until(lambda: rows(waiting) == [(0,)], "not everything was delivered")

    keys, order = {}, {}
    for heard in receiver.heard:
        said = heard.said
        keys.setdefault((said["subject"], said["type"]), []).append((heard.headers["Webhook-Id"], heard.body))
        order.setdefault(said["subject"], []).append(said["type"])
    assert len(keys) == CALLS * len(STEPS)
    again = [tellings for tellings in keys.values() if len(tellings) > 1]
    assert len(again) == 1, "what was under way when it died"
    assert len(set(again[0])) == 1
    for types in order.values():
        assert [kind for place, kind in enumerate(types) if kind not in types[:place]] == list(STEPS)
        assert types == sorted(types, key=STEPS.index)
