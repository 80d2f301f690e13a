"""What rings an agent: IP phones, phones in pages, numbers outside."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.agents import Agent


class Device(models.Model):
    """What can ring an agent: an IP phone, the phone in a page, or a number outside.

    Only the a1 hash is kept: the password is shown once and then nobody knows it.
    """

    class Kind(models.TextChoices):
        SIP = "sip", _("IP phone")
        WEB = "web", _("Phone in the page")
        NUMBER = "number", _("Outside number")

    agent = models.ForeignKey(
        Agent, on_delete=models.CASCADE, related_name="devices", verbose_name=_("agent")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.SIP)
    sip_username = models.CharField(_("SIP user name"), max_length=40, unique=True)
    a1_hash = models.CharField(max_length=32, editable=False)
    number = models.CharField(
        _("number"), max_length=33, blank=True, default="", help_text=_("E.164, such as +8613800138000.")
    )
    is_refused = models.BooleanField(_("refused by the terms of phones"), default=False, editable=False)
    """A number the tenant's rules no longer allow: it stays, and rings nobody."""
    session_key_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    """Of a phone in a page: the sign-in it belongs to."""
    valid_until = models.DateTimeField(_("may register until"), null=True, blank=True, editable=False)
    registered_at = models.DateTimeField(_("registered since"), null=True, blank=True)
    unregistered_at = models.DateTimeField(_("unregistered since"), null=True, blank=True)
    contact = models.CharField(_("contact"), max_length=400, blank=True, default="")
    node = models.CharField(
        _("switch"), max_length=40, blank=True, default="", help_text=_("Where it registered last.")
    )

    class Meta:
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        ordering = ["sip_username"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number="") ^ models.Q(kind="number"), name="a_number_for_an_outside_number"
            ),
            models.UniqueConstraint(
                fields=["session_key_hash"],
                condition=~models.Q(session_key_hash=""),
                name="one_phone_per_sign_in",
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.sip_username

    @property
    def is_registered(self) -> bool:
        """Each fact has its own field, so a late 'unregistered' of an older life changes nothing."""
        if self.registered_at is None:
            return False
        return self.unregistered_at is None or self.unregistered_at < self.registered_at

    @property
    def is_there(self) -> bool:
        """Can be rung: a number outside never registers and is always there, unless the rules refuse it."""
        return not self.is_refused if self.kind == self.Kind.NUMBER else self.is_registered
