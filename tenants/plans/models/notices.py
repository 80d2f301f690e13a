"""What we announce to tenants before we do it, who has read it, and what tenants wish for."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Tenant


class Notice(models.Model):
    """Planned maintenance: content, time and way, in both languages. To all tenants, or to some."""

    class Effect(models.TextChoices):
        NONE = "none", _("Nobody notices")
        PAGES = "pages", _("Pages are away, calls go on")
        CALLS = "calls", _("New calls are not taken, talks go on")

    title = models.CharField(_("title"), max_length=120)
    title_zh = models.CharField(_("title in Chinese"), max_length=120)
    body = models.TextField(_("what is done"), max_length=2000)
    body_zh = models.TextField(_("what is done, in Chinese"), max_length=2000)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    effect = models.CharField(_("what is noticed"), max_length=8, choices=Effect.choices, default=Effect.NONE)
    tenants = models.ManyToManyField(
        Tenant, blank=True, related_name="+", verbose_name=_("only for"), help_text=_("Empty: all tenants")
    )
    published_at = models.DateTimeField(_("published"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("maintenance notice")
        verbose_name_plural = _("maintenance notices")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="plans_notice_ends_after_start",
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                violation_error_message=_("It ends before it begins."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.starts_at and self._state.adding and self.starts_at <= timezone.now():
            raise ValidationError({"starts_at": _("Tell it before it begins.")})


class Acknowledgement(models.Model):
    """Somebody of the tenant has read the notice."""

    notice = models.ForeignKey(
        Notice, models.CASCADE, related_name="acknowledgements", verbose_name=_("notice")
    )
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", verbose_name=_("tenant"))
    by_name = models.CharField(_("read by"), max_length=120)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "tenant"], name="plans_notice_read_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.by_name}"


class Wish(models.Model):
    """Something a tenant would like the product to do, and what became of it."""

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("wish", "New")
        PLANNED = "planned", pgettext_lazy("wish", "Planned")
        BUILDING = "building", pgettext_lazy("wish", "Being built")
        DONE = "done", pgettext_lazy("wish", "Done")
        DECLINED = "declined", pgettext_lazy("wish", "Declined")

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="wishes", verbose_name=_("tenant"), editable=False
    )
    title = models.CharField(_("wish"), max_length=160, editable=False)
    about = models.TextField(_("what for"), max_length=2000, blank=True, editable=False)
    by_name = models.CharField(_("wished by"), max_length=120, editable=False)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.NEW)
    answer = models.TextField(_("answer"), max_length=2000, blank=True, help_text=_("The tenant reads it."))

    class Meta:
        verbose_name = _("wish of a tenant")
        verbose_name_plural = _("wishes of tenants")
        ordering = ["-asked_at", "-id"]

    def __str__(self) -> str:
        return self.title
