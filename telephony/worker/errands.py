"""Orders carried out: asked of the switch or of an action, by the one process that may act for the cell."""

from collections.abc import Callable
from functools import singledispatchmethod
from typing import Protocol

import structlog
from django.conf import settings
from django.utils import translation

from telephony import actions, orders, queries
from telephony.actions import callbacks
from telephony.errors import AgentNotReady, NoCallHere, OrderTooLate, SwitchDidNotAnswer, TransferNotAllowed
from telephony.models import Call, Device, Offer
from telephony.phone_errors import AnsweredOnThePhone
from telephony.queries.transfers import transfer_limits
from telephony.switch import NotYet, Switch, SwitchError
from telephony.worker import call_handlers as call_handlers  # its handlers are known from here on
from telephony.worker import floor_handlers as floor_handlers
from telephony.worker import phone_handlers as phone_handlers
from telephony.worker import recording_handlers as recording_handlers
from telephony.worker.clock import Clock
from telephony.worker.entries import entry_of
from telephony.worker.handlers import Tools, handler_of
from telephony.worker.lines import NoLine
from telephony.worker.pages import Pages
from telephony.worker.put_off import PutOff
from telephony.worker.subjects import current_offer, open_queue, ringing_offer, talking_offer
from telephony.worker.wheel import Wheel
from tenants.context import current_tenant, enter
from tenants.errors import DomainError
from tenants.realtime import publish

log = structlog.get_logger()


class Beside(Protocol):
    """What works beside the main loop (standby.Standby)."""

    def write_numbers(self) -> None: ...
    def measure(self, tenant: str, switch_id: int) -> None: ...


class Errands:
    def __init__(
        self,
        *,
        switch: Switch,
        clock: Clock,
        wheel: Wheel,
        read_floor: Callable[[str], None],
        standby: Beside | None = None,
        epoch: Callable[[], int] = lambda: 0,
    ) -> None:
        self._tools = Tools(switch, clock, settings.SWITCH["cell"], epoch)
        self._standby = standby
        self._switch = switch
        self._read_floor = read_floor
        self._clock = clock
        self.pages = Pages(clock, wheel)
        self._put_off = PutOff(clock, wheel)

    def carry_out(self, envelope: orders.Envelope) -> None:
        """Do it; a refusal goes back to the agent's page in the language it was asked in."""
        order = envelope.order
        self._put_off.drop_for(envelope)
        with enter(envelope.tenant):
            try:
                if self._clock.seconds() - envelope.sent_at > orders.TOO_LATE_SECONDS:
                    raise OrderTooLate
                handler = handler_of(order)
                if handler is None:
                    self._do(order)
                else:
                    handler(self._tools, order, envelope)
            except NotYet:
                self._put_off.keep(envelope)
            except NoLine as error:
                self._refuse(envelope, error.refusal)
            except SwitchError as error:
                log.warning("The switch did not carry out an order.", order=order.type, problem=str(error))
                self._refuse(envelope, SwitchDidNotAnswer())
            except DomainError as refusal:
                self._refuse(envelope, refusal)

    def try_again(self, tenant: str, agent_id: int) -> None:
        """An order was put off, and it is time to try it again."""
        if envelope := self._put_off.take(tenant, agent_id):
            self.carry_out(envelope)

    def look_again(self) -> None:
        """After the wheel was emptied: nothing that waited for its time is forgotten."""
        self.pages.look_again()
        self._put_off.look_again()

    def _refuse(self, envelope: orders.Envelope, refusal: DomainError) -> None:
        with translation.override(envelope.language):
            message = {
                "type": "order_refused",
                "order_id": envelope.order_id,
                "order": envelope.order.type,
                "code": refusal.code,
                "message": refusal.message,
            }
        publish(_who_hears(envelope), message)

    @singledispatchmethod
    def _do(self, order: orders.Order) -> None:
        log.warning("An order is known but nobody carries it out.", order=order.type)

    @_do.register
    def _(self, order: orders.SignIn) -> None:
        actions.sign_in(agent_id=order.agent_id, at=self._clock.now())

    @_do.register
    def _(self, order: orders.SignOut) -> None:
        actions.forget_page(agent_id=order.agent_id)
        actions.sign_out(agent_id=order.agent_id, at=self._clock.now())

    @_do.register
    def _(self, order: orders.PageOpened) -> None:
        self.pages.see(order.agent_id, order.page)
        actions.sign_in(agent_id=order.agent_id, at=self._clock.now())

    @_do.register
    def _(self, order: orders.PageSeen) -> None:
        self.pages.see(order.agent_id, order.page)

    @_do.register
    def _(self, order: orders.PageClosed) -> None:
        # The last time it was seen: from now on it has the grace of a reload.
        self.pages.see(order.agent_id, order.page)

    @_do.register
    def _(self, order: orders.SetReady) -> None:
        actions.set_agent_ready(agent_id=order.agent_id, at=self._clock.now())

    @_do.register
    def _(self, order: orders.SetNotReady) -> None:
        actions.set_agent_not_ready(agent_id=order.agent_id, reason_id=order.reason_id, at=self._clock.now())

    @_do.register
    def _(self, order: orders.Answer) -> None:
        offer = ringing_offer(order.agent_id, order.call_id)
        if offer.rang == Device.Kind.NUMBER:
            raise AnsweredOnThePhone
        self._switch.answer(offer.pk)

    @_do.register
    def _(self, order: orders.HangUp) -> None:
        offer = current_offer(order.agent_id, order.call_id)
        if offer.answered_at is None:
            self._switch.hang_up(offer.pk, "CALL_REJECTED")
            return
        actions.note_hang_up_order(leg_id=offer.pk, by="agent")
        self._switch.hang_up(offer.pk)

    @_do.register
    def _(self, order: orders.Hold) -> None:
        self._switch.hold(talking_offer(order.agent_id, order.call_id).pk)

    @_do.register
    def _(self, order: orders.Unhold) -> None:
        self._switch.unhold(talking_offer(order.agent_id, order.call_id).pk)

    @_do.register
    def _(self, order: orders.TransferToQueue) -> None:
        offer = talking_offer(order.agent_id, order.call_id)
        queue = open_queue(order.queue_id)
        limits = transfer_limits(order.agent_id, self._clock.now())
        if limits and queue.pk not in limits.queues:
            raise TransferNotAllowed
        actions.aim_call(call_id=offer.call_id, agent_id=None)
        self._switch.send_to_queue(offer.call_id, entry_of(queue))

    @_do.register
    def _(self, order: orders.TransferToAgent) -> None:
        offer = talking_offer(order.agent_id, order.call_id)
        if not queries.colleagues_of(order.agent_id).filter(pk=order.to_agent_id).exists():
            raise AgentNotReady
        limits = transfer_limits(order.agent_id, self._clock.now())
        if limits and order.to_agent_id not in limits.agents:
            raise TransferNotAllowed
        queue = Call.objects.select_related("queue").get(pk=offer.call_id).queue
        if queue is None:
            raise NoCallHere
        actions.aim_call(call_id=offer.call_id, agent_id=order.to_agent_id)
        self._switch.send_to_queue(offer.call_id, entry_of(queue))

    @_do.register
    def _(self, order: orders.FinishWrapUp) -> None:
        actions.finish_wrap_up(
            agent_id=order.agent_id,
            call_id=order.call_id,
            at=self._clock.now(),
            disposition_id=order.disposition_id,
            note=order.note,
        )

    @_do.register
    def _(self, order: orders.ExtendWrapUp) -> None:
        actions.extend_wrap_up(
            agent_id=order.agent_id, call_id=order.call_id, seconds=order.seconds, at=self._clock.now()
        )

    @_do.register
    def _(self, order: orders.ReadFloorAgain) -> None:
        self._read_floor(current_tenant().schema_name)
        if self._standby:
            self._standby.write_numbers()

    @_do.register
    def _(self, order: orders.MeasureEmergency) -> None:
        if self._standby:
            self._standby.measure(current_tenant().schema_name, order.switch_id)

    @_do.register
    def _(self, order: orders.LookAtStay) -> None:
        actions.tell_of_stay(call_id=order.call_id, at=self._clock.now())

    @_do.register
    def _(self, order: orders.LookAtCallback) -> None:
        callbacks.look_at_callback(callback_id=order.callback_id, at=self._clock.now())

    @_do.register
    def _(self, order: orders.Redirect) -> None:
        stay = actions.waiting_stay(order.call_id)
        queue = open_queue(order.queue_id)
        self._switch.send_to_queue(stay.call_id, entry_of(queue))

    @_do.register
    def _(self, order: orders.EscalateTalk) -> None:
        queue = open_queue(order.queue_id)
        talks = Offer.objects.filter(call_id=order.call_id, ended_at=None, answered_at__isnull=False)
        if not talks.filter(talk_ended_at=None).exists():
            raise NoCallHere
        actions.aim_call(call_id=order.call_id, agent_id=None)
        self._switch.send_to_queue(order.call_id, entry_of(queue))


def _who_hears(envelope: orders.Envelope) -> str:
    """The audience of a refusal: of an order about the floor whoever gave it, where somebody did."""
    if envelope.order.is_of_agent:
        return f"agent.{envelope.order.agent_id}"
    return "floor" if envelope.member_id is None else f"member.{envelope.member_id}"
