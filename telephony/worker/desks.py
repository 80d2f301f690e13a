"""The desks of a worker's tenants: made when they are first needed, thrown away when what they know may be wrong."""

from collections.abc import Callable

from telephony.worker.desk import Desk
from telephony.worker.neighbours import FarDesk, Neighbours


class Desks(dict[str, Desk]):
    """By schema. `make` gives an empty one; `on_reading` hears of whom the rows are about to be read."""

    def __init__(
        self, make: Callable[[str], Desk], *, neighbours: Neighbours, on_reading: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._make, self._neighbours, self._on_reading = make, neighbours, on_reading

    def of(self, tenant: str) -> Desk | FarDesk:
        """Its own desk here, or the way to the one in another cell."""
        if elsewhere := self._neighbours.desk_of(tenant):
            self.pop(tenant, None)
            return elsewhere
        if tenant not in self:
            self.read(tenant)
        return self[tenant]

    def read(self, tenant: str) -> None:
        """Everything anew from the rows."""
        self._on_reading(tenant)
        if tenant not in self:
            self[tenant] = self._make(tenant)
        self[tenant].read_floor()
