"""All prices of the lists that hold, read once for a heap of calls: the same answers as `queries.prices_on`."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from tenants.billing.models import Direction, Price
from tenants.billing.queries import LONGEST_PREFIX, price_list_on
from tenants.models import Number, Tenant
from tenants.queries import contracts_between


class PriceTable:
    """One list's prices by destination."""

    def __init__(self, prices: Iterable[Price]) -> None:
        self._found: dict[tuple[str, str], list[Price]] = defaultdict(list)
        for price in sorted(prices, key=lambda price: (price.window.is_rest, price.pk)):
            is_inbound = price.direction == Direction.INBOUND
            self._found[price.direction, price.number_kind if is_inbound else price.prefix].append(price)
        self._lengths = sorted({len(key) for _direction, key in self._found}, reverse=True)

    def nearest(self, direction: str, number_kind: str, other_number: str) -> list[Price]:
        if direction == Direction.INBOUND:
            kinds = dict.fromkeys((number_kind, ""))
            return [price for kind in kinds for price in self._found.get((direction, kind), ())]
        return [
            price
            for length in self._lengths
            if length <= min(len(other_number), LONGEST_PREFIX)
            for price in self._found.get((direction, other_number[:length]), ())
        ]


class PriceTables:
    """Of one tenant, by day; which kind each of its numbers is."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._by_day: dict[date, PriceTable] = {}
        self._by_list: dict[int, PriceTable] = {}
        self._kinds: dict[str, str] = {}

    def prices_on(self, day: date, *, direction: str, number: str, other_number: str) -> list[Price]:
        if day not in self._by_day:
            self._by_day[day] = self._table(day)
        kind = self._kind(number) if direction == Direction.INBOUND else ""
        return self._by_day[day].nearest(direction, kind, other_number)

    def _table(self, day: date) -> PriceTable:
        contract = contracts_between(self._tenant, day, day).first()
        price_list = price_list_on(contract.plan_id, day) if contract else None
        if price_list is None:
            return PriceTable([])
        if price_list.pk not in self._by_list:
            # Through the list, so that each price knows it without asking.
            self._by_list[price_list.pk] = PriceTable(price_list.prices.all())
        return self._by_list[price_list.pk]

    def _kind(self, number: str) -> str:
        if number not in self._kinds:
            found = Number.objects.filter(e164=number).values_list("kind", flat=True).first()
            self._kinds[number] = found or ""
        return self._kinds[number]
