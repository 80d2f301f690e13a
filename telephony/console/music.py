"""Music while waiting: its pieces, which queue hears which, and what all the others hear."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from telephony import policies
from telephony.actions import music as actions
from telephony.console.sound_files import read_upload
from telephony.queries import prompts as queries
from telephony.sounds.processing import made_of
from tenants.errors import DomainError, NotFound
from tenants.people.console.access import member_required


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def music_list(request: HttpRequest) -> HttpResponse:
    found = list(queries.music_list())
    page = {
        "musics": [
            (music, sum(piece.sound.seconds for piece in music.pieces.all()), queries.queues_with(music))
            for music in found
        ],
        "queues": queries.music_of_queues(),
        "choices": found,
        "default_name": queries.name_of_default_music(),
        "may_change": policies.can_configure(request.user),
    }
    return render(request, "telephony/prompts/music.html", page)


@require_POST
@member_required(*policies.LEADERS)
def change_music(request: HttpRequest, act: str) -> HttpResponse:
    """`act`: new, name, piece, drop-piece, up, delete, all, queue."""
    if policies.can_configure(request.user):
        try:
            messages.success(request, _done(request, act, timezone.now()))
        except DomainError as refusal:
            messages.error(request, refusal.message)
    return redirect("telephony:music")


def _done(request: HttpRequest, act: str, at: datetime) -> str:
    given = request.POST
    music_id = _uuid(given.get("music", ""))
    if act == "new":
        actions.keep_music(name=given.get("name", ""))
        return _("The music is made. Add its first piece.")
    if act == "queue":
        actions.use_for_queue(queue_id=_number(given.get("queue", "")), music_id=music_id)
        return _("Saved. Callers hear it from the next round on, ten seconds at most.")
    if act == "all":
        actions.use_for_all(music_id=music_id)
        return _("Saved. Callers hear it from the next round on, ten seconds at most.")
    if music_id is None:
        raise NotFound
    if act == "piece":
        made = made_of(read_upload(request))
        title = given.get("title", "").strip() or request.FILES["file"].name.rpartition(".")[0]
        actions.add_piece(music_id=music_id, title=title, made=made, at=at)
        return _("The piece was taken: %(seconds).1f seconds.") % {"seconds": made.seconds}
    return _changed(act, music_id, given)


def _changed(act: str, music_id: UUID, given: dict) -> str:
    if act == "name":
        actions.keep_music(music_id=music_id, name=given.get("name", ""))
    elif act == "drop-piece":
        actions.drop_piece(music_id=music_id, piece_id=_number(given.get("piece", "")))
    elif act == "up":
        actions.move_piece_up(music_id=music_id, piece_id=_number(given.get("piece", "")))
    elif act == "delete":
        actions.drop_music(music_id=music_id)
    else:
        raise NotFound
    return _("Saved.")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotFound
    return int(text)
