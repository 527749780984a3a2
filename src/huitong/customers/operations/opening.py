"""Takes over from an older system who serves whom, and what people agreed to."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from huitong import org
from huitong.channels.model import Incoming, Opening, OpeningKind
from huitong.customers import tables
from huitong.customers.model import (
    CUSTOMER,
    ConsentAction,
    ConsentSource,
    ConsentStatement,
    NewRelation,
    Purpose,
    RelationKind,
)
from huitong.customers.model.openings import ConsentUnclear, RelationToNobody, RelationUnclear
from huitong.customers.operations.consents import state_consents
from huitong.customers.operations.relations import relate
from huitong.identity.model import PERSON
from huitong.platform.db import Tx
from huitong.platform.errors import DomainError, Ok, Refused, Result
from huitong.platform.ids import bucket_of
from huitong.platform.page import Outcome, Page

SOURCE, ACTOR = "opening", "import"
NOTHING_OF_STANDING = (None,) * 6
Asked = TypeVar("Asked")


class _Told(NamedTuple):
    """One opening with whose it is and the identifier it came by."""

    record: Opening
    record_id: int
    customer_id: int
    identifier_id: int


class _Codes(NamedTuple):
    """The staff and the stores that a page names, by code."""

    staff: Mapping[str, int]
    stores: Mapping[str, int]


def apply_openings(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Take over the relations and consents of a page of openings; other kinds pass by.

    A relation begins at the opening's day and is protected until its `valid_until`.
    """
    told = _told(page)
    codes = _codes(tx, [one.record for one in told])
    outcomes: dict[int, Outcome] = {}
    _take(
        OpeningKind.RELATION,
        told,
        outcomes,
        ask=lambda one: _relation(one, codes),
        answer=lambda asked: relate(tx, asked, now=now),
    )
    _take(
        OpeningKind.CONSENT,
        told,
        outcomes,
        ask=_statement,
        answer=lambda asked: state_consents(tx, asked, now=now),
    )
    _keep_told(
        tx, [told[place] for place, each in outcomes.items() if isinstance(each, Ok)], page, now
    )
    return [outcomes.get(place, Ok(None)) for place in range(len(told))]


def _take(
    kind: OpeningKind,
    told: Sequence[_Told],
    outcomes: dict[int, Outcome],
    *,
    ask: Callable[[_Told], Asked],
    answer: Callable[[Sequence[Asked]], Sequence[Result[object]]],
) -> None:
    """Ask for the openings of one kind and note what became of each, by its place."""
    asked: dict[int, Asked] = {}
    for place, one in enumerate(told):
        if one.record.kind is kind:
            try:
                asked[place] = ask(one)
            except DomainError as refusal:
                outcomes[place] = refusal.as_refused()
    answers = answer(list(asked.values())) if asked else []
    for place, result in zip(asked, answers, strict=True):
        outcomes[place] = result if isinstance(result, Refused) else Ok(None)


def _keep_told(tx: Tx, taken: Sequence[_Told], page: Page, now: datetime) -> None:
    """Keep which records told of whom, so that an erasure finds their texts in the inbox.

    What they told may have stood already and leave no other trace.
    """
    if not taken:
        return
    rows = [
        (
            bucket_of(one.customer_id),
            one.customer_id,
            one.record_id,
            one.identifier_id,
            *NOTHING_OF_STANDING,
        )
        for one in taken
    ]
    (first, *_) = page.records
    assert isinstance(first, Incoming), "Pages from the inbox hold what came in."
    constants = {"brand_id": first.account.brand_id, "now": now}
    tx.write(tables.merging.PUT_TOLD, tables.merging.TOLD, rows, constants)


def _told(page: Page) -> list[_Told]:
    told = []
    for incoming, person, customer in zip(
        page.records, page.get(PERSON), page.get(CUSTOMER), strict=True
    ):
        assert isinstance(incoming, Incoming), "Pages from the inbox hold what came in."
        assert isinstance(incoming.record, Opening), "A page of openings holds openings only."
        assert person is not None, "Who cannot be known was refused before."
        assert customer is not None, "Whoever is known is a customer."
        whose = (customer.customer_id, person.identifier_id)
        told.append(_Told(incoming.record, incoming.record_id, *whose))
    return told


def _codes(tx: Tx, records: Sequence[Opening]) -> _Codes:
    related = [one for one in records if one.kind is OpeningKind.RELATION]
    guides = sorted({one.guide for one in related if one.guide is not None})
    stores = sorted({one.store for one in related if one.store is not None})
    return _Codes(
        staff=org.find_staff(tx, codes=guides) if guides else {},
        stores=org.find_stores(tx, codes=stores) if stores else {},
    )


def _relation(one: _Told, codes: _Codes) -> NewRelation:
    record = one.record
    if record.relation not in set(RelationKind) or (record.guide is None) == (record.store is None):
        raise RelationUnclear(kinds=", ".join(RelationKind))
    if record.guide is not None and record.guide not in codes.staff:
        raise RelationToNobody(what="guide", named=record.guide)
    if record.store is not None and record.store not in codes.stores:
        raise RelationToNobody(what="store", named=record.store)
    return NewRelation(
        customer_id=one.customer_id,
        kind=RelationKind(record.relation),
        valid_from=record.as_of,
        source=SOURCE,
        actor=ACTOR,
        staff_id=codes.staff.get(record.guide or ""),
        store_id=codes.stores.get(record.store or ""),
        lock_until=record.valid_until,
        identifier_id=one.identifier_id,
        key=f"opening:{one.record_id}",
    )


def _statement(one: _Told) -> ConsentStatement:
    record = one.record
    purpose, _, channel = (record.purpose or "").partition(".")
    if purpose not in set(Purpose) or record.policy_version is None:
        raise ConsentUnclear(purposes=", ".join(Purpose))
    return ConsentStatement(
        customer_id=one.customer_id,
        purpose=Purpose(purpose),
        action=ConsentAction.GIVEN,
        occurred_at=record.as_of,
        key=f"opening:{one.record_id}",
        channel=channel or None,
        policy_version=record.policy_version,
        source=ConsentSource.IMPORT,
        actor=ACTOR,
        identifier_id=one.identifier_id,
    )
