"""What each tenant's vault last said of itself, kept in Redis so that /metrics need not enter every tenant."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import redis
from django.conf import settings

from telephony.models import KeptSound
from telephony.queries.vault import sounds_in_alarm, vault_state

KEY = "health:vault"
"""A hash: schema → figures as JSON."""


@dataclass(frozen=True, kw_only=True)
class VaultFigures:
    """`late`: sounds whose sealing or moving has failed so far."""

    used_bytes: int
    quota_level: int
    stopped: str
    alarms: int
    late: int


def vault_figures() -> VaultFigures:
    state = vault_state()
    return VaultFigures(
        used_bytes=state.used_bytes,
        quota_level=state.quota_level,
        stopped=state.stopped,
        alarms=sounds_in_alarm().count(),
        late=late_sounds(),
    )


def late_sounds(at: datetime | None = None) -> int:
    late = KeptSound.objects.filter(due_at__isnull=False, tries__gt=0)
    return (late if at is None else late.filter(due_at__lte=at)).count()


def leave_figures(schema: str, figures: VaultFigures) -> None:
    """Without Redis the next minute leaves them."""
    store = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        store.hset(KEY, schema, json.dumps(asdict(figures)))
        store.expire(KEY, 600)
    except (redis.RedisError, OSError):
        return
    finally:
        store.close()


def figures_by_tenant() -> dict[str, VaultFigures]:
    store = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        found = store.hgetall(KEY)
    except (redis.RedisError, OSError):
        return {}
    finally:
        store.close()
    said: dict[str, Any] = {text_of(schema): json.loads(raw) for schema, raw in dict(found).items()}
    return {schema: VaultFigures(**figures) for schema, figures in said.items()}


def text_of(said: bytes | str) -> str:
    return said.decode() if isinstance(said, bytes) else said
