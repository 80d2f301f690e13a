"""Where watchers outside report, at the operators' host: `POST /api/v1/outside/looks` with a key, `Bearer cco_…`.

{"looks": [{"at": 1780000000.0, "found": {"web": ["up", ""], "sip": ["down", "no answer"]}}]} →
{"taken_until": 1780000000.0, "now": 1780000001.2}: what is not newer needs no second delivery.
"""

import math
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from tenants.mails.letters import one_line
from tenants.service import errors
from tenants.service.actions.outside import KEY_BEGINS, Look, take_looks
from tenants.service.parts import OUTSIDE_SIP, OUTSIDE_WEB
from tenants.service.queries.outside import watcher_of_key
from tenants.typed import whole

PARTS = {"web": OUTSIDE_WEB, "sip": OUTSIDE_SIP}
STATES = ("up", "down")
MOST_LOOKS = 1000
MOST_BYTES = 512 * 2**10
FARTHEST = 4_102_444_800
"""Seconds: the year 2100, before numbers no calendar has."""


class ReportThrottle(AnonRateThrottle):
    """Before any key is looked up. Several watchers may share an address."""

    scope = "outside"
    rate = "120/min"


@extend_schema(exclude=True)
class Looks(APIView):
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (ReportThrottle,)

    def post(self, request: Request) -> Response:
        watcher = _watcher(request.headers.get("Authorization", ""))
        if watcher is None:
            return Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        length = whole(request.headers.get("Content-Length") or "0")
        if length is None:
            raise errors.WrongLength
        if length > MOST_BYTES:
            raise errors.WrongLooks
        now = timezone.now()
        until = take_looks(watcher_id=watcher.pk, looks=read_looks(request.data), at=now)
        return Response({"taken_until": until.timestamp() if until else None, "now": now.timestamp()})


def _watcher(header: str):  # noqa: ANN202
    kind, _, text = header.partition(" ")
    if kind.lower() != "bearer" or not text.startswith(KEY_BEGINS) or len(text) > 100:
        return None
    return watcher_of_key(text)


def read_looks(told: Any) -> list[Look]:
    """Raises WrongLooks."""
    looks = told.get("looks") if isinstance(told, dict) else None
    if not isinstance(looks, list) or len(looks) > MOST_LOOKS:
        raise errors.WrongLooks
    return [_look(one) for one in looks]


def _look(told: Any) -> Look:
    moment, found = (told.get("at"), told.get("found")) if isinstance(told, dict) else (None, None)
    is_moment = isinstance(moment, int | float) and not isinstance(moment, bool) and math.isfinite(moment)
    if not is_moment or not 0 <= moment <= FARTHEST or not isinstance(found, dict):
        raise errors.WrongLooks
    if not found or not set(found) <= set(PARTS):
        raise errors.WrongLooks
    return Look(
        datetime.fromtimestamp(moment, UTC), {PARTS[name]: _state(said) for name, said in found.items()}
    )


def _state(said: Any) -> tuple[str, str]:
    if not isinstance(said, list) or len(said) != 2 or said[0] not in STATES or not isinstance(said[1], str):
        raise errors.WrongLooks
    return said[0], one_line(said[1], 80)
