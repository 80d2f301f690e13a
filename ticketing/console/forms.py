"""What people type about customers and tickets, checked before an action sees it."""

from __future__ import annotations

from secrets import token_hex

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.context import current_tenant
from tenants.numbers import to_e164
from ticketing.models import Customer, Ticket


class TagsField(forms.CharField):
    """Tags in one line, separated by commas (Chinese ones too)."""

    def prepare_value(self, value) -> str:
        return ", ".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value) -> list[str]:
        text = super().to_python(value) or ""
        return [tag.strip() for tag in text.replace("，", ",").replace("、", ",").split(",") if tag.strip()]

    def has_changed(self, initial, data) -> bool:
        return self.to_python(data) != (initial or [])


class NumberField(forms.CharField):
    """A telephone number in any spelling of the tenant's country; kept as typed, refused if it is none."""

    default_error_messages = {"no_number": _("This is not a telephone number.")}

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("label", _("Telephone number"))
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value) -> str:
        value = super().clean(value)
        if value and not to_e164(value, current_tenant().country):
            raise forms.ValidationError(self.error_messages["no_number"], code="no_number")
        return value


class CustomerForm(forms.ModelForm):
    tags = TagsField(label=_("Tags"), required=False, help_text=_("Separated by commas."))

    class Meta:
        model = Customer
        fields = ["name", "level", "language", "tags", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}


class NewCustomerForm(CustomerForm):
    number = NumberField(required=False)

    field_order = ["name", "number", "level", "language", "tags", "note"]


class AmongOthers:
    """A form that may stand on a page beside another of its kind: its fields have ids of their own."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, auto_id=f"f{token_hex(4)}_%s", **kwargs)


class CustomerInCallForm(AmongOthers, forms.ModelForm):
    """The few things to ask while talking; the number is the caller's."""

    tags = TagsField(label=_("Tags"), required=False)

    class Meta:
        model = Customer
        fields = ["name", "level", "tags", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}


class NumberForm(forms.Form):
    number = NumberField()


class TicketForm(forms.ModelForm):
    class Meta:
        model = Ticket
        fields = ["subject", "type", "priority", "due_at", "description"]
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "due_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }


class TicketInCallForm(AmongOthers, forms.ModelForm):
    class Meta:
        model = Ticket
        fields = ["subject", "type", "priority", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class CommentForm(forms.Form):
    text = forms.CharField(label=_("Comment"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))


class TicketFilterForm(forms.Form):
    """The filters live in the address; a wrong value is no filter."""

    q = forms.CharField(
        label=_("Number, subject or customer"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    priority = forms.TypedChoiceField(label=_("Priority"), required=False, coerce=int, empty_value=None)
    mine = forms.BooleanField(label=_("Only mine"), required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        unfinished = ("unfinished", _("Open or pending"))
        self.fields["state"].choices = [("", _("All")), unfinished, *Ticket.State.choices]
        self.fields["priority"].choices = [("", _("All")), *Ticket.Priority.choices]
