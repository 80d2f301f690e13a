"""Answers that are the same for all who ask within one sitting: a queue's terms, the rules, where a number leads.

Nothing is remembered outside `remembering()`, so nothing is older than the transaction it is asked in: except what
settings say, where a `Keeper` keeps them from one sitting to the next.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

R = TypeVar("R")
Answers = dict[Hashable, Any]

_answers: ContextVar[Answers | None] = ContextVar("answers", default=None)
_settings: ContextVar[Answers | None] = ContextVar("settings", default=None)


class Keeper:
    """What settings say, for so many seconds at most, tenant by tenant. One per thread."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._kept: defaultdict[str, Answers] = defaultdict(dict)
        self._since: dict[str, float] = {}

    def of(self, tenant: str) -> Answers:
        now = self._clock()
        if now - self._since.get(tenant, float("-inf")) >= self._seconds:
            self.forget(tenant)
            self._since[tenant] = now
        return self._kept[tenant]

    def forget(self, tenant: str) -> None:
        """They have been changed."""
        self._kept[tenant] = {}


@contextmanager
def remembering(settings: Answers | None = None) -> Iterator[None]:
    """Within the block, of one tenant, `once` asks each question once; about settings not even that, where `settings`
    knows the answer.
    """
    before, settings_before = _answers.set({}), _settings.set(settings)
    try:
        yield
    finally:
        _answers.reset(before)
        _settings.reset(settings_before)


def foresee(question: Hashable, answer: Any) -> None:
    """Known already, from a question that was asked for many; outside the block nobody keeps it."""
    answers = _answers.get()
    if answers is not None:
        answers[question] = answer


def once(question: Hashable, ask: Callable[[], R], *, is_setting: bool = False) -> R:
    """The answer given to this question before, or asked for now. What is returned must not be changed."""
    answers = _answers.get()
    if is_setting:
        settings = _settings.get()
        answers = answers if settings is None else settings
    if answers is None:
        return ask()
    if question not in answers:
        answers[question] = ask()
    return cast(R, answers[question])
