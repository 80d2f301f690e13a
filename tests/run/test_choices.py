"""What `make run` chooses where nobody chose: a rehearsal switch plays whoever is called outside, too."""

import pytest

from contactcenter.run.choices import REHEARSED_CARRIER, Choices
from contactcenter.run.secrets_file import Secrets


@pytest.fixture
def gateway(tmp_path, monkeypatch):
    for name in ("FREESWITCH_HOST", "FREESWITCH_GATEWAY", "FREESWITCH_PASSWORD"):
        monkeypatch.delenv(name, raising=False)

    def chosen(**settings: str) -> str | None:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return Choices(run_dir=tmp_path).switch_settings(Secrets.of(tmp_path)).get("FREESWITCH_GATEWAY")

    return chosen


def test_our_own_rehearsal_switch_has_a_line_to_the_outside_unless_another_was_named(gateway):
    assert gateway(FREESWITCH_KIND="rehearsal") == REHEARSED_CARRIER
    assert gateway(FREESWITCH_GATEWAY="sip.carrier.example:5060") == "sip.carrier.example:5060"


def test_somebody_elses_switch_gets_none_of_our_making(gateway):
    assert gateway(FREESWITCH_KIND="rehearsal", FREESWITCH_HOST="10.0.0.9", FREESWITCH_PASSWORD="x") is None


def test_carriers_by_tls_come_to_the_port_after_the_carriers_own_unless_it_was_said(tmp_path, monkeypatch):
    def chosen(**given: str) -> str:
        for name in ("FREESWITCH_TRUNK_PORT", "FREESWITCH_TRUNK_TLS_PORT"):
            monkeypatch.delenv(name, raising=False)
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        found = Choices(run_dir=tmp_path).switch_settings(Secrets.of(tmp_path))
        return found["FREESWITCH_TRUNK_TLS_PORT"]

    assert chosen() == "5081"
    assert chosen(FREESWITCH_TRUNK_PORT="6080") == "6081"
    assert chosen(FREESWITCH_TRUNK_TLS_PORT="5061") == "5061"
    assert chosen(FREESWITCH_TRUNK_TLS_PORT="0") == "0"
