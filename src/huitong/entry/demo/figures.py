"""What the database holds after the import, beside what the source and its publishers say."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from huitong import customers, ledger, loyalty
from huitong.entry.demo.complete_journey import PUBLISHED, PUBLISHED_PRODUCTS, Totals
from huitong.loyalty.model import Asset
from huitong.org.model import ChannelAccount
from huitong.platform.db import Database, ReadTx, Role, Scope
from huitong.platform.ids import show

# order_totals: what the orders add up to, read from the tables and not from the import.
ORDER_TOTALS = """
SELECT
  count(*), count(DISTINCT h.id), count(DISTINCT h.customer_id), sum(l.paid_minor)::bigint,
  COALESCE(sum(a.member_discount), 0)::bigint, COALESCE(sum(a.coupon), 0)::bigint,
  COALESCE(sum(a.coupon_match), 0)::bigint
FROM orders.header AS h
JOIN orders.line AS l
  ON l.group_id = h.group_id AND l.bucket = h.bucket AND l.order_id = h.id
LEFT JOIN LATERAL (
  SELECT
    sum((part ->> 'amount_minor')::bigint) FILTER (WHERE part ->> 'kind' = 'member_discount')
      AS member_discount,
    sum((part ->> 'amount_minor')::bigint) FILTER (WHERE part ->> 'kind' = 'coupon') AS coupon,
    sum((part ->> 'amount_minor')::bigint) FILTER (WHERE part ->> 'kind' = 'coupon_match')
      AS coupon_match
  FROM jsonb_array_elements(l.allocations) AS part
) AS a ON l.allocations IS NOT NULL
WHERE h.channel_account_id = %(account)s
"""

# refund_totals: what came back of the orders, read from the tables and not from the import.
REFUND_TOTALS = """
SELECT count(DISTINCT r.id), COALESCE(sum(r.amount_minor), 0)::bigint
FROM orders.refund AS r
WHERE r.channel_account_id = %(account)s
"""

# product_count: what the catalogue holds.
PRODUCT_COUNT = """
SELECT count(*)
FROM catalog.sku
"""

# granted: what orders earned and how many orders did.
GRANTED = """
SELECT p.asset, count(*), sum(p.granted - p.clawed)::bigint
FROM loyalty.grant_position AS p
GROUP BY p.asset
"""

# tier_counts: members by tier.
TIER_COUNTS = """
SELECT tier, count(*)
FROM loyalty.standing
GROUP BY tier
ORDER BY count(*) DESC, tier
"""

# best_customer: whose balance to show.
BEST_CUSTOMER = """
SELECT owner_id
FROM ledger.account
WHERE asset LIKE 'points:%%'
ORDER BY balance DESC, owner_id
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the database holds; amounts in cents."""

    orders: Totals
    products: int
    granted: dict[str, int]
    tiers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure beside what it must be."""

    name: str
    found: int
    wanted: int
    source: str
    is_money: bool = False

    @property
    def agrees(self) -> bool:
        """Tell whether the figure is what it must be."""
        return self.found == self.wanted

    def __str__(self) -> str:
        """Return the line that the demo prints."""
        sign = "=" if self.agrees else "≠"
        figures = f"{self._shown(self.found):>16} {sign} {self._shown(self.wanted)}"
        return f"  {self.name:<18} {figures} ({self.source})"

    def _shown(self, value: int) -> str:
        return f"{value // 100:,}.{value % 100:02}" if self.is_money else f"{value:,}"


def measure(database: Database, scope: Scope, account: ChannelAccount) -> Figures:
    """Return what the database holds, read from the tables alone."""
    with database.reading(scope, role=Role.READER) as tx:
        found = tx.row(ORDER_TOTALS, {"account": account.id})
        returned = tx.row(REFUND_TOTALS, {"account": account.id})
        products = tx.row(PRODUCT_COUNT)
        assert found is not None, "A sum always answers."
        assert returned is not None, "A sum always answers."
        assert products is not None, "A count always answers."
        return Figures(
            orders=Totals(*(int(value or 0) for value in (*found, *returned))),
            products=int(products[0]),
            granted={row[0]: int(row[2]) for row in tx.rows(GRANTED)},
            tiers={row[0]: int(row[1]) for row in tx.rows(TIER_COUNTS)},
        )


def compare(found: Figures, totals: Totals, *, whole: bool) -> Iterator[Comparison]:
    """Yield each figure beside what it must be: as published, or as the files hold it."""
    wanted, source = (PUBLISHED, "published") if whole else (totals, "source files")
    yield Comparison("products", found.products, PUBLISHED_PRODUCTS, "published")
    yield Comparison("households", found.orders.households, wanted.households, source)
    yield Comparison("baskets", found.orders.baskets, wanted.baskets, source)
    yield Comparison("lines", found.orders.lines, wanted.lines, source)
    for name, mine, theirs in (
        ("sales", found.orders.sales_minor, wanted.sales_minor),
        ("member discount", found.orders.member_discount_minor, wanted.member_discount_minor),
        ("coupons", found.orders.coupon_minor, wanted.coupon_minor),
        ("coupon match", found.orders.coupon_match_minor, wanted.coupon_match_minor),
    ):
        yield Comparison(name, mine, theirs, source, is_money=True)
    if totals.refunds:
        refunded = found.orders.refunded_minor
        yield Comparison("refunds", found.orders.refunds, totals.refunds, "made up")
        yield Comparison("given back", refunded, totals.refunded_minor, "made up", is_money=True)


def story_of_one_member(database: Database, scope: Scope, *, now: datetime) -> Iterator[str]:
    """Yield what the member with the most points would see, and why."""
    with database.reading(scope) as tx:
        found = tx.row(BEST_CUSTOMER, {"limit": 1})
        if found is not None:
            yield from _story(tx, int(found[0]), now)


def _story(tx: ReadTx, customer_id: int, now: datetime) -> Iterator[str]:
    customer = customers.find_customers(tx, customer_ids=[customer_id])[customer_id]
    asset = Asset.POINTS.of_brand(customer.brand_id)
    (balance,) = ledger.balances(tx, [customer_id], asset=asset, now=now)
    assert customer.enrolled_at is not None, "Only a member has points."
    tier = loyalty.explain_tier(
        tx,
        customer_id=customer_id,
        brand_id=customer.brand_id,
        member_since=customer.enrolled_at,
        now=now,
    )
    yield f"Member {show('cus', customer_id)}: {balance.spendable:,} points to spend."
    step = (
        f"; {tier.growth_missing:,} more for {tier.next_tier}"
        if tier.next_tier
        else ", the highest"
    )
    yield (
        f"  Tier {tier.tier} since {tier.since:%Y-%m-%d}: growth {tier.growth:,} reached"
        f" {tier.reached_at_growth:,}{step}."
    )
