"""Which views of which domains the lake holds: ids, amounts and codes.

Of a person there are gender, city and birthday under the customer's id, and no name, number or
address; so the folder is for this program's user alone.
"""
# ruff: noqa: S608 - The one statement that is put together is made of codes of ours.

from collections.abc import Iterable, Mapping

from huitong.customers.model import Classed
from huitong.orders.model import SOLD_STATUSES, UNCHOSEN_KINDS
from huitong.platform.lake import Catalogue, ColumnKind, Derived, Owner, Published

WHOLE, AMOUNT, SMALL = ColumnKind.WHOLE, ColumnKind.AMOUNT, ColumnKind.SMALL
TEXT, TEXTS, FLAG = ColumnKind.TEXT, ColumnKind.TEXTS, ColumnKind.FLAG
INSTANT, DAY = ColumnKind.INSTANT, ColumnKind.DAY

Columns = Mapping[str, ColumnKind]


def _texts(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in sorted(codes))


# What tags, models, segments and figures agree on: what a sale is, what of it a customer chose, and
# which buyers and sales say nothing about taste or habit (decision 7).
IS_SOLD = f"status IN ({_texts(SOLD_STATUSES)})"
MACROS = {
    "is_sold(status)": IS_SOLD,
    "is_chosen(kind)": f"kind NOT IN ({_texts(UNCHOSEN_KINDS)})",
    "says_nothing(class)": f"class IN ({_texts(Classed)})",
}

CUSTOMERS = Published(
    name="customers",
    view="customers.v_customer",
    key=("id",),
    columns={
        "bucket": SMALL, "id": WHOLE, "status": TEXT, "enrolled_at": INSTANT, "merged_into": WHOLE,
        "is_erased": FLAG, "store": TEXT, "touchpoint": TEXT, "guide": TEXT,
        "gender": TEXT, "city": TEXT, "birth_year": SMALL, "birth_month": SMALL,
        "birth_day": SMALL, "recorded_at": INSTANT, "changed_xid": WHOLE,
    },
    sort=("id",),
    month="recorded_at",
    owner=Owner("id"),
    erased="is_erased",
)  # fmt: skip

CUSTOMER_CLASSES = Published(
    name="customer_classes",
    view="customers.v_classification",
    key=("id",),
    columns={
        "bucket": SMALL, "id": WHOLE, "customer_id": WHOLE, "class": TEXT, "valid_from": INSTANT,
        "valid_until": INSTANT, "source": TEXT, "is_withdrawn": FLAG, "changed_xid": WHOLE,
    },
    sort=("customer_id", "valid_from"),
    owner=Owner("customer_id"),
)  # fmt: skip

ORDERS = Published(
    name="orders",
    view="orders.v_order",
    key=("id",),
    columns={
        "bucket": SMALL, "id": WHOLE, "channel_account_id": WHOLE, "order_no": TEXT, "kind": TEXT,
        "status": TEXT, "parent_no": TEXT, "checkout_id": TEXT, "customer_id": WHOLE,
        "origin_customer_id": WHOLE, "origin_identifier_id": WHOLE, "store": TEXT,
        "serving_guide": TEXT, "source_guide": TEXT, "source_store": TEXT, "ordered_at": INSTANT,
        "paid_at": INSTANT, "shipped_at": INSTANT, "completed_at": INSTANT, "list_minor": AMOUNT,
        "discount_minor": AMOUNT, "freight_minor": AMOUNT, "paid_minor": AMOUNT,
        "receiver_city": TEXT, "is_erased": FLAG, "recorded_at": INSTANT, "changed_xid": WHOLE,
    },
    sort=("customer_id", "ordered_at", "id"),
    month="ordered_at",
    owner=Owner("customer_id"),
    erased="is_erased",
)  # fmt: skip

LINES = Published(
    name="lines",
    view="orders.v_line",
    key=("order_id", "line_id"),
    columns={
        "bucket": SMALL, "order_id": WHOLE, "line_id": TEXT, "place": SMALL, "sku": TEXT,
        "quantity": AMOUNT, "list_minor": AMOUNT, "paid_minor": AMOUNT,
        "refunded_quantity": AMOUNT, "refunded_minor": AMOUNT, "status": TEXT,
        "signed_at": INSTANT, "completed_at": INSTANT, "store": TEXT, "serving_guide": TEXT,
        "source_guide": TEXT, "source_store": TEXT, "allocations": TEXT, "changed_xid": WHOLE,
    },
    sort=("order_id", "place"),
    owner=Owner("order_id", table="orders"),
)  # fmt: skip

ORDER_CLASSES = Published(
    name="order_classes",
    view="orders.v_classification",
    key=("id",),
    columns={
        "bucket": SMALL, "id": WHOLE, "order_id": WHOLE, "class": TEXT, "source": TEXT,
        "classified_at": INSTANT, "is_withdrawn": FLAG, "changed_xid": WHOLE,
    },
    sort=("order_id",),
    month="classified_at",
    owner=Owner("order_id", table="orders"),
)  # fmt: skip

PAYMENTS = Published(
    name="payments",
    view="orders.v_payment",
    key=("order_id", "place"),
    columns={
        "bucket": SMALL, "order_id": WHOLE, "place": SMALL, "kind": TEXT, "amount_minor": AMOUNT,
        "paid_at": INSTANT, "changed_xid": WHOLE,
    },
    sort=("order_id", "place"),
    month="paid_at",
    owner=Owner("order_id", table="orders"),
)  # fmt: skip

REFUNDS = Published(
    name="refunds",
    view="orders.v_refund",
    key=("id",),
    columns={
        "bucket": SMALL, "id": WHOLE, "order_id": WHOLE, "channel_account_id": WHOLE,
        "refund_no": TEXT, "kind": TEXT, "stage": TEXT, "status": TEXT, "refunded_at": INSTANT,
        "amount_minor": AMOUNT, "return_store": TEXT, "payer": TEXT, "exchange_order_no": TEXT,
        "recorded_at": INSTANT, "changed_xid": WHOLE,
    },
    sort=("order_id", "refunded_at"),
    month="refunded_at",
    owner=Owner("order_id", table="orders"),
)  # fmt: skip

REFUND_LINES = Published(
    name="refund_lines",
    view="orders.v_refund_line",
    key=("refund_id", "place"),
    columns={
        "bucket": SMALL, "refund_id": WHOLE, "place": SMALL, "order_id": WHOLE, "line_id": TEXT,
        "quantity": AMOUNT, "amount_minor": AMOUNT, "changed_xid": WHOLE,
    },
    sort=("order_id", "refund_id", "place"),
    owner=Owner("order_id", table="orders"),
)  # fmt: skip

SIGNALS = Published(
    name="signals",
    view="signals.v_signal",
    key=("id",),
    columns={
        "bucket": SMALL, "id": WHOLE, "channel_account_id": WHOLE, "kind": TEXT,
        "occurred_at": INSTANT, "customer_id": WHOLE, "sku": TEXT, "store": TEXT, "content": TEXT,
        "touchpoint": TEXT, "guide": TEXT, "recorded_at": INSTANT, "changed_xid": WHOLE,
    },
    sort=("customer_id", "occurred_at", "id"),
    month="occurred_at",
    owner=Owner("customer_id"),
)  # fmt: skip

GRANTS = Published(
    name="grants",
    view="loyalty.v_grant",
    key=("order_id", "asset"),
    columns={
        "bucket": SMALL, "order_id": WHOLE, "asset": TEXT, "customer_id": WHOLE, "earned": AMOUNT,
        "granted": AMOUNT, "clawed": AMOUNT, "frozen": AMOUNT, "programme_version": WHOLE,
        "activates_at": INSTANT, "ordered_at": INSTANT, "recorded_at": INSTANT,
        "changed_xid": WHOLE,
    },
    sort=("customer_id", "ordered_at", "order_id"),
    month="ordered_at",
    owner=Owner("customer_id"),
)  # fmt: skip

STANDINGS = Published(
    name="standings",
    view="loyalty.v_standing",
    key=("customer_id",),
    columns={
        "bucket": SMALL, "customer_id": WHOLE, "tier": TEXT, "since": INSTANT,
        "recorded_at": INSTANT, "changed_xid": WHOLE,
    },
    sort=("customer_id",),
    month="since",
    owner=Owner("customer_id"),
)  # fmt: skip

SKUS = Published(
    name="skus",
    view="catalog.v_sku",
    key=("id",),
    columns={
        "id": WHOLE, "code": TEXT, "product_id": WHOLE, "spu": TEXT, "name": TEXT,
        "category": TEXTS, "brand_label": TEXT, "series": TEXT, "season": TEXT, "year": SMALL,
        "colour": TEXT, "size": TEXT, "material": TEXT, "list_price_minor": WHOLE,
        "cost_minor": WHOLE, "recorded_at": INSTANT, "changed_at": INSTANT,
    },
)  # fmt: skip

STORES = Published(
    name="stores",
    view="org.v_store",
    key=("id",),
    columns={"id": WHOLE, "code": TEXT, "name": TEXT, "kind": TEXT},
)

ACCOUNTS = Published(
    name="accounts",
    view="org.v_channel_account",
    key=("id",),
    columns={
        "id": WHOLE, "platform": TEXT, "code": TEXT, "store_id": WHOLE, "sees_orders": FLAG,
        "books_revenue": FLAG, "earns": FLAG, "fulfilment_only": FLAG,
    },
)  # fmt: skip

# Of orders that are sold: paid, and in full where there was a deposit. A refund counts in the month
# of the order it takes back, so that a month's states can be added up to any window.
CUSTOMER_MONTH = Derived(
    name="customer_month",
    columns={
        "customer_id": WHOLE, "bucket": SMALL, "month": DAY, "orders": WHOLE, "lines": WHOLE,
        "quantity": WHOLE, "list_minor": WHOLE, "paid_minor": WHOLE, "refunded_quantity": WHOLE,
        "refunded_minor": WHOLE, "first_ordered_at": INSTANT, "last_ordered_at": INSTANT,
    },
    sort=("customer_id", "month"),
    query="""
WITH sold AS (
  SELECT id, customer_id, ordered_at, paid_minor,
    CAST(date_trunc('month', timezone({zone}, ordered_at)) AS DATE) AS month
  FROM orders
  WHERE customer_id IS NOT NULL
    AND {touched}
    AND paid_at IS NOT NULL
    AND """
    # Written out, so that the months are folded anew when it changes.
    + IS_SOLD
    + """
),
of_lines AS (
  SELECT sold.customer_id, sold.month, count(*) AS lines, sum(lines.quantity) AS quantity,
    sum(lines.list_minor) AS list_minor, sum(lines.refunded_quantity) AS refunded_quantity,
    sum(lines.refunded_minor) AS refunded_minor
  FROM sold
  JOIN lines ON lines.order_id = sold.id
  GROUP BY sold.customer_id, sold.month
),
of_orders AS (
  SELECT customer_id, month, count(*) AS orders, sum(paid_minor) AS paid_minor,
    min(ordered_at) AS first_ordered_at, max(ordered_at) AS last_ordered_at
  FROM sold
  GROUP BY customer_id, month
)
SELECT of_orders.customer_id, of_orders.customer_id & 4095, of_orders.month, of_orders.orders,
  coalesce(of_lines.lines, 0), coalesce(of_lines.quantity, 0), coalesce(of_lines.list_minor, 0),
  of_orders.paid_minor, coalesce(of_lines.refunded_quantity, 0),
  coalesce(of_lines.refunded_minor, 0), of_orders.first_ordered_at, of_orders.last_ordered_at
FROM of_orders
LEFT JOIN of_lines USING (customer_id, month)
""",
)  # fmt: skip

CATALOGUE = Catalogue(
    published=(
        CUSTOMERS, CUSTOMER_CLASSES, ORDERS, LINES, ORDER_CLASSES, PAYMENTS, REFUNDS, REFUND_LINES,
        SIGNALS, GRANTS, STANDINGS, SKUS, STORES, ACCOUNTS,
    ),
    derived=(CUSTOMER_MONTH,),
    macros=MACROS,
)  # fmt: skip
