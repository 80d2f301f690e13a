"""Where our rows and the switch said different things, and what became of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Difference(models.Model):
    """One thing that was not so. Open until what was found is true again."""

    class Kind(models.TextChoices):
        GHOST_CALL = "ghost_call", _("A call we show has left the switch")
        GHOST_LEG = "ghost_leg", _("A leg we show has left the switch")
        UNKNOWN_LEG = "unknown_leg", _("The switch has a leg we did not know")
        STUCK_OFFER = "stuck_offer", _("An offer neither rings nor has ended")
        ZOMBIE_OFFER = "zombie_offer", _("A phone rings for a caller who has left")
        LOST_BRIDGE = "lost_bridge", _("A conversation began or ended unheard")
        MISSING_WAITER = "missing_waiter", _("A caller waits in the switch but not in our line")
        GHOST_WAITER = "ghost_waiter", _("Our line has a caller the switch does not keep waiting")
        PHONE_GONE = "phone_gone", _("A phone we thought registered is not")
        PHONE_UNKNOWN = "phone_unknown", _("A registered phone we thought gone")
        READY_UNREACHABLE = "ready_unreachable", _("An agent was ready without a registered phone")
        STUCK_ACTIVITY = "stuck_activity", _("An agent was shown busy without any work")
        HIDDEN_ACTIVITY = "hidden_activity", _("An agent was shown idle while on a call")
        OVERDUE_WRAP_UP = "overdue_wrap_up", _("A wrap-up went past its deadline")
        ROUTER_DRIFT = "router_drift", _("The router's memory was not what the rows say")
        RECORDING_STOPPED = "recording_stopped", _("Nobody is recorded, for want of room")

    class Cause(models.TextChoices):
        """Why, as far as we can tell; the column keeps the word."""

        END_UNHEARD = "end_unheard", _("The switch's word of the end was lost")
        EVENT_UNHEARD = "event_unheard", _("A word of the switch was lost")
        WORKER_AWAY = "worker_away", _("The worker was away")
        SWITCH_RESTARTED = "switch_restarted", _("The switch restarted")
        SWITCH_DIED = "switch_died", _("The switch died")
        SWITCH_UNHEARD = "switch_unheard", _("The connection to the switch was cut")
        DATABASE_AWAY = "database_away", _("The database was away")
        REGISTRATION_EXPIRED = "registration_expired", _("The phone's registration ran out unheard")
        CHANGED_BY_HAND = "changed_by_hand", _("An administrator changed it")
        CROSSED = "crossed", _("Two things happened in the same moment")
        TIMER_MISSED = "timer_missed", _("A timer did not ring")
        NEWS_MISSED = "news_missed", _("The router did not hear our own news")

    class Remedy(models.TextChoices):
        """What was done about it; the column keeps the word."""

        LEG_ENDED = "leg_ended", _("The leg was ended and its agent set free")
        WRITTEN_DOWN = "written_down", _("What the switch knows was written down")
        OFFER_ENDED = "offer_ended", _("The offer was ended and the caller put back in line")
        RINGING_STOPPED = "ringing_stopped", _("The ringing was stopped")
        TAKEN_OUT = "taken_out", _("The caller was taken out of our line")
        SIGNED_ON = "signed_on", _("The phone was marked registered")
        SIGNED_OFF = "signed_off", _("The phone was marked gone")
        MADE_NOT_READY = "made_not_ready", _("The agent was set not ready")
        WORKED_OUT = "worked_out", _("The state was worked out again")
        WRAP_UP_ENDED = "wrap_up_ended", _("The wrap-up was ended")
        READ_AGAIN = "read_again", _("The router read the floor again")
        BY_ITSELF = "by_itself", _("It came right by itself")

    kind = models.CharField(_("what"), max_length=24, choices=Kind.choices)
    subject = models.CharField(_("about"), max_length=80)
    agent_id = models.BigIntegerField(null=True, blank=True)
    call_id = models.UUIDField(null=True, blank=True)
    node = models.CharField(_("switch"), max_length=40, blank=True, default="")
    cause = models.CharField(_("cause"), max_length=40, blank=True, default="")
    ours = models.JSONField(_("our rows said"), default=dict, blank=True)
    theirs = models.JSONField(_("the switch said"), default=dict, blank=True)
    remedy = models.CharField(_("what was done"), max_length=40, blank=True, default="")
    found_at = models.DateTimeField(_("found at"))
    healed_at = models.DateTimeField(_("healed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ["-found_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(healed_at=None),
                name="one_open_difference_per_subject",
            )
        ]
        indexes = [models.Index(fields=["-found_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def seconds(self) -> float | None:
        """From found to healed; None while open."""
        return None if self.healed_at is None else (self.healed_at - self.found_at).total_seconds()

    @property
    def cause_words(self) -> str:
        return str(self.Cause(self.cause).label) if self.cause in self.Cause.values else self.cause

    @property
    def remedy_words(self) -> str:
        return str(self.Remedy(self.remedy).label) if self.remedy in self.Remedy.values else self.remedy
