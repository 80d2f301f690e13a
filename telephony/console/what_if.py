"""Try the rules on a call of the past or a made-up one, as they are or with a draft of them. Nothing is changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from telephony import policies, queries
from telephony.console import routing_words as words
from telephony.console.drafts import Draft, drafts_of
from telephony.console.explanations import ToldRule, told_arrival, told_rules
from telephony.console.made_up import MadeUpForm
from telephony.console.names import Names, read_names
from telephony.console.verdict_words import (
    SOONEST_FIRST,
    ToldVerdict,
    told_counts,
    told_features,
    told_figure,
    told_order,
    told_verdicts,
)
from telephony.errors import CallNotFound
from telephony.models import Call, Queue
from telephony.queries.what_if import Trial, facts_of_call, rules_in_use, try_out
from tenants.masking import mask_number
from tenants.numbers import to_e164
from tenants.people.console.access import member_required

MOST_FOUND = 20
MOMENT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Answer:
    """One trial in the four steps."""

    title: str
    trial: Trial
    facts: list[tuple[str, str]]
    arrival: list[str]
    rules: list[ToldRule]
    asks: list[tuple[str, str]]
    priority: str
    strategy: str
    agents: list[tuple[str, list[ToldVerdict]]]
    asked: list[str]
    reason: str
    expected: str
    ahead: int

    @property
    def asked_names(self) -> str:
        return _(", ").join(self.asked)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.LEADERS)
def what_if(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    call = _call(request)
    form = MadeUpForm(
        request.POST if request.method == "POST" and call is None else None, country=request.tenant.country
    )
    names = read_names()
    drafts = drafts_of(request.POST, names)
    seen: dict[str, Any] = {
        "form": form,
        "call": call,
        "caller": mask_number(call.caller_number or call.caller_raw) if call else "",
        "drafts": drafts,
        "is_draft": any(draft.is_changed for draft in drafts),
        "everybody": request.POST.get("everybody") == "1",
        "find": request.GET.get("find", ""),
        "found": _found(request),
    }
    asked = _asked(call, form, now)
    seen["is_nowhere"] = call is not None and asked is None
    has_problem = any(draft.problems for draft in drafts)
    seen["answers"] = [] if asked is None or has_problem else _answers(asked, drafts, names, seen, now)
    return render(request, "telephony/what_if.html", seen)


def _asked(call: Call | None, form: MadeUpForm, now: datetime) -> tuple[dict[str, Any], Queue] | None:
    """The facts to try and where they lead; None while nothing is asked or the form has errors."""
    if call is not None:
        facts, queue = facts_of_call(call)
        return (facts, queue) if queue else None
    return form.facts(now) if form.is_bound and form.is_valid() else None


def _answers(
    asked: tuple[dict[str, Any], Queue],
    drafts: list[Draft],
    names: Names,
    seen: dict[str, Any],
    now: datetime,
) -> list[Answer]:
    facts, queue = asked
    rows = [draft.rule for draft in drafts]
    told = {(row.pk, row.version): row for row in rows}
    is_free = seen["everybody"]
    present = try_out(facts, queue, at=now, rules=rules_in_use(rows), is_everybody_free=is_free)
    answers = [_answer(_("With the rules as they are"), present, told, names)]
    if seen["is_draft"]:
        used = [draft.as_rule() for draft in drafts if draft.is_active]
        drafted = try_out(facts, queue, at=now, rules=used, is_everybody_free=is_free)
        changed = {(rule.id, rule.version): rule for rule in used}
        answers.append(_answer(_("With the draft"), drafted, changed, names))
    return answers


def _answer(title: str, trial: Trial, rules: dict[tuple[int, int], Any], names: Names) -> Answer:
    asks, told = trial.plan["asks"], trial.explanation
    strategy = "scored" if asks.get("scores") else str(asks.get("strategy", ""))
    return Answer(
        title=title,
        trial=trial,
        facts=words.told_facts(trial.facts, names),
        arrival=told_arrival(_way(trial, rules), names),
        rules=told_rules(trial.plan["rules"], trial.facts, names, rules),
        asks=words.told_steps(asks, names),
        priority=words.told_priority(int(asks["priority"])) if asks["priority"] else "",
        strategy=words.told_strategy(asks),
        agents=_by_outcome(trial.verdicts, names),
        asked=[names.agent(agent) for agent in trial.asked],
        reason=told_order(strategy),
        expected=words.told_expectation(trial.expected_seconds),
        ahead=told.ahead_count,
    )


def _way(trial: Trial, rules: dict[tuple[int, int], Any]) -> dict[str, Any]:
    """The arrival of a trial in the shape a stay keeps it."""
    began, trace = trial.facts.get("queue_id"), trial.plan["rules"]
    because = "flow" if trial.facts.get("is_from_flow") else "number" if trial.facts.get("number") else "sent"
    way: list[dict[str, Any]] = [{"queue": began, "because": because}]
    if trial.queue.pk != began:
        fitting = (
            (entry["rule"], rules.get((entry["rule"], entry["version"]))) for entry in trace if entry["fits"]
        )
        movers = (pk for pk, rule in fitting if rule and any(one["do"] == "queue" for one in rule.effects))
        way.append({"queue": trial.queue.pk, "because": "rule", "rule": next(movers, None)})
    return {"arrival": way, "rules": trace, "last_agent": trial.plan.get("last_agent")}


def _by_outcome(verdicts: list[dict[str, Any]], names: Names) -> list[tuple[str, list[ToldVerdict]]]:
    """(how many and what, the agents), those first who could take it soonest. Nobody rings in a trial: they would."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for verdict in verdicts:
        groups.setdefault(verdict["outcome"], []).append(verdict)
    told = [
        (told_counts({key: len(groups[key])})[0], told_verdicts(groups[key], names))
        for key in SOONEST_FIRST
        if key in groups and key != "on_offer"
    ]
    chosen = groups.get("on_offer", [])
    rung = [ToldVerdict(names.agent(one["agent"]), "on_offer", told_score(one)) for one in chosen]
    return [(_("%(n)s would be rung") % {"n": len(rung)}, rung), *told] if rung else told


def told_score(verdict: dict[str, Any]) -> str:
    """The score and what it is made of, where the queue ranks by score."""
    if "score" not in verdict:
        return _("free, and the first to be asked")
    parts = [f"{label} {value}" for label, value in told_features(verdict.get("features") or {})]
    return _("score %(score)s: %(parts)s") % {
        "score": told_figure(verdict["score"]),
        "parts": words.in_a_row(parts) or "–",
    }


# ---- finding a call of the past


def _call(request: HttpRequest) -> Call | None:
    """The call named in the address or the form, if this member may see it."""
    named = request.POST.get("call") or request.GET.get("call") or ""
    if not named:
        return None
    found = queries.visible_calls(request.user).filter(pk=_uuid(named)).first()
    if found is None:
        raise CallNotFound
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def _found(request: HttpRequest) -> list[Call]:
    """By id, by a whole number, or by a moment (`2026-11-20 14:05`): the latest inbound ones this member may see."""
    text = request.GET.get("find", "").strip()[:60]
    if not text:
        return []
    calls = queries.visible_calls(request.user).filter(direction=Call.Direction.INBOUND)
    if call_id := _uuid(text):
        return list(calls.filter(pk=call_id))
    if moment := _moment(text):
        around = timedelta(minutes=5)
        return list(calls.filter(arrived_at__range=(moment - around, moment + around))[:MOST_FOUND])
    spelled = [text, *filter(None, [to_e164(text, request.tenant.country)])]
    return list(calls.filter(caller_number__in=spelled)[:MOST_FOUND])


def _moment(text: str) -> datetime | None:
    """`2026-11-20 14:05`, or `14:05` of today, in the tenant's zone."""
    today = timezone.localtime().strftime("%Y-%m-%d")
    for written in (text.replace("T", " "), f"{today} {text}"):
        try:
            return timezone.make_aware(datetime.strptime(written, "%Y-%m-%d %H:%M"))  # noqa: DTZ007
        except ValueError:
            continue
    return None
