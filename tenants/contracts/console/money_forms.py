"""Forms of budgets and calculators."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.contracts.actions import money
from tenants.contracts.calculators import Cost, Investing, Owning, Return, cost_of, return_of
from tenants.contracts.console.acts import ActForm, day_field
from tenants.contracts.models import Post, Sum
from tenants.contracts.queries.money import budgets_of
from tenants.models import Currency

MOST = 1_000_000_000


def _amount(label: Any, initial: str = "0", **more: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_value=MOST, max_digits=14, decimal_places=2, initial=initial, **more
    )


class BudgetForm(ActForm):
    """With a row: that budget, planned anew."""

    act = "write_budget"
    title, button = _("Plan a budget"), _("Save the budget")

    name = forms.CharField(label=_("Name"), max_length=80)
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices)
    first_month = day_field(_("First month"), help_text=_("Any day of it."))
    months = forms.IntegerField(label=_("Months"), min_value=1, max_value=60, initial=12)
    contingency_percent = forms.DecimalField(
        label=_("Contingency, %"), min_value=0, max_value=100, max_digits=5, decimal_places=2, initial=10
    )

    def prepare(self) -> None:
        for post in Post:
            self.fields[f"post_{post.value}"] = _amount(post.label)

    def do(self) -> None:
        given = self.given
        posts = {post.value: given.pop(f"post_{post.value}") for post in Post}
        money.write_budget(
            tenant=self.desk.tenant, plan=money.Plan(posts=posts, **given), budget_id=self.row_id or None
        )


class SpendingForm(ActForm):
    act = "add_spending"
    title, button = _("Write down what was paid to others"), _("Add the payment")

    budget = forms.TypedChoiceField(label=_("Budget"), coerce=int)
    post = forms.ChoiceField(label=_("Post"), choices=Post.choices)
    spent_on = day_field(pgettext_lazy("day", "On"))
    label = forms.CharField(label=_("What for"), max_length=160)
    amount = forms.DecimalField(
        label=_("Amount"), min_value=-MOST, max_value=MOST, max_digits=14, decimal_places=2
    )

    def prepare(self) -> None:
        self.fields["budget"].choices = [(one.pk, one.name) for one in budgets_of(self.desk.tenant)]

    def do(self) -> None:
        given = self.given
        budget_id = given.pop("budget")
        payment = money.Payment(**given)
        money.add_spending(tenant=self.desk.tenant, budget_id=budget_id, payment=payment)


class DropSpending(ActForm):
    act = "drop_spending"

    def do(self) -> None:
        money.drop_spending(tenant=self.desk.tenant, spending_id=self.row_id)


class Calculator(ActForm):
    """Keeps what was typed, as text: the sum is made anew each time the page is opened."""

    kind = ""

    def do(self) -> None:
        inputs = {name: str(value) for name, value in self.given.items()}
        money.keep_figures(tenant=self.desk.tenant, kind=self.kind, inputs=inputs, at=self.desk.now)


class OwningForm(Calculator):
    act, kind = "tco", Sum.Kind.TCO
    title, button = _("Total cost of ownership"), _("Calculate")

    years = forms.IntegerField(label=_("Years"), min_value=1, max_value=20, initial=3)
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=100_000, initial=10)
    hardware_per_seat = _amount(_("Hardware of a seat (computer, headset)"))
    hardware_once = _amount(_("Other hardware (network, servers)"))
    setup_once = _amount(_("Set-up, customising, integration, training"))
    seat_fee = _amount(_("Fee of a seat a month"))
    people = _amount(_("People who run it"))
    pay = _amount(_("Pay of one of them a month"))
    lines = _amount(_("Lines and calls a month"))
    power = _amount(_("Power and rooms a month"))
    maintenance = _amount(_("Maintenance of the hardware a year, %"))

    def result(self) -> Cost:
        return cost_of(Owning(**self.given))


class InvestingForm(Calculator):
    act, kind = "roi", Sum.Kind.ROI
    title, button = _("Return on investment"), _("Calculate")

    months = forms.IntegerField(label=_("Months looked at"), min_value=1, max_value=240, initial=36)
    once = _amount(_("Paid once"))
    monthly = _amount(_("Paid a month"))
    hours_saved = _amount(_("Hours of work saved a month"))
    hour_cost = _amount(_("Cost of an hour"))
    sales = _amount(_("Additional sales a month"))
    margin = forms.DecimalField(
        label=_("Margin of them, %"), min_value=0, max_value=100, max_digits=5, decimal_places=2, initial=0
    )
    saved = _amount(_("Costs that fall away a month"))

    def result(self) -> Return:
        return return_of(Investing(**self.given))


Formula = tuple[str | Promise, str | Promise, Decimal | str | None]


def formulas_of_cost(cost: Cost) -> list[Formula]:
    """(name, formula in words, result)"""
    return [
        (_("Hardware"), _("seats × hardware of a seat + other hardware"), cost.hardware),
        (_("Software"), _("set-up + seats × fee × 12 × years"), cost.software),
        (_("Labour"), _("people × pay × 12 × years"), cost.labour),
        (
            pgettext_lazy("cost", "Running"),
            _("(lines + power) × 12 × years + hardware × maintenance % × years"),
            cost.running,
        ),
        (_("Total cost of ownership"), _("hardware + software + labour + running"), cost.total),
        (_("A seat a month"), _("total ÷ (seats × 12 × years)"), cost.per_seat_month),
    ]


def formulas_of_return(found: Return) -> list[Formula]:
    never = pgettext_lazy("payback", "never")
    return [
        (
            _("Gain a month"),
            _("hours × cost of an hour + sales × margin % + costs that fall away"),
            found.gain_month,
        ),
        (_("Gain"), _("gain a month × months"), found.gain),
        (_("Cost"), _("paid once + paid a month × months"), found.cost),
        (_("Net gain"), _("gain − cost"), found.net),
        (_("Return on investment, %"), _("net gain ÷ cost × 100"), found.percent),
        (
            _("Paid back after, months"),
            _("paid once ÷ (gain a month − paid a month)"),
            found.payback_months if found.payback_months is not None else never,
        ),
    ]
