"""What can stand in the way of a list's own acts."""

from tenants.errors import BadInput, DomainError


class TooManyRows(BadInput):
    """At most %(most)s rows at a time. Narrow the list by filters, or do it in parts."""


class NothingChosen(BadInput):
    """Tick at least one field that should change."""


class UndoIsOver(DomainError):
    """This can no longer be undone."""


class ChangedSince(DomainError):
    """Somebody has changed it since."""


class SheetNotWaiting(DomainError):
    """This sheet does not wait for that. Load the page again."""


class SheetNotRead(BadInput):
    """The file cannot be read. Save it as CSV (UTF-8) or XLSX, with the names of the columns in the first line."""


class TooManyViews(BadInput):
    """Keep at most %(most)s filters for a list. Remove one first."""


class ViewNameMissing(BadInput):
    """Give these filters a name."""


class TooManySheets(DomainError):
    """%(most)s sheets are under way already. Hand this one in when one of them is done."""

    status = 429
