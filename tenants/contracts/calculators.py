"""Total cost of ownership and return on investment: pure sums of named figures, so that the page can show each formula.

Money is rounded once, at the end of each line; formulas stand in docs/glossary.md in the same words.
"""

from dataclasses import dataclass
from decimal import Decimal

from tenants.billing.rounding import to_cent

ZERO = Decimal(0)
MONTHS_A_YEAR = 12


@dataclass(frozen=True, kw_only=True)
class Owning:
    """`seat_fee`, `pay`, `lines` and `power` are a month; `maintenance` is % of the hardware a year."""

    years: int
    seats: int
    hardware_per_seat: Decimal
    hardware_once: Decimal
    setup_once: Decimal
    seat_fee: Decimal
    people: Decimal
    pay: Decimal
    lines: Decimal
    power: Decimal
    maintenance: Decimal


@dataclass(frozen=True, kw_only=True)
class Cost:
    months: int
    hardware: Decimal
    software: Decimal
    labour: Decimal
    running: Decimal
    seats: int

    @property
    def total(self) -> Decimal:
        return self.hardware + self.software + self.labour + self.running

    @property
    def per_seat_month(self) -> Decimal:
        return to_cent(self.total / (self.seats * self.months))


def cost_of(owning: Owning) -> Cost:
    months = owning.years * MONTHS_A_YEAR
    hardware = owning.seats * owning.hardware_per_seat + owning.hardware_once
    software = owning.setup_once + owning.seats * owning.seat_fee * months
    labour = owning.people * owning.pay * months
    running = (owning.lines + owning.power) * months + hardware * owning.maintenance / 100 * owning.years
    return Cost(
        months=months,
        seats=owning.seats,
        hardware=to_cent(hardware),
        software=to_cent(software),
        labour=to_cent(labour),
        running=to_cent(running),
    )


@dataclass(frozen=True, kw_only=True)
class Investing:
    """All but `once`, `months` and `margin` (%) are a month."""

    months: int
    once: Decimal
    monthly: Decimal
    hours_saved: Decimal
    hour_cost: Decimal
    sales: Decimal
    margin: Decimal
    saved: Decimal


@dataclass(frozen=True, kw_only=True)
class Return:
    gain_month: Decimal
    gain: Decimal
    cost: Decimal
    net_month: Decimal
    once: Decimal

    @property
    def net(self) -> Decimal:
        return self.gain - self.cost

    @property
    def percent(self) -> Decimal | None:
        """None: what costs nothing has no return in per cent."""
        return (self.net / self.cost * 100).quantize(Decimal("0.1")) if self.cost else None

    @property
    def payback_months(self) -> Decimal | None:
        """None: it never pays itself back."""
        return (self.once / self.net_month).quantize(Decimal("0.1")) if self.net_month > 0 else None


def return_of(investing: Investing) -> Return:
    gain = (
        investing.hours_saved * investing.hour_cost
        + investing.sales * investing.margin / 100
        + investing.saved
    )
    return Return(
        gain_month=to_cent(gain),
        gain=to_cent(gain * investing.months),
        cost=to_cent(investing.once + investing.monthly * investing.months),
        net_month=to_cent(gain - investing.monthly),
        once=investing.once,
    )
