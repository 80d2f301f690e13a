"""Threads that only listen: facts from the switch, and what comes by a road in Redis, orders first of all."""

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


class RoadEar(threading.Thread):
    """Subscribed only while this worker may act: nobody but the holder counts as a listener.

    `deaf` is what the log says while Redis is away.
    """

    def __init__(self, name: str, road: str, *, may_act: Callable[[], bool], deaf: str) -> None:
        super().__init__(name=name, daemon=True)
        self._road, self._may_act, self._deaf = road, may_act, deaf
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
                log.warning(self._deaf, problem=type(error).__name__)
                time.sleep(0.5)

    def _listen(self) -> None:
        client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, health_check_interval=5)
        with client.pubsub(ignore_subscribe_messages=True) as hearing:
            hearing.subscribe(self._road)
            while self._may_act() and not self._stopped.is_set():
                message = hearing.get_message(timeout=0.5)
                if message is not None:
                    self.hand_over(message["data"], client)
        client.close()

    def hand_over(self, body: bytes, client: redis.Redis) -> None:
        """One message; whatever is wrong with it, listening goes on."""
        raise NotImplementedError


class OrderEar(RoadEar):
    def __init__(
        self,
        cell: str,
        inbox: Inbox,
        *,
        may_act: Callable[[], bool],
        home_of: Callable[[str], str] = lambda _tenant: "",
    ) -> None:
        """`home_of` names the other cell a tenant lives in, or "": an order that comes here late goes on to it."""
        deaf = "Orders cannot be heard; routing goes on."
        super().__init__("orders", channel_of(cell), may_act=may_act, deaf=deaf)
        self._home_of, self._inbox = home_of, inbox

    def hand_over(self, body: bytes, client: redis.Redis) -> None:
        try:
            envelope = read_envelope(body)
        except OrderNotUnderstood:
            log.warning("Something that is no order came on the road of orders.", length=len(body))
            return
        if home := self._home_of(envelope.tenant):
            client.publish(channel_of(home), body)
        else:
            self._inbox.put_order(envelope)
