"""Signing in and out, the home of each role, choosing a password and a language."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tenants.errors import DomainError
from tenants.people.acting import acting_now
from tenants.people.actions import record_audit, set_password
from tenants.people.console.access import member_required
from tenants.people.console.forms import NewPasswordForm, PasswordForm, SignInForm
from tenants.people.errors import LinkUsed
from tenants.people.homes import home_of
from tenants.people.invitations import invited_member
from tenants.people.models import Member
from tenants.people.sign_in import check_password
from tenants.plans.doors import name_of

BACKEND = "django.contrib.auth.backends.ModelBackend"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600


def _own_next(request: HttpRequest) -> str:
    """Only a path of this host: a link must not carry someone to another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if own and not wanted.startswith("/language") else ""


def _safe_next(request: HttpRequest) -> str:
    """Where to go once signed in: not back to the door."""
    wanted = _own_next(request)
    return "" if wanted.startswith(("/sign-in", "/sign-out")) else wanted


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(_safe_next(request) or "/")
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            return _signed_in(request, form)
        except DomainError as error:
            form.add_error(None, error.message)
            form.focus_password()
            status = error.status
    page = {"form": form, "next": _safe_next(request), "tenant_name": name_of(request.tenant)}
    return render(request, "tenants/sign_in.html", page, status=status)


def _signed_in(request: HttpRequest, form: SignInForm) -> HttpResponse:
    member = check_password(
        login=form.cleaned_data["username"],
        password=form.cleaned_data["password"],
        address=acting_now().address,
        at=timezone.now(),
    )
    login(request, member, backend=BACKEND)
    record_audit(verb="signed in", subject=member, actor=member)
    response = redirect(_safe_next(request) or "/")
    return _remember_language(response, member.language)


def _remember_language(response: HttpResponse, language: str) -> HttpResponse:
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=LANGUAGE_COOKIE_AGE,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Only a POST signs out: a picture on another page must not be able to."""
    if request.method == "POST":
        if request.user.is_authenticated:
            record_audit(verb="signed out", subject=request.user, actor=request.user)
        logout(request)
        return redirect("/sign-in/")
    return (
        render(request, "tenants/sign_out.html") if request.user.is_authenticated else redirect("/sign-in/")
    )


@never_cache
@member_required()
def home(request: HttpRequest) -> HttpResponse:
    return redirect(home_of(request.user))


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES) and request.user.is_authenticated:
        Member.objects.filter(pk=request.user.pk).update(language=chosen)
    return _remember_language(redirect(_own_next(request) or "/"), chosen)


@never_cache
@sensitive_post_parameters()
@member_required()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_password(member=request.user, password=form.cleaned_data["new_password"], at=timezone.now())
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Your password is changed. Your other sessions have ended."))
        return redirect("people:password")
    return render(request, "tenants/password.html", {"form": form})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, who: str, token: str) -> HttpResponse:
    member = invited_member(who, token)
    if member is None:
        raise LinkUsed
    form = NewPasswordForm(member, request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_password(member=member, password=form.cleaned_data["new_password"], at=timezone.now())
        messages.success(request, _("Your password is set. Sign in with it now."))
        return redirect("/sign-in/")
    return render(request, "tenants/invitation.html", {"form": form, "member": member})
