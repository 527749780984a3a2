"""What came back of the baskets: invented, as the data has no returns.

Of a hundred baskets of a moved year some come back: one item of them, or some pieces of one, a few,
now and then all; or the goods stay and half of the money is given back. It happens days later, by
day, in the store that sold. Fuel, coupons and what the product table does not know stay sold. Which
ones hangs on the number of the basket alone, so that it comes out alike each time; what would come
back after the year has not come back yet, and on Christmas Day nobody takes anything back.

Measured on a real trade with returns (Online Retail, 2010 to 2011): of 17 in 100 sales something
came back, of half of them one item, of 5 in 100 all; of two items in three some pieces only. A
grocer takes back less often, and sooner.
"""

# Of a hundred baskets, and of a hundred of those that come back, counted on from one to the next:
# one item, a few, all of it, else money alone. A few is every third item.
COME_BACK = 8
ONE_ITEM = 50
A_FEW_ITEMS = 75
ALL_OF_IT = 88
A_FEW = 3
# Of three items of several pieces, two come back in part.
IN_PART = 67
DAYS_AFTER_MAX = 14

NEVER_BACK = ("FUEL", "MISCELLANEOUS", "COUPON")
REASONS = ("不新鲜", "买错了", "包装破损", "临近保质期", "不合口味", "多买了")
REASON_OF_MONEY = "商品有瑕疵，退一半"
REASON_OF_ALL = "整单重复购买"

# returned: the lines that come back, of which pieces and for how much, and when; halves of a cent
# are rounded up, as the orders round them.
RETURNED = """
CREATE VIEW returned AS
WITH returnable AS (
  SELECT l.basket_id, l.store_id, l.product_id, l.quantity, l.sales, l.sold_at,
    chance('manner', l.basket_id, 100) AS manner,
    row_number() OVER (PARTITION BY l.basket_id
      ORDER BY chance('item', concat(l.basket_id, ':', l.product_id), 10000), l.product_id)
      AS place,
    count(*) OVER (PARTITION BY l.basket_id) AS items
  FROM line AS l
  JOIN read_parquet('{source}/products.parquet') AS p USING (product_id)
  WHERE l.quantity > 0
    AND l.sales > 0
    AND p.department NOT IN {never_back}
    AND chance('comes back', l.basket_id, 100) < {come_back}
),
chosen_line AS (
  SELECT basket_id, store_id, product_id, quantity, sales, sold_at, manner,
    CASE
      WHEN manner >= {all_of_it} THEN 0
      WHEN manner < {a_few_items} AND quantity > 1
        AND chance('in part', basket_id, 100) < {in_part}
        THEN 1 + chance('pieces', basket_id, quantity - 1)
      ELSE quantity END AS pieces,
    CASE
      WHEN manner >= {a_few_items} AND manner < {all_of_it} THEN items
      WHEN manner >= {one_item} AND manner < {a_few_items} THEN (items + {a_few} - 1) // {a_few}
      ELSE 1 END AS wanted,
    timezone('{zone}', date_trunc('day', timezone('{zone}', sold_at))
      + to_days(1 + chance('days', basket_id, {days}) * chance('sooner', basket_id, {days})
        // {days})
      + to_minutes(9 * 60 + chance('minute', basket_id, 11 * 60))) AS refunded_at,
    place
  FROM returnable
)
SELECT basket_id, store_id, product_id, pieces, refunded_at,
  CASE
    WHEN manner >= {all_of_it} THEN 'money_only'
    ELSE 'return' END AS kind,
  CASE
    WHEN manner >= {all_of_it} THEN '{reason_of_money}'
    WHEN manner >= {a_few_items} THEN '{reason_of_all}'
    ELSE {reasons}[1 + chance('reason', basket_id, {reason_count})] END AS reason,
  CAST(CASE
    WHEN pieces = 0 THEN (sales + 1) // 2
    ELSE (2 * sales * pieces + quantity) // (2 * quantity) END AS BIGINT) AS amount
FROM chosen_line
WHERE place <= wanted
  AND refunded_at < timezone('{zone}', TIMESTAMP '{last_day}' + INTERVAL 1 DAY)
  AND CAST(timezone('{zone}', refunded_at) AS DATE) <> DATE '{closed_on}'
"""

# refunds: one row a line that came back, with what belongs to the refund on each of its rows.
REFUNDS = """
COPY (
  SELECT
    'R' || CAST(basket_id AS VARCHAR) AS refund_no,
    CAST(basket_id AS VARCHAR) AS order_no,
    kind,
    refunded_at,
    CAST(sum(amount) OVER refund AS BIGINT) AS amount_minor,
    reason,
    CAST(store_id AS VARCHAR) AS return_store,
    CAST(product_id AS VARCHAR) AS "lines.line_id",
    pieces AS "lines.quantity",
    amount AS "lines.amount_minor"
  FROM returned
  WHERE amount > 0
  WINDOW refund AS (PARTITION BY basket_id)
  ORDER BY refunded_at, basket_id, product_id
) TO '{target}' (FORMAT parquet)
"""

# refund_totals: how many refunds there are, and what they give back.
TOTALS = """
SELECT count(DISTINCT basket_id), sum(amount)
FROM returned
WHERE amount > 0
"""

# What the texts above ask for beside the words of the conversion.
WORDS = {
    "come_back": COME_BACK,
    "one_item": ONE_ITEM,
    "a_few_items": A_FEW_ITEMS,
    "all_of_it": ALL_OF_IT,
    "a_few": A_FEW,
    "in_part": IN_PART,
    "days": DAYS_AFTER_MAX,
    "never_back": repr(NEVER_BACK),
    "reasons": repr(list(REASONS)),
    "reason_count": len(REASONS),
    "reason_of_money": REASON_OF_MONEY,
    "reason_of_all": REASON_OF_ALL,
}
