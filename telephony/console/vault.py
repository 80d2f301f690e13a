"""Where sounds are kept, with which key, and what is wrong with any of them."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony.actions.sound_alarms import prove_sound
from telephony.actions.storages import (
    PROBLEMS,
    StorageTerms,
    choose_storage,
    drop_storage,
    save_storage,
    try_storage,
)
from telephony.actions.vault_works import begin_move, begin_rekey, cancel_work
from telephony.console.vault_words import ALARMS, STOPPED
from telephony.models import StoragePlace
from telephony.queries import vault as queries
from telephony.queries.recording_room import quota_of_tenant, recording_disks, recording_stopped_by
from telephony.queries.vault_signs import late_sounds
from telephony.vault_tasks import work_soon
from tenants.errors import BadInput, DomainError, NotFound
from tenants.people.console.access import member_required
from tenants.people.policies import Role

KEEPERS = (Role.OWNER, Role.ADMIN)
BUCKET = RegexValidator(
    r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", gettext_lazy("Small letters, digits, dots and hyphens.")
)
FOLDER = RegexValidator(r"^[A-Za-z0-9_/-]*$", gettext_lazy("Letters, digits, hyphens and slashes."))


class StorageForm(forms.Form):
    name = forms.CharField(max_length=80, label=gettext_lazy("Name"))
    endpoint = forms.CharField(
        max_length=200,
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Such as https://s3.example.com"),
    )
    region = forms.CharField(max_length=40, required=False, label=gettext_lazy("Region"))
    bucket = forms.CharField(max_length=63, label=gettext_lazy("Bucket"), validators=[BUCKET])
    prefix = forms.CharField(
        max_length=100, required=False, label=gettext_lazy("Folder in it"), validators=[FOLDER]
    )
    access_key = forms.CharField(max_length=200, required=False, label=gettext_lazy("Access key"))
    secret = forms.CharField(
        max_length=300,
        required=False,
        label=gettext_lazy("Secret key"),
        widget=forms.PasswordInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, has_secret: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("access_key", "secret"):
            self.fields[name].required = not has_secret
            if has_secret:
                self.fields[name].help_text = _("Kept encrypted. Leave empty to keep the one there is.")


@never_cache
@require_GET
@member_required(*KEEPERS)
def storage_page(request: HttpRequest) -> HttpResponse:
    state, quota = queries.vault_state(), quota_of_tenant()
    alarms = list(queries.sounds_in_alarm()[:100])
    key = queries.newest_key()
    page = {
        "state": state,
        "quota": quota,
        "used_percent": state.used_bytes * 100 // quota.bytes if quota and quota.bytes else None,
        "stopped": STOPPED.get(recording_stopped_by(), ""),
        # Folders on one disk are one line.
        "disks": {(disk.free, disk.total): disk for disk in recording_disks()}.values(),
        "places": [(place, PROBLEMS.get(place.problem, "")) for place in StoragePlace.objects.all()],
        "is_own_disk": queries.current_place() is None,
        "elsewhere": queries.sounds_elsewhere(queries.current_place()).count(),
        "late": late_sounds(),
        "key": key,
        "works": list(queries.vault_works()[:5]),
        "is_working": queries.vault_works().filter(state="running").exists(),
        "alarms": [(sound, ALARMS.get(sound.alarm, sound.alarm)) for sound in alarms],
    }
    return render(request, "telephony/recordings/storage.html", page)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*KEEPERS)
def storage_form(request: HttpRequest, storage_id: int | None = None) -> HttpResponse:
    place = StoragePlace.objects.filter(pk=storage_id).first()
    if storage_id and place is None:
        raise NotFound
    known = (
        {name: getattr(place, name) for name in ("name", "endpoint", "region", "bucket", "prefix")}
        if place
        else None
    )
    form = StorageForm(request.POST or None, initial=known, has_secret=bool(place and place.secret))
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_storage(
                terms=StorageTerms(**form.cleaned_data), storage_id=storage_id, at=timezone.now()
            )
            try_storage(storage_id=saved.pk)
            messages.success(
                request, _("The storage is saved, and works: a small file was written, read and deleted.")
            )
            return redirect("telephony:vault")
        except DomainError as refusal:
            field = refusal.field if isinstance(refusal, BadInput) else ""
            form.add_error(field if field in form.fields else None, refusal.message)
    status = 400 if form.errors else 200
    return render(
        request, "telephony/recordings/storage_form.html", {"form": form, "place": place}, status=status
    )


@require_POST
@member_required(*KEEPERS)
def storage_act(request: HttpRequest, act: str) -> HttpResponse:
    if act not in ACTS:
        raise NotFound
    try:
        messages.success(request, ACTS[act](request.POST))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("telephony:vault")


def _choose(given: Mapping[str, str]) -> str:
    choose_storage(storage_id=_id(given), at=timezone.now())
    return _("New sounds go there from now on. What is kept stays where it is, and can be heard.")


def _try(given: Mapping[str, str]) -> str:
    try_storage(storage_id=_id(given) or 0)
    return _("It works: a small file was written, read and deleted.")


def _drop(given: Mapping[str, str]) -> str:
    drop_storage(storage_id=_id(given) or 0)
    return _("The storage is no longer listed.")


def _rekey(_given: Mapping[str, str]) -> str:
    work_soon(begin_rekey(at=timezone.now()).pk)
    return _(
        "New sounds are sealed with a new key from now on; the others follow, and can be heard all the while."
    )


def _move(_given: Mapping[str, str]) -> str:
    work_soon(begin_move(at=timezone.now()).pk)
    return _("What was kept before is being moved; it can be heard all the while.")


def _stop(given: Mapping[str, str]) -> str:
    cancel_work(work_id=_id(given) or 0, at=timezone.now())
    return _("Stopped. Everything can be heard as before.")


def _prove(given: Mapping[str, str]) -> str:
    asked = given.get("sound", "")
    sound = next((one for one in queries.sounds_in_alarm() if str(one.pk) == asked), None)
    if sound is None:
        raise NotFound
    if prove_sound(sound, at=timezone.now()):
        return _("It is what was recorded. The alarm is over.")
    raise BadInput(_("It is still not what was recorded, or its storage does not answer."))


def _id(given: Mapping[str, str]) -> int | None:
    """Of a row that is there; none stands for our own disk."""
    raw = given.get("id", "")
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise NotFound
    return int(raw)


ACTS: dict[str, Callable[[Mapping[str, str]], str]] = {
    "choose": _choose,
    "try": _try,
    "drop": _drop,
    "rekey": _rekey,
    "move": _move,
    "stop": _stop,
    "prove": _prove,
}
