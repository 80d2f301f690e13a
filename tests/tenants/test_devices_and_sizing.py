"""Devices, spares and what is due; the list of ports as set; and the sums of the sizing page."""

import socket
from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.desk.models import Asset, AssetWork
from tenants.desk.sizing import G711_KBIT, Need, size_of

DEVICES = "/admin/desk/asset/"
NO_WORKS = {"works-TOTAL_FORMS": 0, "works-INITIAL_FORMS": 0}


def device(**changes) -> dict:
    return {
        "kind": "gateway", "name": "Gateway 1", "state": "in_use", "count": 2, "spares": 1, "least_spares": 1,
        "every_days": 90, "bought_on": "", "warranty_until": "", "serial": "A1", "place": "Rack 3", "tenant": "",
    } | NO_WORKS | changes  # fmt: skip


def work(kind: str, on, **more) -> dict:
    given = {"kind": kind, "done_on": on, "count": 1, "serial": "", "by": "Otto", "note": ""} | more
    return {"works-TOTAL_FORMS": 1} | {f"works-0-{name}": value for name, value in given.items()}


def test_a_replacement_uses_a_spare_and_the_list_says_what_is_due(operator, member, client_of):
    today = timezone.localdate()
    bought = today - timedelta(days=100)
    operator.post(DEVICES + "add/", device(bought_on=bought))
    gateway = Asset.objects.get()
    assert gateway.due_on == bought + timedelta(days=90)
    assert "Gateway 1" in operator.get(DEVICES + "?due=now").content.decode()
    page = f"{DEVICES}{gateway.pk}/change/"
    operator.post(page, device(bought_on=bought) | work("replaced", today, serial="B2"))
    gateway.refresh_from_db()
    assert (gateway.spares, gateway.serial, gateway.due_on) == (0, "B2", today + timedelta(days=90))
    assert gateway.lacks_spares
    assert AssetWork.objects.get().by == "Otto"
    assert list(operator.get(DEVICES + "?due=now").context["cl"].queryset) == []
    assert list(operator.get(DEVICES + "?due=spares").context["cl"].queryset) == [gateway]
    finance = client_of(member(None, "operator_finance"))
    assert finance.get(page).status_code == 200
    assert finance.post(page, device()).status_code == 403


def test_the_sums_of_the_sizing_page():
    assert G711_KBIT == 87.2
    size = size_of(
        Need(
            seats=50,
            calls=60,
            calls_per_core=60,
            talk_hours=5,
            recorded_percent=100,
            kept_days=180,
            channels=2,
        )
    )
    assert (size.seats_mbit, size.calls_mbit, size.network_mbit) == (100, 6, 106)
    assert size.calls_theory_mbit == pytest.approx(5.232)
    assert (size.cores, round(size.memory_gb, 2)) == (3, 4.31)
    assert size.storage_gb == pytest.approx(5184)


def test_the_ports_are_those_of_the_settings_and_are_tried(operator, settings, client_of, member):
    settings.SWITCH = settings.SWITCH | {
        "sip_port": 5999,
        "rtp_start": 20000,
        "rtp_end": 20999,
        "event_port": 1,
    }
    settings.TURN_URLS = ("turns:relay.example:5349",)
    page = operator.get("/network/ports/").content.decode()
    assert "5999" in page
    assert "20000–20999" in page
    assert "5349" in page
    tried = {port.ports: port.is_open for port in operator.post("/network/ports/").context["ports"]}
    assert (tried["1"], tried["20000–20999"]) == (False, None)
    assert client_of(member(None, "operator_finance")).get("/network/ports/").status_code == 403
    assert "87.2 kbit/s" in operator.get("/network/sizing/?calls=100").content.decode()


def _listening(address: str) -> socket.socket:
    return socket.create_server((address, 0))


def test_what_answers_at_the_voice_networks_address_beside_sip_is_named(operator, settings):
    """Loopback has more than one address: 127.0.0.7 stands for the network of telephones and carriers."""
    with _listening("127.0.0.1") as inside, _listening("127.0.0.7") as astray:
        ports = {"event_port": inside.getsockname()[1], "ws_port": 0, "sip_port": astray.getsockname()[1]}
        settings.SWITCH = settings.SWITCH | ports | {"sip_address": "127.0.0.7"}
        assert "127.0.0.7. Nothing but SIP" in operator.get("/network/ports/").content.decode()
        page = operator.post("/network/ports/")
        assert page.context["astray"] == [], "telephones may come there"
        assert "● kept apart" in page.content.decode()
        settings.SWITCH = settings.SWITCH | {"event_port": astray.getsockname()[1], "sip_port": 1}
        page = operator.post("/network/ports/")
        assert [one.ports for one in page.context["astray"]] == [str(astray.getsockname()[1])]
        assert "Orders to the switch" in page.content.decode()
    settings.SWITCH = settings.SWITCH | {"sip_address": "0.0.0.0"}
    assert "FREESWITCH_SIP_ADDRESS" in operator.post("/network/ports/").content.decode()
