"""Connections under daphne whose WebSocket frames go out at once.

Twisted keeps what is written until the kernel has said that the socket takes it, which is asked for, heard and taken
back for each message. A page's socket takes nearly every message at once; what it does not take waits as ever.
"""

from autobahn.twisted.websocket import WebSocketServerProtocol
from twisted.internet import tcp


class EagerServer(tcp.Server):
    def write(self, data: bytes) -> None:
        if self._takes_more:
            taken = self.writeSomeData(data)
            # A connection that is lost is noticed, and told, by the reactor: it tries to write this again.
            data = data[taken:] if isinstance(taken, int) else data
        if data:
            super().write(data)

    @property
    def _takes_more(self) -> bool:
        """Nothing waits before it. Pages by HTTP are not meant: their heads and bodies travel together."""
        is_waiting = self._tempDataLen or self.dataBuffer
        is_leaving = not self.connected or self.disconnecting or self._writeDisconnecting
        return not (is_waiting or is_leaving or self.TLS) and isinstance(
            self.protocol, WebSocketServerProtocol
        )


def write_eagerly() -> None:
    """For all ports this process listens on from now on."""
    tcp.Port.transport = EagerServer
