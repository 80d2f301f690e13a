"""What the router decided becomes rows, then commands to the switch."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from telephony import actions
from telephony.errors import OfferImpossible
from telephony.queries.callbacks import callback_id_of
from telephony.queries.remembered import Keeper, remembering
from telephony.routing import Assignment
from telephony.switch import CommandTimedOut, OfferCommand, Switch, SwitchError
from telephony.worker.callbacks import Callbacks
from telephony.worker.clock import Clock
from tenants.events import telling_later

log = structlog.get_logger()

MOST_AT_ONCE = 25
"""Phones begin to ring before the offers of many more callers are written."""
SETTINGS_KEPT_SECONDS = 1.0
"""For so long talks may begin by a recording policy that has just been changed."""


class Offering:
    """Of one tenant. `inside` enters it; `epoch` is what each command carries."""

    def __init__(
        self,
        tenant: str,
        *,
        switch: Switch,
        clock: Clock,
        cell: str,
        epoch: Callable[[], int],
        callbacks: Callbacks,
        inside: Callable[[], AbstractContextManager[None]],
        between: Callable[[], object],
    ) -> None:
        self._tenant, self._switch, self._clock = tenant, switch, clock
        self._cell, self._epoch = cell, epoch
        self._callbacks, self._inside, self._between = callbacks, inside, between
        self._settings = Keeper(SETTINGS_KEPT_SECONDS)

    def make(self, assignments: list[Assignment]) -> list[OfferCommand | OfferImpossible]:
        """For each assignment, in order, what the switch was asked, or why nothing was."""
        made: list[OfferCommand | OfferImpossible] = []
        for begin in range(0, len(assignments), MOST_AT_ONCE):
            made += self._make(assignments[begin : begin + MOST_AT_ONCE])
            self._between()
        return made

    def _make(self, assignments: list[Assignment]) -> list[OfferCommand | OfferImpossible]:
        """Write the offers, all in one go, then ask the switch: never inside the transaction."""
        # The phones first: whoever is told of an offer by us has half a second until somebody picks up.
        with telling_later():
            made = self._write(assignments)
            for command in made:
                if isinstance(command, OfferCommand):
                    self._ask_switch(command)
        return made

    def stop_ringing(self, offer_id: UUID, cause: str) -> None:
        try:
            # Never a plain hang-up: the phone may have been picked up a moment ago, and the two talk.
            self._switch.withdraw(offer_id, cause)
        except SwitchError:
            log.info("An offer no longer rang when it was to be withdrawn.", tenant=self._tenant)

    def _write(self, assignments: list[Assignment]) -> list[OfferCommand | OfferImpossible]:
        promised = [one for one in assignments if callback_id_of(one.work_id)]
        callers = [one for one in assignments if one not in promised]
        wishes = [
            actions.Wish(
                stay_id=assignment.work_id,
                agent_ids=(assignment.agent_id, *assignment.together),
                explanation=_explanation(assignment),
            )
            for assignment in callers
        ]
        with self._inside(), remembering(self._settings.of(self._tenant)):
            made = (
                actions.offer_calls(wishes, cell=self._cell, epoch=self._epoch(), at=self._clock.now())
                if wishes
                else []
            )
            tried = [self._try_callback(assignment) for assignment in promised]
        outcomes = {
            one.work_id: outcome for one, outcome in zip([*callers, *promised], [*made, *tried], strict=True)
        }
        return [outcomes[assignment.work_id] for assignment in assignments]

    def _try_callback(self, assignment: Assignment) -> OfferCommand | OfferImpossible:
        try:
            return self._callbacks.start(assignment, self._cell, self._epoch(), _explanation(assignment))
        except OfferImpossible as impossible:
            return impossible

    def _ask_switch(self, command: OfferCommand) -> None:
        try:
            self._switch.offer(command)
        except CommandTimedOut:
            log.warning("The switch did not confirm an offer in time.", tenant=self._tenant)
        except SwitchError as error:
            failed_at = self._clock.now() + timedelta(milliseconds=1)
            failure = str(error) or "UNREACHABLE"
            with self._inside():
                for phone in command.phones:
                    actions.fail_offer(offer_id=phone.offer_id, at=failed_at, failure=failure)


def _explanation(assignment: Assignment) -> dict[str, Any]:
    return {**assignment.explanation.as_dict(), "inputs": assignment.inputs}
