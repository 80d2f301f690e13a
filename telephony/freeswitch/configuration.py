"""The whole configuration FreeSWITCH runs with, from our settings: nothing of its examples, loopback by default.

`write_configuration(directory, settings)` fills `directory` (conf, and the empty places beside it) and may be repeated;
`switch_command(directory)` starts a switch with it. The rehearsal switch reads the same files.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from telephony.freeswitch import modules, music, own_certificate, profiles, trunk_document, trunk_tls
from telephony.freeswitch.documents import fallback_document
from telephony.freeswitch.snapshot import FILE_NAME as NUMBERS_FILE

OUR_FILES = Path(__file__).resolve().parent
WEB_USER = "switch"
WAITING_FILE = "cc.xml"
CALL_FILE = "call.xml"
SURVEY_FILE = "survey.xml"
SURVEYS_DIRECTORY = "surveys"
FLOW_FILE = "flow.xml"
CANARY_FILE = "canary.xml"
EAR_FILE = "ear.xml"
LINE_FILE = "line.xml"
PAGER_FILE = "pager.xml"
FLOWS_DIRECTORY = "flows"
_PLANS = (WAITING_FILE, CALL_FILE, SURVEY_FILE, FLOW_FILE, CANARY_FILE, EAR_FILE, LINE_FILE, PAGER_FILE)
SOUND_CERTIFICATE = "dtls-srtp.pem"
_PLACES = ("conf", "log", "db", "run", "scripts", "temp", "cache", "storage", "grammar", "certs", "music")
PRIVATE_NETWORKS = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
# What would end a quoted argument, a variable, a list or a line of the switch's configuration.
_NOT_IN_A_PATH = set("'\"\\$`{};,<>&\n\r\t")


class ConfigurationRefused(ValueError):
    """A setting the switch cannot be run with; the message says which and why."""


@dataclass(frozen=True, kw_only=True)
class SwitchSettings:
    """Ports, places and secrets. `trunks` are the networks (CIDR) that may send calls without a password."""

    node: str
    event_port: int
    password: str = field(repr=False)
    sip_port: int
    trunk_port: int
    rtp_start: int
    rtp_end: int
    web_url: str
    secret: str = field(repr=False)
    spool_dir: Path
    recordings_dir: Path
    prompts_dir: Path | None = None
    """What tenants let callers hear, `<schema>/<sha256>.wav`; None: `prompts` in the run directory."""
    event_address: str = "127.0.0.1"
    sip_address: str = "127.0.0.1"
    trunks: tuple[str, ...] = ("127.0.0.0/8",)
    trunk_tls_port: int = 0
    """Where carriers come in by TLS; 0: no trunk has TLS."""
    ws_port: int = 0
    """Where our web carries the phones in its pages to; 0: there are none. It listens where `ws_address` says."""
    ws_address: str = "127.0.0.1"
    wss_port: int = 0
    """For pages that come to the switch themselves, with TLS of its own; 0: none may."""
    wss_certificate: Path | None = None
    """Key and chain in one PEM file; None: the switch makes one that browsers do not trust."""
    page_networks: tuple[str, ...] = PRIVATE_NETWORKS
    """Where phones in pages may be, beside the internet."""
    gateway: str = ""
    """host:port of the carrier that takes calls to the outside; empty: none may go out."""
    gateway_watch_seconds: int = 30
    """How often it is asked whether it is there; below 5 the switch does not ask at all."""
    backup_seconds: int = 30
    """How long a backup line may ring before the caller hears the emergency message."""
    web_timeout_seconds: int = 2
    round_seconds: int = 10
    announce_first_seconds: int = 10
    """How long a caller waits until our web is first asked what they should be told."""
    patience_seconds: int = 15
    """How old the worker's last sign of life may be before callers are taken care of without it."""
    heartbeat_seconds: int = 5
    most_legs: int = 2000
    most_legs_per_second: int = 100

    @classmethod
    def from_mapping(cls, settings: Mapping[str, Any]) -> SwitchSettings:
        """From `settings.SWITCH`; keys we do not know are for others."""
        known = {name: settings[name] for name in cls.__dataclass_fields__ if name in settings}
        for name in ("spool_dir", "recordings_dir", "prompts_dir", "wss_certificate"):
            if known.get(name):
                known[name] = Path(known[name]).absolute()
        return cls(**known)


def write_configuration(directory: Path | str, settings: SwitchSettings) -> None:
    """Writes every file the switch needs. Raises ConfigurationRefused before anything is written."""
    directory = Path(directory).absolute()
    _refuse_bad(directory, settings)
    for place in _PLACES:
        (directory / place).mkdir(parents=True, exist_ok=True)
    settings.spool_dir.mkdir(parents=True, exist_ok=True)
    settings.recordings_dir.mkdir(parents=True, exist_ok=True)
    _prompts(directory, settings).mkdir(parents=True, exist_ok=True)
    conf = directory / "conf"
    conf.chmod(0o700)
    for name in _PLANS:
        shutil.copyfile(OUR_FILES / "conf" / name, conf / name)
    for name in (SURVEYS_DIRECTORY, FLOWS_DIRECTORY):
        (conf / name).mkdir(exist_ok=True)
    trunk_document.make_room(conf)
    if settings.trunk_tls_port:
        trunk_tls.make_room(directory)
    if not (conf / NUMBERS_FILE).exists():
        _write(conf / NUMBERS_FILE, fallback_document([]))
    if settings.wss_certificate is not None:
        _write(directory / "certs" / "wss.pem", settings.wss_certificate.read_text(encoding="ascii"))
    if not (directory / "certs" / SOUND_CERTIFICATE).exists():
        _write(directory / "certs" / SOUND_CERTIFICATE, own_certificate.made_now())
    music.write_once(directory / "music" / "quiet.wav")
    _write(conf / "freeswitch.xml", _whole(directory, settings))


def switch_command(directory: Path | str, program: str = "freeswitch") -> list[str]:
    """In the foreground, as a child of whoever starts it; it stays where we put it."""
    directory = Path(directory).absolute()
    places = {
        "-conf": "conf",
        "-log": "log",
        "-db": "db",
        "-run": "run",
        "-scripts": "scripts",
        "-temp": "temp",
        "-cache": "cache",
        "-storage": "storage",
        "-grammar": "grammar",
        "-certs": "certs",
    }
    argv = [program, "-nf", "-nonat", "-nocal", "-np"]
    for flag, place in places.items():
        argv += [flag, str(directory / place)]
    return [*argv, *_given_places(directory)]


def _given_places(directory: Path) -> list[str]:
    """Recordings may lie elsewhere than beside conf: the written configuration remembers where."""
    remembered = directory / "conf" / "recordings_dir"
    recordings = (
        remembered.read_text(encoding="utf-8") if remembered.exists() else str(directory / "recordings")
    )
    return ["-recordings", recordings, "-sounds", str(OUR_FILES / "sounds")]


def _refuse_bad(directory: Path, settings: SwitchSettings) -> None:
    for what, path in (
        ("run directory", directory),
        ("call record directory", settings.spool_dir),
        ("recordings directory", settings.recordings_dir),
        ("prompts directory", _prompts(directory, settings)),
        ("project directory", OUR_FILES),
    ):
        if _NOT_IN_A_PATH & set(str(path)):
            raise ConfigurationRefused(f"The {what} {str(path)!r} has a character the switch would misread.")
    if not settings.password or not settings.secret:
        raise ConfigurationRefused("The switch needs FREESWITCH_PASSWORD and SWITCH_SECRET.")
    if not 2 <= settings.round_seconds <= 10:
        # The switch takes a playback limit of 1 or 0 for none at all: callers would never leave the music.
        raise ConfigurationRefused("A waiting round lasts 2 to 10 seconds.")
    if settings.gateway and not re.fullmatch(r"[A-Za-z0-9.-]{1,253}:[0-9]{1,5}", settings.gateway):
        raise ConfigurationRefused("FREESWITCH_GATEWAY is host:port, such as sip.carrier.example:5060.")
    if settings.wss_certificate is not None and not settings.wss_certificate.is_file():
        raise ConfigurationRefused("FREESWITCH_WSS_CERTIFICATE is a file: key and chain, in PEM.")
    if not settings.rtp_start < settings.rtp_end <= 65535:
        raise ConfigurationRefused("FREESWITCH_RTP_START must be below FREESWITCH_RTP_END.")


def _write(path: Path, content: str) -> None:
    """Secrets are in it: nobody else may read it, not even for a moment."""
    temporary = path.with_name(f".{path.name}.new")
    with open(
        os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(content)
    os.replace(temporary, path)


def _prompts(directory: Path, settings: SwitchSettings) -> Path:
    return settings.prompts_dir or directory / "prompts"


def _whole(directory: Path, settings: SwitchSettings) -> str:
    conf = directory / "conf"
    _write(conf / "recordings_dir", str(settings.recordings_dir))
    variables = {
        "cc_dialplan": conf / WAITING_FILE,
        "cc_call_plan": conf / CALL_FILE,
        "cc_survey_plan": conf / SURVEY_FILE,
        "cc_surveys": conf / SURVEYS_DIRECTORY,
        "cc_flow_plan": conf / FLOW_FILE,
        "cc_flows": conf / FLOWS_DIRECTORY,
        "cc_canary_plan": conf / CANARY_FILE,
        "cc_ear_plan": conf / EAR_FILE,
        "cc_line_plan": conf / LINE_FILE,
        "cc_pager_plan": conf / PAGER_FILE,
        # What pager.xml can say: a switch that was started before has fewer, or none (pager_call.knows).
        "cc_pager_phrases": "urgent-case ring-test",
        "cc_sounds": OUR_FILES / "sounds",
        # Where a sound is that is named without a place: an originate expands no variable (commands.confirmed).
        "sound_prefix": OUR_FILES / "sounds",
        "cc_prompts": _prompts(directory, settings),
        "cc_round_seconds": settings.round_seconds,
        "cc_patience_seconds": settings.patience_seconds,
        "cc_backup_seconds": settings.backup_seconds,
        "cc_announce_first_seconds": settings.announce_first_seconds,
        "hold_music": "local_stream://moh",
        # Whom a leg rings is offered what they may know, not what that leg speaks itself.
        "cc_phone_codecs": f"^^:{':'.join(profiles.PHONE_CODECS)}",
        "cc_trunk_codecs": f"^^:{':'.join(profiles.TRUNK_CODECS)}",
        "cc_codecs_backup": f"^^:{':'.join(profiles.TRUNK_CODECS)}",
        # Whoever says they are the phone of a page must be the one whose certificate the call's offer names.
        "rtp_dtls_client_cert_verify_mode": "fingerprint",
        # The sound of pages is wide; kept is what a telephone carries, as of everybody else.
        "record_sample_rate": 8000,
        "recordings_dir": settings.recordings_dir,
    }
    head = [f'<X-PRE-PROCESS cmd="set" data="{name}={value}"/>' for name, value in variables.items()]
    return "\n".join(
        [
            '<document type="freeswitch/xml">',
            *head,
            '<section name="configuration">',
            *modules.configurations(directory, settings),
            "</section>",
            '<section name="dialplan">',
            "</section>",
            '<section name="directory">',
            "</section>",
            "</document>",
            "",
        ]
    )
