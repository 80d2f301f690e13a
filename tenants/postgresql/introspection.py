"""Which tables stand in this schema, asked by the index of what stands in a schema.

Django asks of every table of the database whether it can be seen from here, three times for a tenant's migrating: of a
thousand tenants each time 140,000 tables for the 140 that are meant.
"""

from typing import Any

from django.db.backends.postgresql.introspection import TableInfo
from django_tenants.postgresql_backend.introspection import DatabaseSchemaIntrospection

TABLES = """
SELECT c.relname,
    CASE WHEN c.relispartition THEN 'p' WHEN c.relkind IN ('m', 'v') THEN 'v' ELSE 't' END,
    obj_description(c.oid, 'pg_class')
FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = to_regnamespace(quote_ident(%s))
AND d.classid = 'pg_class'::regclass AND c.relkind IN ('f', 'm', 'p', 'r', 'v')
"""


class Introspection(DatabaseSchemaIntrospection):
    def get_table_list(self, cursor: Any) -> list[TableInfo]:
        cursor.execute(TABLES, [self.connection.schema_name])
        return [TableInfo(*row) for row in cursor.fetchall()]
