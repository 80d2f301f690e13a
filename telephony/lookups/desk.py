"""Look-ups under way: few at once, fewer for one tenant, and none of a host that has just failed again and again.

The switch asks anew while one lasts, and any of our processes may hear the next question, so what became of it stands
in the cache; without a cache a look-up fails, and its caller goes on by that exit.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.core.cache import cache

from telephony.lookups.fetching import NoAnswer, fetch
from telephony.lookups.questions import FAILED, Outcome, Question, outcome_of, question_of
from tenants import breaker
from tenants.context import enter_public

log = structlog.get_logger()

MOST_AT_ONCE = 24
MOST_OF_A_TENANT = 8
KEPT_SECONDS = 120

_pool = ThreadPoolExecutor(max_workers=MOST_AT_ONCE, thread_name_prefix="lookup")
_under_way: Counter[str] = Counter()
_mine: dict[str, Future[None]] = {}
_guard = threading.Lock()


def look_up(
    key: str, *, tenant: str, settings: Mapping[str, Any], known: Mapping[str, str], patience: float
) -> Outcome | None:
    """What came of the look-up `key`, begun now if it was not yet; None after `patience` seconds without it."""
    name = f"lookup:{tenant}:{key}"
    with enter_public():
        if (found := _read(name)) is not None:
            return found
        if cache.add(f"{name}:begun", 1, KEPT_SECONDS):
            refused = _begin(name, tenant, settings, question_of(settings, known))
            if refused:
                return Outcome(exit=FAILED)
        future = _mine.get(name)
        if future is not None:
            wait([future], timeout=patience)
        return _read(name)


def _read(name: str) -> Outcome | None:
    told = cache.get(name)
    return Outcome(exit=told["exit"], collected=told["collected"]) if isinstance(told, dict) else None


def _begin(name: str, tenant: str, settings: Mapping[str, Any], question: Question) -> bool:
    """True when it is not even tried."""
    host = str(urlsplit(question.url).hostname)
    if is_shut(tenant, host):
        log.info("A look-up was left out: its service has failed again and again.", tenant=tenant, host=host)
        return True
    with _guard:
        if sum(_under_way.values()) >= MOST_AT_ONCE or _under_way[tenant] >= MOST_OF_A_TENANT:
            log.warning("A look-up was left out: too many are under way.", tenant=tenant)
            return True
        _under_way[tenant] += 1
        _mine[name] = _pool.submit(_work, name, tenant, host, settings, question)
    return False


def _work(name: str, tenant: str, host: str, settings: Mapping[str, Any], question: Question) -> None:
    outcome = Outcome(exit=FAILED)
    try:
        status, body = fetch(question)
        outcome = outcome_of(settings, status, body)
        _count(tenant, host, has_failed=status >= 500)
    except NoAnswer as problem:
        log.info("A look-up had no answer.", tenant=tenant, host=host, problem=problem.code)
        _count(tenant, host, has_failed=True)
    except Exception:
        log.exception("A look-up broke.", tenant=tenant, host=host)
    finally:
        cache.set(name, {"exit": outcome.exit, "collected": dict(outcome.collected)}, KEPT_SECONDS)
        with _guard:
            _under_way[tenant] -= 1
            _mine.pop(name, None)


def is_shut(tenant: str, host: str) -> bool:
    return breaker.is_shut(f"lookup-failures:{tenant}:{host}")


def _count(tenant: str, host: str, *, has_failed: bool) -> None:
    breaker.count(f"lookup-failures:{tenant}:{host}", has_failed=has_failed)
