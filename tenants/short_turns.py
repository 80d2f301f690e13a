"""How long a thread keeps the others of its process out of the interpreter.

An answer of the database, or a page's word, comes to a thread that has to be let in again. With Python's own 5 ms each
answer waits that long whenever another thread computes: 5.7 ms instead of 0.5 for one of half a millisecond, 1.1 with
the turns below (measured beside one thread that never rests). A phone that is to ring needs ten such answers while
records are settled beside it, and a socket's news waits behind each page that is being made.
"""

import sys

SECONDS = 0.0005


def take_short_turns() -> None:
    """For this process, from now on."""
    sys.setswitchinterval(SECONDS)
