"""The verbs of loyalty: programmes, members, orders and refunds by name, and what members have."""

from collections.abc import Mapping
from datetime import datetime

from huitong import identity, ledger, loyalty
from huitong.channels.model import (
    Allocation,
    Bearer,
    Line,
    Member,
    Order,
    OrderKind,
    OrderStatus,
    Party,
    PartyRole,
    Payment,
    PaymentKind,
    Product,
    Refund,
    RefundKind,
    RefundLine,
    RefundStatus,
)
from huitong.loyalty.model import Asset, Programme
from huitong.loyalty.operations.spending import Spending
from tests.stories.runner import Step, World, told, verb
from tests.stories.shop import HOME_BRAND, SHANGHAI, Said, fen, identifiers_of, said, shop_of

NAMES = {"zh": "积分", "en": "Points"}
NOT_PAID = (OrderStatus.UNPAID, OrderStatus.DEPOSIT_PAID)
NOBODY = "nobody"


@verb("at")
def _at(world: World, step: Step) -> None:
    """`at 2026-03-01 10:00`: set the clock, in the time of the brand."""
    world.now = datetime.fromisoformat(" ".join(step.words)).replace(tzinfo=SHANGHAI)


@verb("rule")
def _rule(world: World, step: Step) -> None:
    """`rule base points=1 per=1.00 category=food per_day=100`: a rule of the next programme."""
    items = {
        "skus": [sku for sku in step.option("items").split(",") if sku],
        "categories": [[name] for name in step.option("category").split(",") if name],
    }
    caps = ("per_order", "per_day", "per_month")
    rule: dict[str, object] = {
        "code": step.words[0],
        "names": NAMES,
        "asset": step.option("asset", "points"),
        "points": int(step.option("points", "1")),
        "per_minor": fen(step.options["per"]) if "per" in step.options else None,
        "items": items,
        "order_discounts_reduce": step.option("order_discounts", "reduce") == "reduce",
        "caps": {name: int(step.options[name]) for name in caps if name in step.options},
    }
    shop_of(world).rules.append(rule)


@verb("level")
def _level(world: World, step: Step) -> None:
    """`level silver growth=10000`: a tier of the next programme, above those before it."""
    tier = {"code": step.words[0], "names": NAMES, "growth": int(step.option("growth", "0"))}
    shop_of(world).tiers.append(tier)


@verb("programme")
def _programme(world: World, step: Step) -> int:
    """`programme window=7 claw_back=by_line -> 1`: put rules and levels into effect from now on.

    Without a rule it gives 1 point for 1.00, without a window points are active when paid.
    """
    shop = shop_of(world)
    days = step.options.get("window")
    document: dict[str, object] = {
        "names": NAMES,
        "rules": shop.rules or [{"code": "base", "names": NAMES, "points": 1, "per_minor": 100}],
        "tiers": shop.tiers or [{"code": "member", "names": NAMES, "growth": 0}],
        "return_windows": [{"days": int(days or 0), "from_payment": days is None}],
        "stored_bonus_earns": step.option("stored_bonus", "earns") == "earns",
        "earn_before_enrolment_days": int(step.option("before_enrolment", "0")),
        "expiry": _expiry(step),
    }
    document |= {
        name: step.options[name]
        for name in ("claw_back", "downgrade", "base")
        if name in step.options
    }
    shop.rules, shop.tiers = [], []
    version = loyalty.apply_programme(
        world.tx,
        brand_id=shop.brand(step.option("brand", HOME_BRAND)).id,
        programme=Programme.model_validate(document),
        effective_from=world.now,
        actor="story",
        expected_version=None,
        now=world.now,
    )
    return version.version


def _expiry(step: Step) -> Mapping[str, object] | None:
    if "expires_after" not in step.options:
        return None
    months = int(step.options["expires_after"].removesuffix("months"))
    return {"months": months, "rounding": step.option("rounded_to", "day")}


@verb("product")
def _product(world: World, step: Step) -> str:
    """`product rice category=food`."""
    sku = step.words[0]
    path = (step.option("category"),)
    return shop_of(world).take(step, Product(sku=sku, spu=sku, name=sku, category=path))


@verb("member")
def _member(world: World, step: Step) -> str:
    """`member Ann also=@ann`: she enrols now, and is known in an app."""
    name = step.words[0]
    also = identifiers_of(step.options["also"]) if "also" in step.options else ()
    record = Member(
        member_no=name,
        name=name,
        identifiers=(*identifiers_of(name), *also),
        enrolled_at=world.now,
        updated_at=world.now,
    )
    return shop_of(world).take(step, record)


@verb("order")
def _order(world: World, step: Step) -> str:
    """`order O1 Ann tea:90.00(order-10.00) milk:2x5.00 status=paid paid_with=stored_bonus:10.00`.

    A later line about the same order is a newer version of it. Nobody buys what nobody is told of.
    """
    shop = shop_of(world)
    number, buyer, *words = step.words
    lines = [said(word) for word in words]
    status = OrderStatus(step.option("status", "completed"))
    done_at = shop.since("completed", number) if status is OrderStatus.COMPLETED else None
    only_lines = step.option("completed") == "lines"
    paid = sum(line.amount_minor for line in lines)
    record = Order(
        order_no=number,
        kind=OrderKind(step.option("kind", "normal")),
        ordered_at=shop.since("ordered", number),
        paid_at=None if status in NOT_PAID else shop.since("paid", number),
        completed_at=None if only_lines else done_at,
        status=status,
        parties=() if buyer == NOBODY else (_buyer(buyer),),
        payments=_payments(step),
        list_minor=paid + sum(line.off_minor for line in lines),
        discount_minor=sum(line.off_minor for line in lines),
        paid_minor=paid,
        lines=tuple(_line(line, done_at if only_lines else None) for line in lines),
        exchange_of_refund_no=step.options.get("exchange_of"),
        updated_at=world.now,
    )
    return shop.take(step, record)


def _buyer(name: str) -> Party:
    return Party(role=PartyRole.BUYER, identifiers=identifiers_of(name))


def _payments(step: Step) -> tuple[Payment, ...]:
    if "paid_with" not in step.options:
        return ()
    kind, amount = step.options["paid_with"].split(":")
    return (Payment(kind=PaymentKind(kind), amount_minor=fen(amount)),)


def _line(line: Said, completed_at: datetime | None) -> Line:
    bearer = Bearer.PLATFORM if line.off == "platform" else Bearer.BRAND
    kind = "order_coupon" if line.off == "order" else "item_coupon"
    off = (Allocation(kind=kind, bearer=bearer, amount_minor=line.off_minor),)
    return Line(
        line_id=line.sku,
        sku=line.sku,
        quantity=line.pieces or 1,
        list_minor=line.amount_minor + line.off_minor,
        paid_minor=line.amount_minor,
        completed_at=completed_at,
        allocations=off if line.off else (),
    )


@verb("refund")
def _refund(world: World, step: Step) -> str:
    """`refund R1 O1 tea:1x45.00 status=open`; without pieces only money comes back."""
    shop = shop_of(world)
    number, order_no, *words = step.words
    lines = [said(word) for word in words]
    record = Refund(
        refund_no=number,
        order_no=order_no,
        kind=RefundKind(step.option("kind", "return")),
        status=RefundStatus(step.option("status", "done")),
        refunded_at=shop.since("refunded", number),
        amount_minor=sum(line.amount_minor for line in lines),
        lines=tuple(
            RefundLine(line_id=line.sku, quantity=line.pieces, amount_minor=line.amount_minor)
            for line in lines
        ),
        updated_at=world.now,
    )
    return shop.take(step, record)


@verb("redeem")
def _redeem(world: World, step: Step) -> str:
    """`redeem Ann 30 on=O1 key=k1`: she spends points, on an order or on anything else."""
    shop = shop_of(world)
    brand = shop.brand(step.option("brand", HOME_BRAND))
    order_no = step.options.get("on")
    account = shop.accounts[step.option("brand", HOME_BRAND), step.option("in", "pos")]
    key = step.option("key", f"line {step.line}")
    spending = Spending(
        key=key,
        customer_id=shop.customer(step).id,
        brand_id=brand.id,
        points=step.number(1),
        occurred_at=shop.since("redeemed", key),
        channel_account_id=account.id if order_no else None,
        order_no=order_no,
    )
    (result,) = loyalty.spend_points(world.tx, [spending], now=world.now)
    posted = told(result)
    assert isinstance(posted, ledger.Posted)
    return "again" if posted.replayed else "ok"


@verb("points")
def _points(world: World, step: Step) -> str:
    """`points Ann -> 90 pending=90`: all she has; what is held, pending or owed if anything is."""
    return _balance(world, step, Asset.POINTS)


@verb("growth")
def _growth(world: World, step: Step) -> str:
    """`growth Ann -> 15000`."""
    return _balance(world, step, Asset.GROWTH)


def _balance(world: World, step: Step, asset: Asset) -> str:
    customer = shop_of(world).customer(step)
    brand = shop_of(world).brand(step.option("brand", HOME_BRAND))
    name = asset.of_brand(brand.id)
    (found,) = ledger.balances(world.tx, [customer.id], asset=name, now=world.now)
    more = {"held": found.held, "pending": found.pending, "debt": found.debt}
    parts = [f"{one}={value}" for one, value in more.items() if value]
    return " ".join([str(found.balance), *parts])


@verb("dies")
def _dies(world: World, step: Step) -> str:
    """`dies Ann -> 2026-02-26 00:00`: the midnight after the last day of what expires next."""
    customer = shop_of(world).customer(step)
    asset = Asset.POINTS.of_brand(customer.brand_id)
    (found,) = ledger.balances(world.tx, [customer.id], asset=asset, now=world.now)
    at = found.next_expiry_at
    return "never" if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


@verb("tier")
def _tier(world: World, step: Step) -> str:
    """`tier Ann -> silver`; nobody without growth has one of their own."""
    customer = shop_of(world).customer(step)
    found = loyalty.standings_of(world.tx, [customer.id]).get(customer.id)
    return found.tier if found else "none"


@verb("merge")
def _merge(world: World, step: Step) -> str:
    """`merge Anna into Ann`: they are one person."""
    shop = shop_of(world)
    source, _, target = step.words
    # What a merge sets off happens at the time of its transaction; the story's is one long one.
    world.tx._now = world.now
    done = identity.merge(
        world.tx,
        source=shop.customer(step, source).person_id,
        target=shop.customer(step, target).person_id,
        reason="story",
        key=f"line {step.line}",
        now=world.now,
    )
    world.tx.settle()
    shop.merges[source, target] = done.id
    return "ok"


@verb("part")
def _part(world: World, step: Step) -> str:
    """`part Anna from Ann`: they are two persons after all."""
    source, _, target = step.words
    world.tx._now = world.now
    identity.split(world.tx, shop_of(world).merges[source, target], now=world.now)
    world.tx.settle()
    return "ok"
