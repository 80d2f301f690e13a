"""Messages callers left, unheard ones first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from telephony import policies, queries
from telephony.models import Voicemail
from tenants.people.console.access import member_required
from tenants.people.policies import Role

LONGEST = 200


@never_cache
@require_GET
@member_required(Role.AGENT, Role.INSPECTOR, *policies.LEADERS)
def voicemail_list(request: HttpRequest) -> HttpResponse:
    found = Voicemail.objects.select_related("call", "queue", "heard_by")
    show = "all" if request.GET.get("show") == "all" else "unheard"
    if show == "unheard":
        found = found.filter(heard_at=None)
    voicemails = list(found[:LONGEST])
    openable = queries.openable(request.user, [one.call_id for one in voicemails])
    seen = {"voicemails": voicemails, "show": show, "openable": openable}
    return render(request, "telephony/voicemails.html", seen)
