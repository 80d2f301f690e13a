"""What another version of a flow says otherwise, step by step, in the reader's words."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from telephony.console.flow_vocabulary import tenant_rows
from telephony.console.flow_words import exit_label, field_label, kind_label, language_label
from telephony.flows.differences import Difference
from telephony.flows.document import Document
from telephony.flows.kinds import KINDS
from telephony.models import Prompt

LONGEST_VALUE = 200
NOTHING = "–"


@dataclass
class StepChanges:
    """One step, or the flow as a whole. `mark` is a shape, `word` says what became of the step."""

    title: str
    kind: str
    word: str
    mark: str
    look: str
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    """(what, before, after)"""


class Names:
    """What ids in documents are called."""

    def __init__(self, before: Document, after: Document) -> None:
        self.rows: dict[str, Mapping[Any, str]] = {kind: dict(rows) for kind, rows in tenant_rows().items()}
        self.rows["prompt"] = dict(Prompt.objects.values_list("pk", "name"))
        self.nodes = {**before.nodes, **after.nodes}

    def step(self, node_id: Any) -> str:
        node = self.nodes.get(node_id)
        if node is None:
            return NOTHING
        return node.title or self._row_of(node) or kind_label(node.kind)

    def _row_of(self, node: Any) -> str:
        return self.rows.get(node.kind, {}).get(node.settings.get(node.kind), "")

    def setting(self, kind: str, name: str, value: Any) -> str:
        if value is None or value == "":
            return NOTHING
        known = next((one for one in KINDS[kind].fields if one.name == name), None)
        if known is not None and known.type in self.rows:
            return self.rows[known.type].get(value) or f"#{value}"
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, str | int | float):
            return str(value)[:LONGEST_VALUE]
        return json.dumps(value, ensure_ascii=False)[:LONGEST_VALUE]


def told_changes(differences: Iterable[Difference], before: Document, after: Document) -> list[StepChanges]:
    """The flow as a whole first, then each step that differs."""
    names = Names(before, after)
    told: dict[str, StepChanges] = {}
    for one in differences:
        entry = told.get(one.node) or told.setdefault(one.node, _entry(one, names))
        entry.lines.extend(_lines(one, names))
    return list(told.values())


def _entry(one: Difference, names: Names) -> StepChanges:
    if not one.node:
        return StepChanges(_("The flow"), "", _("changed"), "◆", "badge--info")
    title, kind = names.step(one.node), kind_label(one.kind)
    if one.what == "added":
        return StepChanges(title, kind, _("new"), "+", "badge--good")
    if one.what == "removed":
        return StepChanges(title, kind, _("gone"), "−", "badge--warning")
    return StepChanges(title, kind, _("changed"), "◆", "badge--info")


def _lines(one: Difference, names: Names) -> list[tuple[str, str, str]]:
    if one.what in ("added", "removed"):
        return []
    if one.what == "exit":
        what = _("way “%(way)s” leads to") % {"way": exit_label(one.kind, one.field)}
        return [(what, names.step(one.before), names.step(one.after))]
    if one.what == "setting":
        what = field_label(one.kind, one.field)
        return [(what, *(names.setting(one.kind, one.field, side) for side in (one.before, one.after)))]
    if one.what == "languages":
        return [
            (_("Languages"), *(_(", ").join(map(language_label, side)) for side in (one.before, one.after)))
        ]
    if one.what == "start":
        return [(_("Callers begin at"), names.step(one.before), names.step(one.after))]
    what = _("Kind") if one.what == "kind" else _("Name")
    return [(what, str(one.before or NOTHING), str(one.after or NOTHING))]
