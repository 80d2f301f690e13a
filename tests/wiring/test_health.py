"""How we are: each part, its state and how fresh that is."""

import json
import time

import pytest
from django.test import Client

from contactcenter import health


@pytest.fixture
def alive(db, redis_server, monkeypatch):
    """Every part has just been heard of."""
    monkeypatch.setattr(health, "_redis", None)
    for part in ("worker", "celery"):
        health.remember(part)
    health.remember("switch", kind="rehearsal", is_connected=True)


def ask(path="/healthz"):
    return Client(SERVER_NAME="localhost").get(path)


def test_all_is_well(alive):
    answer = ask()
    assert answer.status_code == 200
    said = answer.json()
    assert said["state"] == "up"
    assert {
        part: said[part]["state"] for part in ("database", "cache", "worker", "switch", "celery")
    } == dict.fromkeys(("database", "cache", "worker", "switch", "celery"), "up")
    assert said["switch"]["kind"] == "rehearsal"
    assert 0 <= said["worker"]["age_seconds"] < 5


def test_a_silent_worker_is_down(alive):
    health.store().set("health:worker", json.dumps({"at": time.time() - 60}))
    answer = ask()
    assert answer.status_code == 503
    assert answer.json()["worker"]["state"] == "down"
    assert answer.json()["worker"]["age_seconds"] == pytest.approx(60, abs=3)
    assert answer.json()["switch"]["state"] == "up"


def test_a_worker_that_lost_its_switch_says_so(alive):
    health.remember("switch", kind="freeswitch", is_connected=False)
    answer = ask()
    assert answer.status_code == 503
    assert answer.json()["switch"] == {
        "state": "down",
        "age_seconds": pytest.approx(0, abs=3),
        "kind": "freeswitch",
        "is_connected": False,
    }


def test_a_dead_cache_is_said_while_the_rest_answers(db, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(health, "_redis", None)
    answer = ask()
    assert answer.status_code == 503
    assert answer.json()["cache"] == {"state": "down", "age_seconds": 0.0, "problem": "ConnectionError"}
    assert answer.json()["database"]["state"] == "up"
    assert answer.json()["worker"]["state"] == "unknown"
    monkeypatch.setattr(health, "_redis", None)


def test_a_dead_database_is_said_too(alive, monkeypatch):
    from django.db import connection

    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    answer = ask()
    assert answer.status_code == 503
    assert answer.json()["database"]["state"] == "down"
    assert answer.json()["cache"]["state"] == "up"


def test_celery_leaves_its_sign_of_life(alive):
    from contactcenter.celery import app
    from contactcenter.tasks import show_life

    health.store().delete("health:celery")
    show_life()
    assert ask().json()["celery"]["state"] == "up"
    assert app.conf.beat_schedule["show_life"]["task"] == show_life.name


def test_health_and_figures_tell_who_acts_and_how_many_stand_by(alive):
    health.remember("worker", holder="here:7", epoch=4, event_lag_seconds=0.25)
    health.store().zadd(health.SPARES, {"here:8": time.time(), "dead:9": time.time() - 60})
    said = ask().json()["worker"]
    assert (said["holder"], said["epoch"], said["spares"]) == ("here:7", 4, 1)
    text = ask("/metrics").content.decode()
    assert "contactcenter_worker_epoch 4.0" in text
    assert "contactcenter_worker_spares 1.0" in text
    assert "contactcenter_worker_event_lag_seconds 0.25" in text
    assert 'contactcenter_worker{holder="here:7"} 1.0' in text


def test_figures_for_prometheus(alive):
    health.store().set("health:calls_waiting", "7")
    text = ask("/metrics").content.decode()
    assert 'contactcenter_up{part="worker"} 1.0' in text
    assert "contactcenter_calls_waiting 7.0" in text


def test_figures_behind_a_token(alive, settings):
    settings.METRICS_TOKEN = "long"
    assert ask("/metrics").status_code == 401
    allowed = Client(SERVER_NAME="localhost").get("/metrics", headers={"authorization": "Bearer long"})
    assert allowed.status_code == 200
