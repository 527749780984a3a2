"""Another group, another brand, or a forgotten scope sees nothing: asked in SQL, as each role.

A group of ours and a stranger's group share the database; every table holds one row of ours.
"""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from huitong.platform import rls
from huitong.platform.db import Database
from tests.tidy.catalog import STORED_VIEW, VIEW, Catalog, Relation, read_catalog
from tests.tidy.catalog_rules import ONLY_GROW, QUEUES, of_groups
from tests.tidy.repository import Breach, hold
from tests.tidy.rows import attempts, enter, insertion, loosen, refusal

OUR_GROUP = 900_001
STRANGER = 900_002
OUR_BRAND = 41
OTHER_BRAND = 42
ROLES = (rls.APP, rls.WORKER, rls.READER)
WRITERS = (rls.APP, rls.WORKER)

as_each_role = pytest.mark.parametrize("role", ROLES)
as_each_writer = pytest.mark.parametrize("role", WRITERS)


@pytest.fixture(scope="module")
def shared(database: Database) -> Iterator[psycopg.Connection]:
    """A superuser's transaction in which every table holds one row of ours; never kept."""
    with psycopg.connect(database.url) as opened, opened.transaction(force_rollback=True):
        tables = list(of_groups(read_catalog(opened)))
        loosen(opened)
        for table in tables:
            opened.execute(insertion(table, group_id=OUR_GROUP, brand_id=OUR_BRAND))
        yield opened


@pytest.fixture
def connection(shared: psycopg.Connection) -> Iterator[psycopg.Connection]:
    with shared.transaction(force_rollback=True):
        yield shared


@pytest.fixture(scope="module")
def catalog(shared: psycopg.Connection) -> Catalog:
    return read_catalog(shared)


@as_each_role
def test_a_group_sees_its_own_rows(
    connection: psycopg.Connection, catalog: Catalog, role: str
) -> None:
    enter(connection, role, OUR_GROUP)
    hold(
        table.breach(f"{role} of the group itself reads {reached} rows instead of its one.")
        for table in of_groups(catalog)
        for verb, reached in attempts(connection, table)
        if verb == "read" and reached != 1 and not is_open_queue(table, role)
    )


@as_each_role
def test_another_group_reaches_no_row(
    connection: psycopg.Connection, catalog: Catalog, role: str
) -> None:
    enter(connection, role, STRANGER)
    hold(reached_rows(connection, catalog, role))


@as_each_role
def test_a_forgotten_scope_reaches_no_row(
    connection: psycopg.Connection, catalog: Catalog, role: str
) -> None:
    enter(connection, role, None)
    hold(reached_rows(connection, catalog, role))


@as_each_role
def test_another_brand_reaches_no_row_of_ours(
    connection: psycopg.Connection, catalog: Catalog, role: str
) -> None:
    enter(connection, role, OUR_GROUP, str(OTHER_BRAND))
    hold(
        table.breach(f"{role} in the scope of another brand can {verb} {reached} of our rows.")
        for table in of_groups(catalog)
        if "brand_id" in table.columns
        for verb, reached in attempts(connection, table)
        if reached and not is_open_queue(table, role)
    )


@as_each_writer
def test_nobody_writes_a_row_for_another_group(
    connection: psycopg.Connection, catalog: Catalog, role: str
) -> None:
    enter(connection, role, STRANGER)
    hold(
        table.breach(f"{role} of another group is not refused a row of ours: {answer!r}.")
        for table in of_groups(catalog)
        if "INSERT" in table.privileges(role) and not is_open_queue(table, role)
        for answer in [refusal(connection, insertion(table, group_id=OUR_GROUP, brand_id=7))]
        if "row-level security" not in answer
    )


@as_each_writer
def test_nobody_writes_a_row_for_another_brand(
    connection: psycopg.Connection, catalog: Catalog, role: str
) -> None:
    enter(connection, role, STRANGER, str(OTHER_BRAND))
    hold(
        table.breach(f"{role} of another brand is not refused a row of ours: {answer!r}.")
        for table in of_groups(catalog)
        if "INSERT" in table.privileges(role) and "brand_id" in table.columns
        if not is_open_queue(table, role)
        for answer in [refusal(connection, insertion(table, group_id=STRANGER, brand_id=OUR_BRAND))]
        if "row-level security" not in answer
    )


@as_each_writer
def test_nobody_moves_a_row_of_their_own_to_another_group(
    connection: psycopg.Connection, catalog: Catalog, role: str
) -> None:
    writable = [
        table
        for table in of_groups(catalog)
        if "UPDATE" in table.privileges(role) and not is_open_queue(table, role)
    ]
    for table in writable:
        connection.execute(insertion(table, group_id=STRANGER, brand_id=OUR_BRAND))
    enter(connection, role, STRANGER)
    hold(
        table.breach(f"{role} of another group could move a row of its own to us: {answer!r}.")
        for table in writable
        for answer in [refusal(connection, moving(table))]
        if "row-level security" not in answer
    )


@as_each_writer
def test_a_taken_key_of_ours_is_free_for_another_group(
    connection: psycopg.Connection, catalog: Catalog, role: str
) -> None:
    enter(connection, role, STRANGER)
    hold(
        table.breach(f"A key of ours is refused to another group, which tells of us: {answer}")
        for table in of_groups(catalog)
        if "INSERT" in table.privileges(role)
        for answer in [refusal(connection, insertion(table, group_id=STRANGER, brand_id=OUR_BRAND))]
        if answer
    )


def test_the_same_key_twice_in_one_group_is_refused(
    connection: psycopg.Connection, catalog: Catalog
) -> None:
    # Without this, the test above could not fail: the twin must differ in its group alone.
    hold(
        table.breach("A twin of its row is not refused; the sample row does not meet its key.")
        for table in of_groups(catalog)
        if "violates unique constraint"
        not in refusal(connection, insertion(table, group_id=OUR_GROUP, brand_id=OUR_BRAND))
    )


@as_each_role
def test_another_group_sees_nothing_through_views(
    connection: psycopg.Connection, catalog: Catalog, role: str
) -> None:
    enter(connection, role, STRANGER)
    hold(
        view.breach(f"{role} of another group reads {reached} rows of ours through it.")
        for view in catalog.relations.values()
        if view.kind in {VIEW, STORED_VIEW}
        for verb, reached in attempts(connection, view)
        if verb == "read" and reached
    )


@as_each_role
def test_no_role_reaches_a_partition_itself(
    connection: psycopg.Connection, catalog: Catalog, role: str
) -> None:
    enter(connection, role, OUR_GROUP)
    hold(
        partition.breach(f"{role} may {verb} it directly, where no policy is asked.")
        for partition in catalog.relations.values()
        if partition.partition and partition.is_table
        for verb, _ in attempts(connection, partition)
    )


def test_a_table_that_only_grows_refuses_even_a_superuser(
    connection: psycopg.Connection, catalog: Catalog
) -> None:
    connection.execute("SET LOCAL session_replication_role = origin")
    hold(
        catalog.relations[name].breach(f"A superuser could {verb} a row of it; a trigger refuses.")
        for name in sorted(ONLY_GROW & catalog.relations.keys())
        for verb in verbs_let_through(connection, catalog.relations[name])
    )


def verbs_let_through(connection: psycopg.Connection, table: Relation) -> Iterator[str]:
    name = sql.Identifier(table.schema, table.name)
    verbs = {
        "change": sql.SQL("UPDATE {} SET group_id = group_id"),
        "delete": sql.SQL("DELETE FROM {}"),
        "truncate": sql.SQL("TRUNCATE {} CASCADE"),
    }
    for verb, statement in verbs.items():
        try:
            with connection.transaction(force_rollback=True):
                connection.execute(statement.format(name))
        except (psycopg.errors.RaiseException, psycopg.errors.RestrictViolation):
            continue
        yield verb


def reached_rows(connection: psycopg.Connection, catalog: Catalog, role: str) -> Iterator[Breach]:
    for table in of_groups(catalog):
        for verb, reached in attempts(connection, table):
            if reached and not is_open_queue(table, role):
                yield table.breach(f"{role} outside the group can {verb} {reached} of our rows.")


def moving(table: Relation) -> sql.Composed:
    statement = sql.SQL("UPDATE {} SET group_id = {} WHERE group_id = {}")
    name = sql.Identifier(table.schema, table.name)
    return statement.format(name, sql.Literal(OUR_GROUP + 9), sql.Literal(STRANGER))


def is_open_queue(table: Relation, role: str) -> bool:
    """Say whether the role sees all groups here by decision: the worker, in the queues."""
    return role == rls.WORKER and table.full_name in QUEUES
