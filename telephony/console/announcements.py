"""Those who lead tell everybody, or a group, and see who has read it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from telephony import actions, policies
from telephony.models import AgentGroup
from telephony.queries.messages import told_announcements
from tenants.people.console.access import member_required


class AnnouncementForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What is to be known"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    group = forms.ModelChoiceField(
        AgentGroup.objects.all(),
        label=pgettext_lazy("announce", "To"),
        required=False,
        empty_label=gettext_lazy("Everybody"),
    )
    until = forms.DateTimeField(
        label=pgettext_lazy("announce", "Until"),
        required=False,
        help_text=gettext_lazy("Empty: until you take it down."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.LEADERS)
def announcement_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = AnnouncementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.announce(
            by=request.user,
            text=given["text"],
            at=now,
            group_id=given["group"].pk if given["group"] else None,
            until=given["until"],
        )
        messages.success(request, _("It is on their pages now."))
        return redirect("telephony:announcements")
    seen = {
        "form": form,
        "told": told_announcements(),
        "now": now,
        "may_plan_panels": policies.can_configure(request.user),
    }
    return render(request, "telephony/messages/announcements.html", seen, status=422 if form.errors else 200)


@require_POST
@member_required(*policies.LEADERS)
def end(request: HttpRequest, announcement_id: int) -> HttpResponse:
    actions.end_announcement(announcement_id=announcement_id, at=timezone.now())
    messages.success(request, _("It is taken down."))
    return redirect("telephony:announcements")
