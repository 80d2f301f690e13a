"""How both sides work together: meetings and what follows, risks, and cases we may show."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.contracts.models.sides import Side
from tenants.contracts.models.usual_risks import usual_words
from tenants.models import Tenant

FIVE = [MinValueValidator(1), MaxValueValidator(5)]


class Meeting(models.Model):
    """Both sides met: who, when, and what was said."""

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("tenant"))
    held_on = models.DateField(_("held on"))
    title = models.CharField(_("about"), max_length=160)
    attendees = models.CharField(_("who was there"), max_length=400, blank=True)
    minutes = models.TextField(_("minutes"), max_length=8000)
    written_by = models.CharField(_("written by"), max_length=120, blank=True, editable=False)

    class Meta:
        verbose_name = pgettext_lazy("with a tenant", "meeting")
        verbose_name_plural = pgettext_lazy("with a tenant", "meetings")
        ordering = ["-held_on", "-id"]

    def __str__(self) -> str:
        return f"{self.held_on} · {self.title}"


class MeetingAction(models.Model):
    """Somebody of one side does something until a day."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="actions", verbose_name=_("meeting"))
    what = models.CharField(_("what"), max_length=300)
    side = models.CharField(_("done by"), max_length=8, choices=Side.choices, default=Side.VENDOR)
    owner = models.CharField(_("responsible"), max_length=120)
    due_on = models.DateField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.CharField(_("done by whom"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("action of a meeting")
        verbose_name_plural = _("actions of meetings")
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.what

    def is_overdue_on(self, day: date) -> bool:
        return self.done_at is None and self.due_on < day


class Risk(models.Model):
    """What may go wrong between us, how likely and how badly (1 to 5 each), and who does what about it.

    Of one with a `preset` (usual_risks) an empty text is the preset's, in the reader's language: read `told_…`.
    """

    class Kind(models.TextChoices):
        DEFAULT = "default", _("One side defaults")
        SUPPORT = "support", _("Poor support")
        UPGRADE = "upgrade", _("Late upgrade")
        PRICE = "price", _("Price change")
        DATA = "data", _("Data is lost or seen")
        OTHER = "other", pgettext_lazy("risk", "Other")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("risk", "Open")
        CLOSED = "closed", pgettext_lazy("risk", "Closed")

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("tenant"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.OTHER)
    preset = models.CharField(
        _("kind"), max_length=8, choices=Kind.choices, blank=True, db_default="", editable=False
    )
    title = models.CharField(_("what may happen"), max_length=200, blank=True)
    likelihood = models.PositiveSmallIntegerField(_("likelihood, 1 to 5"), default=3, validators=FIVE)
    impact = models.PositiveSmallIntegerField(_("impact, 1 to 5"), default=3, validators=FIVE)
    mitigation = models.TextField(_("what is done about it"), max_length=1000, blank=True)
    owner = models.CharField(_("responsible"), max_length=120, blank=True)
    review_on = models.DateField(_("looked at again on"))
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.OPEN)

    class Meta:
        verbose_name = _("risk of the partnership")
        verbose_name_plural = _("risks of the partnership")
        ordering = ["tenant", "id"]
        constraints = [
            models.CheckConstraint(
                name="contracts_risk_from_one_to_five",
                condition=models.Q(likelihood__range=(1, 5), impact__range=(1, 5)),
            ),
            models.CheckConstraint(
                name="contracts_risk_has_words", condition=~models.Q(title="") | ~models.Q(preset="")
            ),
        ]

    def __str__(self) -> str:
        return self.told_title

    @property
    def told_title(self) -> str:
        return self.title or usual_words(self.preset, "title")

    @property
    def told_mitigation(self) -> str:
        return self.mitigation or usual_words(self.preset, "mitigation")

    @property
    def told_owner(self) -> str:
        return self.owner or usual_words(self.preset, "owner")

    @property
    def score(self) -> int:
        return self.likelihood * self.impact

    @property
    def level(self) -> str:
        """`low` below 6, `middle` below 15, `high` from there."""
        return "high" if self.score >= 15 else "middle" if self.score >= 6 else "low"


class CustomerCase(models.Model):
    """What a tenant does with the product, told to others only while its owner allows it."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("customer case", "Waits for consent")
        ALLOWED = "allowed", pgettext_lazy("customer case", "Shown")
        WITHDRAWN = "withdrawn", pgettext_lazy("customer case", "Not shown")

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("tenant"))
    trade = models.CharField(_("trade"), max_length=60)
    title = models.CharField(_("title"), max_length=120)
    title_zh = models.CharField(_("title in Chinese"), max_length=120)
    story = models.TextField(_("story"), max_length=3000)
    story_zh = models.TextField(_("story in Chinese"), max_length=3000)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.ASKED)
    written_at = models.DateTimeField(_("written"))
    allowed_at = models.DateTimeField(_("allowed"), null=True, blank=True)
    allowed_by = models.CharField(_("allowed by"), max_length=120, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.CharField(_("withdrawn by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("customer case")
        verbose_name_plural = _("customer cases")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title
