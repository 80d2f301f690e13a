"""A call that never was: what the form asks for, and the facts that follow."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony.console.routing_words import told_level
from telephony.models import Entry, Queue
from telephony.queries.caller_facts import caller_facts, collected_facts
from tenants.numbers import to_e164

MOMENT = "%Y-%m-%dT%H:%M"


class MadeUpForm(forms.Form):
    """A call that never was. What is left empty is as it would be for that number now."""

    number = forms.ModelChoiceField(
        Entry.objects.none(), label=gettext_lazy("Number dialled"), required=False, empty_label="–",
        to_field_name="number_e164",
    )  # fmt: skip
    queue = forms.ModelChoiceField(
        Queue.objects.none(),
        label=gettext_lazy("Or straight to the queue"),
        required=False,
        empty_label=gettext_lazy("where the number leads"),
    )
    caller = forms.CharField(label=gettext_lazy("Caller's number"), required=False, max_length=40)
    level = forms.ChoiceField(label=gettext_lazy("Customer level"), required=False)
    tags = forms.CharField(label=gettext_lazy("Tags"), required=False, max_length=200)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    collected = forms.CharField(
        label=gettext_lazy("What a flow collected"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    moment = forms.DateTimeField(
        label=gettext_lazy("Day and time"),
        required=False,
        input_formats=[MOMENT],
        widget=forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"}),
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self._country = country
        known = _("as we know the caller")
        self.fields["number"].queryset = Entry.objects.select_related("queue")
        self.fields["queue"].queryset = Queue.objects.all()
        levels = [(level, told_level(level)) for level in ("standard", "silver", "gold", "vip")]
        self.fields["level"].choices = [("", known), *levels]
        self.fields["language"].choices = [("", known), ("zh-hans", _("Chinese")), ("en", _("English"))]
        self.fields["caller"].widget.attrs["inputmode"] = "tel"
        self.fields["tags"].help_text = _("Separated by commas; empty: as we know the caller.")
        self.fields["collected"].help_text = _(
            "One a line, as order=4711. Empty: the caller comes through no flow."
        )
        self.fields["moment"].help_text = _("Empty: now. Only the rules see it; agents are as they are now.")

    def clean_collected(self) -> dict[str, str]:
        """Name → value, by the names of `telephony.routing.rules`."""
        found = {}
        for line in filter(None, map(str.strip, self.cleaned_data["collected"].splitlines())):
            name, sign, value = line.partition("=")
            facts = collected_facts({name.strip(): value.strip()})
            if not sign or not facts:
                raise ValidationError(_("Write a name of small letters, then = and what was collected."))
            found |= facts
        return found

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        entry, queue = given.get("number"), given.get("queue")
        if not entry and not queue and not self.errors:
            raise ValidationError(_("Choose the number dialled, or a queue."))
        return given

    def facts(self, now: datetime) -> tuple[dict[str, Any], Queue]:
        """What would be known of this call, and the queue it comes to before rules."""
        given = self.cleaned_data
        entry, queue = given["number"], given["queue"]
        queue = queue or entry.queue
        caller = to_e164(given["caller"], self._country) or given["caller"].strip()
        dialled = entry.number_e164 if entry else ""
        facts = caller_facts(dialled, caller, queue, given["moment"] or now)
        tags = [tag.strip() for tag in re.split("[,,、]", given["tags"]) if tag.strip()]
        told = {"level": given["level"], "tags": tags, "language": given["language"]}
        facts |= {name: value for name, value in told.items() if value}
        from_flow = {**given["collected"], "is_from_flow": True} if given["collected"] else {}
        return facts | from_flow, queue
