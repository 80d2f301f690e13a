"""Forms of billing in the operators' console."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from tenants.billing.errors import NoSuchMonth
from tenants.billing.items import ITEMS, MOST, TAKES_AWAY
from tenants.billing.models import Bundle, Charge, Price, PriceList
from tenants.billing.months import month_from
from tenants.billing.price_check import line_of, overlaps, problems
from tenants.models import Currency, Tenant


class PriceListForm(forms.ModelForm):
    """A list is in the currency of its plan, or the amounts would be read in the wrong one."""

    class Meta:
        model = PriceList
        fields = [
            *("plan", "version", "valid_from", "currency", "plan_fee", "seat_fee"),
            *("plan_fee_year", "seat_fee_year", "seat_fee_day", "note"),
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        plan = values.get("plan")
        if plan and values.get("currency") and plan.currency != values["currency"]:
            self.add_error("currency", _("The plan is sold in %(currency)s.") % {"currency": plan.currency})
        return values


class PriceForm(forms.ModelForm):
    """One price beside the others of its list: no time twice. Gaps are told where the list is seen whole."""

    class Meta:
        model = Price
        fields = [
            *("price_list", "direction", "prefix", "number_kind", "days", "hours", "label"),
            *("per_minute", "minimum_seconds", "increment_seconds"),
        ]

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        own = self.instance
        others = own.price_list.prices.filter(
            direction=own.direction, prefix=own.prefix, number_kind=own.number_kind
        ).exclude(pk=own.pk)
        lines = [line_of(number, row) for number, row in enumerate([*others, own])]
        for problem in overlaps(lines):
            self.add_error("hours", problem.message)


class PriceFormSet(forms.BaseInlineFormSet):
    """All prices of a list together: no time twice, none without a price. Each is told at its own row."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if self._counts(form)]
        lines = [line_of(number, form.instance) for number, form in enumerate(kept)]
        for problem in problems(lines):
            kept[int(str(problem.place))].add_error(None, problem.message)

    def _counts(self, form: forms.ModelForm) -> bool:
        if not form.is_valid() or form in self.deleted_forms:
            return False
        return form.has_changed() or form.instance.pk is not None


class BundleFormSet(forms.BaseInlineFormSet):
    """Two kinds of included minutes must not cover the same call, also when both are new."""

    def clean(self) -> None:
        super().clean()
        seen: list[Bundle] = []
        for form in self.forms:
            if not form.is_valid() or form in self.deleted_forms or not form.instance.direction:
                continue
            row = form.instance
            for other in seen:
                if row.covers_like(other):
                    form.add_error("prefix", row.same_calls(other))
            seen.append(row)


class MonthField(forms.CharField):
    """2026-11 → its first day."""

    def __init__(self, **options: Any) -> None:
        widget = UnfoldAdminTextInputWidget(attrs={"type": "month", "placeholder": "2026-11"})
        super().__init__(label=_("Month"), max_length=7, widget=widget, **options)

    def clean(self, value: Any) -> date:
        month = month_from(super().clean(value))
        if month is None:
            raise forms.ValidationError(NoSuchMonth().message)
        return month


def own_tenants() -> QuerySet[Tenant]:
    return Tenant.objects.exclude(schema_name="public")


class DraftForm(forms.Form):
    month = MonthField(help_text=_("It begins and ends at midnight where the tenant is."))
    tenant = forms.ModelChoiceField(
        own_tenants(), label=_("Tenant"), required=False, empty_label=_("All"), widget=UnfoldAdminSelectWidget
    )

    def tenants(self) -> QuerySet[Tenant] | list[Tenant]:
        """The one chosen, else all who may have been charged."""
        chosen = self.cleaned_data["tenant"]
        if chosen:
            return [chosen]
        return own_tenants().exclude(state=Tenant.State.PROVISIONING)


def _new_key() -> str:
    return f"typed:{uuid4()}"


class ItemForm(forms.Form):
    """One line for an invoice. The hidden key is of this form: sent twice, it is booked once."""

    tenant = forms.ModelChoiceField(own_tenants(), label=_("Tenant"), widget=UnfoldAdminSelectWidget)
    month = MonthField(help_text=_("The invoice it will stand on."))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in Charge.Kind if kind in ITEMS],
        widget=UnfoldAdminSelectWidget,
    )
    label = forms.CharField(
        label=_("Label"),
        max_length=120,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("As it stands on the invoice"),
    )
    quantity = forms.DecimalField(
        label=_("Quantity"),
        initial=1,
        max_digits=12,
        decimal_places=6,
        min_value=Decimal("0.000001"),
        widget=UnfoldAdminDecimalFieldWidget,
    )
    unit_price = forms.DecimalField(
        label=_("Unit price"),
        max_digits=12,
        decimal_places=6,
        min_value=0,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("Without a minus: credits and discounts are taken off by themselves."),
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        required=False,
        choices=[("", _("The tenant's")), *Currency.choices],
        widget=UnfoldAdminSelectWidget,
    )
    key = forms.CharField(max_length=80, initial=_new_key, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        price, quantity = values.get("unit_price"), values.get("quantity")
        if price is not None and quantity and price * quantity >= MOST:
            self.add_error("quantity", _("Quantity × unit price is more than an invoice can hold."))
        return values

    def item(self) -> dict[str, Any]:
        """What `book_item` takes."""
        given = self.cleaned_data
        sign = -1 if given["kind"] in TAKES_AWAY else 1
        return {
            "month": given["month"],
            "kind": given["kind"],
            "label": given["label"],
            "quantity": given["quantity"],
            "unit_price": sign * given["unit_price"],
            "amount": sign * given["unit_price"] * given["quantity"],
            "currency": given["currency"] or given["tenant"].currency,
            "source_key": given["key"],
        }
