"""What metrics measure: facts with their columns, and what figures can be cut by."""

from collections.abc import Mapping

from huitong.metrics.model import MONTHS_SINCE, Column, Dimension, Fact, Grain, Join, Names
from huitong.metrics.tables.relations import RELATIONS

CUSTOMER = Join("customers", "customer.id = fact.customer_id")
STANDING = Join("standings", "standing.customer_id = fact.customer_id")
SKU = Join("skus", "sku.code = fact.sku")
# Where it was sold, as the organisation knows the store.
STORE = Join("stores", "of_store.code = fact.store")
FIRST = Join("first_purchases", "first.customer_id = fact.customer_id", needs=("first_purchases",))

TIER = {"tier": Column("standing.tier", joins=("standing",))}

STORES = {
    "store": Column("fact.store"),
    "store_kind": Column("of_store.kind", joins=("of_store",)),
}

PLACE = {
    **STORES,
    "channel": Column("fact.channel"),
    "platform": Column("fact.platform"),
    "guide": Column("fact.guide"),
}

BUYER = {
    **TIER,
    "customer_id": Column("fact.customer_id"),
    "is_member": Column("coalesce(customer.enrolled_at <= fact.sold_at, false)", ("customer",)),
    "membership": Column(
        "CASE WHEN customer.id IS NULL THEN NULL"
        " WHEN customer.enrolled_at <= fact.sold_at THEN 'member' ELSE 'not_member' END",
        ("customer",),
    ),
    "new_or_old": Column(
        "CASE WHEN fact.customer_id IS NULL THEN NULL"
        " WHEN fact.sold_on > first.first_on THEN 'old' ELSE 'new' END",
        ("first",),
    ),
}

GOODS = {
    "category": Column("sku.category[1]", ("sku",)),
    "category_path": Column("array_to_string(sku.category, ' / ')", ("sku",)),
    "series": Column("sku.series", ("sku",)),
    "season": Column("sku.season", ("sku",)),
    "season_year": Column("sku.year", ("sku",)),
}

OF_BUYER = {"customer": CUSTOMER, "standing": STANDING, "first": FIRST, "of_store": STORE}
OF_GOODS = {**OF_BUYER, "sku": SKU}

FACTS: Mapping[str, Fact] = {
    "sold_lines": Fact(
        Names(zh="已售订单行", en="Lines of sales"),
        Names(
            zh=(
                "已付款（预售为付清尾款）且未关闭的订单的各行，按付款日（预售按付尾款日）计；"
                "不含储值充值、不计业绩的渠道账号和指标排除的客群；不含运费。"
            ),
            en=(
                "The lines of orders that are paid (a presale: in full) and not closed, on the day"
                " of payment (a presale: of its tail); without stored value that is filled up,"
                " accounts that book no revenue and what the metric excludes; without freight."
            ),
        ),
        source=RELATIONS["sold_lines"],
        dated="sold_on",
        columns={
            **PLACE, **BUYER, **GOODS,
            "sold_on": Column("fact.sold_on"),
            "order_id": Column("fact.order_id"),
            "kind": Column("fact.kind"),
            "is_purchase": Column("fact.is_purchase"),
            "is_known": Column("fact.customer_id IS NOT NULL"),
            "quantity": Column("fact.quantity"),
            "list_minor": Column("fact.list_minor"),
            "paid_minor": Column("fact.paid_minor"),
            "refunded_quantity": Column("fact.refunded_quantity"),
            "refunded_minor": Column("fact.refunded_minor"),
        },
        joins=OF_GOODS,
    ),
    "refunded_lines": Fact(
        Names(zh="已退订单行", en="Lines that came back"),
        Names(
            zh="已完成的售后单的各行，按退款日计，其余归属（门店、顾客、商品）随原销售。",
            en=(
                "The lines of refunds that are done, on the day of the refund; in everything else"
                " (store, customer, goods) as the sale they take back."
            ),
        ),
        source=RELATIONS["refunded_lines"],
        dated="refunded_on",
        columns={
            **PLACE, **BUYER, **GOODS,
            "refunded_on": Column("fact.refunded_on"),
            "order_id": Column("fact.order_id"),
            "quantity": Column("fact.quantity"),
            "amount_minor": Column("fact.amount_minor"),
        },
        joins=OF_GOODS,
    ),
    "placed_orders": Fact(
        Names(zh="已成交订单", en="Orders with money"),
        Names(
            zh="付过钱的订单（含预售定金、含后来关闭的），按下单日计，含运费。",
            en=(
                "Orders on which money was paid (deposits of presales too, and orders closed"
                " later), on the day they were placed; with freight."
            ),
        ),
        source=RELATIONS["placed_orders"],
        dated="sold_on",
        columns={
            **PLACE, **BUYER,
            "sold_on": Column("fact.sold_on"),
            "order_id": Column("fact.order_id"),
            "amount_minor": Column("fact.amount_minor"),
        },
        joins=OF_BUYER,
    ),
    "sold_payments": Fact(
        Names(zh="支付明细", en="Payments of sales"),
        Names(
            zh="已售订单的每一笔支付，按销售日计。",
            en="Each payment of a sale, on the day of the sale.",
        ),
        source=RELATIONS["sold_payments"],
        dated="sold_on",
        columns={
            **PLACE, **BUYER,
            "sold_on": Column("fact.sold_on"),
            "tender": Column("fact.tender"),
            "amount_minor": Column("fact.amount_minor"),
        },
        joins=OF_BUYER,
    ),
    "purchase_days": Fact(
        Names(zh="购买日", en="Days of purchases"),
        Names(
            zh="顾客有销售的每一天（同日多单算一次；换货、赠品单不算）。",
            en=(
                "Each day on which a customer bought: several orders of a day are one, exchanges"
                " and gifts are none."
            ),
        ),
        source=RELATIONS["purchase_days"],
        dated="sold_on",
        columns={
            **TIER,
            "customer_id": Column("fact.customer_id"),
            "sold_on": Column("fact.sold_on"),
            "first_on": Column("fact.first_on"),
            "has_previous": Column("fact.previous_on IS NOT NULL"),
            "gap_days": Column("date_diff('day', fact.previous_on, fact.sold_on)"),
            "is_first": Column("fact.previous_on IS NULL"),
            MONTHS_SINCE: Column("date_diff('month', fact.first_on, fact.sold_on)"),
        },
        joins={"standing": STANDING},
    ),
    "enrolled": Fact(
        Names(zh="入会", en="Enrolments"),
        Names(
            zh="入过会的顾客（被合并的不重复计），按入会日计。",
            en=(
                "Customers who ever enrolled, on the day they did; who was merged into another"
                " counts as that other."
            ),
        ),
        source=RELATIONS["enrolled"],
        dated="enrolled_on",
        columns={
            **TIER, **STORES,
            "customer_id": Column("fact.customer_id"),
            "enrolled_on": Column("fact.enrolled_on"),
            "status": Column("fact.status"),
            "is_erased": Column("fact.is_erased"),
            "guide": Column("fact.guide"),
            "touchpoint": Column("fact.touchpoint"),
        },
        joins={"standing": STANDING, "of_store": STORE},
    ),
    "granted": Fact(
        Names(zh="订单积分", en="Points of orders"),
        Names(
            zh="订单发放的积分，按下单日计。",
            en="Points that orders gave, on the day the order was placed.",
        ),
        source=RELATIONS["granted"],
        dated="ordered_on",
        columns={
            **PLACE, **TIER,
            "ordered_on": Column("fact.ordered_on"),
            "granted": Column("fact.granted"),
            "clawed": Column("fact.clawed"),
        },
        joins={"standing": STANDING, "of_store": STORE},
    ),
}  # fmt: skip

GRAINS: Mapping[str, Dimension] = {
    Grain.DAY: Dimension(Names(zh="日", en="Day")),
    Grain.WEEK: Dimension(Names(zh="周", en="Week")),
    Grain.MONTH: Dimension(Names(zh="月", en="Month")),
    Grain.QUARTER: Dimension(Names(zh="季度", en="Quarter")),
    Grain.YEAR: Dimension(Names(zh="年", en="Year")),
}

DIMENSIONS: Mapping[str, Dimension] = {
    **GRAINS,
    "channel": Dimension(Names(zh="渠道账号", en="Channel account")),
    "platform": Dimension(Names(zh="平台", en="Platform")),
    "store": Dimension(Names(zh="门店", en="Store")),
    "store_kind": Dimension(
        Names(zh="门店类型", en="Kind of store"),
        {
            "direct": Names(zh="直营店", en="Direct"),
            "franchise": Names(zh="加盟店", en="Franchise"),
            "dealer": Names(zh="经销商", en="Dealer"),
            "counter": Names(zh="专柜", en="Counter"),
            "outlet": Names(zh="奥莱店", en="Outlet"),
            "campus": Names(zh="校园店", en="Campus"),
            "multi_brand": Names(zh="集合店", en="Multi-brand"),
            "online_shop": Names(zh="网店", en="Online shop"),
            "warehouse": Names(zh="仓库", en="Warehouse"),
        },
    ),
    "guide": Dimension(Names(zh="服务导购", en="Serving guide")),
    "category": Dimension(Names(zh="一级品类", en="Category")),
    "category_path": Dimension(Names(zh="品类（全路径）", en="Category with all above it")),
    "series": Dimension(Names(zh="系列", en="Series")),
    "season": Dimension(Names(zh="季节", en="Season")),
    "season_year": Dimension(Names(zh="年份（商品）", en="Year of the goods")),
    "tier": Dimension(Names(zh="当前等级", en="Tier at present")),
    "membership": Dimension(
        Names(zh="是否会员", en="Member or not"),
        {
            "member": Names(zh="会员", en="Member"),
            "not_member": Names(zh="非会员", en="Not a member"),
        },
    ),
    "new_or_old": Dimension(
        Names(zh="新老客", en="New or old customer"),
        {"new": Names(zh="新客", en="New"), "old": Names(zh="老客", en="Old")},
    ),
    "tender": Dimension(Names(zh="支付方式", en="Means of payment")),
    "touchpoint": Dimension(Names(zh="入会触点", en="Touchpoint of enrolment")),
    MONTHS_SINCE: Dimension(Names(zh="首购后第几个月", en="Months since the first purchase")),
}

# What the codes of a dimension are called, as the organisation says.
NAMED_BY: Mapping[str, str] = {
    "store": "SELECT code, name FROM stores WHERE code IS NOT NULL AND name IS NOT NULL",
}
