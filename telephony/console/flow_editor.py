"""The editor of one call flow: its page, and what its script asks: keep the draft, walk it, write a prompt."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from telephony import policies
from telephony.actions.flow_prompts import write_prompt as write_prompt_and_wordings
from telephony.actions.flows import read_document, save_draft
from telephony.console.flow_problems import told_problems, unreadable_words
from telephony.console.flow_trial import told_walk
from telephony.console.flow_vocabulary import told_prompt, vocabulary
from telephony.console.flow_words import LANGUAGES
from telephony.flow_errors import DraftChanged, FlowUnreadable
from telephony.flows.document import Document, UnreadableFlow, empty, load, parse
from telephony.models import Flow
from telephony.queries.flow_facts import wall_clock
from telephony.queries.flows import flow as flow_of_id
from telephony.queries.flows import problems_of
from telephony.tasks import send_to_be_spoken
from tenants.errors import DomainError
from tenants.numbers import to_e164
from tenants.people.console.access import member_required

EXAMPLES = {"CN": "13800000000", "GB": "07400 123456"}


def flow_or_404(flow_id: int) -> Flow:
    found = flow_of_id(flow_id)
    if found is None:
        raise Http404
    return found


def readable(raw: Any) -> Document:
    """A stored document; one this release cannot read is shown as empty rather than not at all."""
    try:
        return parse(raw)
    except UnreadableFlow:
        return parse(empty())


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def editor(request: HttpRequest, flow_id: int) -> HttpResponse:
    flow, now = flow_or_404(flow_id), timezone.now()
    document = readable(flow.draft)
    may_edit = policies.can_edit_flows(request.user) and not flow.is_archived
    page = {
        "flow": flow,
        "numbers": flow.entries.count(),
        "may_edit": may_edit,
        "may_publish": policies.can_publish_flows(request.user) and not flow.is_archived,
        "languages": LANGUAGES.items(),
        "now": wall_clock(now),
        "example_number": EXAMPLES.get(str(request.tenant.country), ""),
        "data": {
            "flow": document.as_dict(),
            "version": flow.draft_version,
            "vocabulary": vocabulary(flow, may_edit=may_edit, may_write=may_edit),
            "problems": told_problems(problems_of(document, now), document),
        },
    }
    return render(request, "telephony/flows/editor.html", page)


@never_cache
@require_POST
@member_required(*policies.LEADERS)
def keep_draft(request: HttpRequest, flow_id: int) -> HttpResponse:
    """{version, document} → {version, problems}; 409 when somebody else was faster, 422 for what is no flow."""
    flow, now = flow_or_404(flow_id), timezone.now()
    try:
        said = _said(request)
        version = said.get("version")
        kept = save_draft(
            flow_id=flow.pk,
            document=said.get("document"),
            draft_version=version if type(version) is int else -1,
            by=request.user,
            at=now,
        )
    except DomainError as refusal:
        return _refused(refusal)
    document = parse(kept.draft)
    problems = told_problems(problems_of(document, now), document)
    return JsonResponse({"version": kept.draft_version, "problems": problems})


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def check_draft(request: HttpRequest, flow_id: int) -> HttpResponse:
    """{problems} of the draft as it is kept: what was being spoken may be ready by now."""
    document = readable(flow_or_404(flow_id).draft)
    return JsonResponse({"problems": told_problems(problems_of(document, timezone.now()), document)})


@never_cache
@require_POST
@member_required(*policies.LEADERS)
def walk_draft(request: HttpRequest, flow_id: int) -> HttpResponse:
    """{document, keys, chosen, at, caller_number} → what a caller would hear. The document need not be saved."""
    flow = flow_or_404(flow_id)
    try:
        said = _said(request)
        document = read_document(said.get("document"))
    except DomainError as refusal:
        return _refused(refusal)
    number = to_e164(str(said.get("caller_number", ""))[:32], request.tenant.country) or ""
    return JsonResponse(told_walk(document, flow.pk, said, _moment(said.get("at")), number))


@never_cache
@require_POST
@member_required(*policies.LEADERS)
def write_prompt(request: HttpRequest, flow_id: int) -> HttpResponse:
    """{name, wordings: {language: text}} → the new prompt as the editor knows prompts."""
    flow_or_404(flow_id)
    try:
        said = _said(request)
        wordings = said.get("wordings")
        texts = (
            {str(code): str(text) for code, text in wordings.items()} if isinstance(wordings, dict) else {}
        )
        prompt, spoken = write_prompt_and_wordings(
            name=str(said.get("name", "")), wordings=texts, by=request.user, at=timezone.now()
        )
    except DomainError as refusal:
        return _refused(refusal)
    send_to_be_spoken(spoken)
    return JsonResponse(told_prompt(prompt), status=201)


def _said(request: HttpRequest) -> dict[str, Any]:
    try:
        said = load(request.body)
    except UnreadableFlow as wrong:
        raise FlowUnreadable.of(wrong) from None
    if not isinstance(said, dict):
        raise FlowUnreadable(field="document", code="not_an_object", place="")
    return said


def _refused(refusal: DomainError) -> JsonResponse:
    if isinstance(refusal, DraftChanged):
        return JsonResponse({"detail": refusal.message, "code": refusal.code}, status=409)
    cause = refusal.__context__
    if isinstance(cause, UnreadableFlow):
        return JsonResponse({"detail": unreadable_words(cause.code), "code": "flow_unreadable"}, status=422)
    return JsonResponse({"detail": refusal.message, "code": refusal.code}, status=422)


def _moment(text: Any) -> datetime:
    """A wall clock of the tenant, or now."""
    try:
        return timezone.make_aware(datetime.strptime(str(text)[:16], "%Y-%m-%dT%H:%M"))  # noqa: DTZ007
    except (ValueError, OverflowError):
        return timezone.now()
