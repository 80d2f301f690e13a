"""What every list of the console has: pages by key, kept filters, and acts on many rows with a look ahead and undo."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.forms.models import fields_for_model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tenants.lists.actions import change_many, do_many
from tenants.lists.bulk import MOST_ROWS, BulkKind, Preflight, look_ahead, look_ahead_change
from tenants.lists.keyset import KeysetChangeList, sortable
from tenants.lists.kinds import kinds_of
from tenants.lists.models import UNDO_FOR, BulkAct
from tenants.lists.queries import rows_seen_in, views_of

SHOWN_LINES = 30
CHANGE_ACTION = "bulk_change"


class ListPages:
    """Mixed into the admin of a model. `bulk_fields`: columns that may be set in many rows at once."""

    bulk_fields: tuple[str, ...] = ()
    list_before_template = "tenants/lists/views.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type:
        return KeysetChangeList

    def get_sortable_by(self, request: HttpRequest) -> Any:
        names = list(super().get_sortable_by(request))  # type: ignore[misc]
        columns = {
            name: getattr(getattr(self, name, None), "admin_order_field", None) or name for name in names
        }
        model = self.model  # type: ignore[attr-defined]
        return sortable(names, model, columns, rows_seen_in(request, model))

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        place = self.opts.label_lower  # type: ignore[attr-defined]
        own = {"saved_views": views_of(request.user, place), "place": place, "query": _filters_of(request)}
        return super().changelist_view(request, own | (extra_context or {}))  # type: ignore[misc]

    # --- acts on many rows ---

    def get_bulk_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.bulk_fields if self.has_change_permission(request) else ()  # type: ignore[attr-defined]

    def get_actions(self, request: HttpRequest) -> dict:
        found = super().get_actions(request)  # type: ignore[misc]
        if "_popup" in request.GET:
            return found
        if self.get_bulk_fields(request):
            found[CHANGE_ACTION] = (_change_rows, CHANGE_ACTION, gettext("Change the chosen ones"))
        for kind in kinds_of(self.opts.label_lower):  # type: ignore[attr-defined]
            if kind.is_offered and kind.may(request.user):
                name = f"bulk_{kind.code}"
                found[name] = (partial(_do_rows, kind=kind), name, str(kind.title))
        return found

    def change_chosen(self, request: HttpRequest, chosen: list[Any], values: dict[str, Any]) -> BulkAct:
        may_change = partial(self.has_change_permission, request)  # type: ignore[attr-defined]
        return change_many(
            model=self.model, pks=[row.pk for row in chosen], values=values, may_change=may_change,  # type: ignore[attr-defined]
            actor=request.user, at=timezone.now(),
        )  # fmt: skip

    def effects_of_change(self, look: Preflight, values: dict[str, Any]) -> list[str]:
        """Sentences beside the rows themselves."""
        return []


def _filters_of(request: HttpRequest) -> str:
    """The address's filters, without the place within the list."""
    kept = request.GET.copy()
    for name in ("_after", "_before", "_last", "p", "e"):
        kept.pop(name, None)
    return kept.urlencode()


def _do_rows(admin: Any, request: HttpRequest, rows: QuerySet, *, kind: BulkKind) -> HttpResponse | None:
    chosen = _chosen(admin, request, rows)
    if chosen is None:
        return None
    if request.POST.get("step") == "do":
        act = do_many(
            model=admin.model, pks=[row.pk for row in chosen], kind=kind, at=timezone.now(), actor=request.user,
            reason=request.POST.get("reason", "").strip()[:300],
        )  # fmt: skip
        _tell(request, act)
        return None
    look = look_ahead(kind, chosen)
    return _page(admin, request, look, kind=kind, title=kind.question % {"count": len(chosen)}, step="do",
                 button=kind.title, effects=list(kind.effects([line.row for line in look.touched])))  # fmt: skip


def _change_rows(admin: Any, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
    chosen = _chosen(admin, request, rows)
    if chosen is None:
        return None
    step, may_change = request.POST.get("step"), partial(admin.has_change_permission, request)
    form = _form(admin, request, step)
    if step in ("look", "do") and form.is_valid():
        values = form.chosen()
        if step == "do":
            _tell(request, admin.change_chosen(request, chosen, values))
            return None
        look = look_ahead_change(chosen, values, may_change)
        return _page(admin, request, look, form=form, title=_("Change these?"), step="do",
                     button=_("Change them"), effects=admin.effects_of_change(look, values))  # fmt: skip
    lines = Preflight([])
    return _page(admin, request, lines, form=form, title=_("Change several at once"), step="look",
                 button=_("Look what would change"), count=len(chosen), chosen=chosen)  # fmt: skip


def _chosen(admin: Any, request: HttpRequest, rows: QuerySet) -> list[Any] | None:
    """At most MOST_ROWS; None, and told, when more are ticked."""
    found = list(rows[: MOST_ROWS + 1])
    if len(found) <= MOST_ROWS:
        return found
    said = gettext("At most %(most)s rows at a time. Narrow the list by filters, or do it in parts.")
    admin.message_user(request, said % {"most": MOST_ROWS}, messages.ERROR)
    return None


def _page(
    admin: Any, request: HttpRequest, look: Preflight, *, step: str, chosen: Any = None, **more: Any
) -> HttpResponse:
    rows = chosen if chosen is not None else [line.row for line in look.lines]
    context = admin.admin_site.each_context(request) | {
        "opts": admin.opts,
        "look": look,
        "shown": look.touched[:SHOWN_LINES],
        "more": max(0, len(look.touched) - SHOWN_LINES),
        "refused": look.refused[:SHOWN_LINES],
        "more_refused": max(0, len(look.refused) - SHOWN_LINES),
        "step": step,
        "action": request.POST.get("action", ""),
        "pks": [row.pk for row in rows],
        "checkbox": ACTION_CHECKBOX_NAME,
        "back": request.get_full_path(),
        "minutes": int(UNDO_FOR.total_seconds() // 60),
        **more,
    }
    return TemplateResponse(request, "tenants/lists/bulk.html", context)


def _tell(request: HttpRequest, act: BulkAct) -> None:
    """Back to the list, which says what became of it and, for some minutes, how to take it back."""
    done = ngettext("%(n)s row done.", "%(n)s rows done.", len(act.rows)) % {"n": len(act.rows)}
    if act.undo_until:
        undo = reverse("admin:lists_bulkact_change", args=[act.pk])
        link = format_html('<a class="underline" href="{}">{}</a>', undo, gettext("Look at it or undo it"))
        messages.success(request, format_html("{} {}", done, link))
    elif act.rows:
        messages.success(request, done)
    for row in act.refused[:5]:
        messages.warning(request, f"{row['name']}: {row['why']}")
    if len(act.refused) > 5:
        messages.warning(request, gettext("and %(n)s more were refused.") % {"n": len(act.refused) - 5})


# --- the form: a box for each field that says whether it is meant ---


class ChangeForm(forms.Form):
    """Built for a list by `_form`; `wanted` names the fields whose box is ticked."""

    names: tuple[str, ...] = ()

    def clean(self) -> dict:
        values = super().clean() or {}
        if not any(values.get(f"set_{name}") for name in self.names):
            raise forms.ValidationError(_("Tick at least one field that should change."))
        return values

    def chosen(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.names if self.cleaned_data.get(f"set_{name}")}

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"set_{name}"], self[name]) for name in self.names]


def _form(admin: Any, request: HttpRequest, step: str | None) -> ChangeForm:
    names = admin.get_bulk_fields(request)
    callback: Callable = partial(admin.formfield_for_dbfield, request=request)
    fields: dict[str, Any] = {}
    for name, found in fields_for_model(admin.model, fields=names, formfield_callback=callback).items():
        found.required = False
        # Without the theme's links to add and change another row.
        found.widget = getattr(found.widget, "widget", found.widget)
        said = _("Change: %(field)s") % {"field": found.label}
        fields[f"set_{name}"] = forms.BooleanField(required=False, label=said)
        fields[name] = found
    form = type("ChangeForm", (ChangeForm,), fields | {"names": tuple(n for n in names if n in fields)})
    return form(request.POST if step else None)
