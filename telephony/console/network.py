"""For operators: the ports this installation speaks by, as it is set, and how large network and machines should be."""

import socket
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from telephony.cells.capacity import latest_measurement
from tenants.desk import sizing as sums
from tenants.desk.policies import KEEPERS
from tenants.people.console.access import member_required

SECONDS = 0.5
CALLS_PER_CORE = 60
TCP, UDP, BOTH = "TCP", "UDP", "TCP, UDP"


@dataclass(frozen=True)
class Port:
    """One line of the list. `whom`: from where it must be reachable; `is_open` None: not tried, or not triable.

    `is_voice`: telephones and carriers come here; every other port is shut at the voice network's address.
    `is_voice_reachable` is what was found there; None: not tried.
    """

    ports: str
    protocol: str
    what: str
    whom: str
    is_public: bool = False
    is_voice: bool = False
    try_at: tuple[str, int] | None = None
    is_open: bool | None = None
    is_voice_reachable: bool | None = None


def port_list() -> list[Port]:
    """From the settings of this process, nothing else."""
    switch: dict[str, Any] = settings.SWITCH
    host, pages = str(switch["host"]), _("agents' browsers")
    sip, trunk, event = switch["sip_port"], switch["trunk_port"], switch["event_port"]
    rtp, carriers = f"{switch['rtp_start']}–{switch['rtp_end']}", ", ".join(switch["trunks"])
    found = [
        Port(
            str(settings.PORT),
            TCP,
            _("Pages, API, sockets"),
            pages,
            True,
            try_at=("127.0.0.1", settings.PORT),
        ),
        Port(str(sip), BOTH, _("SIP of telephones"), _("agents' telephones"), True, True, (host, sip)),
        Port(str(trunk), BOTH, _("SIP of carriers"), carriers, True, True, (host, trunk)),
        *_carriers_by_tls(switch, carriers),
        Port(rtp, UDP, _("Speech (RTP)"), _("telephones, browsers, carriers"), True, True),
        Port(str(event), TCP, _("Orders to the switch"), _("our worker alone"), try_at=(host, event)),
    ]
    if port := switch["ws_port"]:
        what = _("Telephones in pages, behind our web")
        found.append(Port(str(port), TCP, what, _("our web alone"), try_at=(host, port)))
    if port := switch["wss_port"]:
        found.append(
            Port(str(port), TCP, _("Telephones in pages, directly"), pages, True, True, (host, port))
        )
    return [*found, *(_relay(url) for url in settings.TURN_URLS), *_inner()]


def _carriers_by_tls(switch: dict[str, Any], carriers: str) -> list[Port]:
    port = switch["trunk_tls_port"]
    if not port:
        return []
    return [
        Port(str(port), TCP, _("SIP of carriers, by TLS"), carriers, True, True, (str(switch["host"]), port))
    ]


def _inner() -> list[Port]:
    """What only our own machines speak to each other."""
    ours = _("our own machines alone")
    database = str(settings.DATABASES["default"].get("PORT") or 5432)
    redis = settings.REDIS_URL.rpartition(":")[2].partition("/")[0]
    return [
        Port(database, TCP, _("Database"), ours),
        Port(redis if redis.isdigit() else "6379", TCP, _("Messages between our processes"), ours),
    ]


def _relay(url: str) -> Port:
    kind, _colon, rest = url.partition(":")
    port = rest.partition("?")[0].rpartition(":")[2]
    protocol = TCP if kind == "turns" else BOTH
    return Port(port, protocol, _("Relay of speech (TURN)"), _("agents' browsers"), True, True)


def tried(port: Port, voice: str) -> Port:
    """TCP ports of this installation only: what a person types is never connected to.

    `voice` is the voice network's own address, where all but telephones' ports must be shut; "": it has none.
    """
    if port.try_at is not None:
        port = replace(port, is_open=_answers(*port.try_at))
    if voice and not port.is_voice:
        port = replace(port, is_voice_reachable=_answers(voice, int(port.ports)))
    return port


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=SECONDS):
            return True
    except OSError:
        return False


def voice_address() -> str:
    """The address telephones and carriers alone reach; "" where they share one with our own machines, or all."""
    switch = settings.SWITCH
    address = str(switch["sip_address"])
    shared = {
        str(switch["host"]),
        str(switch["event_address"]),
        str(switch["ws_address"]),
        "127.0.0.1",
        "::1",
    }
    return "" if address in shared or address in ("0.0.0.0", "::") else address  # noqa: S104


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*KEEPERS)
def ports(request: HttpRequest) -> HttpResponse:
    """Posting tries them from this machine."""
    found, voice = port_list(), voice_address()
    if request.method == "POST":
        found = [tried(one, voice) for one in found]
    seen = {
        "voice": voice,
        "astray": [one for one in found if one.is_voice_reachable],
        "ports": found,
        "is_tried": request.method == "POST",
        "gateway": settings.SWITCH["gateway"],
        "address": settings.SWITCH["sip_address"],
    }
    return render(request, "telephony/operators/ports.html", seen)


class SizingForm(forms.Form):
    seats = forms.IntegerField(label=gettext_lazy("Seats"), min_value=1, max_value=100_000, initial=50)
    calls = forms.IntegerField(
        label=gettext_lazy("Calls at once"), min_value=0, max_value=100_000, initial=60
    )
    calls_per_core = forms.IntegerField(
        label=gettext_lazy("Calls a core bears"),
        min_value=1,
        max_value=10_000,
        initial=CALLS_PER_CORE,
        help_text=gettext_lazy("Measure your own: see Capacity. Until then this is an assumption."),
    )
    talk_hours = forms.FloatField(
        label=gettext_lazy("Hours of talk per seat and day"), min_value=0, max_value=24, initial=5
    )
    recorded_percent = forms.IntegerField(
        label=gettext_lazy("Recorded, %"), min_value=0, max_value=100, initial=100
    )
    kept_days = forms.IntegerField(
        label=gettext_lazy("Recordings kept, days"), min_value=0, max_value=36_525, initial=180
    )
    channels = forms.IntegerField(
        label=gettext_lazy("Channels of a recording"), min_value=1, max_value=2, initial=2
    )


@never_cache
@require_GET
@member_required(*KEEPERS)
def sizing(request: HttpRequest) -> HttpResponse:
    """What is asked for stands in the address: a sizing can be sent to somebody."""
    start = {name: field.initial for name, field in SizingForm.base_fields.items()}
    form = SizingForm({**start, **request.GET.dict()})
    size = sums.size_of(sums.Need(**form.cleaned_data)) if form.is_valid() else None
    seen = {"form": form, "size": size, "sums": sums, "measured": _measured_calls()}
    return render(request, "telephony/operators/sizing.html", seen)


def _measured_calls() -> float | None:
    measured = latest_measurement()
    return measured.figures.get("calls", {}).get("limit") if measured else None
