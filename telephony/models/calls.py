"""One call, its legs, its stays in queues and the offers made for it.

Facts arrive twice, late and in any order: each has a field of its own, and state follows from the fields.
"""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.models.agents import Agent
from telephony.models.causes import cause_words
from telephony.models.devices import Device
from telephony.models.groups import WorkingHours
from telephony.models.queues import Disposition, Queue


class Call(models.Model):
    """One dealing with a caller. Its id is the id of its first leg."""

    class Direction(models.TextChoices):
        INBOUND = "inbound", _("Inbound")
        OUTBOUND = "outbound", _("Outbound")
        INTERNAL = "internal", _("Internal")

    class Exit(models.TextChoices):
        SELF_SERVED = "self_served", _("Served without a person")
        ANSWERED = "answered", _("Answered")
        ABANDONED = "abandoned", _("Abandoned")
        FLOW_OUT = "flow_out", _("Flowed out")
        VOICEMAIL = "voicemail", _("Voicemail")
        LEFT_EARLY = "left_early", _("Left before the queue")
        REFUSED = "refused", _("Refused with a notice")
        LOST = "lost", _("Lost by the switch")

    class EndedBy(models.TextChoices):
        CALLER = "caller", _("Caller")
        AGENT = "agent", _("Agent")
        SYSTEM = "system", pgettext_lazy("who ended the call", "System")

    class State(models.TextChoices):
        ARRIVED = "arrived", _("Arrived")
        WAITING = "waiting", _("Waiting")
        RINGING = "ringing", _("Ringing")
        TALKING = "talking", _("Talking")
        HOLD = "hold", _("On hold")
        AFTER = "after", _("After the talk")
        ENDED = "ended", _("Ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    direction = models.CharField(
        _("direction"), max_length=16, choices=Direction.choices, default=Direction.INBOUND
    )
    number = models.CharField(_("number dialled"), max_length=64, blank=True, default="")
    caller_number = models.CharField(_("caller"), max_length=64, blank=True, default="")
    caller_raw = models.CharField(_("caller as sent"), max_length=255, blank=True, default="")
    caller_name = models.CharField(_("caller's name"), max_length=255, blank=True, default="")
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, null=True, blank=True, related_name="calls", verbose_name=_("queue")
    )
    agent = models.ForeignKey(
        Agent, on_delete=models.PROTECT, null=True, blank=True, related_name="calls", verbose_name=_("agent")
    )
    next_target = models.ForeignKey(
        Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.ARRIVED)
    arrived_at = models.DateTimeField(_("arrived at"))
    queued_at = models.DateTimeField(_("queued at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    exit = models.CharField(_("exit"), max_length=16, choices=Exit.choices, blank=True, default="")
    ended_by = models.CharField(_("ended by"), max_length=16, choices=EndedBy.choices, blank=True, default="")
    hangup_cause = models.CharField(_("hang-up cause"), max_length=64, blank=True, default="")
    talk_seconds = models.PositiveIntegerField(_("talk seconds"), default=0)
    hold_seconds = models.PositiveIntegerField(_("hold seconds"), default=0)
    wrap_up_seconds = models.PositiveIntegerField(_("wrap-up seconds"), default=0)
    disposition = models.ForeignKey(
        Disposition,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("disposition"),
    )
    note = models.TextField(_("note"), blank=True, default="")
    language = models.CharField(_("language"), max_length=8, blank=True, default="")
    flow_version = models.ForeignKey(
        "FlowVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("call flow"),
    )
    collected = models.JSONField(_("collected in the flow"), default=dict, blank=True)
    """What the caller keyed in or a look-up answered, by the names the flow gives them."""
    line = models.JSONField(default=dict, blank=True, editable=False)
    """Who is on the line beside caller and agent, or that the caller is parked: `actions.lines.line_of`."""
    is_self_served = models.BooleanField(_("served by the flow"), default=False)
    hours = models.ForeignKey(
        WorkingHours,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("hours of service"),
    )
    """Those that applied when it came, as they were then; no constraint, so that hours in use can still be deleted."""
    is_within_hours = models.BooleanField(_("within the hours of service"), null=True, blank=True)
    """None: nobody asked, as of calls we made."""
    disposed_at = models.DateTimeField(_("disposed at"), null=True, blank=True)
    version = models.PositiveBigIntegerField(_("version"), default=0)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-arrived_at"]
        indexes = [
            models.Index(fields=["-arrived_at"]),
            models.Index(fields=["caller_number", "-arrived_at"]),
            models.Index(fields=["agent", "-arrived_at"]),
            models.Index(fields=["queue", "-arrived_at"]),
            models.Index(fields=["arrived_at"], condition=Q(ended_at=None), name="open_calls"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def exit_words(self) -> str:
        """As its label; of a call we made, that nobody was reached."""
        is_outgoing = self.direction == self.Direction.OUTBOUND
        if is_outgoing and self.exit == self.Exit.LEFT_EARLY:
            return str(_("Not reached"))
        return str(self.get_exit_display())

    @property
    def ended_by_words(self) -> str:
        """As its label; whom we called is no caller."""
        is_customer = self.direction == self.Direction.OUTBOUND and self.ended_by == self.EndedBy.CALLER
        return str(_("Customer") if is_customer else self.get_ended_by_display())

    @property
    def is_live(self) -> bool:
        return self.ended_at is None


class Leg(models.Model):
    """One channel of the switch. Made by whichever fact about it is heard first, even its hang-up."""

    class Kind(models.TextChoices):
        CALLER = "caller", _("Caller")
        AGENT = "agent", _("Agent")
        EXTERNAL = "external", _("Outside party")
        EAR = "ear", _("Supervisor's ear")

    id = models.UUIDField(primary_key=True, editable=False)
    node = models.CharField(_("switch"), max_length=40, blank=True, default="")
    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, null=True, blank=True, related_name="legs", verbose_name=_("call")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, blank=True, default="")
    agent = models.ForeignKey(
        Agent, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agent")
    )
    direction = models.CharField(_("direction"), max_length=16, blank=True, default="")
    number = models.CharField(_("number dialled"), max_length=64, blank=True, default="")
    other_number = models.CharField(_("other number"), max_length=64, blank=True, default="")
    bridged_to = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    bridged_at = models.DateTimeField(_("bridged at"), null=True, blank=True)
    unbridged_at = models.DateTimeField(_("unbridged at"), null=True, blank=True)
    fell_back_at = models.DateTimeField(_("left the line at"), null=True, blank=True)
    hold_marks = models.JSONField(default=list, blank=True, editable=False)
    line_marks = models.JSONField(default=list, blank=True, editable=False)
    """Who else was on the line and when, as told: see `telephony.conversations`."""
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=16, blank=True, default="")
    cause = models.CharField(_("cause"), max_length=64, blank=True, default="")
    asked_to_end_by = models.CharField(_("asked to end by"), max_length=16, blank=True, default="")
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    billable_seconds = models.PositiveIntegerField(_("billable seconds"), null=True, blank=True)
    is_estimated = models.BooleanField(_("estimated"), default=False)
    is_outside = models.BooleanField(_("went outside"), default=False)
    """An agent's leg to their number outside: charged like any call there."""

    class Meta:
        verbose_name = _("leg")
        verbose_name_plural = _("legs")
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["node", "id"], name="one_leg_per_node_and_id")]
        indexes = [models.Index(fields=["created_at"], condition=Q(ended_at=None), name="open_legs")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def cause_words(self) -> str:
        return cause_words(self.cause)


class QueueStay(models.Model):
    """One time a call waited in one queue. Offered = entered; O = A + B + F + ΔW holds over these rows."""

    class Exit(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        ABANDONED = "abandoned", _("Abandoned")
        FLOW_OUT = "flow_out", _("Flowed out")
        VOICEMAIL = "voicemail", _("Voicemail")
        LOST = "lost", _("Lost by the switch")

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="stays", verbose_name=_("call"))
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="stays", verbose_name=_("queue"))
    entered_at = models.DateTimeField(_("entered at"))
    priority = models.IntegerField(_("priority"), default=0)
    target_agent = models.ForeignKey(
        Agent,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("meant for"),
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    is_estimated = models.BooleanField(_("from the call record only"), default=False)
    fell_back_at = models.DateTimeField(_("left the line at"), null=True, blank=True)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    exit = models.CharField(_("exit"), max_length=16, choices=Exit.choices, blank=True, default="")
    agent = models.ForeignKey(
        Agent, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agent")
    )
    sl_seconds = models.PositiveSmallIntegerField(_("service level seconds"), default=20)
    short_abandon_seconds = models.PositiveSmallIntegerField(_("short abandon"), default=5)
    routing = models.JSONField(
        _("what was known and decided"),
        default=dict,
        blank=True,
        help_text=_("Facts collected, rules matched and what the call asks for, as they were at entry."),
    )
    expected_wait_seconds = models.FloatField(_("expected wait"), null=True, blank=True)

    class Meta:
        verbose_name = _("stay in a queue")
        verbose_name_plural = _("stays in queues")
        ordering = ["entered_at"]
        constraints = [models.UniqueConstraint(fields=["call", "entered_at"], name="one_stay_per_entry")]
        indexes = [
            models.Index(fields=["queue", "entered_at"]),
            models.Index(fields=["entered_at"]),
            models.Index(fields=["queue", "entered_at"], condition=Q(left_at=None), name="waiting_stays"),
        ]

    def __str__(self) -> str:
        return f"{self.queue} {self.entered_at:%Y-%m-%d %H:%M:%S}"

    @property
    def waiting_since(self) -> datetime:
        """Since when the caller waits without having been answered; before `entered_at` when they came from another
        queue, whose time they keep.
        """
        kept = self.routing.get("waiting_since")
        return datetime.fromisoformat(kept) if kept else self.entered_at

    @property
    def wait_seconds(self) -> float | None:
        """Seconds from entering to leaving; None while still waiting."""
        return None if self.left_at is None else (self.left_at - self.entered_at).total_seconds()

    @property
    def is_short_abandon(self) -> bool:
        wait = self.wait_seconds
        return self.exit == self.Exit.ABANDONED and wait is not None and wait < self.short_abandon_seconds


class Offer(models.Model):
    """A waiting call rings one agent. Its id is the id of the agent's leg, so the first fact finds it."""

    class Kind(models.TextChoices):
        """Why the phone rings: for a caller in line, or because a colleague asks."""

        LINE = "line", pgettext_lazy("kind of offer", "From the line")
        CONSULT = "consult", pgettext_lazy("kind of offer", "Asked by a colleague")
        PICK_UP = "pick_up", pgettext_lazy("kind of offer", "Picked up a parked call")
        TAKE_OVER = "take_over", pgettext_lazy("kind of offer", "Taken over by a supervisor")
        DIAL = "dial", pgettext_lazy("kind of offer", "Dialled by the agent")

    class Outcome(models.TextChoices):
        BRIDGED = "bridged", _("Answered")
        CONSULTED = "consulted", _("Consulted only")
        WITHDRAWN = "withdrawn", _("Withdrawn by the colleague")
        MISSED = "missed", _("Not answered")
        CALLER_LEFT = "caller_left", _("Caller left")
        REFUSED = "refused", _("Refused")
        LOST_RACE = "lost_race", _("Another phone was quicker")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="offers", verbose_name=_("call"))
    stay = models.ForeignKey(
        QueueStay,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="offers",
        verbose_name=_("stay"),
    )
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="offers", verbose_name=_("agent"))
    epoch = models.PositiveBigIntegerField(_("epoch"), default=0)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.LINE)
    rang = models.CharField(_("rang on"), max_length=8, choices=Device.Kind.choices, blank=True, default="")
    asked_by = models.ForeignKey(
        Agent, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    is_group = models.BooleanField(_("rang with others"), default=False)
    offered_at = models.DateTimeField(_("offered at"))
    expires_at = models.DateTimeField(_("expires at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    joined_at = models.DateTimeField(_("joined the caller at"), null=True, blank=True)
    """Of a consult, which begins without the caller; others join as they answer."""
    doing = models.CharField(
        _("the agent is"), max_length=16, choices=Agent.Activity.choices, blank=True, default=""
    )
    talk_ended_at = models.DateTimeField(_("talk ended at"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed at"), null=True, blank=True)
    failure = models.CharField(_("failure"), max_length=80, blank=True, default="")
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, blank=True, default="")
    talk_seconds = models.PositiveIntegerField(_("talk seconds"), default=0)
    hold_seconds = models.PositiveIntegerField(_("hold seconds"), default=0)
    consult_seconds = models.PositiveIntegerField(_("consult seconds"), default=0)
    wrap_up_started_at = models.DateTimeField(_("wrap-up started at"), null=True, blank=True)
    wrap_up_ended_at = models.DateTimeField(_("wrap-up ended at"), null=True, blank=True)
    wrap_up_seconds = models.PositiveIntegerField(_("wrap-up seconds"), default=0)
    recording_path = models.CharField(max_length=400, blank=True, default="", editable=False)
    recording_mode = models.CharField(
        _("recording mode"), max_length=12, blank=True, default="", editable=False
    )
    recording_version = models.PositiveIntegerField(_("version of the recording policy"), default=0)
    recording_by = models.CharField(_("what decided"), max_length=60, blank=True, default="", editable=False)
    """`recording.rules.Scope` and its subject, as `queue:7`; whether the lot fell on it says the path."""
    explanation = models.JSONField(_("why this agent"), default=dict, blank=True)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["offered_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(ended_at=None, answered_at=None, is_group=False) & ~Q(kind="consult"),
                name="one_ringing_offer_per_call",
            ),
            models.UniqueConstraint(
                fields=["agent"], condition=Q(ended_at=None), name="one_open_offer_per_agent"
            ),
        ]
        indexes = [
            models.Index(fields=["agent", "offered_at"]),
            models.Index(
                fields=["agent"],
                condition=Q(wrap_up_started_at__isnull=False, wrap_up_ended_at=None),
                name="open_wrap_ups",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def outcome_words(self) -> str:
        """As its label; of a call we made, nobody left."""
        is_ours = self.call.direction == Call.Direction.OUTBOUND
        if is_ours and self.outcome == self.Outcome.CALLER_LEFT:
            return str(_("Not reached"))
        return str(self.get_outcome_display())

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def spoke_at(self) -> datetime | None:
        """Since when agent and caller were on one line; None while they were not."""
        return self.joined_at if self.kind == self.Kind.CONSULT else self.answered_at
