"""One row in every table, made from the catalog alone, in a transaction that is never kept.

Rules about values (CHECK, foreign keys, exclusions, triggers) are taken away for the length of that
transaction; what is left is what the isolation tests are about: policies, grants and unique keys.
"""

from collections.abc import Iterator, Mapping

import psycopg
from psycopg import sql

from huitong.platform.rls import BRAND_POLICY, GROUP_POLICY
from tests.tidy.catalog import Relation
from tests.tidy.catalog_rules import OVER_ALL_GROUPS

SAMPLES: Mapping[str, str] = {
    "bigint": "1",
    "boolean": "false",
    "bytea": "'\\x01'",
    "date": "'2026-01-01'",
    "daterange": "'[2026-01-01,2026-02-01)'",
    "integer": "1",
    "jsonb": "'{}'",
    "numeric": "1",
    "smallint": "1",
    "text": "'a'",
    "timestamp with time zone": "'2026-01-01T00:00:00Z'",
    "tstzrange": "'[2026-01-01T00:00:00Z,2026-02-01T00:00:00Z)'",
    "uuid": "'00000000-0000-0000-0000-000000000001'",
    "xid8": "'1'",
}
VALUE_RULES = """
SELECT n.nspname, c.relname, k.conname
FROM pg_constraint AS k
JOIN pg_class AS c ON c.oid = k.conrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE k.contype IN ('c', 'f', 'x') AND k.conparentid = 0 AND k.coninhcount = 0
  AND n.nspname !~ '^(pg_|information_schema)'
ORDER BY k.contype DESC
"""
SETTINGS = tuple(
    name for name in ("group_id", "brand_ids") if f"huitong.{name}" in GROUP_POLICY + BRAND_POLICY
)


def loosen(connection: psycopg.Connection) -> None:
    """Take every rule about values, and keys over all groups, away until the transaction ends."""
    for name in OVER_ALL_GROUPS:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(*name.split("."))))
    for schema, table, constraint in connection.execute(VALUE_RULES).fetchall():
        connection.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                sql.Identifier(schema, table), sql.Identifier(constraint)
            )
        )
    connection.execute("SET LOCAL session_replication_role = replica")


def insertion(table: Relation, *, group_id: int, brand_id: int) -> sql.Composed:
    """Return the statement that puts a row of the group and brand into the table."""
    given = {"group_id": str(group_id), "brand_id": str(brand_id)}
    columns = [name for name, column in table.columns.items() if not column.computed]
    values = [given.get(name) or sample(table, name) for name in columns]
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table.schema, table.name),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.SQL(value) for value in values),
    )


def sample(table: Relation, name: str) -> str:
    kind = table.columns[name].type
    if kind.endswith("[]"):
        return "'{}'"
    assert kind in SAMPLES, f"{table.full_name}.{name}: add a sample of {kind} to SAMPLES."
    return SAMPLES[kind]


def enter(
    connection: psycopg.Connection, role: str, group_id: int | None, brand_ids: str = "*"
) -> None:
    """Take a role and a scope, as platform/db.py does; None is a forgotten scope."""
    scope = {"group_id": "" if group_id is None else str(group_id), "brand_ids": brand_ids}
    connection.execute("SELECT set_config('role', %s, true)", [role])
    for name in SETTINGS:
        connection.execute("SELECT set_config(%s, %s, true)", [f"huitong.{name}", scope[name]])


def attempts(connection: psycopg.Connection, table: Relation) -> Iterator[tuple[str, int]]:
    """Yield what came of reading, changing and deleting all rows: how many were reached.

    A verb that the role may not use at all, or nobody, yields nothing; nothing that is done stays.
    """
    name = sql.Identifier(table.schema, table.name)
    verbs = {
        "read": sql.SQL("SELECT FROM {}").format(name),
        "lock": sql.SQL("SELECT FROM {} FOR UPDATE").format(name),
        "change": sql.SQL("UPDATE {} SET group_id = group_id").format(name),
        "delete": sql.SQL("DELETE FROM {}").format(name),
    }
    for verb, statement in verbs.items():
        try:
            with connection.transaction(force_rollback=True):
                reached = connection.execute(statement).rowcount
        except (
            psycopg.errors.InsufficientPrivilege,
            # Nobody writes through a view of two tables.
            psycopg.errors.ObjectNotInPrerequisiteState,
        ):
            continue
        yield verb, reached


def refusal(connection: psycopg.Connection, statement: sql.Composed) -> str:
    """Return how the database refuses the statement, or an empty text when it does not."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UniqueViolation) as error:
        return str(error)
    return ""
