"""Support's requests at a tenant's host: only while its access is on, looking only if so agreed, all written down."""

from django.conf import settings
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.utils import timezone

from contactcenter.errors import page_answer
from tenants.context import is_public
from tenants.support import actions, errors, queries
from tenants.support.doors import CLOSED_TO_SUPPORT, OPEN_TO_LOOKERS, SESSION_KEY

SAFE = ("GET", "HEAD", "OPTIONS")


class Support:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # Only with a session: programs and probes ask the database nothing for this.
        if is_public() or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        access_id = request.session.get(SESSION_KEY)
        return self.get_response(request) if access_id is None else self._watched(request, access_id)

    def _watched(self, request, access_id):
        access = queries.access_of_session(access_id)
        if access is None or not access.is_on(timezone.now()) or access.member_id != request.user.pk:
            logout(request)
            return redirect("/sign-in/")
        if request.path.startswith(CLOSED_TO_SUPPORT):
            return page_answer(request, errors.NotForSupport())
        if not access.may_change and request.method not in SAFE and request.path not in OPEN_TO_LOOKERS:
            return page_answer(request, errors.LooksOnly())
        request.support = access
        actions.note_page(access=access, member=request.user, method=request.method, path=request.path)
        return self.get_response(request)
