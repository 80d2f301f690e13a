"""What is checked while finance types."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from tenants.billing.models import Charge
from tenants.closing.account_words import use_in_words, uses
from tenants.closing.models import Account, Receiver, TaxRule
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
        self.fields["kind"].widget = UnfoldAdminSelectWidget(choices=self.fields["kind"].choices)


class AccountForm(forms.ModelForm):
    """What goes there is one of the things the books know; one that was typed before stays possible for its row."""

    use = forms.ChoiceField(
        label=capfirst(_("what goes there")),
        help_text=_("An account for one kind or code comes before the one for all others."),
    )

    class Meta:
        model = Account
        fields = ["use", "number", "name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = uses()
        if self.instance.pk and self.instance.use not in known:
            known.append(self.instance.use)
        self.fields["use"].choices = [(use, use_in_words(use)) for use in known]
        self.fields["use"].widget = UnfoldAdminSelectWidget(choices=self.fields["use"].choices)


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
