"""From an utterance on the switch's disk to what was said: asks the language's service, in a pool, in no transaction.

The switch asks again while one lasts, and any of our processes may hear the next question: what was understood stands
in the cache for a moment. The recording is deleted as soon as it is read, whatever comes of it.
"""

from __future__ import annotations

import re
import threading
import time
import wave
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.core.cache import cache
from django.db import connection

from telephony.models import Voice
from telephony.queries import prompts as queries
from telephony.speech.failures import SpeechFailed
from telephony.speech.listening import Heard, Said, listen
from telephony.speech.listening.port import RATE
from tenants import breaker
from tenants.context import enter, enter_public
from tenants.secrets import SecretUnreadable, unseal

log = structlog.get_logger()

FOLDER = "utterances"
MOST_AT_ONCE, MOST_OF_A_TENANT = 12, 6
KEPT_SECONDS = 60
LEFT_BEHIND_SECONDS = 600
MOST_BYTES = 600_000
_AWAY = frozenset({"unreachable", "timeout", "busy", "bad_answer"})
_NAME = re.compile(r"[0-9a-f-]{36}-[0-9]{1,4}-x{0,5}\.wav")

_pool = ThreadPoolExecutor(max_workers=MOST_AT_ONCE, thread_name_prefix="hearing")
_under_way: Counter[str] = Counter()
_mine: dict[str, Future[None]] = {}
_guard = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """`path` is of our own making: the leg, the step and the try. `phrases` as the tenant wrote them."""

    tenant: str
    path: Path
    language: str
    phrases: tuple[str, ...]


def hear(what: Utterance, *, patience: float) -> Heard | None:
    """What was said; begun now if it was not yet; None after `patience` seconds without it. Nothing said, or nobody who
    understands: no text, not sure at all.
    """
    name = f"heard:{what.tenant}:{what.path.name}"
    with enter_public():
        if (found := _read(name)) is not None:
            return found
        if cache.add(f"{name}:begun", 1, KEPT_SECONDS) and not _begin(name, what):
            what.path.unlink(missing_ok=True)
            return Heard(text="", confidence=0.0)
        future = _mine.get(name)
        if future is not None:
            wait([future], timeout=patience)
        return _read(name)


def _read(name: str) -> Heard | None:
    told = cache.get(name)
    return Heard(text=told["text"], confidence=told["confidence"]) if isinstance(told, dict) else None


def _begin(name: str, what: Utterance) -> bool:
    with _guard:
        if sum(_under_way.values()) >= MOST_AT_ONCE or _under_way[what.tenant] >= MOST_OF_A_TENANT:
            log.warning("An utterance was left out: too many are being understood.", tenant=what.tenant)
            return False
        _under_way[what.tenant] += 1
        _mine[name] = _pool.submit(_work_alone, name, what)
    return True


def _work_alone(name: str, what: Utterance) -> None:
    """In a thread of its own, whose connection to the database nobody else gives back."""
    try:
        _work(name, what)
    finally:
        connection.close()


def _work(name: str, what: Utterance) -> None:
    heard = Heard(text="", confidence=0.0)
    try:
        heard = understood(what)
    except SpeechFailed as failure:
        log.warning("An utterance was not understood.", tenant=what.tenant, reason=failure.reason)
    except Exception:
        log.exception("Understanding an utterance broke.", tenant=what.tenant)
    finally:
        what.path.unlink(missing_ok=True)
        with enter_public():
            cache.set(name, {"text": heard.text, "confidence": heard.confidence}, KEPT_SECONDS)
        with _guard:
            _under_way[what.tenant] -= 1
            _mine.pop(name, None)


def understood(what: Utterance) -> Heard:
    """Raises SpeechFailed."""
    samples = samples_of(what.path)
    if not samples:
        return Heard(text="", confidence=0.0)
    return understood_samples(what.tenant, samples, what.language, what.phrases)


def understood_samples(tenant: str, samples: bytes, language: str, phrases: tuple[str, ...]) -> Heard:
    """By the tenant's service for this language, or built in. Raises SpeechFailed."""
    with enter(tenant):
        voice = queries.listener_for(language)
    said = Said(
        samples=samples,
        language=language,
        phrases=phrases,
        settings=voice.settings if voice else {},
        secret=_secret_of(voice),
    )
    name = f"hearing-failures:{tenant}:{voice.pk if voice else 0}"
    return _listened(name, voice.provider if voice else "built_in", said)


def _listened(name: str, provider: str, said: Said) -> Heard:
    """A service that has failed again and again is not waited for: callers are asked for a key at once."""
    with enter_public():
        if breaker.is_shut(name):
            raise SpeechFailed("busy")
        try:
            heard = listen(provider, said)
        except SpeechFailed as failure:
            breaker.count(name, has_failed=failure.reason in _AWAY)
            raise
        breaker.count(name, has_failed=False)
        return heard


def _secret_of(voice: Voice | None) -> str:
    try:
        return unseal(voice.secret) if voice else ""
    except SecretUnreadable:
        raise SpeechFailed("secret") from None


def samples_of(path: Path) -> bytes:
    """As the switch records: 8 kHz, one side, 16 bits; b"" when nothing was recorded."""
    if not _NAME.fullmatch(path.name):
        raise SpeechFailed("bad_sound")
    try:
        with wave.open(str(path), "rb") as file:
            shape = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            if shape != (RATE, 1, 2):
                raise SpeechFailed("bad_sound")
            return file.readframes(MOST_BYTES // 2)
    except FileNotFoundError:
        return b""
    except (wave.Error, EOFError, OSError):
        raise SpeechFailed("bad_sound") from None


def forget_left_behind(folder: Path, *, seconds: float = LEFT_BEHIND_SECONDS) -> int:
    """Utterances of callers who hung up meanwhile, or of a web that died: nobody asks for them any more."""
    before, gone = time.time() - seconds, 0
    for path in folder.glob("*.wav"):
        try:
            if path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
                gone += 1
        except FileNotFoundError:
            continue
    return gone
