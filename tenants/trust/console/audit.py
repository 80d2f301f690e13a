"""The audit log for those who answer for the house: searched, proved, taken along."""

import tempfile
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tenants.people.console.access import member_required
from tenants.people.verbs import kind_name, verb_name
from tenants.trust import actions, chain, exporting, queries
from tenants.trust.policies import READERS
from tenants.trust.tasks import check_chain

AT_ONCE = 50_000
"""Entries that are looked at while the reader waits: a second or two. Longer logs are looked at by a worker."""
CHECKED_FOR = 120
"""Seconds in which another check of a long log is not begun."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SearchForm(forms.Form):
    who = forms.CharField(max_length=120, required=False, label=gettext_lazy("Who"))
    verb = forms.ChoiceField(required=False, label=gettext_lazy("Did"))
    about = forms.CharField(
        max_length=120,
        required=False,
        label=gettext_lazy("To what"),
        widget=forms.TextInput(
            {"list": "audit-kinds", "placeholder": "people.member:12", "autocomplete": "off"}
        ),
    )
    since = forms.DateField(
        required=False, label=gettext_lazy("From day"), widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(
        required=False, label=gettext_lazy("To day"), widget=forms.DateInput({"type": "date"})
    )

    def __init__(self, *args: Any, verbs: list[str], **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["verb"].choices = [("", _("All")), *((verb, verb_name(verb)) for verb in verbs)]

    def wanted(self) -> queries.Wanted:
        """What was understood; a field that was not is not asked."""
        given = getattr(self, "cleaned_data", {})
        return queries.Wanted(**{name: value for name, value in given.items() if value})


@never_cache
@require_GET
@member_required(*READERS)
def audit_log(request: HttpRequest) -> HttpResponse:
    verbs = queries.known_verbs()
    form = SearchForm(request.GET, verbs=verbs)
    form.is_valid()
    wanted = form.wanted()
    zone = ZoneInfo(timezone.get_current_timezone_name())
    entries, older = queries.page_of(queries.found_entries(wanted, zone), request.GET.get("after", "")[:80])
    links = queries.links_of(entries)
    checks = queries.checks()
    page = {
        "form": form,
        "rows": [
            (entry, verb_name(entry.verb), kind_name(entry.subject), links.get(entry.pk)) for entry in entries
        ],
        "older": older,
        "is_filtered": wanted.is_any,
        "kinds": queries.known_kinds(),
        "head": queries.head(),
        "waiting": queries.waiting_entries(),
        "checks": checks,
        "last": checks[0] if checks else None,
        "compared": _compared(request),
        "written": request.GET.get("written", "")[:90],
    }
    return render(request, "tenants/trust/audit.html", page)


def _compared(request: HttpRequest) -> bool | None:
    """Whether what somebody wrote down, `position:hash`, is still part of the chain; None when nothing was asked."""
    position, colon, head = request.GET.get("written", "").strip().lower().partition(":")
    if not colon and not position:
        return None
    is_number = position.isascii() and position.isdigit() and len(position) < 19
    return is_number and len(head) == 64 and chain.holds(int(position), head)


@require_POST
@member_required(*READERS)
def check(request: HttpRequest) -> HttpResponse:
    last = queries.head()
    if last is not None and last.position > AT_ONCE:
        # Pressed again meanwhile it is the same check.
        if cache.add("trust.check_chain", 1, CHECKED_FOR):
            check_chain.delay()
        messages.info(request, _("The log is long: it is being checked. Reload this page in a minute."))
        return redirect("trust:audit")
    found = actions.check_chain(at=timezone.now())
    if found.is_whole:
        messages.success(
            request, _("Whole: %(count)s entries, every one worked out again.") % {"count": found.entries}
        )
    else:
        messages.error(request, _("The log is not whole. Below is the first entry that is wrong."))
    return redirect("trust:audit")


@never_cache
@require_GET
@member_required(*READERS)
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The whole chain, oldest first. Written to a file of its own first: no transaction waits for a slow reader."""
    last = queries.head()
    if form not in ("csv", "xlsx") or last is None:
        raise Http404
    is_sheet = form == "xlsx"
    first = max(0, last.position - exporting.MOST_IN_A_SHEET + 2) if is_sheet else 0
    actions.note_export(form=form, first=first, last=last.position, head=last.hash)
    given = exporting.rows(first, last.position)
    held = tempfile.TemporaryFile()  # noqa: SIM115  (the answer closes it)
    if is_sheet:
        held.write(exporting.as_xlsx(given))
    else:
        held.writelines(exporting.as_csv(given))
    held.seek(0)
    name = f"audit-log-{last.position}-{last.hash[:8]}.{form}"
    kind = XLSX if is_sheet else "text/csv; charset=utf-8"
    return FileResponse(held, as_attachment=True, filename=name, content_type=kind)
