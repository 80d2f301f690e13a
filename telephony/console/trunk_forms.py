"""What operators enter of a trunk. Each field passes telephony.trunks.terms before anything is made of it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony.trunks import authorities, queries, terms
from telephony.trunks.actions import Terms
from telephony.trunks.errors import (
    AddressesMissing,
    AuthorityWithoutTls,
    SecretMissing,
    SrtpWithoutTls,
    TlsSwitchedOff,
)
from telephony.trunks.models import Trunk
from tenants.errors import BadInput


class TrunkForm(forms.Form):
    """`row`: the trunk that is changed; None: a new one."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    carrier = forms.CharField(label=gettext_lazy("Carrier"), max_length=60, required=False)
    cell_id = forms.TypedChoiceField(label=gettext_lazy("Cell"), coerce=int)
    nodes = forms.MultipleChoiceField(
        label=gettext_lazy("Switches"),
        required=False,
        help_text=gettext_lazy("None chosen: every switch of the cell."),
    )
    host = forms.CharField(
        label=gettext_lazy("Carrier's host"),
        max_length=253,
        help_text=gettext_lazy("As the carrier wrote it: sip.carrier.example or 203.0.113.5."),
    )
    transport = forms.ChoiceField(label=gettext_lazy("Transport"), choices=Trunk.Transport.choices)
    port = forms.IntegerField(
        label=gettext_lazy("Port"),
        min_value=1,
        max_value=65_535,
        required=False,
        help_text=gettext_lazy("Empty: 5060, with TLS 5061."),
    )
    srtp = forms.ChoiceField(
        label=gettext_lazy("Speech"),
        choices=Trunk.Srtp.choices,
        help_text=gettext_lazy("Encrypted speech needs the transport TLS: its keys go with the signalling."),
    )
    own_ca = forms.CharField(
        label=gettext_lazy("Certificate authority of this carrier"),
        max_length=authorities.LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "With TLS. Empty: the carrier's certificate is believed when an authority everybody trusts signed it. Else"
            " paste its authority's certificate, in PEM."
        ),
    )
    way = forms.ChoiceField(label=gettext_lazy("Who is known how"), choices=Trunk.Way.choices)
    username = forms.CharField(label=gettext_lazy("User name"), max_length=64, required=False)
    secret = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=64,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy(
            "Sealed when it is saved, and never shown again. Empty: the one there is stays."
        ),
    )
    networks = forms.CharField(
        label=gettext_lazy("Addresses the carrier's calls come from"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "One a line: 203.0.113.5 or 203.0.113.0/28. From anywhere else no call is taken."
        ),
    )
    codecs = forms.ChoiceField(label=gettext_lazy("Codecs"), choices=Trunk.Codecs.choices)
    caller_form = forms.ChoiceField(
        label=gettext_lazy("Our number goes in"), choices=Trunk.CallerForm.choices
    )
    dial_prefix = forms.CharField(
        label=gettext_lazy("Dialled before each number"),
        max_length=8,
        required=False,
        help_text=gettext_lazy(
            "Digits alone. Numbers are dialled with their country and without a plus: 8613800138000."
        ),
    )
    channels_out = forms.IntegerField(
        label=gettext_lazy("Calls out at once"), min_value=1, max_value=10_000, initial=30
    )
    channels_in = forms.IntegerField(
        label=gettext_lazy("Calls in at once"), min_value=1, max_value=10_000, initial=30
    )
    calls_per_second = forms.IntegerField(
        label=gettext_lazy("New calls per second"), min_value=1, max_value=1000, initial=5
    )

    def __init__(self, data: Any = None, *, row: Trunk | None = None) -> None:
        super().__init__(data, initial=_known(row) if row else None)
        self.row = row
        cells = queries.cells()
        self.fields["cell_id"].choices = [(pk, name) for pk, name, _nodes in cells]  # type: ignore[attr-defined]
        self.fields["nodes"].choices = [  # type: ignore[attr-defined]
            (node, node) for _pk, _name, nodes in cells for node in nodes
        ]

    def _checked(self, name: str, check: Callable[[str], Any]) -> Any:
        try:
            return check(self.cleaned_data[name])
        except BadInput as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    def clean_name(self) -> str:
        found = self.cleaned_data["name"].strip()
        taken = [one for one in queries.trunks() if one.name == found and one != self.row]
        if taken:
            raise forms.ValidationError(_("There is a trunk of this name."))
        return found

    def clean_host(self) -> str:
        return self._checked("host", terms.host_of)

    def clean_username(self) -> str:
        return self._checked("username", terms.username_of)

    def clean_secret(self) -> str:
        return self._checked("secret", terms.secret_of) if self.cleaned_data["secret"] else ""

    def clean_networks(self) -> tuple[str, ...]:
        return tuple(self._checked("networks", terms.networks_of))

    def clean_own_ca(self) -> str:
        return self._checked("own_ca", lambda typed: authorities.authority_of(typed, timezone.now()))

    def clean_dial_prefix(self) -> str:
        return self._checked("dial_prefix", terms.prefix_of)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        has_secret = given.get("secret") or (self.row is not None and self.row.sealed_secret)
        if given.get("way") == Trunk.Way.REGISTER and not (given.get("username") and has_secret):
            self.add_error("secret" if given.get("username") else "username", SecretMissing().message)
        if (
            given.get("way") == Trunk.Way.ADDRESS
            and not given.get("networks")
            and "networks" not in self.errors
        ):
            self.add_error("networks", AddressesMissing().message)
        self._clean_tls(given)
        return given

    def _clean_tls(self, given: dict[str, Any]) -> None:
        is_secure = given.get("transport") == Trunk.Transport.TLS
        if "port" not in self.errors and not given.get("port"):
            given["port"] = 5061 if is_secure else 5060
        if is_secure and not settings.SWITCH["trunk_tls_port"]:
            self.add_error("transport", TlsSwitchedOff().message)
        if given.get("own_ca") and not is_secure:
            self.add_error("own_ca", AuthorityWithoutTls().message)
        if given.get("srtp", Trunk.Srtp.OFF) != Trunk.Srtp.OFF and not is_secure:
            self.add_error("srtp", SrtpWithoutTls().message)

    def terms(self) -> Terms:
        return Terms(**{**self.cleaned_data, "nodes": tuple(self.cleaned_data["nodes"])})


def _known(row: Trunk) -> dict[str, Any]:
    """Never the password."""
    shown = {name: getattr(row, name) for name in TrunkForm.base_fields if name not in ("secret", "networks")}
    return shown | {"networks": "\n".join(row.networks)}


class RoutesForm(forms.Form):
    routes = forms.CharField(
        label=gettext_lazy("Numbers that begin with"),
        max_length=800,
        help_text=gettext_lazy(
            "Separated by commas, with the country and without a plus: 86, 8610. * is every number. The longest that"
            " fits counts."
        ),
    )
    position = forms.IntegerField(
        label=gettext_lazy("Order among trunks that take the same numbers"),
        min_value=1,
        max_value=99,
        initial=1,
    )

    def clean_routes(self) -> list[str]:
        try:
            return terms.routes_of(self.cleaned_data["routes"])
        except BadInput as refusal:
            raise forms.ValidationError(refusal.message) from refusal


class TrialForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Number to call"),
        max_length=32,
        help_text=gettext_lazy(
            "An echo or your own telephone, with the country: 8613800138000. It rings for half a minute at most; who"
            " answers hears their own voice for four seconds."
        ),
    )

    def clean_number(self) -> str:
        try:
            return terms.digits_of(self.cleaned_data["number"])
        except BadInput as refusal:
            raise forms.ValidationError(refusal.message) from refusal
