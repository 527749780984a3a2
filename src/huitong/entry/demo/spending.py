"""Points that the demo's members use: invented, as the data knows no points.

Three households in ten use the full hundreds that they have at one of their later baskets. Some
whose last basket of the year comes back had used all their points by then, to the last one: they
owe what the return takes back. They are spent between the orders and the refunds, as such a debt
arises only where the points were gone first.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from huitong import ledger, loyalty
from huitong.loyalty.model import Asset
from huitong.loyalty.operations.spending import Spending
from huitong.platform.db import Database, Scope, Tx
from huitong.platform.errors import Ok

ACTOR = "demo"
REASON = "积分抵现"
ROUND_POINTS = 100
# Of a hundred households; and of a hundred whose last basket comes back.
USE_POINTS = 30
USE_ALL = 50
MINUTES_AFTER_BASKET = 10

# uses_of_points: beside which basket points are used, and how many at most had been taken back of
# what was bought before it.
USES = """
COPY (
  WITH visit AS (
    SELECT household_id, basket_id, min(sold_at) AS sold_at,
      row_number() OVER (PARTITION BY household_id ORDER BY min(sold_at) DESC, basket_id DESC)
        AS from_last,
      count(*) OVER (PARTITION BY household_id) AS visits
    FROM line
    GROUP BY household_id, basket_id
  ),
  back AS (
    SELECT v.household_id, r.basket_id, min(r.refunded_at) AS refunded_at,
      ceil(sum(r.amount) / 100) AS points_max
    FROM returned AS r
    JOIN visit AS v USING (basket_id)
    GROUP BY v.household_id, r.basket_id
  ),
  used AS (
    SELECT household_id, basket_id, sold_at + INTERVAL {minutes_after} MINUTE AS used_at,
      from_last = 1 AND basket_id IN (SELECT basket_id FROM back)
        AND chance('uses all', household_id, 100) < {use_all} AS is_all
    FROM visit
    WHERE is_all
      OR (chance('uses points', household_id, 100) < {use_points}
        AND from_last = 2 + chance('uses at', household_id, 1 + visits // 2))
  )
  SELECT CAST(u.basket_id AS VARCHAR) AS order_no, u.used_at, u.is_all,
    CAST(COALESCE(sum(b.points_max) FILTER (WHERE b.refunded_at < u.used_at), 0) AS BIGINT)
      AS points_back_max
  FROM used AS u
  LEFT JOIN back AS b USING (household_id)
  GROUP BY ALL
  ORDER BY u.used_at, order_no
) TO '{target}' (FORMAT parquet)
"""

# What the text above asks for beside the words of the conversion.
WORDS = {"minutes_after": MINUTES_AFTER_BASKET, "use_points": USE_POINTS, "use_all": USE_ALL}

WANTED = """
SELECT order_no, epoch(used_at), is_all, points_back_max
FROM read_parquet($uses)
ORDER BY used_at, order_no
"""

# earned: whose a basket is, and what had been granted to them by then, before anything came back.
EARNED = """
SELECT h.order_no, h.customer_id, h.brand_id, sum(p.granted)::bigint
FROM orders.header AS h
JOIN loyalty.grant_position AS p
  ON p.group_id = h.group_id
  AND p.customer_id = h.customer_id
  AND p.asset = 'points'
  AND p.ordered_at <= h.ordered_at
WHERE h.group_id = %(group_id)s
  AND h.channel_account_id = %(account)s
  AND h.order_no = ANY (%(order_nos)s)
GROUP BY h.order_no, h.customer_id, h.brand_id
"""


@dataclass(frozen=True, slots=True)
class Use:
    """Points used beside a basket: all that is there, or its full hundreds."""

    order_no: str
    used_at: datetime
    is_all: bool
    points_back_max: int

    def points(self, earned: int) -> int:
        """Return how many points are used by who had earned so many; 0 when there are too few."""
        there = max(0, earned - self.points_back_max)
        return there if self.is_all else there // ROUND_POINTS * ROUND_POINTS


def use_points(
    database: Database, scope: Scope, uses: Path, *, account_id: int, now: datetime
) -> tuple[int, int]:
    """Spend the points that the file says, and return how many members did and how many points.

    Who has used them already, in an earlier run, uses no more.
    """
    with database.transaction(scope, now=now) as tx:
        wanted = _not_yet(tx, _spendings(tx, _read(uses), account_id))
        results = loyalty.spend_points(tx, wanted, now=now)
        spent = [one for one, result in zip(wanted, results, strict=True) if isinstance(result, Ok)]
    return len({one.customer_id for one in spent}), sum(one.points for one in spent)


def _read(uses: Path) -> dict[str, Use]:
    rows = duckdb.execute(WANTED, {"uses": str(uses)}).fetchall()
    return {
        order_no: Use(order_no, datetime.fromtimestamp(seconds, UTC), is_all, back)
        for order_no, seconds, is_all, back in rows
    }


def _spendings(tx: Tx, uses: dict[str, Use], account_id: int) -> list[Spending]:
    params = {
        "group_id": tx.scope.group_id,
        "account": account_id,
        "order_nos": list(uses),
    }
    found = [
        Spending(
            key=f"demo:points:{order_no}",
            customer_id=customer_id,
            brand_id=brand_id,
            points=uses[order_no].points(earned),
            occurred_at=uses[order_no].used_at,
            actor=ACTOR,
            reason=REASON,
        )
        for order_no, customer_id, brand_id, earned in tx.rows(EARNED, params)
    ]
    return sorted([one for one in found if one.points], key=lambda one: (one.occurred_at, one.key))


def _not_yet(tx: Tx, wanted: list[Spending]) -> list[Spending]:
    asked = [(one.customer_id, Asset.POINTS.of_brand(one.brand_id)) for one in wanted]
    done = {one.key for one in ledger.done(tx, asked, keys=[one.key for one in wanted])}
    return [one for one in wanted if one.key not in done]
