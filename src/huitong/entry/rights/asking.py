"""What a person asks for, carried out whole for one customer: the routes and commands call this."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from huitong import customers
from huitong.customers.model import (
    CustomerNotFound,
    ExitRequest,
    NoOpenExit,
    NotAMember,
    PointsStillHeld,
    Receipt,
    RequestKeyUsed,
    RightKind,
)
from huitong.entry import wiring
from huitong.entry.rights import erasing, exporting
from huitong.platform.db import Database, ReadTx, Scope, Tx
from huitong.platform.errors import DomainError, Kind, Refused, Result

# The refusals of exits, by code: one that is asked for alone is raised, as any other is.
EXIT_REFUSALS: dict[str, type[DomainError]] = {
    one.code: one
    for one in (CustomerNotFound, NoOpenExit, NotAMember, PointsStillHeld, RequestKeyUsed)
}


@dataclass(eq=False)
class EraseNeedsEveryBrand(DomainError):
    """A person is erased in all brands of the group or in none."""

    code: ClassVar[str] = "platform.erase_needs_every_brand"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "A person is erased in every brand of the group at once: use a key without a list of"
        " brands, or let the member leave your brand instead."
    )


def person_of(tx: ReadTx, *, customer_id: int) -> int:
    """Return the person behind a customer, as whom they are today.

    :raises CustomerNotFound: when the scope sees no such customer.
    """
    return customers.find_today(tx, customer_id=customer_id).person_id


def names_of(tx: ReadTx, *, person_id: int) -> list[int]:
    """Return every customer that a person is or was, those merged into them included."""
    heads = customers.customers_of_person(tx, person_id=person_id)
    return sorted(
        {one for each in customers.families(tx, customer_ids=heads).values() for one in each}
    )


def export(tx: Tx, customer_id: int, *, key: str, actor: str, now: datetime) -> dict[str, object]:
    """Return everything that is held of the person behind a customer, and receipt the export.

    :raises CustomerNotFound: when the scope sees no such customer.
    :raises RightKeyUsed: when the key was that of another person's export.
    """
    person_id = person_of(tx, customer_id=customer_id)
    document = exporting.gather(
        tx, person_id, export=wiring.EXPORT, records=wiring.RECORDS, now=now
    )
    exporting.keep_export(tx, person_id, document, key=key, actor=actor, now=now)
    customers.answer_requests(
        tx, names_of(tx, person_id=person_id), kind=RightKind.EXPORT, actor=actor, now=now
    )
    return document


def erase(
    database: Database,
    scope: Scope,
    customer_id: int,
    *,
    home: Path,
    key: str,
    actor: str,
    now: datetime,
    told: Callable[[Tx], None] | None = None,
) -> Receipt:
    """Forget the person behind a customer in every brand and return the receipt.

    `told` writes of it elsewhere, in the same transaction.

    :raises EraseNeedsEveryBrand: when the scope sees some brands of the group only.
    :raises CustomerNotFound: when the scope sees no such customer.
    :raises RightKeyUsed: when the key was that of another person's erasure.
    """
    if scope.brand_ids is not None:
        raise EraseNeedsEveryBrand

    def work(tx: Tx) -> Receipt:
        person_id = person_of(tx, customer_id=customer_id)
        names = names_of(tx, person_id=person_id)
        forgotten = wiring.forget_everywhere(tx, person_id, now=now)
        # Whatever the person asked of us otherwise cannot be answered any more.
        for kind in (RightKind.ERASE, RightKind.EXPORT, RightKind.CORRECT):
            customers.answer_requests(tx, names, kind=kind, actor=actor, now=now)
        if told is not None:
            told(tx)
        return erasing.keep_erasure(
            tx, person_id, forgotten, home=home, key=key, actor=actor, now=now
        )

    return database.do(scope, work, now=now)


def taken(result: Result[ExitRequest]) -> ExitRequest:
    """Return the wish that stands, or raise what it was refused for.

    :raises DomainError: one of `EXIT_REFUSALS`.
    """
    if isinstance(result, Refused):
        raise EXIT_REFUSALS[result.code](**result.facts)
    return result.value
