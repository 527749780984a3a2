"""A dry run sums a file up and holds it against the database, and writes nothing."""

from datetime import datetime
from pathlib import Path

import pytest

from huitong import org
from huitong.channels.connectors.file import Import, check_file, import_file
from huitong.channels.model import RecordKind, Standing
from huitong.entry import wiring
from huitong.org.model import ChannelAccount
from huitong.platform.db import Database, Scope
from tests.door.reading import ORDER_HEAD, csv_of, order_row

COUNTS = """
SELECT (SELECT count(*) FROM channels.delivery), (SELECT count(*) FROM channels.record),
  (SELECT count(*) FROM orders.header)
"""


@pytest.fixture
def account(database: Database, group_id: int, now: datetime) -> ChannelAccount:
    with database.transaction(Scope(group_id), now=now) as tx:
        made = org.set_up(
            tx, name="Group", brand="main", accounts=[("pos", "main")], stores=["S1"], now=now
        )
    return made.accounts[0]


def orders_file(folder: Path, name: str, *orders: tuple[str, str, str]) -> Path:
    """Write orders of (number, SKU, store) as CSV."""
    head = ",".join([*ORDER_HEAD, "store"])
    rows = [
        ",".join(map(str, [*order_row(number)[:6], sku, *order_row(number)[7:], store]))
        for number, sku, store in orders
    ]
    path = folder / name
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


class TestDryRun:
    def test_it_says_what_is_new_changed_known_and_unknown(
        self, database: Database, account: ChannelAccount, now: datetime, tmp_path: Path
    ) -> None:
        scope = Scope(account.group_id)
        products = tmp_path / "products.csv"
        products.write_text("sku,spu,name\nSHIRT,SHIRT,Shirt\n", encoding="utf-8")
        before = orders_file(tmp_path, "before.csv", ("A1", "SHIRT", "S1"), ("A2", "SHIRT", "S1"))
        for kind, path in ((RecordKind.PRODUCT, products), (RecordKind.ORDER, before)):
            import_file(
                database,
                scope,
                Import(path, kind, account),
                appliers=wiring.APPLY[kind],
                clock=lambda: now,
            )
        with database.reading(scope) as tx:
            counted = tx.row(COUNTS)
        path = orders_file(
            tmp_path,
            "after.csv",
            ("A1", "SHIRT", "S1"),
            ("A2", "SOCKS", "S1"),
            ("A3", "SOCKS", "S9"),
            ("A4", "SHIRT", "S1"),
        )
        found = check_file(Import(path, RecordKind.ORDER, account), database=database)
        assert found.standings == {Standing.KNOWN: 1, Standing.CHANGED: 1, Standing.NEW: 2}
        assert found.unknown_skus == {"SOCKS": 2}
        assert found.unknown_stores == {"S9": 1}
        assert (found.amounts["list_minor"], found.amounts["paid_minor"]) == (400, 360)
        assert (found.report.records, found.report.refused) == (4, 0)
        with database.reading(scope) as tx:
            assert tx.row(COUNTS) == counted
        assert not list(tmp_path.glob("*.rejects.csv"))

    def test_it_names_the_first_rows_of_each_reason(
        self, account: ChannelAccount, tmp_path: Path
    ) -> None:
        rows = [order_row(f"A{at}", quantity=-1 if at % 2 else 1) for at in range(20)]
        path = tmp_path / "x.csv"
        path.write_text(csv_of(*rows), encoding="utf-8")
        found = check_file(Import(path, RecordKind.ORDER, account))
        assert found.first_rows == {"channels.unreadable": (3, 5, 7, 9, 11)}
        assert (found.report.applied, found.report.refused) == (10, 10)
        assert found.standings is None
