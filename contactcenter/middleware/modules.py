"""A page of a module that is not part of the tenant's plan is not opened; the words say whom to ask.

Who is not signed in learns nothing here: the view sends them to sign in. Programs with keys are asked where their key
is read (tenants.people.authentication).
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from contactcenter.errors import page_answer, wants_json
from tenants.context import is_public
from tenants.plans.doors import module_asked_for, refuse_what_is_off
from tenants.plans.errors import ModuleOff
from tenants.plans.queries.people import who_to_ask


class ModulesOfPlan:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view, _args, _kwargs) -> HttpResponse | None:
        if is_public() or not module_asked_for(request) or not request.user.is_authenticated:
            return None
        try:
            refuse_what_is_off(request)
        except ModuleOff as refusal:
            if wants_json(request):
                return page_answer(request, refusal)
            told = {"module": refusal.values["module"], "message": refusal.message, "asked": who_to_ask()}
            return render(request, "tenants/plans/not_part.html", told, status=refusal.status)
        return None
