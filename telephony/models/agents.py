"""Agents, their phones and their states."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Skill(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class NotReadyReason(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)
    is_productive = models.BooleanField(
        _("counts as work"),
        default=False,
        help_text=_("Training and meetings are work; a meal is not."),
    )

    class Meta:
        verbose_name = _("not-ready reason")
        verbose_name_plural = _("not-ready reasons")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


RING_ON_HELP = _(
    "Whatever is there: the page or the IP phone that signed in last; an outside number only if chosen."
)


class Agent(models.Model):
    """Presence × routing status × activity are three columns, never one word for all."""

    class RingOn(models.TextChoices):
        ANY = "any", _("Whatever is there")
        WEB = "web", _("The page")
        SIP = "sip", _("IP phone")
        NUMBER = "number", _("Outside number")

    class Presence(models.TextChoices):
        OFFLINE = "offline", _("Offline")
        ONLINE = "online", _("Online")

    class RoutingStatus(models.TextChoices):
        READY = "ready", _("Ready")
        NOT_READY = "not_ready", _("Not ready")

    class Activity(models.TextChoices):
        IDLE = "idle", _("Idle")
        RINGING = "ringing", _("Ringing")
        TALKING = "talking", _("Talking")
        HOLD = "hold", _("On hold")
        WRAP_UP = "wrap_up", _("Wrap-up")
        CONSULTING = "consulting", _("Consulting")
        DIALLING = "dialling", _("Dialling")
        LISTENING = "listening", _("Listening in")

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("member"),
    )
    name = models.CharField(_("name"), max_length=120)
    extension = models.CharField(_("extension"), max_length=12, unique=True)
    is_active = models.BooleanField(_("may take calls"), default=True)
    skills = models.ManyToManyField(Skill, through="AgentSkill", verbose_name=_("skills"))
    ring_on = models.CharField(
        _("rings on"), max_length=8, choices=RingOn.choices, default=RingOn.ANY, help_text=RING_ON_HELP
    )
    may_ring_elsewhere = models.BooleanField(
        _("else another phone"),
        default=True,
        help_text=_("When the chosen phone is not there, the page or IP phone that is there rings instead."),
    )
    presence = models.CharField(
        _("presence"), max_length=16, choices=Presence.choices, default=Presence.OFFLINE
    )
    routing_status = models.CharField(
        _("routing status"),
        max_length=16,
        choices=RoutingStatus.choices,
        default=RoutingStatus.NOT_READY,
    )
    not_ready_reason = models.ForeignKey(
        NotReadyReason,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("not-ready reason"),
    )
    activity = models.CharField(_("activity"), max_length=16, choices=Activity.choices, default=Activity.IDLE)
    next_status = models.CharField(
        _("next status"), max_length=16, choices=RoutingStatus.choices, blank=True, default=""
    )
    next_reason = models.ForeignKey(
        NotReadyReason,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("next reason"),
    )
    state_since = models.DateTimeField(_("in this state since"), default=timezone.now)
    idle_since = models.DateTimeField(_("idle since"), default=timezone.now)
    wrap_up_until = models.DateTimeField(_("wrap-up until"), null=True, blank=True)
    wrap_up_offer_id = models.UUIDField(null=True, blank=True, editable=False)
    missed_offers = models.PositiveSmallIntegerField(_("offers missed in a row"), default=0)
    version = models.PositiveBigIntegerField(_("version"), default=0)

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        ordering = ["extension"]

    def __str__(self) -> str:
        return f"{self.extension} {self.name}"

    @property
    def is_ready(self) -> bool:
        """Wants calls; whether one fits right now is `can_take_calls`."""
        return self.presence == self.Presence.ONLINE and self.routing_status == self.RoutingStatus.READY

    @property
    def can_take_calls(self) -> bool:
        return self.is_active and self.is_ready and self.activity == self.Activity.IDLE


class AgentSkill(models.Model):
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="agent_skills")
    skill = models.ForeignKey(
        Skill, on_delete=models.PROTECT, related_name="agent_skills", verbose_name=_("skill")
    )
    level = models.PositiveSmallIntegerField(
        _("level"), default=5, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )

    class Meta:
        verbose_name = _("agent's skill")
        verbose_name_plural = _("agent's skills")
        constraints = [
            models.UniqueConstraint(fields=["agent", "skill"], name="one_level_per_agent_and_skill")
        ]

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"


class AgentPage(models.Model):
    """The agent was seen with an open page: a worker that begins expects to see one again, or signs them out."""

    agent = models.OneToOneField(
        Agent, on_delete=models.CASCADE, primary_key=True, related_name="page", verbose_name=_("agent")
    )
    seen_at = models.DateTimeField(_("first seen at"))

    class Meta:
        verbose_name = _("agent's page")
        verbose_name_plural = _("agents' pages")

    def __str__(self) -> str:
        return str(self.agent_id)


class AgentStateChange(models.Model):
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="state_changes")
    at = models.DateTimeField(_("at"))
    presence = models.CharField(_("presence"), max_length=16, choices=Agent.Presence.choices)
    routing_status = models.CharField(_("routing status"), max_length=16, choices=Agent.RoutingStatus.choices)
    activity = models.CharField(_("activity"), max_length=16, choices=Agent.Activity.choices)
    reason = models.ForeignKey(
        NotReadyReason,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reason"),
    )
    cause = models.CharField(_("cause"), max_length=40)

    class Meta:
        verbose_name = _("agent's state change")
        verbose_name_plural = _("agent's state changes")
        ordering = ["agent", "at", "pk"]
        indexes = [models.Index(fields=["agent", "at"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.presence} {self.routing_status} {self.activity} ({self.cause})"
