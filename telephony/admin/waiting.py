"""What callers of a queue hear and may do while they wait, on the queue's own page."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminSelectWidget

from telephony.admin.floor import PolicyInline
from telephony.models import WaitingTerms
from telephony.queries.waiting_notices import SHORTEST_PAUSE

KEYS = [(key, key) for key in "1234567890*#"]


class WaitingForm(forms.ModelForm):
    """Two offers cannot have one key: the second would never be taken."""

    callback_key = forms.ChoiceField(
        label=_("Key for a callback"), choices=KEYS, widget=UnfoldAdminSelectWidget
    )
    voicemail_key = forms.ChoiceField(
        label=_("Key for voicemail"), choices=KEYS, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = WaitingTerms
        fields = [
            "announce_every_seconds",
            "says_position",
            "says_wait",
            "comfort",
            "music",
            "offers_callback",
            "callback_key",
            "callback_hours",
            "retry_minutes",
            "max_attempts",
            "offers_voicemail",
            "voicemail_key",
            "when_too_long",
        ]
        labels = {"announce_every_seconds": _("Announce every (seconds)")}
        help_texts = {
            "comfort": _("Said before the position, in the language of the call."),
            "music": _("Empty: the music of all queues."),
            "offers_callback": _("Their place in line is kept. It needs a line to the outside."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, least, most in (
            ("announce_every_seconds", SHORTEST_PAUSE, 3600),
            ("retry_minutes", 1, 1440),
            ("max_attempts", 1, 10),
        ):
            if name in self.fields:
                self.fields[name].validators += [MinValueValidator(least), MaxValueValidator(most)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        both = values.get("offers_callback") and values.get("offers_voicemail")
        if both and values.get("callback_key") == values.get("voicemail_key"):
            self.add_error("voicemail_key", _("The callback has this key already."))
        return values


class WaitingInline(PolicyInline, StackedInline):
    """None yet: callers hear the music and nothing else."""

    model = WaitingTerms
    form = WaitingForm
    extra = 0
    verbose_name = _("announcements")
    verbose_name_plural = _("While callers wait: announcements, callback, message")
