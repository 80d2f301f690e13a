"""`/ws/phone-check/`: answers a ping at once, so that a page can tell how long its way to us takes, and how evenly."""

from typing import Any

from telephony import policies
from tenants.sockets import BadMessage, MemberSocket

MOST_PINGS = 1000


class PhoneCheckConsumer(MemberSocket):
    def admit(self, member: Any) -> bool:
        return policies.can_work(member)

    def audiences(self) -> list[str]:
        return []

    def snapshot(self) -> dict[str, Any]:
        return {}

    async def _carry_out(self, message: dict[str, Any]) -> None:
        """Of the socket's own process alone: what asks no row measures the road and nothing else."""
        number = message.get("n")
        if message["type"] == "ping" and type(number) is int and 0 <= number <= MOST_PINGS:
            await self._send({"type": "pong", "n": number})
        else:
            await self._shut_for_nonsense()

    async def _shut_for_nonsense(self) -> None:
        await super()._carry_out({"type": "nonsense"})

    def obey(self, member: Any, message: dict[str, Any]) -> None:
        raise BadMessage
