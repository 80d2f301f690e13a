"""Music while waiting: pieces in an order, one music for all queues, another for some.

After each change the switch's disk is laid out anew: `<schema>/music/<queue>.wav` is the whole of a queue's music, and
`default.wav` what all others hear. The switch looks there by itself at each round.
"""

from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext_lazy as _

from telephony.actions.prompts import keep_sound
from telephony.models import Music, MusicPiece, Queue, WaitingTerms
from telephony.sounds import store
from telephony.sounds.joining import joined
from telephony.sounds.processing import MadeSound
from telephony.text import plain_line
from tenants.context import current_schema, enter
from tenants.errors import BadInput, DomainError, NotFound
from tenants.people.actions import record_audit

log = structlog.get_logger()
LONGEST_SECONDS = 1800
MOST_PIECES = 30


class MusicNotFound(NotFound):
    "There is no such music."


class MusicNameTaken(BadInput):
    "Another music has this name."


class MusicIsDefault(DomainError):
    "All queues without a music of their own play this one. Choose another for them first."


class MusicTooLong(BadInput):
    "All pieces together last 30 minutes at most."


@transaction.atomic
def keep_music(*, name: str, music_id: UUID | None = None) -> Music:
    music = _locked(music_id) if music_id else Music()
    before = {"name": music.name} if music_id else None
    music.name = plain_line(name, 80)
    if not music.name:
        raise BadInput(_("Music needs a name."), field="name")
    if Music.objects.filter(name=music.name).exclude(pk=music.pk).exists():
        raise MusicNameTaken(field="name")
    music.save()
    record_audit(
        verb="changed" if music_id else "added", subject=music, before=before, after={"name": music.name}
    )
    return music


@transaction.atomic
def use_for_all(*, music_id: UUID | None) -> None:
    """Where a queue names no music. None: the built-in music."""
    Music.objects.filter(is_default=True).exclude(pk=music_id).update(is_default=False)
    if music_id is not None:
        music = _locked(music_id)
        music.is_default = True
        music.save(update_fields=["is_default"])
        record_audit(verb="used for all queues", subject=music)
    _lay_after()


@transaction.atomic
def use_for_queue(*, queue_id: int, music_id: UUID | None) -> None:
    """None: what all queues hear."""
    queue = Queue.objects.filter(pk=queue_id).first()
    if queue is None:
        raise NotFound
    music = _locked(music_id) if music_id else None
    # Choosing music starts no announcements: those are asked for on the queue's own page.
    silent = {"says_position": False, "says_wait": False}
    terms, _new = WaitingTerms.objects.get_or_create(queue=queue, defaults=silent)
    before = {"music": str(terms.music_id or "")}
    terms.music = music
    terms.save(update_fields=["music"])
    after = {"music": str(music.pk if music else "")}
    record_audit(verb="music chosen", subject=queue, before=before, after=after)
    _lay_after()


@transaction.atomic
def add_piece(*, music_id: UUID, title: str, made: MadeSound, at: datetime) -> MusicPiece:
    music = _locked(music_id)
    known = music.pieces.aggregate(seconds=Sum("sound__seconds"), last=Max("position"))
    is_full = music.pieces.count() >= MOST_PIECES
    if is_full or (known["seconds"] or 0) + made.seconds > LONGEST_SECONDS:
        raise MusicTooLong(field="file")
    piece = MusicPiece.objects.create(
        music=music,
        position=(known["last"] or 0) + 1,
        title=plain_line(title, 120) or str(_("Untitled")),
        sound=keep_sound(made, at=at),
    )
    record_audit(verb="piece added", subject=music, after={"title": piece.title})
    _lay_after()
    return piece


@transaction.atomic
def drop_piece(*, music_id: UUID, piece_id: int) -> None:
    music = _locked(music_id)
    for piece in music.pieces.filter(pk=piece_id):
        record_audit(verb="piece deleted", subject=music, before={"title": piece.title})
        piece.delete()
    _lay_after()


@transaction.atomic
def move_piece_up(*, music_id: UUID, piece_id: int) -> None:
    """One place earlier; the first stays where it is."""
    music = _locked(music_id)
    pieces = list(music.pieces.order_by("position", "pk"))
    place = next((place for place, piece in enumerate(pieces) if piece.pk == piece_id), 0)
    if place:
        pieces[place - 1], pieces[place] = pieces[place], pieces[place - 1]
    for position, piece in enumerate(pieces, start=1):
        if piece.position != position:
            piece.position = position
            piece.save(update_fields=["position"])
    _lay_after()


@transaction.atomic
def drop_music(*, music_id: UUID) -> None:
    """Queues that name it hear what all others hear. Raises MusicIsDefault."""
    music = _locked(music_id)
    if music.is_default:
        raise MusicIsDefault
    record_audit(verb="deleted", subject=music, before={"name": music.name})
    music.delete()
    _lay_after()


def lay_music() -> None:
    """The switch's disk as the rows say, in the current tenant. Safe to repeat."""
    made: dict[UUID, str] = {}
    wanted = {}
    for name, music in _music_by_stream():
        if music.pk not in made:
            made[music.pk] = _whole(music)
        if made[music.pk]:
            wanted[name] = made[music.pk]
    store.lay_streams(current_schema(), wanted)


def _music_by_stream() -> list[tuple[str, Music]]:
    found = [("default", music) for music in Music.objects.filter(is_default=True)]
    terms = WaitingTerms.objects.exclude(music=None).select_related("music")
    return found + [(str(row.queue_id), row.music) for row in terms if row.music]


def _whole(music: Music) -> str:
    """The hash of its pieces made into one; empty when there is nothing to hear."""
    schema = current_schema()
    hashes = list(music.pieces.order_by("position", "pk").values_list("sound_id", flat=True))
    if len(hashes) == 1:
        return hashes[0] if store.is_there(schema, hashes[0]) else ""
    there = [store.path_of(schema, sha256) for sha256 in hashes if store.is_there(schema, sha256)]
    if not there:
        return ""
    whole = joined(there)
    store.keep(schema, whole)
    return whole.sha256


def _lay_after() -> None:
    transaction.on_commit(partial(_lay, current_schema()))


def _lay(schema: str) -> None:
    """A disk that cannot be written leaves callers the music of before; the task of the minute tries again."""
    try:
        with enter(schema):
            lay_music()
    except OSError:
        log.exception("The music could not be laid out for the switch.", tenant=schema)


def _locked(music_id: UUID) -> Music:
    music = Music.objects.select_for_update().filter(pk=music_id).first()
    if music is None:
        raise MusicNotFound
    return music
