"""A trunk's state, its faults and its test calls in words: what is so, why, and what to do about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony.console import trunk_certificates as certificates
from telephony.trunks.authorities import fingerprint, name_of
from telephony.trunks.models import Trunk, TrunkSight, TrunkTest
from telephony.trunks.queries import OLD_AFTER, Use

GOOD, BAD, WAITING, PLAIN = "good", "danger", "warning", ""
_REGISTERING = ("UNREGED", "TRYING", "REGISTER", "")
_REFUSED = ("FAILED", "FAIL_WAIT", "TIMEOUT", "EXPIRED")
_ANSWERS: Mapping[int, Promise] = {
    401: gettext_lazy("User name or password is wrong: the carrier asked for them and did not take ours."),
    403: gettext_lazy(
        "The carrier knows the account and refuses it: it is blocked or unpaid, or our address is not one it permits."
    ),
    404: gettext_lazy(
        "The carrier has no such account, or no such number. Compare the user name and the host."
    ),
    407: gettext_lazy("User name or password is wrong: the carrier asked for them and did not take ours."),
    408: gettext_lazy(
        "No answer. Host or port may be wrong, the transport another one, or a firewall stands between."
    ),
    480: gettext_lazy("Whoever was called is not there at this moment."),
    484: gettext_lazy(
        "The number is not complete in this carrier's eyes. Look at what is dialled before each number."
    ),
    486: gettext_lazy("Whoever was called is engaged: the line works."),
    488: gettext_lazy("The carrier speaks none of the codecs we offer. Choose others."),
    503: gettext_lazy(
        "The carrier has no room for the call, or is not well. Its next answer may be another."
    ),
    603: gettext_lazy("Whoever was called, or the carrier for them, declined."),
    908: gettext_lazy(
        "No answer. Host or port may be wrong, the transport another one, or a firewall stands between."
    ),
}
_CAUSES: Mapping[str, Promise] = {
    "GATEWAY_DOWN": gettext_lazy(
        "The switch did not try: the carrier does not answer, or refuses our registration."
    ),
    "INVALID_GATEWAY": gettext_lazy("The switch does not have this trunk yet. Try again in some seconds."),
    "NO_SWITCH": gettext_lazy("No switch of this trunk answers us."),
    "NOT_MADE": gettext_lazy("No worker made this call. Is one running in this cell?"),
    "NOT_SENT": gettext_lazy("The number cannot be dialled."),
    "NO_ANSWER": gettext_lazy("It rang, and nobody picked up in time: the line works."),
    **{f"TLS_{problem.upper()}": words for problem, words in certificates.PROBLEMS.items()},
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a trunk's setup: `state` good, danger, warning (goes on) or "" (not its turn)."""

    name: str
    state: str
    words: str


def answer_words(status: int | None) -> str:
    """What an answer of a carrier means; "" for none we know more about than its number."""
    return str(_ANSWERS.get(status or 0, ""))


def fresh(sights: Iterable[TrunkSight], at: datetime) -> list[TrunkSight]:
    return [one for one in sights if at - one.seen_at < OLD_AFTER]


def steps_of(row: Trunk, test: TrunkTest | None, at: datetime) -> list[Step]:
    seen = fresh(row.sights.all(), at)
    return [
        _resolved(row),
        *([_certified(row, at), *_presented(seen, at)] if row.is_secure else []),
        _reached(seen),
        *([_registered(seen)] if row.is_registered else []),
        _tried(test),
        _used(row),
    ]


def _resolved(row: Trunk) -> Step:
    name = _("The host has an address")
    if row.resolves is None:
        return Step(name=name, state=WAITING, words=_("being looked up"))
    if row.resolves:
        return Step(name=name, state=GOOD, words=", ".join(row.addresses[:4]))
    return Step(
        name=name,
        state=BAD,
        words=_("No name server knows this host. Compare it with what the carrier wrote."),
    )


def authority_words(one: x509.Certificate) -> str:
    """ "Carrier Root, until 2030-01-01, SHA-256 0f1e…"."""
    return f"{name_of(one)}, {certificates.until_words(one.not_valid_after_utc)}, SHA-256 {fingerprint(one)}…"


def _certified(row: Trunk, at: datetime) -> Step:
    name = _("The carrier's certificate is accepted")
    if row.tls_checked_at is None:
        return Step(name=name, state=WAITING, words=_("being looked at"))
    if row.tls_problem:
        return Step(name=name, state=BAD, words=certificates.refusal_words(row))
    state = WAITING if certificates.ends_soon(row.tls_until, at) else GOOD
    return Step(name=name, state=state, words=certificates.accepted_words(row))


def _presented(seen: list[TrunkSight], at: datetime) -> list[Step]:
    """The switch's own: carriers ask for it when they call us, some also when we call them."""
    name, known = _("The switch's own certificate"), [one.own_until for one in seen if one.own_until]
    if settings.SWITCH["kind"] == "rehearsal":
        words = _("The rehearsal switch speaks no TLS: what it says of this trunk is played.")
        return [Step(name=name, state=PLAIN, words=words)]
    if not known:
        return []
    state = BAD if min(known) <= at else WAITING if certificates.ends_soon(min(known), at) else GOOD
    return [Step(name=name, state=state, words=certificates.own_words(seen))]


def _reached(seen: list[TrunkSight]) -> Step:
    name = _("The carrier answers")
    if not seen:
        return Step(name=name, state=WAITING, words=_("no switch has looked yet; it takes some seconds"))
    answered = [one for one in seen if one.is_up or _has_answered(one)]
    if len(answered) < len(seen):
        away = ", ".join(one.node for one in seen if one not in answered)
        return Step(name=name, state=BAD, words=f"{away}: {answer_words(408)}")
    times = [one.ping_ms for one in answered if one.ping_ms]
    words = _("after %(ms)s ms") % {"ms": f"{max(times):.0f}"} if times else _("it does")
    return Step(name=name, state=GOOD, words=words)


def _has_answered(one: TrunkSight) -> bool:
    return one.sip_status is not None and 200 <= one.sip_status < 700 and one.sip_status not in (408, 503)


def _registered(seen: list[TrunkSight]) -> Step:
    name = _("Our switch is registered there")
    refused = [one for one in seen if one.registration in _REFUSED]
    if refused:
        one = refused[0]
        why = f"{one.sip_status} {one.phrase}. " if one.sip_status else ""
        return Step(name=name, state=BAD, words=f"{one.node}: {why}{answer_words(one.sip_status or 408)}")
    if not seen or any(one.registration in _REGISTERING for one in seen):
        return Step(name=name, state=WAITING, words=_("being asked for"))
    return Step(name=name, state=GOOD, words=", ".join(one.node for one in seen))


def _tried(test: TrunkTest | None) -> Step:
    name = _("A test call went through")
    if test is None:
        return Step(name=name, state=PLAIN, words=_("not made yet"))
    if test.ended_at is None:
        return Step(name=name, state=WAITING, words=_("it rings"))
    return Step(name=name, state=GOOD if test.is_answered else BAD, words=test_words(test))


def test_words(test: TrunkTest) -> str:
    """ "answered after 1.2 s, rang after 0.3 s, MOS 4.4", or why not."""
    if test.ended_at is None:
        return _("it rings")
    if not test.is_answered:
        status = f"{test.sip_status} " if test.sip_status else ""
        why = answer_words(test.sip_status) or str(_CAUSES.get(test.cause, ""))
        return f"{status}{test.cause}. {why}".strip()
    told = []
    if test.ringing_ms is not None:
        told.append(_("rang after %(s)s s") % {"s": f"{test.ringing_ms / 1000:.1f}"})
    if test.answered_ms is not None:
        told.append(_("answered after %(s)s s") % {"s": f"{test.answered_ms / 1000:.1f}"})
    if test.mos is not None:
        told.append(f"MOS {test.mos:.1f}")
    return ", ".join(told)


def _used(row: Trunk) -> Step:
    name = _("Calls go by it")
    if row.state == Trunk.State.IN_USE:
        return Step(name=name, state=GOOD, words=_("in use"))
    if row.state == Trunk.State.OFF:
        return Step(name=name, state=PLAIN, words=_("switched off"))
    return Step(name=name, state=PLAIN, words=_("not yet"))


def standing(row: Trunk, use: Use, at: datetime) -> tuple[str, str]:
    """(meaning, word) of a trunk in a list."""
    if row.state == Trunk.State.OFF:
        return PLAIN, _("switched off")
    seen = fresh(row.sights.all(), at)
    if not seen:
        return WAITING, _("no switch has looked lately")
    if any(not one.is_up for one in seen):
        return BAD, _("refused") if any(_has_answered(one) and not one.is_up for one in seen) else _(
            "no answer"
        )
    if row.state == Trunk.State.DRAFT:
        return WAITING, _("works, not in use yet")
    return (WAITING, _("full")) if use.out >= row.channels_out else (GOOD, _("works"))
