"""Saving and forgetting one's own views of the floor."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from telephony import policies
from telephony.actions.floor_views import delete_floor_view, keep_floor_view
from tenants.errors import DomainError
from tenants.people.console.access import member_required


@require_POST
@member_required(*policies.LEADERS)
def keep_view(request: HttpRequest) -> HttpResponse:
    try:
        view = keep_floor_view(
            member=request.user,
            name=request.POST.get("name", ""),
            query=request.POST.get("query", ""),
            is_default=request.POST.get("is_default") == "1",
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("telephony:floor")
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    return redirect(f"{reverse('telephony:floor')}?{view.query or 'all=1'}")


@require_POST
@member_required(*policies.LEADERS)
def delete_view(request: HttpRequest, floorview_id: int) -> HttpResponse:
    delete_floor_view(member=request.user, view_id=floorview_id)
    messages.success(request, _("The view is deleted."))
    return redirect(f"{reverse('telephony:floor')}?all=1")
