"""What two databases are compared by: every row of every table, the audit logs' chains, ledger, bills and sounds."""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection
from psycopg import sql

from telephony.queries.kept_sounds import proved_newest
from tenants.context import enter, every_tenant
from tenants.trust.chain import proved

TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND n.nspname NOT LIKE 'ready\\_house\\_%' ORDER BY 1, 2"""
"""Not of the houses kept ready: they are nobody's, and come and go."""
DIGEST = """
    SELECT count(*), coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint), 0)::text FROM {} t"""
"""The sum of what each row hashes to: of any order, and of no memory however many there are."""
LEDGER = "SELECT currency, count(*), sum(amount)::text FROM public.billing_charge GROUP BY 1 ORDER BY 1"
BILLS = "SELECT currency, count(*), sum(total)::text FROM public.closing_bill GROUP BY 1 ORDER BY 1"


@dataclass
class Books:
    """`tables`: "schema.table": [rows, digest], empty when not asked for. `audit`: by schema: entries, position, head
    and problem ("" when whole). `ledger` and `bills`: [currency, rows, sum]. `sounds`: [proved, broken].
    """

    tables: dict[str, list[Any]] = field(default_factory=dict)
    audit: dict[str, dict[str, Any]] = field(default_factory=dict)
    ledger: list[list[Any]] = field(default_factory=list)
    bills: list[list[Any]] = field(default_factory=list)
    sounds: list[int] = field(default_factory=lambda: [0, 0])

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def books(*, is_whole: bool, sounds: int = 0) -> Books:
    """Of the database of this process. `is_whole`: every row of every table; `sounds`: the newest so many sealed
    sounds of each tenant are opened with the keys of this process and compared with their hash.
    """
    found = Books()
    with connection.cursor() as cursor:
        if is_whole:
            found.tables = _tables(cursor)
        cursor.execute(LEDGER)
        found.ledger = [list(row) for row in cursor.fetchall()]
        cursor.execute(BILLS)
        found.bills = [list(row) for row in cursor.fetchall()]
    for tenant in every_tenant():
        with enter(tenant.schema_name):
            chain = proved()
            found.audit[tenant.schema_name] = {
                "entries": chain.entries,
                "position": chain.position,
                "head": chain.head,
                "problem": str(chain.problem),
            }
            good, broken = proved_newest(sounds)
            found.sounds = [found.sounds[0] + good, found.sounds[1] + broken]
    return found


def _tables(cursor: Any) -> dict[str, list[Any]]:
    cursor.execute(TABLES)
    found = {}
    for schema, table in cursor.fetchall():
        cursor.execute(sql.SQL(DIGEST).format(sql.Identifier(schema, table)))
        found[f"{schema}.{table}"] = list(cursor.fetchone())
    return found


def unsound(found: Books) -> list[str]:
    """What is wrong with one by itself, in words: a chain that is broken, a sound that does not open."""
    broken = [
        f"the audit log of {name} is not whole" for name, said in found.audit.items() if said["problem"]
    ]
    return broken + [f"{found.sounds[1]} sounds do not open"] * bool(found.sounds[1])


def differences(one: Books, other: Books) -> list[str]:
    """What is not the same in both, in words; [] when all is."""
    names = sorted(one.tables.keys() | other.tables.keys())
    found = [f"{name} differs" for name in names if one.tables.get(name) != other.tables.get(name)]
    houses = sorted(one.audit.keys() | other.audit.keys())
    found += [
        f"the audit log of {name} differs" for name in houses if one.audit.get(name) != other.audit.get(name)
    ]
    return (
        found
        + ["the ledger differs"] * (one.ledger != other.ledger)
        + ["the bills differ"] * (one.bills != other.bills)
    )
