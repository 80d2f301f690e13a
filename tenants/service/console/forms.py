"""Forms of both sides. Moments are typed on the reader's clock."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Tenant
from tenants.service.models import Case, CasePause, PageTarget, PartSpan, Shift
from tenants.service.models.cases import Severity
from tenants.service.queries.roster import operators


class PlainForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)


def moment(label: Any, **more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **more)


class OwnCaseForm(PlainForm):
    severity = forms.ChoiceField(
        label=_("How urgent is it?"),
        choices=Severity.choices,
        initial=Severity.NORMAL,
        help_text=_("Urgent: it is down, or calls go wrong. Somebody is called at once, day and night."),
    )
    subject = forms.CharField(label=_("What is it about?"), max_length=160)
    text = forms.CharField(
        label=_("What happened, since when, whom does it touch?"), max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip


class CaseForm(OwnCaseForm):
    tenant = forms.ModelChoiceField(queryset=None, label=_("Tenant"))
    channel = forms.ChoiceField(
        label=_("Came by"),
        choices=[
            (one.value, one.label) for one in (Case.Channel.PHONE, Case.Channel.PERSON, Case.Channel.MAIL)
        ],
    )
    contact = forms.CharField(
        label=_("Who asked"), max_length=160, required=False, help_text=_("Name, and how to reach them")
    )
    field_order = ["tenant", "channel", "contact", "severity", "subject", "text"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tenant"].queryset = live_tenants()


def live_tenants() -> Any:
    return (
        Tenant.objects.exclude(schema_name="public")
        .filter(state__in=("active", "suspended"))
        .order_by("name")
    )


class WordForm(PlainForm):
    text = forms.CharField(label=_("Your words"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))


class PauseForm(PlainForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=CasePause.Reason.choices)


class ChangeForm(PlainForm):
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    tenant = forms.ModelChoiceField(queryset=None, label=_("Tenant"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tenant"].queryset = live_tenants()


class OperatorChoice(PlainForm):
    operator = forms.TypedChoiceField(label=_("Operator"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {member.pk: member for member in operators()}
        self.fields["operator"].choices = [(pk, str(member)) for pk, member in self.people.items()]

    def clean_operator(self) -> Any:
        return self.people[self.cleaned_data["operator"]]


class ShiftForm(OperatorChoice):
    level = forms.TypedChoiceField(
        label=pgettext_lazy("on call", "Called"), coerce=int, choices=Shift.Level.choices
    )
    starts_at = moment(_("From"))
    ends_at = moment(_("Until"))
    weeks = forms.IntegerField(
        label=_("How many weeks"), min_value=1, max_value=26, initial=1,
        help_text=_("The same shift again each week"),
    )  # fmt: skip


class HandOverForm(OperatorChoice):
    starts_at = moment(_("From"))
    ends_at = moment(_("Until"))


class TargetForm(PlainForm):
    way = forms.ChoiceField(label=_("How you are called"), choices=PageTarget.Way.choices)
    address = forms.CharField(
        label=_("Address of the webhook or of the mail"), max_length=300, required=False,
        help_text=_(
            "https://… of an SMS gateway or pager service: it gets the case and one sentence as JSON. Or a mail "
            "address; empty: that of your account."
        ),
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Telephone for what is urgent"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=_(
            "With the country, such as +86 138 0013 8000. Our own switch rings it beside the way above, says what it "
            "is about, and 1 takes the case on. Three times at most, a minute apart; a mailbox takes nothing on."
        ),
    )  # fmt: skip


class SettleForm(PlainForm):
    as_state = forms.ChoiceField(
        label=_("It was"),
        choices=[(one.value, one.label) for one in (PartSpan.State.UP, PartSpan.State.DOWN)],
    )
    because = forms.CharField(
        label=_("How you know"),
        max_length=300,
        help_text=_("Logs, call records, a carrier. Both sides read it."),
    )


class CauseForm(PlainForm):
    cause = forms.CharField(
        label=_("Cause"), max_length=300, help_text=_("In one sentence. The tenants it touched read it.")
    )


class UpdateForm(PlainForm):
    text = forms.CharField(
        label=_("What is known (English)"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    text_zh = forms.CharField(
        label=_("What is known (Chinese)"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class NoteForm(UpdateForm):
    title = forms.CharField(label=_("Title (English)"), max_length=120)
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=120)
    began_at = moment(_("Noticed from"))
    is_public = forms.BooleanField(
        label=_("Also on the public page"), required=False,
        help_text=_("Everybody reads it there: name no tenant."),
    )  # fmt: skip
    tenants = forms.ModelMultipleChoiceField(
        queryset=None, label=_("Only for"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None: those the outage touches, or all where it is of no outage."),
    )  # fmt: skip
    field_order = ["title", "title_zh", "began_at", "text", "text_zh", "is_public", "tenants"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tenants"].queryset = live_tenants()
