"""Builders of organisations, records and pages for the tests of people."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime

from huitong import identity, org
from huitong.channels.model import (
    Identifier,
    IdentifierKind,
    Incoming,
    Line,
    Member,
    Order,
    OrderStatus,
    Party,
    PartyRole,
    Record,
)
from huitong.identity.model import PARTIES, PERSON, Known, PartyIdentifier
from huitong.org.model import ChannelAccount
from huitong.platform.db import Tx
from huitong.platform.page import Outcome, Page

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
record_ids = itertools.count(1)


def make_account(tx: Tx, *, code: str = "flagship") -> ChannelAccount:
    """Make a group with one brand and one account of a till system."""
    made = org.set_up(tx, name="Group", brand="brand", accounts=[("pos", code)], now=NOW)
    return made.accounts[0]


def phone(value: str) -> Identifier:
    return Identifier(kind=IdentifierKind.PHONE, value=value)


def email(value: str, *, verified: bool = False) -> Identifier:
    return Identifier(kind=IdentifierKind.EMAIL, value=value, verified=verified)


def openid(value: str) -> Identifier:
    return Identifier(kind=IdentifierKind.OPENID, value=value)


def card(value: str, *, scope: str = "") -> Identifier:
    return Identifier(kind=IdentifierKind.POS_CARD, value=value, scope=scope)


def order_of(
    *identifiers: Identifier, receiver: Sequence[Identifier] = (), at: datetime = NOW
) -> Order:
    """Make an order of one line whose buyer has these identifiers."""
    parties = [Party(role=PartyRole.BUYER, identifiers=tuple(identifiers))] if identifiers else []
    if receiver:
        parties.append(Party(role=PartyRole.RECEIVER, identifiers=tuple(receiver)))
    return Order(
        order_no=f"O{next(record_ids)}",
        ordered_at=at,
        status=OrderStatus.PAID,
        parties=tuple(parties),
        list_minor=100,
        paid_minor=100,
        lines=(Line(line_id="1", sku="S1", quantity=1, list_minor=100, paid_minor=100),),
    )


def member_of(*identifiers: Identifier, **fields: object) -> Member:
    """Make a member record with these identifiers."""
    said = {"member_no": f"M{next(record_ids)}", "identifiers": identifiers, **fields}
    return Member.model_validate(said)


def page_of(account: ChannelAccount, *records: Record) -> Page:
    return Page([Incoming(account, record, next(record_ids)) for record in records])


def resolve(
    tx: Tx, account: ChannelAccount, *records: Record, now: datetime = NOW
) -> tuple[Sequence[Outcome], Sequence[Known | None]]:
    """Resolve a page of records and return the results and whom each was found to be."""
    page = page_of(account, *records)
    outcomes = identity.resolve_people(tx, page, now)
    return outcomes, page.get(PERSON)


def person_of(tx: Tx, account: ChannelAccount, *identifiers: Identifier) -> int:
    """Return the person that an order with these identifiers is found to be of."""
    _, (known,) = resolve(tx, account, order_of(*identifiers))
    assert known is not None
    return known.person_id


def parties_of(tx: Tx, account: ChannelAccount, record: Record) -> Sequence[PartyIdentifier]:
    page = page_of(account, record)
    identity.resolve_people(tx, page, NOW)
    return page.get(PARTIES)[0]


def find_phone(tx: Tx, value: str) -> int | None:
    """Return the person who has a phone number."""
    brand = org.brand(tx, code="brand")
    known = identity.find(tx, brand=brand, kind=IdentifierKind.PHONE, value=value)
    return known.person_id if known else None
