"""The shell of threads beside the main loop: it looks while it may, and outlives whatever its looks meet."""

from django.db import OperationalError
from structlog.testing import capture_logs

from telephony.worker.beside import Beside


class Looks(Beside):
    """Each look meets the next of these, then it is told to stop."""

    def __init__(self, *meets, every=0.0, may_act=lambda: True):
        super().__init__("looks", every=every, may_act=may_act)
        self.meets, self.looked, self.pauses = list(meets), 0, []

    def look(self, at):
        self.pauses.append(self._pause)
        self.looked += 1
        met = self.meets.pop(0)
        if not self.meets:
            self.stop()
        if isinstance(met, Exception):
            raise met
        if met is not None:
            self._pause = met


def test_what_a_look_meets_ends_no_thread_and_the_database_is_waited_for():
    looks = Looks(ZeroDivisionError(), OperationalError("away"), None)
    with capture_logs() as logs:
        looks.run()
    assert looks.looked == 3
    assert [(one["event"], one["thread"]) for one in logs] == [
        ("A thread stumbled and goes on.", "looks"),
        ("A thread waits for the database.", "looks"),
    ]
    assert Looks(OperationalError("away"), None).turn() is False
    assert Looks(ZeroDivisionError(), None).turn() is True


def test_a_look_says_when_it_wants_the_next_and_says_it_each_time():
    looks = Looks(0.001, 0.001, None, every=0.002)
    looks.run()
    assert looks.pauses == [0.002] * 3


def test_who_may_not_act_looks_at_nothing():
    looks = Looks(None, may_act=lambda: looks.stop() or False)
    looks.run()
    assert looks.looked == 0
