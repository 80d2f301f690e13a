"""One person's data erased in a tenant, and the request for it: in the public schema."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Tenant


class Erasure(models.Model):
    """One person's data erased in a tenant. Who it was is kept as a keyed hash and a mask, nothing more."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="erasures", verbose_name=_("tenant"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    by_name = models.CharField(_("by"), max_length=120)
    reason = models.CharField(_("reason"), max_length=300)
    subject_digest = models.CharField(max_length=64)
    subject_shown = models.CharField(_("person"), max_length=120)
    # {"tables": {label: {"found", "erased", "kept"}}, "sounds": {...}, "kept": [{"what", "rows", "why"}]}
    report = models.JSONField(_("report"), default=dict)
    proof = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("erasure of a person's data")
        verbose_name_plural = _("erasures of persons' data")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.subject_shown} · {self.at:%Y-%m-%d}"


class ErasureAsk(models.Model):
    """A person is to be forgotten: one owner asks, somebody else of the house confirms. Who it is stands sealed in
    `subject` until the answer, and nowhere afterwards.
    """

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("erasure", "Waits for a second person")
        DONE = "done", pgettext_lazy("erasure", "Erased")
        WITHDRAWN = "withdrawn", pgettext_lazy("erasure", "Withdrawn")
        FAILED = "failed", pgettext_lazy("erasure", "Could not be done")

    class Problem(models.TextChoices):
        CONFIRMER_GONE = (
            "confirmer_gone",
            pgettext_lazy(
                "erasure",
                "Whoever confirmed it was removed before it was done: an erasure is done in the name of two people who "
                "are there.",
            ),
        )
        UNREADABLE = (
            "unreadable",
            pgettext_lazy(
                "erasure",
                "Who it is about can no longer be read: the key it was sealed with is not among the keys of this "
                "installation (DATA_KEYS).",
            ),
        )

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="erasure_asks", verbose_name=_("tenant"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    subject = models.TextField(blank=True, editable=False)
    subject_digest = models.CharField(max_length=64)
    subject_shown = models.CharField(_("person"), max_length=120)
    reason = models.CharField(_("reason"), max_length=300)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    asked_by_id = models.BigIntegerField(editable=False)
    asked_by = models.CharField(_("asked by"), max_length=120)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    answered_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    answered_by = models.CharField(_("answered by"), max_length=120, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    problem = models.CharField(
        _("problem"), max_length=16, blank=True, choices=Problem.choices, db_default=""
    )

    class Meta:
        verbose_name = _("request to erase a person's data")
        verbose_name_plural = _("requests to erase persons' data")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "subject_digest"],
                condition=Q(state="asked"),
                name="leaving_one_erasure_asked_of_a_person",
            ),
            # The rule of two people holds in the database as well.
            models.CheckConstraint(
                name="leaving_erasure_by_another",
                condition=~Q(state="done")
                | (Q(answered_by_id__isnull=False) & ~Q(answered_by_id=F("asked_by_id"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_shown} · {self.asked_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        """Nobody has answered."""
        return self.state == self.State.ASKED and self.answered_at is None

    @property
    def is_confirmed(self) -> bool:
        """And not erased yet: somebody is at it, or was."""
        return self.state == self.State.ASKED and self.answered_at is not None
