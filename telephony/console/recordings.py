"""The shelf of recordings: found, opened on a page of its own with who heard it, handed to a colleague."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from telephony import actions, policies
from telephony.console.audio import WHO
from telephony.console.filters import DayInput, midnight
from telephony.console.recording_sounds import heard_by, marks_of, refuse
from telephony.console.recording_words import decided_words, mask_rows
from telephony.models import Agent, Disposition, Queue
from telephony.queries import recordings as shelf
from telephony.queries.teams import team_of
from telephony.recording import links
from telephony.recording.errors import LinkRefused
from tenants.context import current_schema
from tenants.numbers import to_e164
from tenants.people.console.access import member_required


class RecordingFilterForm(forms.Form):
    """Every field may be empty; a field that cannot be read filters nothing and says so."""

    start = forms.DateField(label=gettext_lazy("From"), required=False, widget=DayInput())
    end = forms.DateField(label=gettext_lazy("Until"), required=False, widget=DayInput())
    number = forms.CharField(label=gettext_lazy("Caller's number"), required=False, max_length=40)
    queue = forms.ModelChoiceField(Queue.objects.none(), label=gettext_lazy("Queue"), required=False)
    agent = forms.ModelChoiceField(Agent.objects.none(), label=gettext_lazy("Agent"), required=False)
    disposition = forms.ModelChoiceField(
        Disposition.objects.none(), label=gettext_lazy("Disposition"), required=False
    )
    ticket = forms.IntegerField(
        label=gettext_lazy("Ticket"), required=False, min_value=1, max_value=2**31 - 1
    )
    shortest = forms.IntegerField(
        label=gettext_lazy("At least, seconds"), required=False, min_value=0, max_value=86_400
    )
    longest = forms.IntegerField(
        label=gettext_lazy("At most, seconds"), required=False, min_value=0, max_value=86_400
    )

    def __init__(self, *args: Any, country: str, team: frozenset[int] | None, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self._country = country
        agents = Agent.objects.all() if team is None else Agent.objects.filter(pk__in=team)
        rows = {
            "queue": Queue.objects.all(),
            "agent": agents,
            "disposition": Disposition.objects.select_related("parent"),
        }
        for name, found in rows.items():
            self.fields[name].queryset = found
            self.fields[name].empty_label = _("All")
        self.fields["number"].widget.attrs |= {"placeholder": _("Whole number"), "inputmode": "tel"}
        self.fields["ticket"].widget.attrs["placeholder"] = "#"

    def wanted(self) -> shelf.Wanted:
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value is not None}
        end = given.get("end")
        return shelf.Wanted(
            since=midnight(given["start"]) if given.get("start") else None,
            before=midnight(end + timedelta(days=1)) if end else None,
            queue_id=given["queue"].pk if given.get("queue") else None,
            agent_id=given["agent"].pk if given.get("agent") else None,
            disposition_id=given["disposition"].pk if given.get("disposition") else None,
            numbers=self._spellings(given.get("number", "")),
            ticket=given.get("ticket"),
            shortest=given.get("shortest"),
            longest=given.get("longest"),
        )

    def _spellings(self, typed: str) -> tuple[str, ...]:
        """Whole numbers only: a part of a number would be a way around the mask."""
        spelled = to_e164(typed, self._country) if typed else ""
        return tuple(dict.fromkeys(one for one in (typed.strip(), spelled) if one))


@never_cache
@require_GET
@member_required(*WHO)
def recording_list(request: HttpRequest) -> HttpResponse:
    form = RecordingFilterForm(request.GET, country=request.tenant.country, team=team_of(request.user))
    page = shelf.found_recordings(request.user, form.wanted(), request.GET.get("after", ""))
    kept = request.GET.copy()
    kept.pop("after", None)
    seen = {
        "form": form,
        "page": page,
        "gone": shelf.gone_recordings(one.pk for one in page.recordings),
        "address": kept.urlencode(),
        "sees_all": policies.can_see_every_call(request.user),
        "sees_policy": policies.can_look_at_configuration(request.user),
    }
    return render(request, "telephony/recordings/list.html", seen)


@never_cache
@require_GET
@member_required(*WHO)
def recording_page(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    recording = heard_by(request, recording_id)
    offer = shelf.offer_of_recording(recording)
    is_leader = policies.can_see_every_call(request.user)
    seen = {
        "recording": recording,
        "call": recording.call,
        "decided": decided_words(offer),
        "marks": mask_rows(recording, marks_of(recording)),
        "can_download": policies.can_download(request.user),
        "colleagues": shelf.hearers(recording, request.user),
        "ledger": shelf.custody_of_recording(recording) if is_leader else [],
        "sees_ledger": is_leader,
    }
    return render(request, "telephony/recordings/page.html", seen)


@require_POST
@member_required(*WHO)
def share_recording(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """A link for one colleague, who has the right as well."""
    recording = heard_by(request, recording_id)
    chosen = request.POST.get("member", "")
    hearers = {str(one.pk): one for one in shelf.hearers(recording, request.user)}
    colleague = hearers.get(chosen)
    if colleague is None:
        refuse(recording, "share")
    token = links.sign_share(
        tenant=current_schema(),
        recording_id=recording.pk,
        to_member_id=colleague.pk,
        by_name=request.user.name or request.user.username,
    )
    to = colleague.name or colleague.username
    actions.note_custody(recording, "shared", at=timezone.now(), details={"to": to, "to_id": colleague.pk})
    address = request.build_absolute_uri(reverse("telephony:shared_recording", args=[token]))
    return render(
        request, "telephony/recordings/shared.html", {"address": address, "to": to, "recording": recording}
    )


@never_cache
@require_GET
@member_required(*WHO)
def shared_recording(request: HttpRequest, token: str) -> HttpResponse:
    said = links.read_share(token)
    if said is None or said[0] != current_schema():
        refuse("shared", "old_share", LinkRefused)
    _tenant, recording_id, member_id, by_name = said
    recording = heard_by(request, recording_id)
    if member_id != request.user.pk:
        refuse(recording, "share_of_another", LinkRefused)
    actions.note_custody(recording, "opened_share", at=timezone.now(), details={"from": by_name})
    messages.info(request, _("%(name)s has shared this recording with you.") % {"name": by_name})
    return redirect("telephony:recording", recording.pk)
