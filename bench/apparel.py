"""A made-up clothes retailer of any size, in the shape of the lake: seeded, the same every time.

Every customer has tastes (a shoe size, a colour, a store, a channel, …) that most of their lines
follow and some do not, so that preferences are there to be found and support is sometimes missing.
Orders follow a power law; some lines come back. DuckDB makes it from hashes of numbers.
"""
# ruff: noqa: S608 - The statements are made of numbers and names of ours.

from dataclasses import dataclass
from pathlib import Path

import duckdb

from huitong.entry.published import CATALOGUE
from huitong.platform.lake import engine

ITEMS = 3_000
STORES = 60
LAST_DAY = "2026-03-01"
CITIES = (
    "上海",
    "北京",
    "杭州",
    "成都",
    "苏州",
    "佛山",
    "无锡",
    "洛阳",
    "桂林",
    "赣州",
    "深圳",
    "南京",
)
PLATFORMS = ("tmall", "jd", "youzan", "douyin", "pos")
PAYMENTS = ("wechat", "alipay", "card", "cash", "points")
CATEGORIES = (
    "女装/上衣/衬衫", "女装/上衣/大衣", "女装/下装/半身裙", "女鞋/单鞋", "男装/上衣/T恤",
    "男装/下装/牛仔裤", "男鞋/靴子", "童装/上衣/卫衣",
)  # fmt: skip
COLOURS = ("黑色", "白色", "灰色", "藏青", "米色", "棕色", "粉色", "酒红", "蓝色", "墨绿")
MATERIALS = ("纯棉", "羊毛", "羽绒", "牛皮革", "真丝", "亚麻", "涤纶", "牛仔布")
SERIES = ("都市", "度假", "运动", "经典", "联名", "基础")
SEASONS = ("spring", "summer", "autumn", "winter")
LETTERS = ("XS", "S", "M", "L", "XL", "XXL")


@dataclass(frozen=True, slots=True)
class Apparel:
    """How large the retailer is: customers, and about ten lines for each."""

    customers: int
    seed: int = 1

    def make(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the lake's tables in a connection."""
        run = connection.execute
        run("SET TimeZone = 'UTC'")
        for name, values in (
            ("city", CITIES), ("platform", PLATFORMS), ("payment", PAYMENTS),
            ("category", CATEGORIES), ("colour", COLOURS), ("material", MATERIALS),
            ("series", SERIES), ("season", SEASONS), ("letter", LETTERS),
        ):  # fmt: skip
            listed = ", ".join(f"'{value}'" for value in values)
            run(
                f"CREATE OR REPLACE MACRO {name}(x)"
                f" AS list_extract([{listed}], CAST(x % {len(values)} AS INTEGER) + 1)"
            )
        # A number from 0 to below n, by a hash of what is given: chance that does not change.
        run(f"CREATE OR REPLACE MACRO chance(what, i, n) AS hash(what, i, {self.seed}) % n")
        for sql in TABLES:
            run(sql.format(customers=self.customers, items=ITEMS, stores=STORES, last=LAST_DAY))

    def write(self, folder: Path) -> None:
        """Write the tables as Parquet, sorted as the lake's are."""
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(folder / "stage.duckdb")) as connection:
            connection.execute("SET memory_limit = '5GB'; SET preserve_insertion_order = false")
            self.make(connection)
            for name, order in SORTED.items():
                path = folder / f"{name}.parquet"
                connection.execute(
                    f"COPY (SELECT * FROM {name} ORDER BY {order}) TO '{path}'"
                    " (FORMAT parquet, COMPRESSION zstd)"
                )
        (folder / "stage.duckdb").unlink()


def opened(folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Define a view for each written table."""
    for name in SORTED:
        path = folder / f"{name}.parquet"
        connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
    engine.define_macros(connection, CATALOGUE.macros)


SORTED = {
    "customers": "bucket, id",
    "orders": "bucket, customer_id, ordered_at, id",
    "lines": "bucket, order_id, place",
    "payments": "bucket, order_id, place",
    "refunds": "bucket, order_id",
    "order_classes": "order_id",
    "customer_classes": "customer_id",
    "standings": "customer_id",
    "skus": "id",
    "accounts": "id",
}

TABLES = (
    """
CREATE OR REPLACE TABLE skus AS
SELECT i AS id, 'S' || i AS code, i // 4 AS product_id, 'P' || (i // 4) AS spu, 'item' AS name,
  string_split(category(i), '/') AS category, NULL::VARCHAR AS brand_label,
  series(chance('series', i // 4, 100)) AS series, season(chance('season', i // 4, 100)) AS season,
  CAST(2023 + chance('year', i // 4, 4) AS SMALLINT) AS year,
  colour(chance('colour', i, 1000)) AS colour,
  CASE WHEN category(i) LIKE '%鞋%' THEN CAST(34 + chance('size', i, 11) AS VARCHAR)
    ELSE letter(chance('size', i, 1000)) END AS size,
  material(chance('material', i // 4, 1000)) AS material,
  CAST(5000 + chance('price', i // 4, 1500) * 100 AS BIGINT) AS list_price_minor,
  NULL::BIGINT AS cost_minor
FROM range(1, {items} + 1) AS items(i)
""",
    """
CREATE OR REPLACE TABLE accounts AS
SELECT i + 1 AS id, platform(i) AS platform, 'A' || i AS code, NULL::BIGINT AS store_id,
  true AS sees_orders, true AS books_revenue, true AS earns, false AS fulfilment_only
FROM range(5) AS accounts(i)
""",
    # Tastes stand beside the customer; the lake's columns come from a view of it.
    """
CREATE OR REPLACE TABLE tastes AS
SELECT CAST(i << 12 | (hash(i) & 4095) AS BIGINT) AS id, i AS no,
  CAST(chance('shoe', i, 11) AS INTEGER) AS size_taste, chance('taste', i, {items}) AS item_taste,
  chance('channel', i, 5) + 1 AS account, chance('store', i, {stores}) AS store,
  chance('city', i, 12) AS city, chance('pay', i, 5) AS pay, chance('hour', i, 14) + 8 AS hour,
  CAST(least(floor(pow(1.0 / (1 - chance('many', i, 9999) / 10000.0), 0.62)), 60) AS INTEGER)
    AS orders
FROM range({customers}) AS customers(i)
""",
    """
CREATE OR REPLACE TABLE customers AS
SELECT CAST(id & 4095 AS SMALLINT) AS bucket, id, 'member' AS status,
  CAST(TIMESTAMP '2022-01-01' + to_days(CAST(chance('enrol', no, 1400) AS INTEGER)) AS TIMESTAMPTZ)
    AS enrolled_at,
  NULL::BIGINT AS merged_into, false AS is_erased, 'store' || store AS store,
  NULL::VARCHAR AS touchpoint, NULL::VARCHAR AS guide,
  CAST(TIMESTAMP '2022-01-01' AS TIMESTAMPTZ) AS recorded_at, 1::BIGINT AS changed_xid
FROM tastes
""",
    """
CREATE OR REPLACE TABLE bought AS
SELECT t.*, n, t.no * 64 + n AS order_no_of,
  CAST((t.no * 64 + n) << 12 | (t.id & 4095) AS BIGINT) AS order_id,
  TIMESTAMP '{last}' - to_days(CAST(floor(pow(chance('day', t.no * 64 + n, 10000) / 10000.0, 1.7)
    * 1000) AS INTEGER))
    + to_hours(CAST((t.hour + chance('when', t.no * 64 + n, 3)) % 24 AS INTEGER))
    + to_seconds(CAST(chance('second', t.no * 64 + n, 3600) AS INTEGER)) AS moment,
  CAST(1 + chance('lines', t.no * 64 + n, 7) AS INTEGER) AS lines
FROM tastes AS t, unnest(range(t.orders)) AS orders(n)
""",
    """
CREATE OR REPLACE TABLE lines AS
SELECT CAST(b.id & 4095 AS SMALLINT) AS bucket, b.order_id, CAST(l AS VARCHAR) AS line_id,
  CAST(l AS SMALLINT) AS place, 'S' || i.id AS sku,
  CAST(1 + CAST(chance('two', b.order_no_of * 8 + l, 8) = 0 AS INTEGER) AS BIGINT) AS quantity,
  i.list_price_minor AS list_minor,
  CAST(i.list_price_minor * (100 - 8 * chance('off', b.no, 7)) // 100 AS BIGINT) AS paid_minor,
  CAST(chance('back', b.order_no_of * 8 + l, 11) = 0 AS BIGINT) AS refunded_quantity,
  CASE WHEN chance('back', b.order_no_of * 8 + l, 11) = 0
    THEN i.list_price_minor * (100 - 8 * chance('off', b.no, 7)) // 200 ELSE 0 END
    AS refunded_minor,
  'completed' AS status, NULL::VARCHAR AS store,
  CASE WHEN chance('coupon', b.order_no_of * 8 + l, 10) < chance('coupons', b.no, 10)
    AND chance('any', b.no, 5) = 0
    THEN '[{{"kind":"coupon","bearer":"brand","amount_minor":500}}]' END AS allocations,
  2::BIGINT AS changed_xid
FROM bought AS b, unnest(range(b.lines)) AS lines(l)
JOIN skus AS i ON i.id = 1 + CASE WHEN chance('true', b.order_no_of * 8 + l, 10) < 7
  THEN (b.item_taste + 8 * chance('near', b.order_no_of * 8 + l, 5)) % {items}
  ELSE chance('item', b.order_no_of * 8 + l, {items}) END
""",
    """
CREATE OR REPLACE TABLE orders AS
SELECT CAST(b.id & 4095 AS SMALLINT) AS bucket, b.order_id AS id,
  CAST(CASE WHEN chance('other', b.order_no_of, 5) = 0 THEN 1 + chance('account', b.order_no_of, 5)
    ELSE b.account END AS BIGINT) AS channel_account_id, 'O' || b.order_no_of AS order_no,
  'normal' AS kind, 'completed' AS status, b.id AS customer_id,
  'store' || CASE WHEN chance('else', b.order_no_of, 4) = 0
    THEN chance('place', b.order_no_of, {stores}) ELSE b.store END AS store,
  timezone('Asia/Shanghai', b.moment) AS ordered_at, timezone('Asia/Shanghai', b.moment) AS paid_at,
  sums.list_minor, sums.list_minor - sums.paid_minor AS discount_minor, 0::BIGINT AS freight_minor,
  sums.paid_minor, city(b.city + CAST(chance('gift', b.order_no_of, 6) = 0 AS INTEGER)
    * chance('where', b.order_no_of, 12)) AS receiver_city, false AS is_erased,
  timezone('Asia/Shanghai', b.moment) AS recorded_at, 2::BIGINT AS changed_xid
FROM bought AS b
JOIN (
  SELECT order_id, CAST(sum(list_minor) AS BIGINT) AS list_minor,
    CAST(sum(paid_minor) AS BIGINT) AS paid_minor
  FROM lines
  GROUP BY order_id
) AS sums USING (order_id)
""",
    """
CREATE OR REPLACE TABLE payments AS
SELECT CAST(id & 4095 AS SMALLINT) AS bucket, b.order_id, 0::SMALLINT AS place,
  payment(CASE WHEN chance('paid', b.order_no_of, 5) = 0 THEN chance('by', b.order_no_of, 5)
    ELSE b.pay END) AS kind, 1::BIGINT AS amount_minor, NULL::TIMESTAMPTZ AS paid_at,
  2::BIGINT AS changed_xid
FROM bought AS b
""",
    """
CREATE OR REPLACE TABLE refunds AS
SELECT bucket, order_id AS id, order_id, 'done' AS status,
  CAST(sum(refunded_minor) AS BIGINT) AS amount_minor
FROM lines
WHERE refunded_minor > 0
GROUP BY bucket, order_id
""",
    """
CREATE OR REPLACE TABLE order_classes AS
SELECT 1::BIGINT AS order_id, '' AS class, false AS is_withdrawn
WHERE false
""",
    """
CREATE OR REPLACE TABLE customer_classes AS
SELECT 1::BIGINT AS customer_id, '' AS class, false AS is_withdrawn,
  NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_until
WHERE false
""",
    """
CREATE OR REPLACE TABLE standings AS
SELECT 1::BIGINT AS customer_id, '' AS tier
WHERE false
""",
)
