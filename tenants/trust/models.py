"""What makes the audit log of a schema provable: a chain of hashes beside its entries, and what checks of it found.

The links are made by the database when the transaction of an entry commits (migrations/0001); nothing here is written
by hand but the checks.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AuditGenesis(models.Model):
    """The entries that were there before the chain began, as one: how many, the last of them, and their digest."""

    entries = models.BigIntegerField(_("entries"))
    last_id = models.BigIntegerField(_("last entry"))
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("beginning of the chain")
        verbose_name_plural = _("beginnings of the chain")

    def __str__(self) -> str:
        return f"{self.entries} ≤ {self.last_id}"


class AuditLink(models.Model):
    """Positions run 0, 1, 2 … without a gap; 0 is the beginning, of no entry. A trigger refuses UPDATE and DELETE."""

    position = models.BigIntegerField(_("position"), primary_key=True)
    # No foreign key: that an entry is gone is to be found, not forbidden twice.
    entry_id = models.BigIntegerField(_("entry"), unique=True, null=True, blank=True)
    content_hash = models.CharField(_("hash of the content"), max_length=64)
    before_hash = models.CharField(_("hash of the link before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("link of the audit log")
        verbose_name_plural = _("links of the audit log")
        ordering = ["-position"]

    def __str__(self) -> str:
        return f"{self.position} {self.hash[:12]}"


class AuditPending(models.Model):
    """An entry whose writer met another at the chain: whoever comes next links it, within ten minutes at the latest."""

    entry_id = models.BigIntegerField(primary_key=True)

    class Meta:
        verbose_name = _("entry that waits for its link")
        verbose_name_plural = _("entries that wait for their link")

    def __str__(self) -> str:
        return str(self.entry_id)


class Problem(models.TextChoices):
    """Why a chain is not whole."""

    GENESIS = "genesis", _("what was there before the chain began has been changed")
    GAP = "gap", _("a link is missing")
    LINK = "link", _("the link itself has been changed")
    GONE = "gone", _("the entry is gone")
    CHANGED = "changed", _("the entry has been changed")
    STRANGER = "stranger", _("the entry was put in past the chain")
    CUT = "cut", _("the end that an earlier check saw is missing")


class AuditCheck(models.Model):
    """One look at the whole chain. `broken_at` and `broken_entry` name the first thing that is wrong."""

    at = models.DateTimeField(_("at"), default=timezone.now)
    by_name = models.CharField(_("asked by"), max_length=120, blank=True)
    entries = models.BigIntegerField(_("entries"))
    position = models.BigIntegerField(_("position"))
    head = models.CharField(_("head"), max_length=64)
    seconds = models.FloatField(_("seconds"), default=0)
    problem = models.CharField(_("problem"), max_length=10, choices=Problem.choices, blank=True)
    broken_at = models.BigIntegerField(_("broken at"), null=True, blank=True)
    broken_entry = models.BigIntegerField(_("broken entry"), null=True, blank=True)

    class Meta:
        verbose_name = _("check of the audit log")
        verbose_name_plural = _("checks of the audit log")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.problem or '✓'}"

    @property
    def is_whole(self) -> bool:
        return not self.problem


class ProofRun(models.Model):
    """One time the house was tried with another tenant's canary. `results`: what was asked, and what came back."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits")
        RUNNING = "running", _("runs")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    asked_by = models.CharField(_("asked by"), max_length=120, blank=True)
    started_at = models.DateTimeField(_("began"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    probes = models.PositiveIntegerField(_("probes"), default=0)
    leaks = models.PositiveIntegerField(_("leaks"), default=0)
    broken = models.PositiveIntegerField(_("could not be asked"), default=0)
    # [{kind, what, outcome: kept|leaked|broken, said, ms}]
    results = models.JSONField(_("results"), default=list, blank=True)

    class Meta:
        verbose_name = _("proof of isolation")
        verbose_name_plural = _("proofs of isolation")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M} {self.state}"
