"""Asks for a signed-in member with one of the roles, for HTML views and for REST views."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework.permissions import SAFE_METHODS, BasePermission

from tenants.people.policies import has_role

SIGN_IN = "/sign-in/"


def member_required(*roles: str, writers: tuple[str, ...] = ()) -> Callable:
    """`@member_required(Role.AGENT, Role.SUPERVISOR)`; without roles any signed-in member may pass.

    `writers`: of them, those who may also change what is there; without it all may. Read by the matrix of rights.
    """

    def door(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated:
                return _sign_in_first(request)
            if roles and not has_role(request.user, *roles):
                raise PermissionDenied
            if writers and request.method not in SAFE_METHODS and not has_role(request.user, *writers):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.roles, guarded.writers = roles, writers
        return guarded

    return door


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    """A page goes to sign-in; a script's request gets 401, since it could not follow to a form."""
    accept = request.headers.get("Accept", "*/*")
    wants_page = "text/html" in accept or accept == "*/*"
    if not wants_page or "HX-Request" in request.headers:
        return JsonResponse({"code": "signed_out"}, status=401, headers={"HX-Redirect": SIGN_IN})
    return redirect_to_login(request.get_full_path(), SIGN_IN)


class RolePermission(BasePermission):
    """`permission_classes = [RolePermission.of(Role.SUPERVISOR)]`."""

    roles: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()

    @classmethod
    def of(cls, *roles: str, writers: tuple[str, ...] = ()) -> type["RolePermission"]:
        return type("RolePermission", (cls,), {"roles": roles, "writers": writers})

    def has_permission(self, request: HttpRequest, view: object) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if self.writers and request.method not in SAFE_METHODS:
            return has_role(request.user, *self.writers)
        return not self.roles or has_role(request.user, *self.roles)
