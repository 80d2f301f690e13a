"""deploy/ as far as it can be checked without an engine: it names what exists, and gives no secret a default."""

import re
import shlex
from importlib.util import find_spec

import pytest
import yaml

from contactcenter.environment import PROJECT

COMPOSE = yaml.safe_load((PROJECT / "deploy" / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
SECRETS = {
    "SECRET_KEY",
    "DATABASE_PASSWORD",
    "REDIS_PASSWORD",
    "FREESWITCH_PASSWORD",
    "SWITCH_SECRET",
    "METRICS_TOKEN",
}
OURS = {"prepare", "web", "sockets", "door", "telephony", "tasks", "hooks", "beat", "watch", "backup"}


def words(service):
    command = SERVICES[service].get("command", [])
    return [word for part in command for word in shlex.split(part)]


def test_every_part_of_the_product_is_there():
    assert set(SERVICES) == OURS | {"postgres", "valkey", "freeswitch", "proxy", "relay"}
    assert "contactcenter.wsgi:application" in words("web")
    assert words("web")[0] == "gunicorn"
    for name, server in (("sockets", "daphne"), ("door", "uvicorn")):
        assert words(name)[:3] == ["python", "-m", "contactcenter.run.web"]
        assert words(name)[-2:] == ["--server", server]


def test_commands_name_what_exists():
    text = " ".join(" ".join(words(name)) for name in OURS)
    for module in re.findall(r"-m ([\w.]+)", text):
        assert find_spec(module), module
    for command in re.findall(r"manage\.py (\w+)", text):
        from django.core.management import get_commands

        assert command in get_commands(), command


def test_services_wait_for_services_and_use_volumes_that_exist():
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", [])) <= set(SERVICES), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (PROJECT / "deploy" / source).exists(), volume


def test_settings_are_ones_we_read():
    read = (PROJECT / "contactcenter" / "settings.py").read_text() + (
        PROJECT / "contactcenter" / "environment.py"
    ).read_text()
    for name in OURS:
        for setting in SERVICES[name]["environment"]:
            assert f'"{setting}"' in read, setting


@pytest.mark.parametrize("secret", sorted(SECRETS))
def test_a_secret_has_no_default(secret):
    text = (PROJECT / "deploy" / "compose.yaml").read_text()
    used = re.findall(r"\$\{" + secret + r"(.)", text)
    assert used
    assert set(used) == {":"}
    assert not re.search(r"\$\{" + secret + r":-", text)


def test_the_example_lists_what_must_be_set():
    text = (PROJECT / "deploy" / "compose.yaml").read_text()
    must = set(re.findall(r"\$\{(\w+):\?", text))
    example = (PROJECT / "deploy" / "env.example").read_text()
    assert set(re.findall(r"^(\w+)=$", example, re.MULTILINE)) == must


def test_the_switch_is_started_with_the_folders_our_configuration_fills():
    from telephony.freeswitch.configuration import switch_command

    ours = [word.replace("/srv/switch/", "") for word in words("freeswitch")]
    theirs = [word.replace("/srv/switch/", "") for word in switch_command("/srv/switch")[1:]]
    assert [word for word in ours if word.startswith("-")] == [
        word for word in theirs if word.startswith("-")
    ]


def test_the_proxy_passes_the_host_and_splits_sockets_from_pages():
    text = (PROJECT / "deploy" / "nginx.conf").read_text()
    assert "proxy_set_header Host $http_host;" in text
    assert re.search(r"location /ws/ \{\s+proxy_pass http://sockets;", text)
    assert re.search(r"location /switch/ \{ return 404; \}", text)
    assert text.count("{") == text.count("}")
    for name, port in re.findall(r"server (\w+):(\d+);", text):
        assert port in " ".join(words(name)), name


def reached_from(network):
    return {name for name, service in SERVICES.items() if network in service.get("networks", [])}


def test_from_the_voice_network_nothing_is_reached_but_the_switch():
    assert reached_from("voice") == {"freeswitch"}
    assert reached_from("pages") == {"proxy", "web", "sockets", "watch"}
    assert reached_from("rows") == OURS - {"backup"} | {"postgres", "valkey"}
    assert COMPOSE["networks"]["rows"] == {"internal": True}
    assert not any("networks" in SERVICES[name] for name in ("backup", "relay")), "they stand in another's"
    assert set(SERVICES) - {"backup", "relay"} == {name for name in SERVICES if "networks" in SERVICES[name]}
    # What the host lets in: telephones, carriers and speech to the switch, readers to the proxy.
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"freeswitch", "proxy"}
    inner = {"8021", "5066", "8000", "8001", "8002", "5432", "6379"}
    assert not inner & {
        part for port in SERVICES["freeswitch"]["ports"] for part in port.split("/")[0].split(":")
    }
