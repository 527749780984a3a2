"""Takes pages of members and orders: whose they are, and what members say of themselves."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias, cast

from huitong import identity
from huitong.channels.model import Incoming, Member
from huitong.customers import tables
from huitong.customers.events import CustomerEnrolled
from huitong.customers.model import CUSTOMER, CardTaken, ConsentAction, CustomerStatus, Known
from huitong.customers.operations.cards import issue_cards
from huitong.customers.operations.locking import LockedCustomer, find_or_make, lock_living
from huitong.customers.operations.profiles import keep_profiles
from huitong.customers.operations.standings import keep_standings, standings_of
from huitong.customers.rules import Standing, standing_after
from huitong.identity.model import PERSON
from huitong.platform.db import Tx
from huitong.platform.errors import Ok
from huitong.platform.ids import bucket_of
from huitong.platform.page import Outcome, Page

# A look-up in a dictionary costs a fifth of making the enum of its value.
STATUS_OF: dict[str, CustomerStatus] = {status.value: status for status in CustomerStatus}

# What an enrolment tells of somebody beside that they join, and under which identifiers.
PARTICULARS: Mapping[str, object] = {
    **dict.fromkeys(("store", "touchpoint", "guide", "name", "gender", "birthday_on", "city")),
    "attributes": {},
}

# Another transaction can merge or erase a person between two looks; each look finds more settled.
ATTEMPTS_MAX = 8

Told = tuple[Incoming, Member, LockedCustomer]
# What of a record counts, by what it would make of a standing: before, and after.
Tells: TypeAlias = Callable[[Member, Standing, Standing], Member]


def apply_customers(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Find or make the customer of each record's person in the account's brand, and lock them.

    A member record also enrols, and leaves card, profile and consents. Leaves the note `CUSTOMER`.
    """
    return _apply(tx, page, now, tells=_as_told)


def apply_enrolments(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Take member records as `apply_customers` does, from somebody who enrols and knows no more.

    Of whom it does not make a member it changes neither store nor guide nor profile: else anybody
    could draw another store's member into their own.
    """
    return _apply(tx, page, now, tells=_enrols)


def _apply(tx: Tx, page: Page, now: datetime, *, tells: Tells) -> Sequence[Outcome]:
    incoming = cast("Sequence[Incoming]", page.records)
    owners = _owners(tx, page, now)
    told = [
        (each, each.record, owner)
        for each, owner in zip(incoming, owners, strict=True)
        if owner is not None and isinstance(each.record, Member)
    ]
    named = _named(page)
    refused, standings = _take_members(tx, told, named, now, tells=tells) if told else ({}, {})
    page.put(CUSTOMER, _notes(owners, standings))
    return [
        refused[place].as_refused() if place in refused else Ok(owner.id if owner else None)
        for place, owner in enumerate(owners)
    ]


def _owners(tx: Tx, page: Page, now: datetime) -> list[LockedCustomer | None]:
    """Return whose each record is, locked; whoever was overtaken on the way is looked up anew."""
    for _ in range(ATTEMPTS_MAX):
        try:
            return _lock_owners(tx, page, now)
        except identity.Overtaken:
            identity.resolve_people(tx, page, now)
            # Merges that the second look brought are carried out before customers are looked up.
            tx.settle()
    message = f"Persons of this page were merged or erased {ATTEMPTS_MAX} times."
    raise AssertionError(message)


def _lock_owners(tx: Tx, page: Page, now: datetime) -> list[LockedCustomer | None]:
    persons = [known.person_id if known else None for known in page.get(PERSON)]
    customers = find_or_make(
        tx,
        brand_id=cast("Sequence[Incoming]", page.records)[0].account.brand_id,
        person_ids=[one for one in persons if one is not None],
        are_locked=False,
        now=now,
    )
    locked = lock_living(tx, customers.values())
    if any(one.erased_at is not None for one in locked.values()):
        # No identifier leads to an erased person, so the erasure came after the look-up.
        raise identity.Overtaken
    return [locked[customers[one]] if one is not None else None for one in persons]


def _named(page: Page) -> Mapping[int, int]:
    """Return, by inbox record, the identifier under which each came."""
    incoming = cast("Sequence[Incoming]", page.records)
    return {
        each.record_id: known.identifier_id
        for each, known in zip(incoming, page.get(PERSON), strict=True)
        if known is not None
    }


def _notes(
    owners: Sequence[LockedCustomer | None], standings: Mapping[int, Standing]
) -> list[Known | None]:
    notes: dict[int, Known] = {}
    for owner in owners:
        if owner is not None and owner.id not in notes:
            after = standings.get(owner.id, owner)
            status = STATUS_OF[after.status]
            # The status of the owner is what it was when they were locked.
            enrolled_now = (
                status is CustomerStatus.MEMBER and owner.status != CustomerStatus.MEMBER.value
            )
            notes[owner.id] = Known(owner.id, status, after.enrolled_at, enrolled_now)
    return [notes[owner.id] if owner is not None else None for owner in owners]


def _take_members(
    tx: Tx, told: Sequence[Told], named: Mapping[int, int], now: datetime, *, tells: Tells
) -> tuple[Mapping[int, CardTaken], Mapping[int, Standing]]:
    """Return which records were refused, by place, and what their customers are now.

    Every record of a page of members reached this applier with a person, so places agree.
    """
    ciphers = identity.ciphers_of(tx, person_ids={owner.person_id for _, _, owner in told})
    brand_id = told[0][0].account.brand_id
    cards = [(record.card_no, owner) for _, record, owner in told]
    refused = issue_cards(tx, cards, brand_id=brand_id, ciphers=ciphers, now=now)
    good = [each for place, each in enumerate(told) if place not in refused]
    before = standings_of(tx, {owner.id for _, _, owner in good})
    standings, kept = dict(before), []
    for incoming, record, owner in good:
        known = standings[owner.id]
        counts = tells(record, known, standing_after(known, record, now=now))
        standings[owner.id] = standing_after(known, counts, now=now)
        kept.append((incoming, counts, owner))
    changed = {one: after for one, after in standings.items() if after != before[one]}
    keep_standings(tx, changed, now=now)
    keep_profiles(tx, kept, named=named, ciphers=ciphers, now=now)
    _keep_told(tx, kept, named, now)
    _keep_consents(tx, kept, named, now)
    _tell_enrolled(tx, kept, before, changed, now)
    return refused, standings


def _as_told(record: Member, _before: Standing, _after: Standing) -> Member:
    return record


def _enrols(record: Member, before: Standing, after: Standing) -> Member:
    is_member = CustomerStatus.MEMBER
    if after.status is is_member and before.status is not is_member:
        return record
    return record.model_copy(update=PARTICULARS)


def _keep_told(tx: Tx, told: Sequence[Told], named: Mapping[int, int], now: datetime) -> None:
    """Keep what each record said of a standing, so that a split knows what is whose."""
    rows = [
        (
            bucket_of(owner.id),
            owner.id,
            incoming.record_id,
            named[incoming.record_id],
            record.status.value,
            record.enrolled_at,
            record.updated_at,
            record.store,
            record.touchpoint,
            record.guide,
        )
        for incoming, record, owner in told
    ]
    constants = {"brand_id": told[0][0].account.brand_id, "now": now} if told else {}
    tx.write(tables.merging.PUT_TOLD, tables.merging.TOLD, rows, constants)


def _keep_consents(tx: Tx, told: Sequence[Told], named: Mapping[int, int], now: datetime) -> None:
    given = [
        (incoming.record_id, owner, consent)
        for incoming, record, owner in told
        for consent in record.consents
    ]
    if not given:
        return
    new_ids = tx.new_ids([bucket_of(owner.id) for _, owner, _ in given])
    rows = [
        (
            bucket_of(owner.id),
            new_id,
            owner.id,
            consent.purpose,
            consent.policy_version,
            ConsentAction.GIVEN.value,
            consent.given_at,
            record_id,
            named[record_id],
        )
        for new_id, (record_id, owner, consent) in zip(new_ids, given, strict=True)
    ]
    account = told[0][0].account
    constants = {"brand_id": account.brand_id, "channel_account_id": account.id, "now": now}
    tx.write(tables.consents.INSERT_CONSENTS, tables.consents.CONSENT, rows, constants)


def _tell_enrolled(
    tx: Tx,
    told: Sequence[Told],
    before: Mapping[int, Standing],
    changed: Mapping[int, Standing],
    now: datetime,
) -> None:
    enrolled = {
        one: after
        for one, after in changed.items()
        if after.status is CustomerStatus.MEMBER and before[one].status is not CustomerStatus.MEMBER
    }
    if not enrolled:
        return
    owners = {owner.id: owner for _, _, owner in told if owner.id in enrolled}
    persons = sorted({owner.person_id for owner in owners.values()})
    returning = identity.erased_before(tx, person_ids=persons, now=now)
    for one, after in enrolled.items():
        assert after.enrolled_at is not None, "A member knows when they became one."
        owner = owners[one]
        tx.emit(
            CustomerEnrolled(one, owner.brand_id, after.enrolled_at, owner.person_id in returning)
        )
