"""All children of one start, in order; everything is started from the main thread, or the kernel's promise to
stop a child with its parent would hang on a thread."""

import time
from itertools import groupby

from contactcenter.run.child import Child

STOP_SECONDS = 30.0


class Crew:
    def __init__(self) -> None:
        self.children: list[Child] = []

    def start(self, child: Child) -> Child:
        self.children.append(child)
        child.log.parent.mkdir(parents=True, exist_ok=True)
        if child.log.exists():
            child.log.replace(child.log.with_suffix(".previous.log"))
        child.start()
        return child

    def look_after(self) -> None:
        for child in self.children:
            child.look_after(time.monotonic())

    def stop(self) -> None:
        in_order = sorted(self.children, key=lambda child: child.stage)
        for _stage, group in groupby(in_order, key=lambda child: child.stage):
            together = list(group)
            for child in together:
                child.ask_to_stop()
            deadline = time.monotonic() + STOP_SECONDS
            for child in together:
                child.wait_until_stopped(deadline)
