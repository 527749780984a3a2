"""Each promise is broken on purpose, as only a superuser can, and `verify` finds and names it."""

from collections.abc import Iterator
from datetime import datetime

import psycopg
import pytest

from huitong import ledger
from huitong.ledger import Invariant
from huitong.platform.db import Database, Role, Scope
from tests.ledger.make import OTHER, OWNER, POINTS, Ledger

GROUP = 900_001

# What is broken, and by what.
BREAKS = {
    Invariant.I1: "UPDATE ledger.entry SET amount = amount + 1 WHERE account_id IS NULL",
    Invariant.I2: "UPDATE ledger.entry SET amount = amount + 1 WHERE version = 1",
    Invariant.I3: "UPDATE ledger.lot SET remaining = remaining - 1 WHERE remaining > 1",
    Invariant.I4: "UPDATE ledger.lot_use SET amount = amount + 1 WHERE kind = 'spend'",
    Invariant.I5: "UPDATE ledger.hold SET state = 'released' WHERE state = 'open'",
    Invariant.I6: "UPDATE ledger.account SET balance = -5 WHERE asset = 'points:1'",
    Invariant.I7: (
        "UPDATE ledger.operation SET result = replace(result::text, '3130', '3131')::bytea"
    ),
    Invariant.I8: "UPDATE ledger.entry SET balance_after = balance_after + 1 WHERE version = 2",
    Invariant.I10: "UPDATE ledger.lot SET activates_at = activates_at + interval '1 day'",
    Invariant.I11: "UPDATE ledger.lot SET clawed = clawed + 1 WHERE clawed > 0",
    Invariant.I14: (
        "UPDATE ledger.entry SET amount = amount + 1 WHERE side = 'moved' AND version IS NOT NULL"
        " AND amount > 0"
    ),
}

CHANGES = [
    "UPDATE ledger.{} SET bucket = bucket",
    "DELETE FROM ledger.{}",
    "TRUNCATE ledger.{} CASCADE",
]
REFUSED_BY_CHECK = [
    "UPDATE ledger.account SET balance = held + floor - 1",
    "UPDATE ledger.account SET held = -1",
    "UPDATE ledger.lot SET remaining = amount + 1",
    "UPDATE ledger.lot SET held = remaining + 1",
    "UPDATE ledger.lot SET clawed = amount + 1",
]
REFUSED_BY_KEY = [
    """
    INSERT INTO ledger.operation
    SELECT o.group_id, o.bucket, o.id + 4096, o.key, o.kind, o.owner_id, o.request_hash, o.result,
           o.occurred_at, o.recorded_at, o.source_kind, o.source_id, NULL
    FROM ledger.operation AS o
    """,
    """
    INSERT INTO ledger.entry
    SELECT e.group_id, e.bucket, e.operation_id, e.place + 50, e.asset, e.side, e.amount,
           e.account_id, e.version, e.balance_after
    FROM ledger.entry AS e
    """,
]


@pytest.fixture
def lively(fresh_database: Database, now: datetime) -> Database:
    """Return a database in which every kind of row is there, and sound."""
    with fresh_database.transaction(Scope(GROUP), now=now) as tx:
        books = Ledger(tx, now)
        books.grant(100, source_id=1)
        books.grant(10, owner=OTHER)
        books.do(ledger.Spend(POINTS, 30))
        books.do(ledger.Hold(POINTS, 20, "basket", None))
        books.do(ledger.ClawBack(POINTS, 40, 1))
        ledger.reassign(tx, source=OTHER, target=OWNER, key="merge", now=now)
        assert not books.breaches()
    return fresh_database


@pytest.fixture
def superuser(lively: Database) -> Iterator[psycopg.Connection]:
    """Return a connection that no trigger, no check and no policy stops."""
    with psycopg.connect(lively.url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("ALTER TABLE ledger.account DROP CONSTRAINT account_above_floor")
        connection.execute("ALTER TABLE ledger.lot DROP CONSTRAINT lot_clawed_within_grant")
        yield connection


def breaches(database: Database) -> list[ledger.Breach]:
    with database.reading(Scope(GROUP), role=Role.READER) as tx:
        return list(ledger.verify(tx))


@pytest.mark.parametrize("invariant", BREAKS, ids=str)
def test_a_broken_promise_is_found_and_named(
    lively: Database, superuser: psycopg.Connection, invariant: Invariant
) -> None:
    broken = superuser.execute(BREAKS[invariant].encode())
    assert broken.rowcount > 0
    found = breaches(lively)
    assert invariant in {breach.invariant for breach in found}
    assert all(breach.found and breach.subject_id for breach in found)


def test_a_guard_that_is_switched_off_is_found(
    lively: Database, superuser: psycopg.Connection
) -> None:
    superuser.execute("ALTER TABLE ledger.entry_3 DISABLE TRIGGER ALL")
    (breach,) = breaches(lively)
    assert breach.invariant is Invariant.I9
    assert "entry_3" in breach.found


def test_a_grant_that_would_allow_changes_is_found(
    lively: Database, superuser: psycopg.Connection
) -> None:
    superuser.execute("GRANT UPDATE ON ledger.lot_use TO huitong_app")
    (breach,) = breaches(lively)
    assert breach.invariant is Invariant.I9
    assert "lot_use" in breach.found


def test_a_lost_account_is_found(lively: Database, superuser: psycopg.Connection) -> None:
    superuser.execute("DELETE FROM ledger.account")
    assert Invariant.I2 in {breach.invariant for breach in breaches(lively)}


def test_another_groups_breach_is_not_shown(
    lively: Database, superuser: psycopg.Connection
) -> None:
    superuser.execute(BREAKS[Invariant.I1].encode())
    with lively.reading(Scope(GROUP + 1)) as tx:
        assert not list(ledger.verify(tx))


class TestGuards:
    """The database's own half of each promise: what nobody but a superuser gets past."""

    @pytest.mark.parametrize("table", ["operation", "entry", "lot_use", "hold_lot"])
    @pytest.mark.parametrize("change", CHANGES)
    def test_not_even_the_owner_of_the_tables_changes_what_was_written(
        self, superuser: psycopg.Connection, table: str, change: str
    ) -> None:
        superuser.execute("SET session_replication_role = origin")
        # Row-level security would hide the rows from the owner; the guard must do it alone.
        superuser.execute("SET ROLE huitong_owner")
        superuser.execute("SET row_security = off")
        with pytest.raises(psycopg.errors.RestrictViolation, match="never changed"):
            superuser.execute(change.format(table).encode())

    def test_entries_that_do_not_sum_to_zero_are_refused(
        self, superuser: psycopg.Connection
    ) -> None:
        superuser.execute("SET session_replication_role = origin")
        row = """
            INSERT INTO ledger.entry (group_id, bucket, operation_id, place, asset, side, amount)
            VALUES (%s, 1, 4097, 0, 'points:1', 'granted', 5)
        """
        with pytest.raises(psycopg.errors.CheckViolation, match="do not sum to zero"):
            superuser.execute(row.encode(), [GROUP])

    @pytest.mark.parametrize("change", REFUSED_BY_CHECK)
    def test_a_check_refuses_what_breaks_a_promise(self, lively: Database, change: str) -> None:
        with (
            psycopg.connect(lively.url) as connection,
            pytest.raises(psycopg.errors.CheckViolation),
        ):
            connection.execute(change.encode())

    @pytest.mark.parametrize("change", REFUSED_BY_KEY)
    def test_a_key_refuses_a_second_operation_and_a_second_version(
        self, lively: Database, change: str
    ) -> None:
        with (
            psycopg.connect(lively.url) as connection,
            pytest.raises(psycopg.errors.UniqueViolation),
        ):
            connection.execute(change.encode())
