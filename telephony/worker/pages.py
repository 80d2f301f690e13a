"""Whose page is open: an agent is signed out when none of theirs was seen for a while."""

from django.conf import settings

from telephony import actions, queries
from telephony.worker.clock import Clock
from telephony.worker.wheel import Wheel
from tenants.context import current_schema, current_tenant, enter

PAGE_GRACE = 45.0
"""Seconds between the last page closing and the agent being signed out: a reload is no going home."""


class Pages:
    def __init__(self, clock: Clock, wheel: Wheel) -> None:
        self._clock = clock
        self._wheel = wheel
        self._pages: dict[tuple[str, int], dict[str, float]] = {}

    def see(self, agent_id: int, page: str) -> None:
        key = current_schema(), agent_id
        if not self._pages.get(key):
            actions.note_page(agent_id=agent_id, at=self._clock.now())
        self._pages.setdefault(key, {})[page] = self._clock.seconds()
        self._wheel.add(self._clock.seconds() + PAGE_GRACE, ("page", *key))

    def close(self, tenant: str, agent_id: int) -> None:
        """The grace is over: with no page seen since, nobody is there. A web that died tells of no closing."""
        latest = self._clock.seconds() - PAGE_GRACE
        pages = self._pages.pop((tenant, agent_id), {})
        if fresh := {page: seen for page, seen in pages.items() if seen > latest}:
            self._pages[tenant, agent_id] = fresh
            return
        with enter(tenant):
            if current_tenant().cell == settings.SWITCH["cell"]:
                actions.forget_page(agent_id=agent_id)
                actions.sign_out(agent_id=agent_id, at=self._clock.now(), cause="system:page_closed")

    def expect(self, tenant: str) -> None:
        """Whoever works in a page is seen again within its grace, or has closed it while nobody acted for the cell."""
        with enter(tenant):
            agents = queries.agents_in_pages()
        for agent_id in agents:
            if (tenant, agent_id) not in self._pages:
                self._pages[tenant, agent_id] = {}
                self._wheel.add(self._clock.seconds() + PAGE_GRACE, ("page", tenant, agent_id))

    def look_again(self) -> None:
        """After the wheel was emptied: each agent who had a page gets a whole grace."""
        for key in self._pages:
            self._wheel.add(self._clock.seconds() + PAGE_GRACE, ("page", *key))
