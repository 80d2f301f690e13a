"""Keeps as many houses ready as are wanted, one worker at a time, and takes away what nobody will open."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from tenants.context import enter_public
from tenants.provisioning.ready import PREFIX, House, held, note_of, standing
from tenants.provisioning.schemas import build
from tenants.provisioning.template_schema import migrations_digest
from tenants.provisioning.turns import KEEPING, try_turn

OTHERS_STAY = timedelta(hours=1)
"""While a release replaces another both keep houses of their own; dropped at once, each would make them again."""


def keep_ready() -> int:
    """How many were made. None while another worker is at it."""
    with try_turn(KEEPING, 0) as is_ours:
        if not is_ours:
            return 0
        with enter_public():
            wanted, over = _sorted(_standing())
            for house in over:
                _drop(house)
            lacking = settings.READY_HOUSES - len(wanted)
            for _ in range(lacking):
                _make()
            return max(0, lacking)


def _standing() -> list[House]:
    with connection.cursor() as cursor:
        return standing(cursor)


def _sorted(houses: list[House]) -> tuple[list[House], list[House]]:
    """(this release's as far as they are wanted, what goes): too many, unfinished ones, and other releases' old ones.

    Only who has the turn makes houses, so an unfinished one is what a dead worker left.
    """
    ours = [house for house in houses if house.digest == migrations_digest()]
    before = timezone.now() - OTHERS_STAY
    old = [house for house in houses if house not in ours and house.made_at < before]
    return ours[: settings.READY_HOUSES], [*ours[settings.READY_HOUSES :], *old]


def _make() -> None:
    """The note comes last: without it nobody opens the house."""
    name = PREFIX + secrets.token_hex(6)
    build(name)
    note = sql.SQL("COMMENT ON SCHEMA {} IS {}").format(
        sql.Identifier(name), sql.Literal(note_of(migrations_digest(), timezone.now()))
    )
    with connection.cursor() as cursor:
        cursor.execute(note)


@transaction.atomic
def _drop(house: House) -> None:
    with connection.cursor() as cursor:
        if held(cursor, house.name):
            cursor.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(house.name)))
