"""Asks every address a host answers, and looks at what comes back."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from telephony.texts.links import code_of
from tests.tenants.planting import CANARY, NUMBER, Garden

ROLES = ("owner", "admin", "supervisor", "agent", "inspector", "finance")
OTHER_PARAMETERS = {
    "kind": "xlsx",
    "act": "pull",
    "schema": "acme",
    "to": "on",
    "who": "MQ",
    "move_id": "1",
    "token": "abc-def",
    "metric_id": "asa",
    "url": "x",
    "format": "csv",
    "rest": "made/up",
    "version": "1",
    "ticket": "made-up",
    "number_id": "1",
    "paper_id": "1",
    "application_id": "1",
    "pool_id": "1",
    "quote_id": "1",
    "agreement_id": "1",
    "signature_id": "1",
    "span_id": "1",
    "watcher_id": "1",
    "shift_id": "1",
    "page_id": "1",
    "case_id": "1",
    "trunk_id": "1",
    "outagenote_id": "1",
    "bill_id": "1",
    "closerun_id": "1",
    "payment_id": "1",
    "accent": "2350c4",
    "fingerprint": "0" * 16,
    "export_id": "1",
    "deletion_id": "1",
    "ask_id": "1",
    "houseask_id": "1",
}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^()]*(?:\([^()]*\)[^()]*)*\)")


def patterns(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, str]]:
    """(pattern, name) of each address the host answers."""
    for one in (resolver or get_resolver("contactcenter.urls")).url_patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, here)
        elif isinstance(one, URLPattern):
            yield here, one.name or ""


def addresses(garden: Garden, urlconf: str = "contactcenter.urls") -> list[str]:
    return sorted({where for where, _pattern, _name in named_addresses(garden, urlconf)})


def named_addresses(garden: Garden, urlconf: str = "contactcenter.urls") -> Iterator[tuple[str, str, str]]:
    """(address, pattern, name) of each, in the order of the patterns."""
    # The same at every address, and slow to find.
    everywhere, rows = garden.by_name() | OTHER_PARAMETERS, _of_rows(garden)
    for pattern, name in patterns(get_resolver(urlconf)):
        here = _of_admin if pattern.startswith("admin/") else _of_model
        yield _filled(pattern, everywhere | here(pattern, name, garden, rows)), pattern, name


def _filled(pattern: str, known: dict[str, str]) -> str:
    """The pattern with acme's ids in it. An unknown parameter fails the test: teach it here."""

    def filled(match: re.Match) -> str:
        parameter = match.group(1) or match.group(2)
        # One of several words: the first of them.
        if one_of := re.match(r"\(\?P<\w+>([a-z-]+)\|", match.group(0)):
            return one_of.group(1)
        assert parameter in known, f"{pattern}: which of acme's ids is {parameter}?"
        return known[parameter]

    text = PARAMETER.sub(filled, pattern.replace("/^", "/"))
    return "/" + re.sub(r"[\^$\\]|/\?(?=\$|$)", "", text)


def _of_admin(_pattern: str, name: str, garden: Garden, _rows: dict[str, str]) -> dict[str, str]:
    """What `object_id` means at this address."""
    admin = re.match(r"(\w+?)_(\w+?)_(?:change|delete|history|\w+)$", name or "")
    found = garden.ids.get(f"{admin.group(1)}.{admin.group(2)}") if admin else None
    return {"object_id": str(found or 1), "content_type_id": "1", "app_label": "people"}


def _of_model(pattern: str, _name: str, garden: Garden, rows: dict[str, str]) -> dict[str, str]:
    """What `pk`, `number` and the like mean at this address."""
    noun = re.search(r"api/v1/\^?([\w-]+?)s?/", pattern)
    nouns = {"member": "people.member", "audit": "people.auditentry", "call": "telephony.call",
             "agent": "telephony.agent", "queue": "telephony.queue", "customer": "ticketing.customer",
             "evaluation": "quality.evaluation", "group": "telephony.agentgroup",
             "working-hour": "telephony.workinghours", "queue-step": "telephony.queuestep",
             "routing-rule": "telephony.routingrule", "emergency-plan": "telephony.emergencyplan",
             "difference": "telephony.difference", "flow": "telephony.flow",
             "listening": "telephony.listening", "move": "telephony.floorchange",
             "queue-alert": "telephony.queuealert",
             "webhook": "hooks.endpoint", "webhook-deliverie": "hooks.delivery"}  # fmt: skip
    pk = garden.ids.get(nouns.get(noun.group(1), "")) if noun else None
    return rows | ({"pk": str(pk)} if pk else {})


def _of_rows(garden: Garden) -> dict[str, str]:
    """What a name in an address means where it is not the id of a model of that name."""
    rows = {model._meta.label_lower: row for model, row in garden.rows.items()}
    ticket = rows["ticketing.ticket"]
    phone = garden.ids["ticketing.customerphone"]
    plan = garden.ids.get("telephony.emergencyplan", 1)
    return {
        "number": str(ticket.number),
        "phone_id": str(phone),
        "plan_id": str(plan),
        "follow_up_id": str(rows["telephony.followup"].pk),
        "note_id": str(rows["telephony.contactnote"].pk),
        "help_id": str(rows["telephony.helprequest"].pk),
        "answer_id": str(rows["telephony.surveyanswer"].pk),
        "key": rows["telephony.callback"].cancel_key,
        "sha256": rows["telephony.sound"].sha256,
        "storage_id": str(rows["telephony.storageplace"].pk),
        "hold_id": str(rows["telephony.legalhold"].pk),
        "purge_id": str(rows["telephony.purgerequest"].pk),
        "service_id": str(rows["telephony.textservice"].pk),
        "opt_out_id": str(rows["telephony.textoptout"].pk),
        "code": code_of("acme", rows["telephony.surveytext"].pk, timezone.now() + timedelta(days=1)),
        "step_id": str(rows["people.rolloutstep"].pk),
        "access_id": str(garden.ids.get("support.supportaccess", 1)),
        "pool_id": str(rows["telephony.displaypool"].pk),
        "verdict_id": str(rows["quality.phraseverdict"].pk),
        **_of_the_desk(rows),
        "run_id": str(rows["telephony.retentionrun"].pk),
    }


def _of_the_desk(rows: dict) -> dict[str, str]:
    """Public rows of acme's, where they were planted."""
    named = {
        "paper_id": "desk.numberpaper",
        "application_id": "desk.numberapplication",
        "case_id": "service.case",
        "outagenote_id": "service.outagenote",
        "number_id": "tenants.number",
        "quote_id": "contracts.quote",
        "agreement_id": "contracts.agreement",
        "signature_id": "contracts.signature",
        "bill_id": "closing.bill",
        "ask_id": "leaving.erasureask",
        "houseask_id": "leaving.houseask",
        "closerun_id": "closing.closerun",
        "payment_id": "closing.payment",
    }
    return {name: str(rows[label].pk) for name, label in named.items() if label in rows}


# --- what is looked at ---


@contextmanager
def nothing_of_acme() -> Iterator[None]:
    """Fails when a query runs in acme's schema or names it."""
    seen: list[str] = []

    def look(execute, sql, params, many, context):
        if connection.schema_name == "acme" or re.search(r'"acme"|\bacme\.', str(sql)):
            seen.append(str(sql)[:200])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield
    assert seen == []


def leaked(answer) -> list[str]:
    """Canaries in the body or the headers."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode("utf-8", "replace") + " ".join(f"{name}: {value}" for name, value in answer.items())
    if answer.get("Content-Type", "").startswith("application/vnd.openxml"):
        text += _cells(body)
    return re.findall(rf"{CANARY}\d+|{re.escape(NUMBER)}\d+|203\.0\.113\.77", text)


def _cells(body: bytes) -> str:
    from openpyxl import load_workbook

    return " ".join(str(c) for row in load_workbook(io.BytesIO(body)).active.values for c in row)


def typed(form: dict[str, str]) -> bytes:
    """As a browser sends it. Hundreds of fields take longer to write than most addresses to answer."""
    return encode_multipart(BOUNDARY, form)


def ask(client: Client, method: str, where: str, data: dict[str, str] | bytes):
    """One request whose effects are undone, so that each meets the same world; `data`: a form, or one `typed`."""
    cookies = client.cookies.copy()
    form = data if isinstance(data, bytes) else typed(data)
    with transaction.atomic():
        if method == "post":
            answer = client.generic("POST", where, form, MULTIPART_CONTENT)
        else:
            answer = getattr(client, method)(where)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def probe(
    client: Client, garden: Garden, urlconf: str = "contactcenter.urls", *, spared: str = ""
) -> list[str]:
    """Complaints about every address, by GET and (but under `spared`) by POST: canaries, and pages that broke."""
    complaints, data = [], garden.by_name() | {"number": NUMBER + "00000"}
    form, shown = typed(data), set(data.values())
    for where in addresses(garden, urlconf):
        for method in ("get",) if spared and where.startswith(spared) else ("get", "post"):
            answer = ask(client, method, where, form)
            # A form that comes back shows what was typed into it.
            found = [canary for canary in leaked(answer) if canary not in shown]
            if found or answer.status_code == 500:
                complaints.append(f"{method} {where}: {answer.status_code} {found[:3]}")
    return complaints
