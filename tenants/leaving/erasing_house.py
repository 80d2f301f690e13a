"""A deleted tenant's rows in the public schema: what goes, and what the law makes us keep."""

from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from tenants.context import enter_public
from tenants.leaving.house import HouseTable, every_house_table, keys_of, loose_ends

KEPT: dict[str, Any] = {
    "tenants.tenant": _("The name of who was billed: bills name it."),
    "tenants.contract": _("The terms bills were made under."),
    "tenants.numberassignment": _("Who had which number when: the law on telecommunications asks for it."),
    "desk.numberchange": _("Who had which number when: the law on telecommunications asks for it."),
    "leaving.deletion": _("That it was deleted, and the certificate."),
    "leaving.houseask": _("That it was deleted, and the certificate."),
    "leaving.import": _("That it was deleted, and the certificate."),
    "support.supportaccess": _("Who of us was in the house, when and why: the operators' own account."),
}
KEPT_APPS: dict[str, Any] = {
    "billing": _("Ledger and bills: kept as long as the law of accounting says."),
    "closing": _("Issued invoices and payments: kept as long as the law of accounting says."),
    "contracts": _("Signed terms: kept as long as claims can be made from them."),
}


def why_kept(table: HouseTable) -> str:
    """In words; "" when the rows go."""
    return str(KEPT.get(table.label) or KEPT_APPS.get(table.label.split(".")[0], ""))


def counted_house(tenant_id: int) -> dict[str, int]:
    """Label → rows of the tenant, in tables where there are any."""
    found = {}
    with enter_public(), connection.cursor() as cursor:
        for table in every_house_table():
            cursor.execute(sql.SQL("SELECT count(*) FROM ({}) k").format(keys_of(table, tenant_id)))
            if count := cursor.fetchone()[0]:
                found[table.label] = count
    return found


def erase_house(tenant_id: int) -> dict[str, int]:
    """Rows that go, those that point at others first; what is nobody's forgets what it pointed at. Label → rows."""
    gone, ends = {}, loose_ends()
    with enter_public(), connection.cursor() as cursor:
        for table in reversed(every_house_table()):
            if why_kept(table):
                continue
            for name, column, _label in (end for end in ends if end[2] == table.label):
                cursor.execute(
                    sql.SQL("UPDATE {} SET {} = NULL WHERE {} IN ({})").format(
                        sql.Identifier(name), sql.Identifier(column), sql.Identifier(column),
                        keys_of(table, tenant_id),
                    )
                )  # fmt: skip
            cursor.execute(
                sql.SQL("DELETE FROM {} WHERE {} IN ({})").format(
                    sql.Identifier(table.name), sql.Identifier(table.key), keys_of(table, tenant_id)
                )
            )
            if cursor.rowcount:
                gone[table.label] = cursor.rowcount
    return gone


def kept_house(tenant_id: int) -> list[dict[str, object]]:
    """[{"what", "rows", "why"}]"""
    counts = counted_house(tenant_id)
    return [
        {"what": table.label, "rows": counts[table.label], "why": why_kept(table)}
        for table in every_house_table()
        if table.label in counts and why_kept(table)
    ]
