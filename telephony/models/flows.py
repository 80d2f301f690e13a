"""Call flows: drawn as drafts, published as versions that never change, walked by callers step by step."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.calls import Call


class Flow(models.Model):
    """What callers of some numbers go through. `draft` is a document of telephony.flows.document."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    draft = models.JSONField(_("draft"), default=dict, blank=True)
    draft_version = models.PositiveIntegerField(_("draft's version"), default=0)
    """One up with each save: two people who draw at once do not overwrite each other unseen."""
    draft_changed_at = models.DateTimeField(_("draft changed at"), null=True, blank=True)
    draft_changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("draft changed by"),
    )
    published = models.ForeignKey(
        "FlowVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published version"),
    )
    is_archived = models.BooleanField(_("put away"), default=False)

    class Meta:
        verbose_name = _("call flow")
        verbose_name_plural = _("call flows")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class FlowVersion(models.Model):
    """A published document. Calls that entered it stay in it, whatever is published later."""

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    document = models.JSONField(_("document"))
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    rolled_back_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("version of a call flow")
        verbose_name_plural = _("versions of call flows")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["flow", "number"], name="one_flow_version_per_number")]

    def __str__(self) -> str:
        return f"{self.flow} {self.number}"


class FlowStep(models.Model):
    """One node a caller went through. Told by the switch as it happens, and once more by the leg's record."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="flow_steps")
    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"))
    node = models.CharField(_("node"), max_length=40)
    kind = models.CharField(_("kind"), max_length=16)
    exit = models.CharField(_("exit"), max_length=40, blank=True, default="")
    """The way out taken: a key, `next`, `timeout`, `failed`…; empty while the caller is in it."""
    value = models.CharField(_("value"), max_length=80, blank=True, default="")
    """Keys pressed, a look-up's outcome; never a card number: `collect` may be marked secret."""
    entered_at = models.DateTimeField(_("entered at"))
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    answer_milliseconds = models.PositiveIntegerField(_("until the next prompt"), null=True, blank=True)
    """From the key to the first sound of the next node (IVR-16)."""
    said = models.CharField(_("said"), max_length=300, blank=True, default="")
    """What the caller was understood to say: their own words, shown and never obeyed."""
    confidence = models.FloatField(_("how sure"), null=True, blank=True)
    """From 0 to 1, as the recogniser says; below the node's limit the caller is asked again."""

    class Meta:
        verbose_name = _("step of a call")
        verbose_name_plural = _("steps of calls")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["call", "position"], name="one_step_per_position")]
        indexes = [models.Index(fields=["version", "node"]), models.Index(fields=["entered_at"])]

    def __str__(self) -> str:
        return f"{self.call_id} {self.position} {self.node}"


class FlowCheck(models.Model):
    """One dial of the canary: a published number walked by a synthetic caller."""

    class Outcome(models.TextChoices):
        RUNNING = "running", _("Running")
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Failed")

    number = models.CharField(_("number"), max_length=32)
    version = models.ForeignKey(
        FlowVersion, on_delete=models.CASCADE, null=True, blank=True, related_name="checks"
    )
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, default=Outcome.RUNNING)
    step = models.CharField(_("step that broke"), max_length=80, blank=True, default="")
    problem = models.CharField(_("problem"), max_length=200, blank=True, default="")
    steps = models.JSONField(_("steps"), default=list, blank=True)

    class Meta:
        verbose_name = _("canary call")
        verbose_name_plural = _("canary calls")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["number", "-started_at"])]

    def __str__(self) -> str:
        return f"{self.number} {self.started_at:%Y-%m-%d %H:%M}"
