"""Between the worker and the switch: whoever is dialled outside goes by the trunks of their number, in order.

A call for which there is no place is refused here, before the switch is asked. Where no trunk is in use nothing is
read twice and nothing changes: there is the one gateway of the settings.
"""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from telephony.switch import (
    ConsultCommand,
    EarCommand,
    OfferCommand,
    OnwardCommand,
    OutsidePhone,
    Switch,
    SwitchRefused,
)
from telephony.trunks.actions import take_lines
from telephony.worker.fence import FencedSwitch
from tenants.errors import DomainError


class NoLine(SwitchRefused):
    """No trunk for this call; `refusal` is for whoever asked."""

    def __init__(self, refusal: DomainError) -> None:
        super().__init__(refusal.code.upper())
        self.refusal = refusal


class LinedSwitch(FencedSwitch):
    """A telephony.switch.Switch for one cell. Raises NoLine."""

    def __init__(self, switch: Switch, cell: str) -> None:
        super().__init__(switch, lambda: True)
        self._cell = cell

    def offer(self, command: OfferCommand) -> None:
        if command.dials:
            command = replace(command, lines=self._lines(command.dials, command.caller_leg_id))
        if command.outside:
            command = replace(command, outside=self._outside(command.outside, command.offer_id))
        together = tuple(
            replace(phone, outside=self._outside(phone.outside, phone.offer_id)) if phone.outside else phone
            for phone in command.together
        )
        super().offer(replace(command, together=together) if together else command)

    def consult(self, command: ConsultCommand) -> None:
        if command.dials:
            command = replace(command, lines=self._lines(command.dials, command.consult_id))
        elif command.outside:
            command = replace(command, outside=self._outside(command.outside, command.consult_id))
        super().consult(command)

    def send_to_number(self, command: OnwardCommand) -> None:
        super().send_to_number(replace(command, lines=self._lines(command.dials, command.onward_id)))

    def listen(self, command: EarCommand) -> None:
        if command.outside:
            command = replace(command, outside=self._outside(command.outside, command.ear_id))
        super().listen(command)

    def _outside(self, phone: OutsidePhone, leg_id: UUID) -> OutsidePhone:
        """An agent's own number is rung by the first trunk alone: the next offer takes the next one."""
        return replace(phone, line=self._lines(phone.dials, leg_id)[0])

    def _lines(self, number: str, leg_id: UUID) -> tuple[str, ...]:
        try:
            return take_lines(number=number, leg_id=leg_id, cell=self._cell, at=datetime.now(UTC))
        except DomainError as refusal:
            raise NoLine(refusal) from refusal
