"""Every write of lists: kept filters, acts on many rows and their undo."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction

from tenants.errors import DomainError
from tenants.lists.bulk import BulkKind, change_row, restore_row
from tenants.lists.errors import ChangedSince, TooManyViews, UndoIsOver, ViewNameMissing
from tenants.lists.kinds import CHANGE, kind_of
from tenants.lists.models import UNDO_FOR, BulkAct, SavedView
from tenants.people.actions import record_audit

MOST_VIEWS = 20


@transaction.atomic
def save_view(*, member: Any, place: str, name: str, query: str) -> SavedView:
    """The same name again means these filters from now on."""
    name = " ".join(name.split())[:60]
    if not name:
        raise ViewNameMissing(field="name")
    own = SavedView.objects.filter(member_id=member.pk, place=place)
    if own.exclude(name=name).count() >= MOST_VIEWS:
        raise TooManyViews(most=MOST_VIEWS)
    kept, _made = SavedView.objects.update_or_create(
        member_id=member.pk, place=place, name=name, defaults={"query": query[:1000]}
    )
    return kept


def delete_view(*, member: Any, view_id: int) -> None:
    SavedView.objects.filter(member_id=member.pk, pk=view_id).delete()


@transaction.atomic
def change_many(
    *,
    model: type[models.Model],
    pks: list[Any],
    values: dict[str, Any],
    may_change: Callable,
    actor: Any,
    at: datetime,
) -> BulkAct:
    """Set these fields in each row that allows it; the others are named with the reason."""

    def one(row: models.Model) -> dict:
        if not may_change(row):
            raise DomainError
        before, after = change_row(row, values)
        return {"before": before, "after": after}

    return _carry_out(model, pks, CHANGE, one, actor, at, can_undo=True)


@transaction.atomic
def do_many(
    *, model: type[models.Model], pks: list[Any], kind: BulkKind, reason: str, actor: Any, at: datetime
) -> BulkAct:
    def one(row: models.Model) -> dict:
        refused = kind.refusal(row)
        if refused:
            raise DomainError(refused)
        return {"before": kind.do(row, at, reason) or {}, "after": {}}

    return _carry_out(
        model, pks, kind.code, one, actor, at, can_undo=kind.put_back is not None, reason=reason
    )


def keep_act(*, place: str, code: str, row: models.Model, kept: dict, actor: Any, at: datetime) -> BulkAct:
    """Of one row that was changed by other means, so that it can be undone like an act on many."""
    rows = [{"pk": str(row.pk), "name": str(row)[:120], "before": kept, "after": {}}]
    return BulkAct.objects.create(
        actor_id=actor.pk, place=place, kind=code, at=at, rows=rows, undo_until=at + UNDO_FOR
    )


def _carry_out(
    model: type[models.Model],
    pks: list[Any],
    code: str,
    one: Callable[[models.Model], dict],
    actor: Any,
    at: datetime,
    *,
    can_undo: bool,
    reason: str = "",
) -> BulkAct:
    done, refused = _each(_locked(model, pks), one)
    act = BulkAct.objects.create(
        actor_id=actor.pk, place=model._meta.label_lower, kind=code, at=at, reason=reason, rows=done, refused=refused,
        undo_until=at + UNDO_FOR if can_undo and done else None,
    )  # fmt: skip
    record_audit(
        verb="acted on many", subject=act, after={"rows": len(done), "refused": len(refused)}, reason=reason
    )
    return act


def _locked(model: type[models.Model], pks: Iterable[Any]) -> "models.QuerySet":
    """In one order, whoever asks: two acts at once wait for each other instead of for ever."""
    return model._default_manager.filter(pk__in=list(pks)).order_by("pk").select_for_update(of=("self",))


def _each(rows: "models.QuerySet", one: Callable[[Any], dict]) -> tuple[list[dict], list[dict]]:
    """Each in a savepoint of its own: one that refuses leaves nothing half done."""
    done, refused = [], []
    for row in rows:
        named = {"pk": str(row.pk), "name": str(row)[:120]}
        try:
            with transaction.atomic():
                done.append(named | one(row))
        except DomainError as problem:
            refused.append(named | {"why": problem.message})
        except ValidationError as problem:
            refused.append(named | {"why": " ".join(problem.messages)[:300]})
    return done, refused


@transaction.atomic
def undo_act(*, act_id: int, by: Any, at: datetime) -> tuple[int, list[dict]]:
    """Put back what still is as the act left it: (how many, those that are not, with why). Raises UndoIsOver."""
    act = BulkAct.objects.select_for_update().filter(pk=act_id).first()
    if act is None or not act.can_be_undone(at):
        raise UndoIsOver
    model = apps.get_model(act.place)
    kept = {row["pk"]: row for row in act.rows}
    kind = kind_of(act.place, act.kind)

    def one(row: models.Model) -> dict:
        mine = kept[str(row.pk)]
        if act.kind == CHANGE:
            if not restore_row(row, mine["before"], mine["after"]):
                raise ChangedSince
        elif kind is None or kind.put_back is None:
            raise UndoIsOver
        else:
            kind.put_back(row, mine["before"], at)
        return {}

    done, refused = _each(_locked(model, kept), one)
    act.undone_at, act.undone_by = at, str(by)[:120]
    act.save(update_fields=["undone_at", "undone_by"])
    record_audit(verb="undid an act on many", subject=act, after={"rows": len(done), "refused": len(refused)})
    return len(done), refused
