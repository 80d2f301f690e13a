"""The configuration of each module we load: the parameters we mean, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from telephony.freeswitch import profiles, trunk_document
from telephony.freeswitch.profiles import params

if TYPE_CHECKING:
    from telephony.freeswitch.configuration import SwitchSettings

_LOADED = (
    "mod_logfile",
    "mod_event_socket",
    "mod_xml_curl",
    "mod_json_cdr",
    "mod_hash",
    "mod_expr",
    "mod_commands",
    "mod_dptools",
    "mod_dialplan_xml",
    "mod_sndfile",
    "mod_native_file",
    "mod_tone_stream",
    "mod_local_stream",
    "mod_loopback",
    "mod_opus",
    "mod_sofia",
    "mod_conference",
)
# Of the modules that could run programs or write anywhere, only what we use may register. (Older switches ignore this.)
_COMMANDS = [
    "cond",
    "create_uuid",
    "expand",
    "file_exists",
    "global_getvar",
    "hupall",
    "load",
    "module_exists",
    "originate",
    "reload",
    "reloadacl",
    "reloadxml",
    "show",
    "shutdown",
    "status",
    "unload",
    "user_data",
    "user_exists",
    "uuid_answer",
    "uuid_break",
    "uuid_bridge",
    "uuid_broadcast",
    "uuid_dump",
    "uuid_exists",
    "uuid_getvar",
    "uuid_hold",
    "uuid_kill",
    "uuid_phone_event",
    "uuid_record",
    "uuid_recv_dtmf",
    "uuid_send_dtmf",
    "uuid_setvar",
    "uuid_setvar_multi",
    "uuid_transfer",
    "version",
    "fsctl",
    "eval",
    "in_group",
]
_APPLICATIONS = [
    "answer",
    "pre_answer",
    "sleep",
    "set",
    "unset",
    "multiset",
    "export",
    "event",
    "transfer",
    "execute_extension",
    "playback",
    "play_and_get_digits",
    "record",
    "record_session",
    "stop_record_session",
    "mkdir",
    "hangup",
    "park",
    "intercept",
    "limit",
    "eavesdrop",
    "bridge",
    "hold",
    "unhold",
    "log",
    "info",
    "strepoch",
    "strmicroepoch",
    "echo",
    "sched_hangup",
    "user",
    "error",
    "group",
    "none",
    "file",
    "rtp",
    "inline",
    "pickup",
    "presence",
    "message",
]
_WHOLE_MODULES = [name for name in _LOADED if name not in ("mod_commands", "mod_dptools")]


def _configuration(name: str, settings: Mapping[str, object], *more: str) -> list[str]:
    return [
        f'<configuration name="{name}.conf">',
        "<settings>",
        *params(settings),
        "</settings>",
        *more,
        "</configuration>",
    ]


def configurations(directory: Path, settings: SwitchSettings) -> Iterator[str]:
    for part in (
        _modules(),
        _switch(settings),
        _logfile(directory),
        _event_socket(settings),
        _acl(settings),
        _xml_curl(settings),
        _json_cdr(settings),
        _local_stream(directory),
        _conference(),
        _opus(),
        profiles.sofia(directory, settings),
    ):
        yield from part


def _modules() -> list[str]:
    loads = [f'<load module="{name}"/>' for name in _LOADED]
    return ['<configuration name="modules.conf">', "<modules>", *loads, "</modules>", "</configuration>"]


def _switch(settings: SwitchSettings) -> list[str]:
    allowed: Iterable[str] = [
        *_WHOLE_MODULES,
        "CORE_PCM_MODULE",
        "CORE_SOFTTIMER_MODULE",
        "CORE_VPX_MODULE",
        *(f"mod_commands.{name}" for name in _COMMANDS),
        *(f"mod_dptools.{name}" for name in _APPLICATIONS),
    ]
    allowlist = [
        "<interface-allowlist>",
        *(f'<allow name="{name}"/>' for name in allowed),
        "</interface-allowlist>",
    ]
    values = {
        "switchname": settings.node,
        # Its log would hold callers' numbers; warnings are enough for us.
        "loglevel": "warning",
        "max-sessions": settings.most_legs,
        "sessions-per-second": settings.most_legs_per_second,
        "rtp-start-port": settings.rtp_start,
        "rtp-end-port": settings.rtp_end,
        "event-heartbeat-interval": settings.heartbeat_seconds,
        "dump-cores": "false",
        "max-db-handles": 50,
        "db-handle-timeout": 10,
    }
    return _configuration("switch", values, *allowlist)


def _logfile(directory: Path) -> list[str]:
    values = {"logfile": directory / "log" / "freeswitch.log", "rollover": 10_000_000, "maximum-rotate": 5}
    profile = [
        "<profiles>",
        '<profile name="default">',
        "<settings>",
        *params(values),
        "</settings>",
        "<mappings>",
        '<map name="all" value="warning,err,crit,alert"/>',
        "</mappings>",
        "</profile>",
        "</profiles>",
    ]
    return _configuration("logfile", {"rotate-on-hup": "true"}, *profile)


def _event_socket(settings: SwitchSettings) -> list[str]:
    values = {
        "nat-map": "false",
        "listen-ip": settings.event_address,
        "listen-port": settings.event_port,
        "password": settings.password,
        "apply-inbound-acl": "controllers",
        "stop-on-bind-error": "true",
    }
    return _configuration("event_socket", values)


def _acl(settings: SwitchSettings) -> list[str]:
    """Who may send calls without a password, and who may control the switch: this machine, or the private networks."""
    near = ["127.0.0.0/8"]
    if settings.event_address != "127.0.0.1":
        near += ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
    allowed = {"trunks": settings.trunks, "controllers": tuple(near), "webrtc": settings.page_networks}
    lists = ["<network-lists>"]
    for name, networks in allowed.items():
        nodes = [f'<node type="allow" cidr={quoteattr(network)}/>' for network in networks]
        nodes += [trunk_document.NETWORKS] if name == "trunks" else []
        lists += [f'<list name="{name}" default="deny">', *nodes, "</list>"]
    return ['<configuration name="acl.conf">', *lists, "</network-lists>", "</configuration>"]


def _xml_curl(settings: SwitchSettings) -> list[str]:
    bindings = ["<bindings>"]
    for section in ("dialplan", "directory"):
        url = quoteattr(f"{settings.web_url.rstrip('/')}/switch/{section}")
        values = {
            "gateway-credentials": f"switch:{settings.secret}",
            "auth-scheme": "basic",
            "timeout": settings.web_timeout_seconds,
            "disable-100-continue": "true",
        }
        bindings += [
            f'<binding name="{section}">',
            f'<param name="gateway-url" value={url} bindings="{section}"/>',
            *params(values),
            "</binding>",
        ]
    return ['<configuration name="xml_curl.conf">', *bindings, "</bindings>", "</configuration>"]


def _json_cdr(settings: SwitchSettings) -> list[str]:
    """To disk alone: with a URL or a queue, records have been lost; on disk, one is there before its event."""
    values = {
        "log-b-leg": "true",
        "prefix-a-leg": "true",
        "encode-values": "false",
        "log-http-and-disk": "false",
        "log-dir": settings.spool_dir,
        "rotate": "false",
    }
    return _configuration("json_cdr", values)


def _local_stream(directory: Path) -> list[str]:
    values = {"rate": 8000, "shuffle": "true", "channels": 1, "interval": 20, "timer-name": "soft"}
    path = quoteattr(str(directory / "music"))
    stream = [f'<directory name="moh" path={path}>', *params(values), "</directory>"]
    return ['<configuration name="local_stream.conf">', *stream, "</configuration>"]


def _conference() -> list[str]:
    """A room for one call: nobody is announced, no key does anything, and every sound is heard, however soft."""
    values = {
        "rate": 8000,
        "interval": 20,
        "energy-level": 0,
        "comfort-noise": 0,
        "caller-controls": "none",
        "moderator-controls": "none",
        "conference-flags": "audio-always",
        "suppress-events": "energy-level,volume-level,gain-level,start-talking,stop-talking,mute-detect",
    }
    profile = ["<profiles>", '<profile name="cc">', *params(values), "</profile>", "</profiles>"]
    return ['<configuration name="conference.conf">', *profile, "</configuration>"]


def _opus() -> list[str]:
    """For speech on doubtful lines: it repairs a lost packet from the next one."""
    values = {
        "use-vbr": 1,
        "use-dtx": 0,
        "complexity": 5,
        "packet-loss-percent": 10,
        "keep-fec-enabled": 1,
        "use-jb-lookahead": 1,
        "maxaveragebitrate": 24_000,
        "sprop-stereo": 0,
    }
    return _configuration("opus", values)
