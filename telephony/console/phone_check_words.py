"""What a phone check found, in words, and what to do about it."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

NAMES = {
    "level": gettext_noop("Your voice"),
    "peak": gettext_noop("Loudest moment"),
    "noise": gettext_noop("Noise around you"),
    "headroom": gettext_noop("Voice above the noise"),
    "echo": gettext_noop("Echo of the loudspeaker"),
    "round_trip": gettext_noop("There and back"),
    "jitter": gettext_noop("Unevenness of the way"),
    "loss": gettext_noop("Lost packets"),
    "sound_round_trip": gettext_noop("Sound there and back"),
    "sound_jitter": gettext_noop("Unevenness of the sound"),
    "down": gettext_noop("Bandwidth to you"),
    "up": gettext_noop("Bandwidth from you"),
    "relay": gettext_noop("Relay"),
}
ADVICE = {
    "level": gettext_noop(
        "Callers hear you too softly: move the microphone two fingers from your mouth, "
        "and turn it up in the system's sound settings."
    ),
    "peak": gettext_noop("Your voice is cut off at its loudest: turn the microphone down a little."),
    "noise": gettext_noop(
        "It is loud around you: close the door and the window, or wear a headset "
        "whose microphone stands before your mouth."
    ),
    "headroom": gettext_noop(
        "Your voice hardly stands out from the noise: come closer to the microphone, or find a quieter place."
    ),
    "echo": gettext_noop("Callers would hear themselves: wear a headset, or turn the loudspeaker down."),
    "round_trip": gettext_noop(
        "Answers come late, so people talk over each other: use a cable instead of Wi-Fi, and end large downloads."
    ),
    "jitter": gettext_noop(
        "Speech arrives unevenly and breaks up: use a cable instead of Wi-Fi, or sit nearer to it."
    ),
    "loss": gettext_noop(
        "Words are missing: use a cable instead of Wi-Fi; if it stays, tell your administrator."
    ),
    "sound_round_trip": gettext_noop(
        "Speech takes long to us and back, so people talk over each other: use a cable instead of Wi-Fi, "
        "and end large downloads."
    ),
    "sound_jitter": gettext_noop(
        "Speech arrives unevenly and breaks up: use a cable instead of Wi-Fi, or sit nearer to it."
    ),
    "down": gettext_noop("The line to you is too narrow: end downloads and videos, or use another network."),
    "up": gettext_noop("The line from you is too narrow: end uploads and backups, or use another network."),
    "relay": gettext_noop(
        "The relay cannot be reached: your network may forbid it. Without it calls fail "
        "behind strict routers; tell your administrator."
    ),
}
UNKNOWN = gettext_noop("Not measured: allow the microphone in the browser, then check again.")
UNKNOWN_NETWORK = gettext_noop("Not measured in this check.")
WHY_NO_ECHO = {
    "rehearsal": gettext_noop("Not measured: the rehearsal switch carries no sound."),
    "none": gettext_noop("Not measured: the switch takes no phones in pages."),
}
NO_WAY_FOR_SOUND = gettext_noop(
    "The switch was called, and no sound came back: your network keeps speech out (UDP). Use another network "
    "or an IP phone, and tell your administrator."
)
OF_MICROPHONE = frozenset({"level", "peak", "noise", "headroom", "echo"})
SHAPES = {"pass": "✓", "warn": "▲", "fail": "✗", "unknown": "–"}
MEANINGS = {"pass": "good", "warn": "warning", "fail": "danger", "unknown": "neutral"}


class Line(NamedTuple):
    name: str
    figure: str
    shape: str
    meaning: str
    verdict: str
    advice: str


def lines_of(results: list[dict[str, Any]]) -> list[Line]:
    return [_line(result) for result in results if result.get("name") in NAMES]


def _line(result: dict[str, Any]) -> Line:
    name, verdict, value = str(result["name"]), str(result.get("verdict", "unknown")), result.get("value")
    figure = "–" if value is None else f"{value:g} {result.get('unit', '')}".strip()
    return Line(
        _(NAMES[name]),
        figure,
        SHAPES.get(verdict, "–"),
        MEANINGS.get(verdict, "neutral"),
        _verdict(verdict),
        _advice(name, verdict, result),
    )


def _advice(name: str, verdict: str, result: dict[str, Any]) -> str:
    if verdict == "fail" and name == "loss" and result.get("value") is None:
        return _(NO_WAY_FOR_SOUND)
    if verdict in ("warn", "fail"):
        return _(ADVICE[name])
    if verdict == "unknown":
        return (
            _(UNKNOWN)
            if name in OF_MICROPHONE
            else _(WHY_NO_ECHO.get(str(result.get("why")), UNKNOWN_NETWORK))
        )
    return ""


def _verdict(verdict: str) -> str:
    return {
        "pass": _("good"),
        "warn": _("could be better"),
        "fail": _("not good enough"),
        "unknown": _("not measured"),
    }.get(verdict, "")
