"""Each new kind end to end, from a CSV file to what it changes; packages too."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from huitong import catalog, orders, signals
from huitong.channels.model import RecordKind
from huitong.customers.model import CUSTOMER_PREFIX
from huitong.loyalty.model import Asset
from huitong.platform.auth import Permission
from huitong.platform.ids import show
from tests.entry.make import make_client, make_platform, make_token
from tests.kinds.brand import Brand, counts

ORDERS = (
    "order_no,ordered_at,paid_at,status,list_minor,paid_minor,parties.buyer.pos_card,"
    "lines.line_id,lines.sku,lines.quantity,lines.list_minor,lines.paid_minor\n"
    "O1,2026-02-01T10:00:00Z,2026-02-01T10:00:00Z,shipped,30000,30000,C1,1,S1,2,20000,20000\n"
    "O1,2026-02-01T10:00:00Z,2026-02-01T10:00:00Z,shipped,30000,30000,C1,2,S2,1,10000,10000\n"
)
PACKAGES = "package_no,order_no,lines.line_id,lines.quantity,shipped_at,signed_at\n"
FIRST = "P1,O1,1,1,2026-02-02T10:00:00Z,2026-02-04T10:00:00Z\n"
SECOND = (
    "P2,O1,1,1,2026-02-03T10:00:00Z,2026-02-06T10:00:00Z\n"
    "P2,O1,2,1,2026-02-03T10:00:00Z,2026-02-06T10:00:00Z\n"
)
SIGNED_AT = datetime(2026, 2, 6, 10, tzinfo=UTC)


class TestFulfilment:
    def test_an_order_is_completed_when_its_last_piece_is_signed_for(self, brand: Brand) -> None:
        brand.takes(RecordKind.ORDER, ORDERS)
        assert brand.points().pending == 300
        assert counts(brand.takes(RecordKind.FULFILMENT, PACKAGES + FIRST, by_depot=True)) == (
            1,
            0,
            0,
        )
        assert brand.points().pending == 300
        report = brand.takes(RecordKind.FULFILMENT, PACKAGES + FIRST + SECOND, by_depot=True)
        assert counts(report) == (1, 1, 0)
        # Seven days after the last signature, which is long ago by now.
        assert (brand.points().pending, brand.points().spendable) == (0, 300)
        with brand.database.reading(brand.scope) as tx:
            (number,) = orders.find_by_numbers(tx, [(brand.shop.id, "O1")]).values()
            assert orders.snapshots_of(tx, [number])[number].completed_at == SIGNED_AT
            (shown,) = orders.show(tx, [number])
        assert sorted(one.package_no for one in shown.packages) == ["P1", "P2"]

    def test_packages_wait_for_their_order_and_complete_it_then(self, brand: Brand) -> None:
        report = brand.takes(RecordKind.FULFILMENT, PACKAGES + FIRST + SECOND, by_depot=True)
        assert counts(report) == (2, 0, 0)
        brand.takes(RecordKind.ORDER, ORDERS)
        assert brand.points().spendable == 300

    def test_a_package_without_lines_is_the_whole_order(self, brand: Brand) -> None:
        brand.takes(RecordKind.ORDER, ORDERS)
        brand.takes(
            RecordKind.FULFILMENT,
            "package_no,order_no,signed_at\nP1,O1,2026-02-06T10:00:00Z\n",
            by_depot=True,
        )
        assert brand.points().spendable == 300

    def test_a_package_of_a_line_that_was_never_sold_is_refused(self, brand: Brand) -> None:
        brand.takes(RecordKind.ORDER, ORDERS)
        wrong = "P9,O1,7,1,2026-02-02T10:00:00Z,2026-02-04T10:00:00Z\n"
        report = brand.takes(RecordKind.FULFILMENT, PACKAGES + FIRST + wrong, by_depot=True)
        assert (counts(report), report.refusals) == ((1, 0, 1), {"orders.unknown_line": 1})

    def test_whoever_only_ships_sells_nothing(self, brand: Brand) -> None:
        report = brand.takes(RecordKind.ORDER, ORDERS, by_depot=True)
        assert (counts(report), report.refusals) == ((0, 0, 1), {"channels.fulfilment_only": 1})
        with brand.database.reading(brand.scope) as tx:
            assert orders.find_by_numbers(tx, [(brand.depot.id, "O1")]) == {}


class TestSignals:
    def test_a_file_of_signals_makes_a_timeline(self, brand: Brand) -> None:
        text = (
            "event_id,kind,occurred_at,identifiers.pos_card,subject.sku,properties.page\n"
            "E1,view,2026-02-01T10:00:00Z,C1,S1,home\n"
            "E2,add_to_cart,2026-02-01T10:05:00Z,C1,S1,\n"
            "E3,view,2026-02-01T10:05:00Z,,S2,\n"
            "E4,Odd Kind,2026-02-01T10:05:00Z,C1,S2,\n"
        )
        report = brand.takes(RecordKind.SIGNAL, text)
        assert (counts(report), report.refusals) == ((3, 0, 1), {"channels.unreadable": 1})
        with brand.database.transaction(brand.scope, now=brand.now) as tx:
            found = signals.timeline(tx, brand.customer_id(tx))
        assert [(one.kind, one.sku) for one in found] == [("add_to_cart", "S1"), ("view", "S1")]

    def test_the_timeline_comes_in_pages_over_http(self, brand: Brand) -> None:
        head = "event_id,kind,occurred_at,identifiers.pos_card\n"
        rows = [f"E{one},view,2026-02-0{one}T10:00:00Z,C1\n" for one in range(1, 6)]
        brand.takes(RecordKind.SIGNAL, head + "".join(rows))
        client = make_client(make_platform(brand.database))
        group_id = brand.scope.group_id
        client.headers.update(make_token(brand.database, group_id, Permission.SIGNALS_READ))
        with brand.database.transaction(brand.scope, now=brand.now) as tx:
            customer = show(CUSTOMER_PREFIX, brand.customer_id(tx))
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(3):
            wanted = {"limit": "2", "kind": "view"} | ({"cursor": cursor} if cursor else {})
            page = client.get(f"/v1/customers/{customer}/signals", params=wanted).json()
            seen += [one["occurred_at"][:10] for one in page["items"]]
            cursor = page["next_cursor"]
        assert seen == [f"2026-02-0{one}" for one in (5, 4, 3, 2, 1)]
        assert cursor is None


class TestStock:
    def test_one_file_holds_many_stores_and_days_of_one_item(self, brand: Brand) -> None:
        text = (
            "sku,store,day,quantity,cost_minor\n"
            "S1,n,2026-02-01,5,50000\n"
            "S1,n,2026-02-02,4,40000\n"
            "S1,gone,2026-02-02,4,40000\n"
        )
        report = brand.takes(RecordKind.STOCK, text)
        assert (counts(report), report.refusals) == ((2, 0, 1), {"catalog.unknown_store": 1})
        with brand.database.reading(brand.scope) as tx:
            days = [date(2026, 2, 1), date(2026, 2, 2)]
            found = [catalog.stocks_on(tx, brand_id=brand.brand.id, day=day) for day in days]
        assert [[one.quantity for one in day] for day in found] == [[5], [4]]
        assert counts(brand.takes(RecordKind.STOCK, text))[1] == 2


class TestOpenings:
    def test_rows_of_one_member_are_the_lots_of_one_opening(self, brand: Brand) -> None:
        text = (
            "opening_no,kind,identifiers.pos_card,as_of,lines.amount,lines.expires_at\n"
            "C1,points,C1,2026-03-01T00:00:00Z,100,2026-12-31T16:00:00Z\n"
            "C1,points,C1,2026-03-01T00:00:00Z,50,2027-12-31T16:00:00Z\n"
            "C1,growth,C1,2026-03-01T00:00:00Z,800,\n"
        )
        report = brand.takes(RecordKind.OPENING, text)
        assert (report.records, counts(report)) == (2, (2, 0, 0))
        found = brand.points()
        assert (found.spendable, found.next_expiry_amount) == (150, 100)
        assert brand.points(Asset.GROWTH).balance == 800
        assert counts(brand.takes(RecordKind.OPENING, text)) == (0, 2, 0)
        assert brand.points().spendable == 150

    def test_the_older_systems_own_headings_need_a_mapping_and_no_more(self, brand: Brand) -> None:
        mapping = (
            "kind: opening\nname: old club\nzone: Asia/Shanghai\nfields:\n"
            "  opening_no: 卡号\n  identifiers.pos_card: 卡号\n  kind: {const: points}\n"
            "  as_of: {const: '2026-03-01T00:00:00+08:00'}\n  lines.amount: 积分\n"
            "  lines.expires_at: {column: 到期日, format: '%Y-%m-%d'}\n"
        )
        text = "卡号,积分,到期日\nC1,100,2026-12-31\nC1,20,2027-06-30\nC9,5,2027-06-30\n"
        report = brand.takes(RecordKind.OPENING, text, mapping=mapping)
        told = counts(report), report.refusals
        assert told == ((1, 0, 1), {"loyalty.opening_of_no_member": 1})
        assert brand.points().spendable == 120

    def test_the_inbox_keeps_no_readable_member_number(self, brand: Brand) -> None:
        text = (
            "opening_no,kind,identifiers.pos_card,as_of,lines.amount\n"
            "C1,points,C1,2026-03-01T00:00:00Z,100\n"
        )
        brand.takes(RecordKind.OPENING, text)
        with brand.database.reading(brand.scope) as tx:
            sql = "SELECT external_id FROM channels.record WHERE kind = 'opening'"
            keys: Sequence[Sequence[str]] = tx.rows(sql)
        assert len(keys) == 1
        assert "C1" not in keys[0][0]
