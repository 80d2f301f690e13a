"""Two threads that only listen: facts from the switch, orders from Redis. Both hand over to the inbox."""

import threading
import time
from collections.abc import Callable

import redis
import structlog
from django.conf import settings

from telephony.errors import OrderNotUnderstood
from telephony.orders import channel_of, read_envelope
from telephony.switch import Switch
from telephony.worker.inbox import Inbox

log = structlog.get_logger()


class FactEar(threading.Thread):
    def __init__(self, switch: Switch, inbox: Inbox) -> None:
        super().__init__(name="facts", daemon=True)
        self._switch = switch
        self._inbox = inbox

    def run(self) -> None:
        for fact in self._switch.facts():
            self._inbox.put_fact(fact)


class OrderEar(threading.Thread):
    """Subscribed only while this worker may act: nobody but the holder counts as a listener of orders."""

    def __init__(
        self,
        cell: str,
        inbox: Inbox,
        *,
        may_act: Callable[[], bool],
        home_of: Callable[[str], str] = lambda _tenant: "",
    ) -> None:
        """`home_of` names the other cell a tenant lives in, or "": an order that comes here late goes on to it."""
        super().__init__(name="orders", daemon=True)
        self._home_of = home_of
        self._cell = cell
        self._inbox = inbox
        self._may_act = may_act
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.is_set():
            if not self._may_act():
                time.sleep(0.1)
                continue
            try:
                self._listen()
            except (redis.RedisError, OSError) as error:
                log.warning("Orders cannot be heard; routing goes on.", problem=type(error).__name__)
                time.sleep(0.5)

    def _listen(self) -> None:
        client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, health_check_interval=5)
        with client.pubsub(ignore_subscribe_messages=True) as hearing:
            hearing.subscribe(channel_of(self._cell))
            while self._may_act() and not self._stopped.is_set():
                message = hearing.get_message(timeout=0.5)
                if message is not None:
                    self._hand_over(message["data"], client)
        client.close()

    def _hand_over(self, body: bytes, client: redis.Redis) -> None:
        try:
            envelope = read_envelope(body)
        except OrderNotUnderstood:
            log.warning("Something that is no order came on the road of orders.", length=len(body))
            return
        if home := self._home_of(envelope.tenant):
            client.publish(channel_of(home), body)
        else:
            self._inbox.put_order(envelope)
