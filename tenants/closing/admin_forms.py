"""What is checked while finance types."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from tenants.billing.models import Charge
from tenants.closing.models import Receiver, TaxRule
from tenants.errors import BadInput
from tenants.hooks.posting import check_address


class TaxRuleForm(forms.ModelForm):
    """Kinds of charges by name; the code is one of the country's rates."""

    kind = forms.ChoiceField(label=capfirst(_("kind of charge")), required=False)

    class Meta:
        model = TaxRule
        fields = ["country", "kind", "code"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("All others")), *Charge.Kind.choices]


class ReceiverForm(forms.ModelForm):
    class Meta:
        model = Receiver
        fields = ["name", "url", "is_active"]

    def clean_url(self) -> str:
        """As webhooks of tenants: never into our own network."""
        url = self.cleaned_data["url"]
        try:
            check_address(url)
        except BadInput as refusal:
            raise forms.ValidationError(refusal.message) from None
        return url
