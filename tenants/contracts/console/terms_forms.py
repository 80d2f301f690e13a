"""Forms of quotes and agreements."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.contracts import papers
from tenants.contracts.actions import agreements, amendments, quotes, reminders
from tenants.contracts.console.acts import CUSTOMER, VENDOR, ActForm, ReasonForm, day_field
from tenants.contracts.models import CLAUSES, Agreement, Quote, QuoteLine, Side
from tenants.contracts.queries.agreements import agreement_in_force, replaceable
from tenants.models import Currency, Plan, Sla
from tenants.plans.modules import Module


class QuoteForm(ActForm):
    act, sides = "write_quote", VENDOR
    title, button = _("Write a quote"), _("Write the quote")

    kind = forms.ChoiceField(label=_("What for"), choices=Quote.Kind.choices)
    plan = forms.ModelChoiceField(Plan.objects.all(), label=_("Plan"))
    sla = forms.ModelChoiceField(Sla.objects.all(), label=_("SLA"), required=False)
    seats = forms.IntegerField(
        label=_("Seats"),
        min_value=1,
        max_value=100_000,
        help_text=_("How many there will be, also after an expansion."),
    )
    modules = forms.MultipleChoiceField(
        label=_("Modules switched on"),
        choices=Module.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    starts_on = day_field(_("Holds from"))
    term_months = forms.IntegerField(
        label=_("Term, months"),
        min_value=1,
        max_value=120,
        required=False,
        help_text=_("Empty: until one side ends it"),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices)
    valid_until = day_field(_("Valid until"))
    note = forms.CharField(
        label=_("Note"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3})
    )

    def do(self) -> str:
        made = quotes.write_quote(tenant=self.desk.tenant, offer=quotes.Offer(**self.given))
        return f"{self.desk.base}quotes/{made.pk}/"


class LineForm(ActForm):
    """Here and below `desk.row` is the quote or agreement whose page this is: the page has looked whose it is."""

    act, sides = "add_line", VENDOR
    title, button = _("Add a price"), _("Add the price")

    kind = forms.ChoiceField(label=_("Kind"), choices=QuoteLine.Kind.choices)
    label = forms.CharField(label=_("What"), max_length=100)
    billed = forms.ChoiceField(label=_("Paid"), choices=QuoteLine.Billed.choices)
    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=10, decimal_places=2, min_value=0.01, max_value=1_000_000, initial=1
    )
    unit_price = forms.DecimalField(
        label=_("Unit price"), max_digits=12, decimal_places=2, min_value=0, max_value=1_000_000_000
    )

    def do(self) -> None:
        quotes.add_line(quote_id=self.desk.row, line=quotes.Line(**self.given))


class DropLine(ActForm):
    act, sides = "drop_line", VENDOR

    line = forms.IntegerField(min_value=1)

    def do(self) -> None:
        quotes.drop_line(quote_id=self.desk.row, line_id=self.given["line"])


class OfferQuote(ActForm):
    act, sides = "offer", VENDOR

    def do(self) -> None:
        quotes.offer_quote(quote_id=self.desk.row, at=self.desk.now)


class WithdrawQuote(ActForm):
    act, sides = "withdraw", VENDOR

    def do(self) -> None:
        quotes.withdraw_quote(quote_id=self.desk.row, at=self.desk.now)


class AcceptQuote(ActForm):
    act, sides = "accept", CUSTOMER

    def do(self) -> str:
        quotes.accept_quote(tenant=self.desk.tenant, quote_id=self.desk.row, at=self.desk.now)
        return self.desk.base


class DeclineQuote(ReasonForm):
    act, sides = "decline", CUSTOMER

    def do(self) -> None:
        quotes.decline_quote(
            tenant=self.desk.tenant, quote_id=self.desk.row, at=self.desk.now, reason=self.given["reason"]
        )


# --- agreements ---


class ClausesForm(ActForm):
    act, sides = "write_clauses", VENDOR
    title, button = _("Clauses"), _("Save the clauses")

    def prepare(self) -> None:
        for name in (*CLAUSES, *agreements.FIGURES):
            made = Agreement._meta.get_field(name).formfield()
            made.label = str(made.label)[:1].upper() + str(made.label)[1:]
            if isinstance(made, forms.DateField):
                made.widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
            if name in CLAUSES:
                made.widget.attrs["rows"] = 3
            self.fields[name] = made

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("starts_on"), given.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The agreement ends before it begins."))
        return given

    def do(self) -> None:
        agreements.write_agreement(agreement_id=self.desk.row, values=self.given)


class SignForm(ActForm):
    act = "sign"
    title, button = _("Sign"), _("Keep the signature and the paper")

    side = forms.ChoiceField(label=_("For"), choices=Side.choices)
    name = forms.CharField(label=_("Name"), max_length=120)
    title_of = forms.CharField(label=pgettext_lazy("of a person", "Title"), max_length=120)
    signed_on = day_field(_("Signed on"))
    file = forms.FileField(
        label=_("The signed paper"),
        help_text=_("PDF, PNG or JPEG, 10 MB at most. It is kept sealed."),
        widget=forms.FileInput({"accept": "application/pdf,image/png,image/jpeg"}),
    )

    def prepare(self) -> None:
        """The operator may hand in what the customer has signed on paper; the customer signs for itself."""
        if not self.desk.is_vendor:
            del self.fields["side"]

    def clean_signed_on(self) -> Any:
        day = self.cleaned_data["signed_on"]
        if day > self.desk.today:
            raise forms.ValidationError(_("This day is still to come."))
        return day

    def do(self) -> None:
        given = self.given
        agreements.sign(
            tenant=self.desk.tenant,
            agreement_id=self.desk.row,
            side=given.get("side", Side.CUSTOMER),
            name=given["name"],
            title=given["title_of"],
            signed_on=given["signed_on"],
            kept=papers.keep(given["file"]),
            at=self.desk.now,
        )


class DiscardSignatures(ActForm):
    act, sides = "discard_signatures", VENDOR

    def do(self) -> None:
        agreements.discard_signatures(agreement_id=self.desk.row)


class ForceForm(ActForm):
    act, sides = "put_in_force", VENDOR
    title, button = _("Put in force"), _("Put the agreement in force")

    replaces = forms.TypedChoiceField(
        label=_("Terms that end for it"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Terms that hold on the same days would be billed twice, so they must end first."),
    )

    def prepare(self) -> None:
        agreement = Agreement.objects.filter(pk=self.desk.row, tenant=self.desk.tenant).first()
        held = replaceable(agreement) if agreement else []
        names = [(one.pk, f"{one} · {one.plan} · {one.starts_on} – {one.ends_on or '…'}") for one in held]
        self.fields["replaces"].choices = [("", "–"), *names]

    def do(self) -> None:
        agreements.put_in_force(agreement_id=self.desk.row, at=self.desk.now, replaces=self.given["replaces"])


class AmendForm(ActForm):
    act = "amend"
    title, button = _("Propose an amendment"), _("Propose the amendment")

    effective_on = day_field(_("Holds from"))
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=100_000, required=False)
    plan = forms.ModelChoiceField(Plan.objects.all(), label=_("Plan"), required=False)
    ends_on = day_field(_("Ends on"), required=False)
    switched_on = forms.MultipleChoiceField(
        label=_("Modules switched on"),
        choices=Module.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    switched_off = forms.MultipleChoiceField(
        label=_("Modules switched off"),
        choices=Module.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    clause = forms.ChoiceField(label=_("Clause"), required=False)
    words = forms.CharField(
        label=_("Its new words"), max_length=4000, required=False, widget=forms.Textarea({"rows": 3})
    )
    reason = forms.CharField(label=_("What for"), max_length=300)

    def prepare(self) -> None:
        names = [(one, Agreement._meta.get_field(one).verbose_name) for one in CLAUSES]
        self.fields["clause"].choices = [("", "–"), *names]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if set(given.get("switched_on", ())) & set(given.get("switched_off", ())):
            self.add_error("switched_off", _("A module is either on or off."))
        if given.get("clause") and not given.get("words", "").strip():
            self.add_error("words", _("Say what the clause is to say."))
        return given

    def do(self) -> None:
        given = self.given
        changes = amendments.Changes(
            seats=given["seats"],
            plan=given["plan"],
            ends_on=given["ends_on"] or amendments.UNCHANGED,
            modules=dict.fromkeys(given["switched_on"], True) | dict.fromkeys(given["switched_off"], False),
            clauses={given["clause"]: given["words"]} if given["clause"] else {},
        )
        amendments.propose_amendment(
            tenant=self.desk.tenant,
            agreement_id=self.desk.row,
            changes=changes,
            effective_on=given["effective_on"],
            reason=given["reason"],
            side=self.desk.side,
            at=self.desk.now,
        )


class ApproveAmendment(ActForm):
    act = "approve"

    def do(self) -> None:
        amendments.approve_amendment(
            tenant=self.desk.tenant, amendment_id=self.row_id, side=self.desk.side, at=self.desk.now
        )


class RefuseAmendment(ReasonForm):
    act = "refuse"

    def do(self) -> None:
        amendments.refuse_amendment(
            tenant=self.desk.tenant, amendment_id=self.row_id, at=self.desk.now, reason=self.given["reason"]
        )


class ReadReminder(ActForm):
    act, sides = "read_reminder", CUSTOMER

    def do(self) -> None:
        reminders.read_reminder(tenant=self.desk.tenant, reminder_id=self.row_id)


def quote_to_begin_with(desk: Any) -> dict[str, Any]:
    """What stands in an empty form: an expansion where an agreement holds."""
    held = agreement_in_force(desk.tenant)
    return {
        "kind": Quote.Kind.EXPANSION if held else Quote.Kind.NEW,
        "plan": held.plan_id if held else None,
        "seats": held.seats if held else None,
        "starts_on": desk.today,
        "valid_until": desk.today.fromordinal(desk.today.toordinal() + 30),
        "currency": desk.tenant.currency,
        "term_months": None if held else 12,
    }
