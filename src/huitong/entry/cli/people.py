"""`huitong member`: what the platform knows of one member, personal values masked."""

from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from huitong.customers.model import CustomerShown
    from huitong.org.model import Brand
    from huitong.platform.db import ReadTx

ORDERS_SHOWN_MAX = 5

member = typer.Typer(no_args_is_help=True, help="One member, as the platform knows them.")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(member, name="member")


@member.callback()
def _member() -> None:
    """Group the commands about one member."""


@member.command("show")
def show(
    context: typer.Context,
    who: Annotated[
        str, typer.Argument(metavar="ID|PHONE", help="cus_..., a phone, an e-mail or a card.")
    ],
    *,
    brand: Annotated[
        str | None, typer.Option(help="The code of the brand; not needed when there is one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a member: status, masked name and identifiers, points, tier and why."""
    from zoneinfo import ZoneInfo

    from huitong import customers
    from huitong.customers.model import CustomerNotFound
    from huitong.platform import clock
    from huitong.platform.db import Scope

    now = clock.now()
    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        of_brand = brand_of(tx, brand)
        customer_id = _customer_id(tx, of_brand, who)
        shown = customers.show(tx, customer_ids=[] if customer_id is None else [customer_id])
        if not shown:
            raise CustomerNotFound(customer="of that description")
        told = (
            _person(shown[0])
            | _value(tx, shown[0], ZoneInfo(of_brand.time_zone), now)
            | _care(tx, shown[0], now)
            | _orders(tx, shown[0])
        )
    showing.facts(told, as_json=as_json)


def brand_of(tx: "ReadTx", code: str | None) -> "Brand":
    """Return the brand with this code, or the only one there is."""
    from huitong import org

    if code is not None:
        return org.brand(tx, code=code)
    known = org.brands(tx)
    if len(known) != 1:
        message = f"The group has {len(known)} brands: name one with --brand."
        raise typer.BadParameter(message)
    return known[0]


def _customer_id(tx: "ReadTx", brand: "Brand", who: str) -> int | None:
    """Find by our own id, else as the kind of identifier that the text looks like."""
    from huitong import customers
    from huitong.channels.model import IdentifierKind
    from huitong.customers.model import CUSTOMER_PREFIX

    if who.startswith(f"{CUSTOMER_PREFIX}_"):
        return opening.id_of(CUSTOMER_PREFIX, who)
    likely = IdentifierKind.EMAIL if "@" in who else IdentifierKind.PHONE
    for kind in (likely, IdentifierKind.POS_CARD):
        found = customers.find_by_identifier(tx, brand=brand, kind=kind, value=who)
        if found is not None:
            return found
    return customers.find_by_card(tx, brand_id=brand.id, number=who)


def _person(customer: "CustomerShown") -> dict[str, object]:
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.platform import ids

    return {
        "id": ids.show(CUSTOMER_PREFIX, customer.id),
        "status": str(customer.status),
        "name": customer.name,
        "city": customer.city,
        "enrolled_at": customer.enrolled_at,
        "cards": list(customer.cards),
        "identifiers": [f"{one.kind} {one.masked}" for one in customer.identifiers],
        "consents": [f"{one.purpose} {one.action}" for one in customer.consents],
    }


def _care(tx: "ReadTx", customer: "CustomerShown", now: "datetime") -> dict[str, object]:
    """Tell who looks after them, what belongs to them, what kind of buyer they are, what gifts."""
    from huitong import customers, loyalty

    one = customer.id
    relations = customers.relations_of(tx, customer_ids=[one]).get(one, ())
    belongings = customers.belongings_of(tx, customer_ids=[one]).get(one, ())
    classes = customers.classifications_of(tx, customer_ids=[one]).get(one, ())
    stands = [
        each
        for each in relations
        if not each.is_shadowed
        and each.valid_from <= now
        and (each.valid_until is None or now < each.valid_until)
    ]
    codes = _codes(tx)
    return {
        "relations": [
            f"{each.kind} {codes.get(each.staff_id or each.store_id or 0, '?')}"
            f" since {each.valid_from:%Y-%m-%d}"
            for each in stands
        ],
        "beneficiaries_and_items": [str(each.kind) for each in belongings],
        "classes": [f"{each.classed} since {each.valid_from:%Y-%m-%d}" for each in classes],
        "gifts": [
            f"{each.kind} {each.granted - each.clawed}"
            + (f" ({each.withheld})" if each.withheld else "")
            for each in loyalty.gifts_of(tx, customer_ids=[one])
        ],
    }


def _codes(tx: "ReadTx") -> dict[int, str]:
    """Return the codes of staff and stores by id."""
    from huitong import org

    return org.staff_codes(tx) | {store.id: store.code for store in org.stores(tx)}


def _orders(tx: "ReadTx", customer: "CustomerShown") -> dict[str, object]:
    from huitong import orders

    latest = orders.orders_of_customer(tx, customer.id, before=None, limit=ORDERS_SHOWN_MAX)
    return {
        "latest_orders": [
            f"{one.ordered_at:%Y-%m-%d} {one.order_no} {one.status}"
            f" {one.paid_minor // 100}.{one.paid_minor % 100:02}"
            for one in latest
        ]
    }


def _value(
    tx: "ReadTx", customer: "CustomerShown", zone: "ZoneInfo", now: "datetime"
) -> dict[str, object]:
    """Tell points and tier; only a member holds any."""
    from huitong import loyalty

    if customer.enrolled_at is None:
        return {}
    why, points = loyalty.tier_and_points(
        tx,
        customer_id=customer.id,
        brand_id=customer.brand_id,
        member_since=customer.enrolled_at,
        now=now,
    )
    told: dict[str, object] = {
        "points": points.spendable,
        "points_pending": points.pending,
        "points_expiring": points.next_expiry_amount,
        "points_expire_at": points.next_expiry_at,
        "points_last_day": loyalty.last_day(points.next_expiry_at, zone),
    }
    if why is None:
        return told
    return told | {
        "tier": f"{why.names.zh} ({why.tier})",
        "growth": why.growth,
        "tier_since": why.since,
        "next_tier": why.next_tier,
        "growth_missing": why.growth_missing,
    }
