"""Reads of trunks. To be asked anywhere: each enters the public schema itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from telephony.trunks.models import NOBODY, Trunk, TrunkCall, TrunkFault, TrunkRoute, TrunkSight, TrunkTest
from tenants.context import enter_public
from tenants.secrets import SecretUnreadable, unseal

BACKUP = "backup"
"""The switch's own way out, by FREESWITCH_GATEWAY: used where no trunk is in use."""
OLD_AFTER = timedelta(seconds=30)
"""A state that was seen longer ago says nothing any more."""
REGISTERED, UNREGISTERED_WAY = "REGED", "NOREG"


@dataclass(frozen=True, kw_only=True)
class Line:
    """Everything a switch must know of a trunk; `secret` is clear, and goes into the switch's own file alone."""

    key: str
    host: str
    port: int
    transport: str
    is_registered: bool
    username: str
    secret: str
    networks: tuple[str, ...]
    """Where its calls in come from; of one that registers the addresses of its host too."""
    codecs: str
    caller_form: str
    dial_prefix: str
    srtp: str = "off"
    own_ca: str = ""


@dataclass(frozen=True)
class Shown:
    """What a call of the operator's own shows by one line, and on which switches that is ("()": all)."""

    number: str
    nodes: tuple[str, ...] = ()

    def is_on(self, node: str) -> bool:
        return not self.nodes or node in self.nodes


@dataclass(frozen=True)
class Use:
    """How many calls go by a trunk now."""

    out: int = 0
    into: int = 0


def trunks() -> list[Trunk]:
    with enter_public():
        return list(Trunk.objects.select_related("cell").prefetch_related("routes", "sights"))


def trunk(trunk_id: int) -> Trunk | None:
    with enter_public():
        found = Trunk.objects.filter(pk=trunk_id).select_related("cell").prefetch_related("routes", "sights")
        return found.first()


def cells() -> list[tuple[int, str, list[str]]]:
    """(id, name, its switches), of every cell."""
    from telephony.cells.models import Cell

    with enter_public():
        found = Cell.objects.prefetch_related("nodes").order_by("name")
        return [(cell.pk, cell.name, sorted(node.name for node in cell.nodes.all())) for cell in found]


def has_trunk_in_use() -> bool:
    with enter_public():
        return Trunk.objects.filter(state=Trunk.State.IN_USE).exists()


def lines_of(cell: str) -> list[tuple[Trunk, Line]]:
    """Of trunks that are set up or in use: what is switched off is on no switch. One whose secret cannot be read is
    left out.
    """
    with enter_public():
        found = Trunk.objects.filter(cell__name=cell).exclude(state=Trunk.State.OFF).order_by("pk")
        return [(one, line) for one in found if (line := _line(one)) is not None]


def _line(one: Trunk) -> Line | None:
    try:
        secret = unseal(one.sealed_secret)
    except SecretUnreadable:
        return None
    return Line(
        key=one.key,
        host=one.host,
        port=one.port,
        transport=one.transport,
        is_registered=one.is_registered,
        username=one.username,
        secret=secret,
        networks=(*one.networks, *(f"{address}/32" for address in one.addresses if one.is_registered)),
        codecs=one.codecs,
        caller_form=one.caller_form,
        dial_prefix=one.dial_prefix,
        srtp=one.srtp,
        own_ca=one.own_ca,
    )


def routed(digits: str, cell: str) -> list[Trunk] | None:
    """The trunks in use for this number, in order; None where no trunk is in use at all. Of all prefixes it begins
    with the longest that leads to a trunk in use counts, alone. Public schema.
    """
    in_use = Trunk.objects.filter(cell__name=cell, state=Trunk.State.IN_USE)
    found = TrunkRoute.objects.filter(trunk__in=in_use, prefix__in=[digits[:n] for n in range(17)])
    rows = list(found.select_related("trunk").order_by("position", "pk"))
    if not rows:
        return [] if in_use.exists() else None
    longest = max(len(row.prefix) for row in rows)
    return [row.trunk for row in rows if len(row.prefix) == longest]


def standing_lines(number: str, cell: str) -> tuple[str, ...]:
    """By which lines a number is dialled by the switch alone (a flow, an emergency), all of them: what is down or full
    at that moment the switch finds out itself.
    """
    with enter_public():
        found = routed(number.removeprefix("+"), cell)
    return tuple(one.key for one in found) if found else (BACKUP,)


def shown_by(lines: Iterable[str]) -> dict[str, Shown]:
    """Of each of these lines; a trunk that is gone meanwhile is left out."""
    found = {row.key: Shown(row.own_number, tuple(row.nodes)) for row in trunks()} | {BACKUP: Shown(NOBODY)}
    return {line: found[line] for line in lines if line in found}


def is_down(sights: Iterable[TrunkSight], at: datetime) -> bool:
    """Every switch that looked lately finds it unreachable."""
    fresh = [one for one in sights if at - one.seen_at < OLD_AFTER and one.is_up is not None]
    return bool(fresh) and not any(one.is_up for one in fresh)


def use_of(ids: Iterable[int], at: datetime) -> Mapping[int, Use]:
    """Public schema. A reservation counts until its time is over."""
    counted = TrunkCall.objects.filter(trunk_id__in=list(ids)).filter(
        Q(reserved_until=None) | Q(reserved_until__gt=at)
    )
    rows = counted.values_list("trunk_id").annotate(
        out=Count("pk", filter=Q(is_inbound=False)), into=Count("pk", filter=Q(is_inbound=True))
    )
    return {trunk_id: Use(out, into) for trunk_id, out, into in rows}


def uses(at: datetime) -> Mapping[int, Use]:
    with enter_public():
        return use_of(Trunk.objects.values_list("pk", flat=True), at)


def open_faults(trunk_id: int | None = None) -> list[TrunkFault]:
    with enter_public():
        found = TrunkFault.objects.filter(cleared_at=None).select_related("trunk")
        return list(found.filter(trunk_id=trunk_id) if trunk_id else found)


def latest_faults(trunk_id: int, most: int = 20) -> list[TrunkFault]:
    with enter_public():
        return list(TrunkFault.objects.filter(trunk_id=trunk_id)[:most])


def latest_tests(trunk_id: int, most: int = 10) -> list[TrunkTest]:
    with enter_public():
        return list(TrunkTest.objects.filter(trunk_id=trunk_id)[:most])


def tests_asked(cell: str) -> list[TrunkTest]:
    with enter_public():
        found = TrunkTest.objects.filter(ended_at=None, trunk__cell__name=cell).select_related("trunk")
        return list(found.order_by("pk"))


def legs_counted(cell: str) -> dict[str, bool]:
    """Leg → whether the switch is known to have had it."""
    with enter_public():
        found = TrunkCall.objects.filter(trunk__cell__name=cell)
        return {str(leg_id): until is None for leg_id, until in found.values_list("leg_id", "reserved_until")}
