"""The switch's SIP profiles: `internal` for phones, in pages too, `external` for carriers, `secure` for those by TLS.

`secure` stands apart: a certificate it cannot use, or a port that is taken, costs no other carrier a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from telephony.freeswitch import trunk_document, trunk_tls

if TYPE_CHECKING:
    from telephony.freeswitch.configuration import SwitchSettings


TRUNK_CODECS = ("PCMA", "PCMU")
# A page's sound is wide and bears lost packets; an IP phone takes what it knows.
PHONE_CODECS = ("OPUS@8000h", *TRUNK_CODECS)


def params(values: Mapping[str, object]) -> list[str]:
    return [f'<param name="{name}" value={quoteattr(str(value))}/>' for name, value in values.items()]


def sofia(directory: Path, settings: SwitchSettings) -> list[str]:
    conf = directory / "conf"
    return [
        '<configuration name="sofia.conf">',
        "<global_settings>",
        *params({"log-level": 0, "debug-presence": 0}),
        "</global_settings>",
        "<profiles>",
        *_profile("internal", _for_phones(conf, settings), more=_CANDIDATES),
        *_profile("external", _for_trunks(conf, settings), _gateways(settings)),
        *(_secure(directory, settings) if settings.trunk_tls_port else ()),
        "</profiles>",
        "</configuration>",
    ]


# What a page says of its own address is believed when it is near, as listed, or out in the internet.
_CANDIDATES = [f'<param name="apply-candidate-acl" value="{name}"/>' for name in ("webrtc", "wan.auto")]


def _profile(
    name: str, values: Mapping[str, object], gateways: Iterable[str] = (), more: Iterable[str] = ()
) -> list[str]:
    return [
        f'<profile name="{name}">',
        *gateways,
        "<settings>",
        *params(values),
        *more,
        "</settings>",
        "</profile>",
    ]


def _gateways(settings: SwitchSettings) -> list[str]:
    """The one carrier calls may go out to, known by its address: it trusts ours, as we trust its network.

    `watch` is the same carrier, asked again and again whether it is there (OPTIONS), and never dialled: a carrier that
    answers no such question loses no calls by it.
    """
    # What trunks the house has is written by the worker, while the switch runs.
    own = ["<gateways>", trunk_document.GATEWAYS]
    if not settings.gateway:
        return [*own, "</gateways>"]
    values: dict[str, object] = {
        "username": "contactcenter",
        "password": "none",
        "proxy": settings.gateway,
        "register": "false",
        "caller-id-in-from": "true",
        "context": "public",
    }
    watched = values | {"ping": settings.gateway_watch_seconds}
    return [
        *own,
        *('<gateway name="backup">', *params(values), "</gateway>"),
        *('<gateway name="watch">', *params(watched), "</gateway>"),
        "</gateways>",
    ]


def _secure(directory: Path, settings: SwitchSettings) -> list[str]:
    """A carrier is who its certificate names, vouched for by an authority in the folder; else nothing is sent to it."""
    values = _for_trunks(directory / "conf", settings) | {
        "sip-port": settings.trunk_tls_port,
        "tls": "true",
        "tls-only": "true",
        "tls-sip-port": settings.trunk_tls_port,
        "tls-cert-dir": directory / trunk_tls.FOLDER,
        "tls-version": "tlsv1.2,tlsv1.3",
        "tls-verify-policy": "subjects_out",
        "tls-verify-date": "true",
        "tls-verify-depth": 5,
    }
    return _profile("secure", values, ["<gateways>", trunk_document.SECURE_GATEWAYS, "</gateways>"])


def _for_everyone(settings: SwitchSettings) -> dict[str, object]:
    return {
        "sip-ip": settings.sip_address,
        "rtp-ip": settings.sip_address,
        "user-agent-string": "contactcenter",
        "inbound-codec-prefs": ",".join(TRUNK_CODECS),
        "outbound-codec-prefs": ",".join(TRUNK_CODECS),
        "inbound-codec-negotiation": "generous",
        "inbound-late-negotiation": "true",
        "dtmf-duration": 2000,
        "rtp-timer-name": "soft",
        # Else the times of one leg's packets are passed to the other, though opus counts six for each of G.711: a page
        # then plays nearly nothing of its caller, and a telephone gets each packet a tenth of a second too early.
        "rtp-rewrite-timestamps": "true",
        # How long sound is on its way (line_delay): a few hundred bytes a leg, and an event for each answer.
        "rtcp-audio-interval-msec": 5000,
        "manage-presence": "false",
        "auth-messages": "true",
        "auth-subscriptions": "true",
        # A phone's own REFER would move a call past us.
        "disable-transfer": "true",
        "nonce-ttl": 60,
        "enable-timer": "false",
        "NDLB-received-in-nat-reg-contact": "false",
    }


def _for_phones(conf: Path, settings: SwitchSettings) -> dict[str, object]:
    """Phones register with a password for the domain of their tenant; what they dial themselves is refused for now."""
    return _for_everyone(settings) | {
        "sip-port": settings.sip_port,
        "context": "devices",
        "dialplan": f"XML:{conf / 'cc.xml'}",
        "auth-calls": "true",
        "auth-all-packets": "false",
        "accept-blind-reg": "false",
        "accept-blind-auth": "false",
        "challenge-realm": "auto_from",
        "inbound-reg-force-matching-username": "true",
        "multiple-registrations": "false",
        "log-auth-failures": "true",
        "sip-force-expires": 120,
        "inbound-codec-prefs": ",".join(PHONE_CODECS),
        "outbound-codec-prefs": ",".join(PHONE_CODECS),
        **_for_pages(settings),
    }


def _for_pages(settings: SwitchSettings) -> dict[str, object]:
    """WebSockets, for phones in pages: by our web on this machine, or with TLS of the switch's own."""
    bindings: dict[str, object] = {}
    if settings.ws_port:
        bindings["ws-binding"] = f"{settings.ws_address}:{settings.ws_port}"
    if settings.wss_port:
        bindings["wss-binding"] = f"{settings.sip_address}:{settings.wss_port}"
    return bindings


def _for_trunks(conf: Path, settings: SwitchSettings) -> dict[str, object]:
    """Carriers send calls without a password, and only from their networks. First our web says where a call goes."""
    return _for_everyone(settings) | {
        "sip-port": settings.trunk_port,
        "context": "public",
        "dialplan": f"XML,XML:{conf / 'numbers.xml'}",
        "auth-calls": "false",
        "apply-inbound-acl": "trunks",
        "disable-register": "true",
    }
