"""What we tell customers about an outage: a draft, published, with updates, resolved; and who was told."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Tenant
from tenants.service.models.watch import PartSpan


class OutageNote(models.Model):
    """In both languages. Public ones stand on the page without a login, so nothing of one tenant belongs in them."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("note", "Draft")
        PUBLISHED = "published", pgettext_lazy("note", "Being worked on")
        RESOLVED = "resolved", pgettext_lazy("note", "Over")

    title = models.CharField(_("title"), max_length=120)
    title_zh = models.CharField(_("title in Chinese"), max_length=120)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    is_public = models.BooleanField(_("also on the public page"), default=False)
    outage = models.ForeignKey(
        PartSpan, models.SET_NULL, null=True, blank=True, related_name="notes", verbose_name=_("outage")
    )
    began_at = models.DateTimeField(_("noticed from"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("over"), null=True, blank=True)
    tenant_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    """Chosen by hand; empty: those the outage touches, or all where it is of no outage."""

    class Meta:
        verbose_name = _("outage note")
        verbose_name_plural = _("outage notes")
        ordering = ["-began_at", "-id"]

    def __str__(self) -> str:
        return self.title


class NoteUpdate(models.Model):
    """What is known at a moment. Never changed: the next one says more."""

    note = models.ForeignKey(
        OutageNote, models.CASCADE, related_name="updates", verbose_name=_("outage note")
    )
    text = models.TextField(_("text"), max_length=2000)
    text_zh = models.TextField(_("text in Chinese"), max_length=2000)
    by_name = models.CharField(_("by"), max_length=120, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("update of a note")
        verbose_name_plural = _("updates of notes")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.note_id} {self.at:%Y-%m-%d %H:%M}"


class ToldTenant(models.Model):
    """This note concerns this tenant; read when somebody who can act has seen it."""

    note = models.ForeignKey(OutageNote, models.CASCADE, related_name="told", verbose_name=_("outage note"))
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", verbose_name=_("tenant"))
    told_at = models.DateTimeField(_("told"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    read_by = models.CharField(_("read by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("tenant that was told")
        verbose_name_plural = _("tenants that were told")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["note", "tenant"], name="service_told_once")]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.note_id}"
