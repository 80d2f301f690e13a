"""The switch's configuration: loopback, our secrets, nothing readable by others, refused when it cannot work."""

from __future__ import annotations

import ssl
import stat
import wave
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from telephony.freeswitch.configuration import (
    OUR_FILES,
    ConfigurationRefused,
    SwitchSettings,
    switch_command,
    write_configuration,
)
from telephony.speech.phrases import PHRASES
from telephony.speech.spoken import WORDS

NOTICES = {
    "recording-notice",
    "leave-a-message",
    "thank-you",
    "service-suspended",
    "number-not-in-service",
    "emergency",
}


@pytest.fixture
def wanted(tmp_path: Path) -> SwitchSettings:
    return SwitchSettings(
        node="main-1",
        event_port=8021,
        password="event-secret",
        sip_port=5060,
        trunk_port=5080,
        rtp_start=16384,
        rtp_end=17383,
        web_url="http://127.0.0.1:8000",
        secret="web-secret",
        spool_dir=tmp_path / "spool" / "cdr",
        recordings_dir=tmp_path / "recordings",
    )


def written(tmp_path: Path, wanted: SwitchSettings) -> ET.Element:
    write_configuration(tmp_path / "switch", wanted)
    return ET.fromstring((tmp_path / "switch" / "conf" / "freeswitch.xml").read_text())


def param(root: ET.Element, configuration: str, name: str) -> list[str]:
    found = root.findall(f".//configuration[@name='{configuration}.conf']//param[@name='{name}']")
    return [element.get("value") for element in found]


def test_everything_listens_on_this_machine_only(tmp_path: Path, wanted: SwitchSettings) -> None:
    root = written(tmp_path, wanted)
    assert param(root, "event_socket", "listen-ip") == ["127.0.0.1"]
    assert param(root, "sofia", "sip-ip") == param(root, "sofia", "rtp-ip") == ["127.0.0.1", "127.0.0.1"]
    assert param(root, "sofia", "sip-port") == ["5060", "5080"]


def test_phones_need_a_password_and_trunks_a_network(tmp_path: Path, wanted: SwitchSettings) -> None:
    root = written(tmp_path, wanted)
    assert param(root, "sofia", "auth-calls") == ["true", "false"]
    assert param(root, "sofia", "accept-blind-reg") == ["false"]
    assert param(root, "sofia", "apply-inbound-acl") == ["trunks"]
    nodes = root.findall(".//list[@name='trunks']/node")
    assert [node.get("cidr") for node in nodes] == ["127.0.0.0/8"]


def test_phones_in_pages_come_by_our_web_or_with_tls(tmp_path: Path, wanted: SwitchSettings) -> None:
    root = written(tmp_path, wanted)
    assert param(root, "sofia", "ws-binding") == param(root, "sofia", "wss-binding") == []
    certificate = tmp_path / "own.pem"
    certificate.write_text("key and chain")
    root = written(tmp_path, replace(wanted, ws_port=5066, wss_port=7443, wss_certificate=certificate))
    assert param(root, "sofia", "ws-binding") == ["127.0.0.1:5066"]
    assert param(root, "sofia", "wss-binding") == ["127.0.0.1:7443"]
    kept = tmp_path / "switch" / "certs" / "wss.pem"
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == ("key and chain", 0o600)


def test_sound_with_pages_is_encrypted_by_a_certificate_made_once(
    tmp_path: Path, wanted: SwitchSettings
) -> None:
    written(tmp_path, wanted)
    kept = tmp_path / "switch" / "certs" / "dtls-srtp.pem"
    first = kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert first.startswith("-----BEGIN PRIVATE KEY-----"), "the switch reads the key first"
    ssl.create_default_context().load_cert_chain(kept)  # refuses a key that is not the certificate's
    written(tmp_path, wanted)
    assert kept.read_text() == first, "talks that go on know its fingerprint"


def test_a_pages_sound_is_its_own_and_kept_as_a_telephones(tmp_path: Path, wanted: SwitchSettings) -> None:
    root = written(tmp_path, wanted)
    assert param(root, "sofia", "inbound-codec-prefs") == ["OPUS@8000h,PCMA,PCMU", "PCMA,PCMU"]
    assert param(root, "sofia", "apply-candidate-acl") == ["webrtc", "wan.auto"]
    near = [node.get("cidr") for node in root.findall(".//list[@name='webrtc']/node")]
    assert near == ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
    text = (tmp_path / "switch" / "conf" / "freeswitch.xml").read_text()
    assert 'data="rtp_dtls_client_cert_verify_mode=fingerprint"' in text
    assert 'data="record_sample_rate=8000"' in text


def test_packets_keep_the_time_of_the_leg_they_are_sent_to(tmp_path: Path, wanted: SwitchSettings) -> None:
    """Opus counts six where G.711 counts one; passed on, the one's times are nonsense to the other."""
    root = written(tmp_path, wanted)
    assert param(root, "sofia", "rtp-rewrite-timestamps") == ["true", "true"]


def test_whom_an_agents_leg_rings_is_offered_what_telephones_know(
    tmp_path: Path, wanted: SwitchSettings
) -> None:
    """A page speaks opus; left to itself the switch would offer a carrier or a colleague's telephone nothing else."""
    written(tmp_path, wanted)
    conf = tmp_path / "switch" / "conf"
    text = (conf / "freeswitch.xml").read_text()
    assert 'data="cc_trunk_codecs=^^:PCMA:PCMU"' in text
    assert 'data="cc_phone_codecs=^^:OPUS@8000h:PCMA:PCMU"' in text
    assert 'data="cc_codecs_backup=^^:PCMA:PCMU"' in text
    for file, extension in (("call.xml", "consult"), ("call.xml", "consult-out"), ("cc.xml", "call-out")):
        within = ET.parse(conf / file).find(f".//extension[@name='{extension}']")
        assert within is not None
        bridges = [
            str(one.get("data")) for one in within.iter("action") if one.get("application") == "bridge"
        ]
        assert bridges
        for bridge in bridges:
            codecs = "cc_codecs" if "cc_consult_agent" in bridge else "cc_codecs_${cc_way}"
            assert f"absolute_codec_string=${{{codecs}}}," in bridge


def test_callers_wait_fifteen_seconds_for_a_silent_worker(tmp_path: Path, wanted: SwitchSettings) -> None:
    written(tmp_path, wanted)
    text = (tmp_path / "switch" / "conf" / "freeswitch.xml").read_text()
    assert 'data="cc_patience_seconds=15"' in text


def test_records_go_to_disk_alone(tmp_path: Path, wanted: SwitchSettings) -> None:
    root = written(tmp_path, wanted)
    assert param(root, "json_cdr", "log-dir") == [str(wanted.spool_dir)]
    assert param(root, "json_cdr", "url") == param(root, "json_cdr", "queue-capacity") == []
    assert param(root, "json_cdr", "encode-values") == ["false"]
    assert param(root, "json_cdr", "log-b-leg") == ["true"]


def test_the_web_is_asked_for_two_things_and_briefly(tmp_path: Path, wanted: SwitchSettings) -> None:
    root = written(tmp_path, wanted)
    bindings = root.findall(".//configuration[@name='xml_curl.conf']//param[@name='gateway-url']")
    assert {(one.get("value"), one.get("bindings")) for one in bindings} == {
        ("http://127.0.0.1:8000/switch/dialplan", "dialplan"),
        ("http://127.0.0.1:8000/switch/directory", "directory"),
    }
    assert param(root, "xml_curl", "timeout") == ["2", "2"]


def test_nothing_that_runs_programs_may_register(tmp_path: Path, wanted: SwitchSettings) -> None:
    root = written(tmp_path, wanted)
    allowed = {node.get("name") for node in root.findall(".//interface-allowlist/allow")}
    assert "mod_commands" not in allowed
    assert "mod_dptools" not in allowed
    assert not {
        name
        for name in allowed
        if name.rsplit(".", 1)[-1] in {"system", "bgsystem", "spawn", "bg_spawn", "sched_api"}
    }


def test_every_application_of_the_waiting_loop_may_register(tmp_path: Path, wanted: SwitchSettings) -> None:
    root = written(tmp_path, wanted)
    allowed = {node.get("name") for node in root.findall(".//interface-allowlist/allow")}
    used = {
        action.get("application")
        for action in ET.parse(OUR_FILES / "conf" / "cc.xml").iter()
        if action.get("application")
    }
    of_dptools = {f"mod_dptools.{name}" for name in used - {"hash"}}
    assert of_dptools | {"mod_hash"} <= allowed


def test_no_text_of_a_caller_stands_in_the_waiting_loop() -> None:
    text = (OUR_FILES / "conf" / "cc.xml").read_text()
    # Calls to the outside show our own number, whose form the extension has looked at.
    for ours in ("origination_caller_id_number=${cc_shown}", "origination_caller_id_name=${cc_shown}"):
        assert text.count(ours) == 2
        text = text.replace(ours, "")
    for word in ("caller_id", "sip_from", "effective_", "sip_h_", "destination_number}"):
        assert word not in text


def test_the_secrets_are_for_the_owner_only(tmp_path: Path, wanted: SwitchSettings) -> None:
    written(tmp_path, wanted)
    conf = tmp_path / "switch" / "conf"
    assert stat.S_IMODE(conf.stat().st_mode) == 0o700
    assert stat.S_IMODE((conf / "freeswitch.xml").stat().st_mode) == 0o600
    assert "event-secret" not in repr(wanted)
    assert "web-secret" not in repr(wanted)


def test_writing_again_keeps_the_numbers_snapshot(tmp_path: Path, wanted: SwitchSettings) -> None:
    written(tmp_path, wanted)
    numbers = tmp_path / "switch" / "conf" / "numbers.xml"
    numbers.write_text("<kept/>")
    written(tmp_path, wanted)
    assert numbers.read_text() == "<kept/>"


@pytest.mark.parametrize(
    "changes",
    [
        {"password": ""},
        {"secret": ""},
        {"rtp_start": 20000, "rtp_end": 19999},
        {"wss_certificate": Path("/nowhere/own.pem")},
        {"round_seconds": 1},
        {"round_seconds": 60},
        {"recordings_dir": Path("/tmp/a'b")},
        {"recordings_dir": Path("/tmp/${x}")},
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_written(
    tmp_path: Path, wanted: SwitchSettings, changes: dict[str, object]
) -> None:
    with pytest.raises(ConfigurationRefused):
        write_configuration(tmp_path / "switch", replace(wanted, **changes))
    assert not (tmp_path / "switch").exists()


def test_it_is_made_from_the_products_settings(tmp_path: Path) -> None:
    from django.conf import settings as product

    known = product.SWITCH | {
        "password": "p",
        "secret": "s",
        "spool_dir": str(tmp_path),
        "recordings_dir": "r",
    }
    made = SwitchSettings.from_mapping(known)
    assert (made.node, made.spool_dir, made.recordings_dir.is_absolute()) == ("main-1", tmp_path, True)


def test_the_switch_runs_in_the_foreground_with_our_files(tmp_path: Path, wanted: SwitchSettings) -> None:
    written(tmp_path, wanted)
    command = switch_command(tmp_path / "switch")
    assert command[:2] == ["freeswitch", "-nf"]
    assert command[command.index("-conf") + 1] == str(tmp_path / "switch" / "conf")
    assert command[command.index("-recordings") + 1] == str(wanted.recordings_dir)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_prompt_is_there_as_the_switch_plays_it(language: str) -> None:
    folder = OUR_FILES / "sounds" / language
    assert {path.stem for path in folder.glob("*.wav")} == NOTICES | set(PHRASES)
    assert {path.stem for path in (folder / "words").iterdir()} == set(WORDS[language])
    for path in folder.rglob("*.wav"):
        with wave.open(str(path), "rb") as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2), path
            assert 0.1 < file.getnframes() / 8000 < 11, path


def test_the_music_is_made_once_and_is_music(tmp_path: Path, wanted: SwitchSettings) -> None:
    written(tmp_path, wanted)
    path = tmp_path / "switch" / "music" / "quiet.wav"
    made_at = path.stat().st_mtime_ns
    with wave.open(str(path), "rb") as file:
        assert file.getnframes() == 32 * 8000
        samples = memoryview(file.readframes(8000)).cast("h")
    assert 500 < max(abs(sample) for sample in samples) < 16000
    written(tmp_path, wanted)
    assert path.stat().st_mtime_ns == made_at


def test_carriers_by_tls_have_a_profile_of_their_own_that_believes_nobody_unseen(
    tmp_path: Path, wanted: SwitchSettings
) -> None:
    assert written(tmp_path, wanted).find(".//profile[@name='secure']") is None
    root = written(tmp_path, replace(wanted, trunk_tls_port=5081))
    profile = root.find(".//profile[@name='secure']")
    assert profile is not None
    told = {one.get("name"): one.get("value") for one in profile.findall("settings/param")}
    assert (told["tls"], told["tls-only"], told["tls-sip-port"]) == ("true", "true", "5081")
    assert (told["tls-verify-policy"], told["tls-verify-date"]) == ("subjects_out", "true")
    assert told["tls-version"] == "tlsv1.2,tlsv1.3"
    assert told["apply-inbound-acl"] == "trunks"
    folder = Path(told["tls-cert-dir"])
    assert "PRIVATE KEY" in (folder / "agent.pem").read_text()
    assert "PRIVATE KEY" not in (folder / "cafile.pem").read_text()
    assert [path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())] == [0, 0, 0]
