"""The truth engine: without pause our rows, the router's memory and the switch are compared, and healed.

`sight` is what the switch says, `rows` what we say, `comparison` (pure) where they differ, `remedies` what is done,
`causes` why, `watch` two looks and a verdict, `thread` the thread beside the main loop.
"""

from telephony.worker.watchdog.thread import Watchdog
from telephony.worker.watchdog.watch import Watch

__all__ = ["Watch", "Watchdog"]
