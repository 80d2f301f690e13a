"""One person's data: found, handed out as a file, erased. The person is typed into a form, never into an address."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.errors import BadInput, DomainError
from tenants.leaving import errors, persons, queries, registry
from tenants.leaving.actions import erasures
from tenants.leaving.actions.persons import note_search
from tenants.leaving.policies import OWNERS, PERSON_FINDERS
from tenants.people.console.access import member_required
from tenants.people.policies import has_role


class PersonForm(forms.Form):
    person = forms.CharField(
        max_length=120,
        label=gettext_lazy("Number, mail address or name"),
        help_text=gettext_lazy("Who is found by name is handed out and erased by their number."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    act = forms.ChoiceField(
        choices=[("find", ""), ("hand out", ""), ("erase", "")], widget=forms.HiddenInput, initial="find"
    )
    reason = forms.CharField(max_length=300, required=False, label=gettext_lazy("Reason"))
    again = forms.CharField(
        max_length=120,
        required=False,
        label=gettext_lazy("The same number or address once more"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*PERSON_FINDERS)
def page(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST if request.method == "POST" else None)
    if request.method == "GET" or not form.is_valid():
        return _shown(request, form)
    try:
        return _did(request, form)
    except DomainError as refusal:
        field = refusal.field if isinstance(refusal, BadInput) else None
        form.add_error(field if field in form.fields else None, refusal.message)
        return _shown(request, form)


def _did(request: HttpRequest, form: PersonForm) -> HttpResponse:
    person, act = persons.person_of(form.cleaned_data["person"]), form.cleaned_data["act"]
    if act == "erase":
        return _erased(request, form, person)
    found = persons.found_of(person)
    rows = sum(persons.counts_of(found).values())
    if act == "hand out" and person.can_be_erased:
        note_search(person=person, by=request.user, verb="handed out a person's data", rows=rows)
        lines = (line + "\n" for line in list(persons.as_lines(found)))
        answer = StreamingHttpResponse(lines, content_type="application/x-ndjson")
        answer["Content-Disposition"] = 'attachment; filename="person.ndjson"'
        return answer
    note_search(person=person, by=request.user, verb="looked for a person", rows=rows)
    return _shown(request, form, **_found(person, found))


def _found(person: persons.Person, found: dict[str, persons.Found]) -> dict[str, Any]:
    """What the page says of somebody who was found."""
    sounds: dict[str, int] = {}
    for label, preview in registry.previews().items():
        if label in found:
            sounds |= preview(found[label].keys, timezone.now())[0]
    rows = sum(persons.counts_of(found).values())
    return {"person": person, "found": list(found.values()), "rows": rows, "sounds": sounds}


def _erased(request: HttpRequest, form: PersonForm, person: persons.Person) -> HttpResponse:
    if not has_role(request.user, *OWNERS) or not person.can_be_erased:
        form.add_error(None, _("Only an owner erases, and by number or mail address alone."))
        return _shown(request, form)
    reason, at = form.cleaned_data["reason"].strip(), timezone.now()
    if not reason:
        form.add_error("reason", _("Say why; the report names it."))
    elif erasures.others_who_confirm(request.user, at):
        erasures.ask_erasure(person=person, reason=reason, by=request.user, at=at)
        messages.success(request, _("Asked for. Nothing is erased until somebody else confirms it below."))
        return redirect("leaving:persons")
    else:
        try:
            again = form.cleaned_data["again"]
            erasures.erase_alone(person=person, typed_again=again, reason=reason, by=request.user, at=at)
        except BadInput:
            form.add_error("again", errors.NotTypedAgain(field="again").message)
        else:
            messages.success(request, _("Erased. The report is below."))
            return redirect("leaving:persons")
    return _shown(request, form, **_found(person, persons.found_of(person)))


@require_POST
@member_required(*PERSON_FINDERS)
def answer(request: HttpRequest, ask_id: int | str, act: str) -> HttpResponse:
    """Confirmed by somebody else, or withdrawn."""
    if act == "confirm":
        if erasures.confirm_erasure(ask_id=int(ask_id), by=request.user, at=timezone.now()):
            messages.success(request, _("Erased. The report is below."))
        else:
            messages.info(request, _("This was answered already. What became of it stands below."))
    elif erasures.withdraw_erasure(ask_id=int(ask_id), by=request.user, at=timezone.now()):
        messages.success(request, _("Withdrawn. Nothing was erased."))
    return redirect("leaving:persons")


def _shown(request: HttpRequest, form: PersonForm, **more: Any) -> HttpResponse:
    page = {
        "form": form,
        "erasures": list(queries.own_erasures()[: queries.MOST_SHOWN]),
        "may_erase": has_role(request.user, *OWNERS),
        "asked": queries.own_erasures_asked(),
        "failed": queries.own_erasures_failed(),
        "others": erasures.others_who_confirm(request.user, timezone.now()),
        **more,
    }
    return render(request, "tenants/leaving/persons.html", page, status=422 if form.errors else 200)
