"""Public rows: cells, their switches, the lease of the acting worker, and legs of no tenant."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cell(models.Model):
    name = models.CharField(_("name"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("cell")
        verbose_name_plural = _("cells")

    def __str__(self) -> str:
        return self.name


class SwitchNode(models.Model):
    """A changed core id is a restarted switch: every leg it had is gone."""

    cell = models.ForeignKey(Cell, on_delete=models.CASCADE, related_name="nodes", verbose_name=_("cell"))
    name = models.CharField(_("name"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=40, blank=True, default="")
    core_uuid = models.CharField(_("core id"), max_length=64, blank=True, default="")
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)

    class Meta:
        verbose_name = _("switch")
        verbose_name_plural = _("switches")

    def __str__(self) -> str:
        return self.name


class Lease(models.Model):
    """Who may act for a cell. Each holder gets a higher epoch; an older epoch never acts again."""

    cell = models.OneToOneField(Cell, on_delete=models.CASCADE, related_name="lease", verbose_name=_("cell"))
    holder = models.CharField(_("holder"), max_length=120, blank=True, default="")
    epoch = models.PositiveBigIntegerField(_("epoch"), default=0)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    report = models.JSONField(_("report"), default=dict, blank=True)

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")

    def __str__(self) -> str:
        return f"{self.cell} {self.epoch}"


class CellMove(models.Model):
    """A tenant lives in another cell than before, and the one it left may still have its callers and phones.

    Open as long as that cell is to be looked at: its worker tells the new one what happens there, and does there what
    the new one decides.
    """

    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.CASCADE, related_name="+", verbose_name=_("tenant")
    )
    from_cell = models.ForeignKey(Cell, on_delete=models.CASCADE, related_name="+", verbose_name=_("left"))
    to_cell = models.ForeignKey(Cell, on_delete=models.CASCADE, related_name="+", verbose_name=_("came to"))
    began_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("move to another cell")
        verbose_name_plural = _("moves to another cell")
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "from_cell"],
                condition=models.Q(ended_at=None),
                name="one_open_move_per_cell_left",
            )
        ]

    def __str__(self) -> str:
        return f"{self.tenant}: {self.from_cell} → {self.to_cell}"


class StrayLeg(models.Model):
    """A leg of no tenant we know: kept, never lost, never given to another tenant."""

    leg_id = models.UUIDField(_("leg"), unique=True)
    node = models.CharField(_("switch"), max_length=40, blank=True, default="")
    tenant_said = models.CharField(_("tenant it named"), max_length=80, blank=True, default="")
    dialled = models.CharField(_("number dialled"), max_length=64, blank=True, default="")
    caller_number = models.CharField(_("caller"), max_length=64, blank=True, default="")
    first_heard_at = models.DateTimeField(_("first heard at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    billable_seconds = models.PositiveIntegerField(_("billable seconds"), null=True, blank=True)
    facts = models.JSONField(_("what was heard"), default=list, blank=True)

    class Meta:
        verbose_name = _("leg of no tenant")
        verbose_name_plural = _("legs of no tenant")
        ordering = ["-first_heard_at"]

    def __str__(self) -> str:
        return str(self.leg_id)


class CapacityMeasurement(models.Model):
    """What this installation was measured to bear, on the hardware it stood on at the time."""

    measured_at = models.DateTimeField(_("measured at"))
    hardware = models.JSONField(_("hardware"), default=dict)
    figures = models.JSONField(
        _("figures"),
        default=dict,
        help_text=_("By id of the measurement: value, unit, limit, what was done."),
    )
    not_run = models.JSONField(_("not run"), default=dict, blank=True)

    class Meta:
        verbose_name = _("measured capacity")
        verbose_name_plural = _("measured capacities")
        ordering = ["-measured_at"]

    def __str__(self) -> str:
        return f"{self.measured_at:%Y-%m-%d %H:%M}"


class AvailabilityDay(models.Model):
    """What our own probes saw of one day (UTC), in seconds. A gap between two probes is unseen: no better than down."""

    day = models.DateField(_("day"), unique=True)
    up_seconds = models.FloatField(_("seconds up"), default=0)
    down_seconds = models.FloatField(_("seconds down"), default=0)
    unseen_seconds = models.FloatField(_("seconds without a probe"), default=0)
    last_probe_at = models.DateTimeField(_("last probe"))

    class Meta:
        verbose_name = _("day of availability")
        verbose_name_plural = _("days of availability")
        ordering = ["-day"]

    def __str__(self) -> str:
        return str(self.day)


class Outage(models.Model):
    """From the first probe that found a part down (or came too late) to the first one that found all up."""

    began_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    parts = models.JSONField(_("parts"), default=list)

    class Meta:
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["ended_at"],
                nulls_distinct=False,
                condition=models.Q(ended_at=None),
                name="one_open_outage",
            )
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M:%S}"


class RetentionLimit(models.Model):
    """What a law or regulator demands: kept for at least, and for at most, so many days. Set by operators.

    Of a tenant, or of all that have none of their own (tenant is None).
    """

    tenant = models.ForeignKey(
        "tenants.Tenant",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tenant"),
    )
    kind = models.CharField(_("kind"), max_length=12)
    """As telephony.models.SoundKind."""
    floor_days = models.PositiveIntegerField(_("days at least"), default=0)
    ceiling_days = models.PositiveIntegerField(_("days at most"), null=True, blank=True)
    law = models.CharField(_("by what rule"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("limit of retention")
        verbose_name_plural = _("limits of retention")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind"], nulls_distinct=False, name="one_retention_limit_each"
            ),
            models.CheckConstraint(
                name="retention_floor_under_ceiling",
                condition=models.Q(ceiling_days=None) | models.Q(ceiling_days__gte=models.F("floor_days")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant or '*'} {self.kind}"


class RecordingQuota(models.Model):
    """How many bytes of sounds a tenant may keep, and whether recording stops when they are used up."""

    tenant = models.OneToOneField(
        "tenants.Tenant", on_delete=models.CASCADE, related_name="+", verbose_name=_("tenant")
    )
    gigabytes = models.DecimalField(_("gigabytes"), max_digits=10, decimal_places=3)
    stops_recording = models.BooleanField(_("recording stops when it is used up"), default=True)

    class Meta:
        verbose_name = _("quota of recordings")
        verbose_name_plural = _("quotas of recordings")

    def __str__(self) -> str:
        return f"{self.tenant} {self.gigabytes}"

    @property
    def bytes(self) -> int:
        return int(self.gigabytes * 10**9)
