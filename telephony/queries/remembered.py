"""Answers that are the same for all who ask within one sitting: a queue's terms, the rules, where a number leads.

Nothing is remembered outside `remembering()`, so nothing is ever older than the transaction it is asked in.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

R = TypeVar("R")

_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Within the block, of one tenant, `once` asks each question once."""
    before = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(before)


def foresee(question: Hashable, answer: Any) -> None:
    """Known already, from a question that was asked for many; outside the block nobody keeps it."""
    answers = _answers.get()
    if answers is not None:
        answers[question] = answer


def once(question: Hashable, ask: Callable[[], R]) -> R:
    """The answer given to this question before, or asked for now. What is returned must not be changed."""
    answers = _answers.get()
    if answers is None:
        return ask()
    if question not in answers:
        answers[question] = ask()
    return cast(R, answers[question])
