"""What somebody keeps of a list, did to many of its rows at once, or brings into it by a sheet. In every schema."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.lists.kinds import title_of

UNDO_FOR = timedelta(minutes=15)
"""How long an act on many rows can be taken back."""
SILENT_AFTER = timedelta(minutes=2)
"""A sheet of which nothing was heard for so long has lost its worker."""


class SavedView(models.Model):
    """Filters, search and order of one list under a name; its maker's alone."""

    member = models.ForeignKey("people.Member", models.CASCADE, related_name="+", verbose_name=_("whose"))
    place = models.CharField(_("list"), max_length=120)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=1000)

    class Meta:
        verbose_name = _("kept filter")
        verbose_name_plural = _("kept filters")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["member", "place", "name"], name="lists_view_named_once")
        ]

    def __str__(self) -> str:
        return self.name


class BulkAct(models.Model):
    """What was done to many rows at once. `rows`: [{"pk", "name", "before", "after"}], `refused`: [{"pk", "name",
    "why"}]; what a row said before is kept here as long as the act is, so that it can be put back.
    """

    actor = models.ForeignKey(
        "people.Member", models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    place = models.CharField(_("list"), max_length=120)
    kind = models.CharField(_("what"), max_length=40)
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    rows = models.JSONField(_("rows"), default=list)
    refused = models.JSONField(_("refused"), default=list)
    undo_until = models.DateTimeField(_("can be undone until"), null=True)
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by = models.CharField(_("undone by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("act on many rows")
        verbose_name_plural = _("acts on many rows")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{title_of(self.place, self.kind)} · {len(self.rows)}"

    def can_be_undone(self, at: datetime) -> bool:
        return self.undone_at is None and self.undo_until is not None and at < self.undo_until


class SheetImport(models.Model):
    """A sheet too long for one request: looked through first, then taken in part by part. `done` counts rows."""

    class State(models.TextChoices):
        CHECKING = "checking", _("Being looked through")
        CHECKED = "checked", _("Looked through, nothing taken yet")
        RUNNING = "running", _("Being taken in")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Could not be read")

    AT_WORK = (State.CHECKING, State.RUNNING)
    place = models.CharField(_("list"), max_length=120)
    resource = models.PositiveSmallIntegerField(default=0, editable=False)
    file_name = models.CharField(_("file"), max_length=200)
    file_format = models.CharField(_("format"), max_length=10)
    content = models.BinaryField(default=b"", editable=False)
    """Empty once it is over."""
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.CHECKING)
    by = models.ForeignKey(
        "people.Member", models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("looked at"), default=0)
    added = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    skipped = models.PositiveIntegerField(_("as they were"), default=0)
    failed = models.PositiveIntegerField(_("refused"), default=0)
    began_at = models.DateTimeField(_("began"))
    heard_at = models.DateTimeField(_("last heard of"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    is_cancel_asked = models.BooleanField(default=False, editable=False)
    problem = models.CharField(_("what went wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("sheet")
        verbose_name_plural = _("sheets")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK

    @property
    def percent(self) -> int:
        return int(self.done * 100 / self.total) if self.total else 0

    def is_silent(self, at: datetime) -> bool:
        return self.is_at_work and at - self.heard_at > SILENT_AFTER


class SheetProblem(models.Model):
    """A row of a sheet that was not taken, by its line in the file (the head is line 1), and why."""

    sheet = models.ForeignKey(SheetImport, models.CASCADE, related_name="problems", verbose_name=_("sheet"))
    line = models.PositiveIntegerField(_("line"))
    why = models.CharField(_("why"), max_length=300)

    class Meta:
        verbose_name = _("row not taken")
        verbose_name_plural = _("rows not taken")
        ordering = ["line", "id"]
        indexes = [models.Index(fields=["sheet", "line"])]

    def __str__(self) -> str:
        return f"{self.line}: {self.why}"
