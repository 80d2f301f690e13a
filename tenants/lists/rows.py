"""The rows of a list as they stand in the page. What is the same in every cell of a column is found once for the page.

The theme finds a column's head and classes, a choice's word and a row's address anew for each cell: with fifty rows of
eight columns that is half of a page. What a cell says is left to the theme's own functions, so that both look alike.
"""

from collections.abc import Callable, Iterator
from datetime import date, time
from typing import Any, NamedTuple
from urllib.parse import quote

from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import lookup_field
from django.contrib.admin.utils import quote as key_in_address
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.http import RFC3986_SUBDELIMS
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as by_theme
from unfold.templatetags.unfold_list import CHECKBOX_CLASSES, LINK_CLASSES, ROW_CLASSES
from unfold.utils import (
    display_for_dropdown,
    display_for_field,
    display_for_header,
    display_for_label,
    display_for_value,
)

BOX = "action_checkbox"
A_ROW = "THE-KEY-OF-A-ROW"
SAFE_IN_ADDRESS = RFC3986_SUBDELIMS + "/~:@"
MOMENTS = (models.DateField, models.TimeField, models.ForeignKey)
"""Fields whose cells are not broken into lines."""
Address = Callable[[models.Model], str]


class ListRow(NamedTuple):
    instance: models.Model
    cells: SafeString


def rows_of(cl: ChangeList, headers: list[dict[str, Any]]) -> Iterator[ListRow]:
    """`headers`: of `result_headers`, one for each column, in their order."""
    columns = columns_of(cl, headers)
    for row in cl.result_list:
        yield ListRow(row, mark_safe("".join(column.cell(row) for column in columns)))  # noqa: S308


def columns_of(cl: ChangeList, headers: list[dict[str, Any]]) -> "list[Column]":
    links, address, found = cl.list_display_links, address_of_rows(cl), []
    has_link = False
    for place, (name, header) in enumerate(zip(cl.list_display, headers, strict=True)):
        leads = links is not None and (name in links if links else not has_link)
        label = header["text"] if leads or place else by_theme("Select record")
        column = Column(cl, place, name, str(label))
        if leads:
            column.lead_by(address, tag="td" if has_link else "th")
            has_link = True
        found.append(column)
    return found


def address_of_rows(cl: ChangeList) -> Address | None:
    """row → where it is opened, as text for the page; None when this list's rows have no page of their own."""
    name = f"admin:{cl.opts.app_label}_{cl.opts.model_name}_change"
    try:
        whole = reverse(name, args=(A_ROW,), current_app=cl.model_admin.admin_site.name)
    except NoReverseMatch:
        return None
    kept: Any = {"preserved_filters": cl.preserved_filters, "opts": cl.opts}
    before, _mark, after = add_preserved_filters(kept, whole).partition(A_ROW)
    before, after = conditional_escape(before), conditional_escape(after)

    def address(row: models.Model) -> str:
        key = quote(str(key_in_address(getattr(row, cl.pk_attname))), safe=SAFE_IN_ADDRESS)
        return f"{before}{conditional_escape(key)}{after}"

    return address


class Column:
    """One column of one page; nothing of it outlives the page, whose language and rights it has."""

    def __init__(self, cl: ChangeList, place: int, name: Any, label: str) -> None:
        self.name, self.cl, self.admin = name, cl, cl.model_admin
        self.empty = cl.model_admin.get_empty_value_display()
        self.label = conditional_escape(label)
        own = [f"field-{_class_of(name, place)}", *ROW_CLASSES]
        self.classes = " ".join(CHECKBOX_CLASSES if name == BOX else own)
        self.tag = "td"
        self.address: Address | None = None
        self._words: dict[Any, Any] = {}

    def lead_by(self, address: Address | None, *, tag: str) -> None:
        self.address, self.tag = address, tag

    def cell(self, row: models.Model) -> str:
        text, is_whole = self._said(row)
        text = conditional_escape(text)
        if self.address:
            link = f'<a href="{self.address(row)}" class="{" ".join(LINK_CLASSES)}" {self._opener(row)}>'
            text = f"{link}{text}</a>"
        classes = f"{self.classes} nowrap" if is_whole else self.classes
        return f'<{self.tag} class="{classes}" data-label="{self.label}">{text}</{self.tag}>'

    def _opener(self, row: models.Model) -> str:
        """In a window opened by a form: what the form is told when this row is chosen."""
        if not self.cl.is_popup:
            return ""
        told = row.serializable_value(str(self.cl.to_field or self.cl.lookup_opts.pk.attname))
        return f' data-popup-opener="{conditional_escape(told)}"'

    def _said(self, row: models.Model) -> tuple[Any, bool]:
        """(what the cell says, whether it is kept on one line)"""
        try:
            field, attribute, value = lookup_field(self.name, row, self.admin)
        except ObjectDoesNotExist:
            return self.empty, False
        if field is None or field.auto_created:
            return self._of_attribute(row, attribute, value), isinstance(value, date | time)
        return self._of_field(field, value), isinstance(field, MOMENTS)

    def _of_field(self, field: Any, value: Any) -> Any:
        if isinstance(field.remote_field, models.ManyToOneRel):
            return self.empty if value is None else value
        if field.flatchoices or isinstance(field, models.BooleanField):
            return self._once(value, lambda: display_for_field(value, field, self.empty))
        return display_for_field(value, field, self.empty)

    def _of_attribute(self, row: models.Model, attribute: Any, value: Any) -> Any:
        empty = getattr(attribute, "empty_value_display", self.empty)
        label = getattr(attribute, "label", False)
        if label:
            return self._once(value, lambda: display_for_label(value, empty, label))
        if getattr(attribute, "dropdown", False):
            return display_for_dropdown(row, self.name, value, empty)
        if getattr(attribute, "header", False):
            return display_for_header(value, empty)
        if getattr(attribute, "boolean", False):
            return self._once(value, lambda: display_for_value(value, empty, True))
        return display_for_value(value, empty, False)

    def _once(self, value: Any, say: Callable[[], Any]) -> Any:
        """What is said of a value that comes again in this column: made by a template, or looked up in a language."""
        key = _key(value)
        if key is None:
            return say()
        if key not in self._words:
            said = say()
            self._words[key] = str(said) if isinstance(said, Promise) else said
        return self._words[key]


def _key(value: Any) -> Any:
    """With the type: safe text is not escaped, other text is; 1 and True say different things. None: do not keep."""
    if value is None or isinstance(value, str | bool | int):
        return type(value), value
    if isinstance(value, tuple):
        parts = [_key(part) for part in value]
        return None if None in parts else (tuple, tuple(parts))
    return None


def _class_of(name: Any, place: int) -> str:
    """As Django calls a column: a function by its name, one without a name by its place."""
    if not callable(name):
        return str(name)
    return str(place) if name.__name__ == "<lambda>" else name.__name__
