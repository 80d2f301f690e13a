"""Values on their way into a sheet: nothing a spreadsheet program would run."""

import re

from import_export.resources import ModelResource

# The last four are the full-width forms, which Chinese and Japanese spreadsheets read the same way.
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?\d[\d.]*")
# xlsx refuses these outright, and no name or note needs them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def neutralise(value: object) -> object:
    """Text that would be a formula gets a leading apostrophe; numbers, `-12.50` and `+4420…` stay as they are."""
    if not isinstance(value, str):
        return value
    if value.startswith(_STARTS_FORMULA) and not _PLAIN_NUMBER.fullmatch(value):
        value = "'" + value
    return _CONTROL.sub("", value)


def restore(value: object) -> object:
    """Undo `neutralise`, so that what was exported can be imported unchanged."""
    if isinstance(value, str) and value.startswith("'") and value[1:].startswith(_STARTS_FORMULA):
        return value[1:]
    return value


def restored(row: dict) -> dict:
    return {name: restore(value) for name, value in row.items()}


class SafeResource(ModelResource):
    """A model's rows for import and export, every text neutralised on the way out and restored on the way in."""

    def export_field(self, field, instance, **kwargs):  # noqa: ANN001, ANN003, ANN201
        return neutralise(super().export_field(field, instance, **kwargs))

    def before_import_row(self, row, **kwargs):  # noqa: ANN001, ANN003, ANN201
        for name, value in row.items():
            row[name] = restore(value)
        return super().before_import_row(row, **kwargs)
