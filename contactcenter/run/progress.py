"""What a person sees while it starts: one short line per step, with the seconds since the beginning."""

import time

_began = time.monotonic()


def say(line: str) -> None:
    print(f"· {time.monotonic() - _began:5.1f} s  {line}", flush=True)


def say_plainly(line: str) -> None:
    print(line, flush=True)
