"""Finds or makes the person behind each record of a page."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from huitong.channels.model import Incoming, Member
from huitong.identity import tables
from huitong.identity.model import PARTIES, PERSON, Known, NoUsableIdentifier, PartyIdentifier
from huitong.identity.operations.found import Found, anchor, find_identifiers
from huitong.identity.operations.joining import Owners, join_identifiers, new_persons
from huitong.identity.operations.linking import link_identifiers
from huitong.identity.operations.locking import LockedPerson, Overtaken, lock_persons
from huitong.identity.operations.mentions import PageSays, read_page
from huitong.identity.operations.merging import Move, move_persons
from huitong.identity.rules import Decision, Mentions, Unusable, decide
from huitong.platform import crypto
from huitong.platform.db import Tx, array
from huitong.platform.errors import Ok
from huitong.platform.ids import bucket_of
from huitong.platform.page import Outcome, Page

# Another page can be first with the same identifiers; each time it is, more of them are known.
ATTEMPTS_MAX = 8
MERGE_REASON = "one record named identifiers of both"


def resolve_people(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Find or make the person behind each member or order of one channel account.

    Identifiers that one record names belong to one person, so persons may merge. Leaves the notes
    `PERSON` and `PARTIES`. A member without a usable identifier is refused; an order is not.
    """
    incoming = cast("Sequence[Incoming]", page.records)
    says = read_page(crypto.keyring(), tx.scope.group_id, incoming)
    found = _find_or_make(tx, says, incoming, now)
    link_identifiers(tx, says, found, incoming, now)
    page.put(PERSON, _persons(says, found))
    page.put(PARTIES, _parties(says, found))
    return [_outcome(*each) for each in zip(incoming, says.buyers, says.causes, strict=True)]


def _find_or_make(tx: Tx, says: PageSays, incoming: Sequence[Incoming], now: datetime) -> Found:
    for _ in range(ATTEMPTS_MAX):
        found = find_identifiers(tx, says)
        if _is_settled(says, found):
            return found
        try:
            with tx.savepoint():
                _make(tx, says, found, incoming, now)
        except Overtaken:
            continue
        return found
    message = f"Other transactions were first with these identifiers {ATTEMPTS_MAX} times."
    raise AssertionError(message)


def _is_settled(says: PageSays, found: Found) -> bool:
    """Tell whether every identifier is known and each record speaks of one known person."""
    if None in found.ids or found.unverified:
        return False
    return all(
        _is_one_known(found, places, proving)
        for places, proving in zip(says.buyers, says.proving, strict=True)
    )


def _is_one_known(found: Found, places: Sequence[int], proving: Sequence[int]) -> bool:
    persons = found.persons
    if len(places) == 1:
        return persons[places[0]] is not None
    proven = {persons[place] for place in proving}
    return len(proven) <= 1 and all(persons[place] is not None for place in places)


def _make(
    tx: Tx, says: PageSays, found: Found, incoming: Sequence[Incoming], now: datetime
) -> None:
    """Write what a page brings that is new, and complete `found` with it.

    :raises Overtaken: when another transaction was first with an identifier or moved a person.
    """
    decisions = decide(Mentions(found.persons, says.buyers, says.proving))
    changing = [each for each in decisions if each.joining or len(each.persons) > 1]
    persons = lock_persons(tx, [person for each in changing for person in each.persons])
    made = new_persons(tx, says, [each for each in changing if not each.persons])
    newcomers = iter(made)
    owned = [
        (each, persons[each.persons[0]] if each.persons else next(newcomers)) for each in changing
    ]
    joins = {place: owner for decision, owner in owned for place in decision.joining}
    join_identifiers(tx, says, found, joins, now=now)
    domain_id = says.account.identity_domain_id
    rows = [(bucket_of(one.id), one.id, one.salt) for one in made]
    tx.write(tables.INSERT_PERSONS, tables.PERSON, rows, {"domain_id": domain_id, "now": now})
    _verify(tx, found)
    move_persons(tx, _moves(says, found, changing, incoming), domain_id=domain_id, now=now)
    _complete(found, owned, joins)


def _complete(found: Found, owned: Sequence[tuple[Decision, LockedPerson]], joins: Owners) -> None:
    """Note whose the identifiers are now."""
    owner_of = {person: owner.id for each, owner in owned for person in each.persons}
    found.persons = [owner_of.get(each, each) if each else None for each in found.persons]
    for place, owner in joins.items():
        found.persons[place] = owner.id


def _verify(tx: Tx, found: Found) -> None:
    if found.unverified:
        params = {
            "group_id": tx.scope.group_id,
            "identifier_ids": array(sorted(found.unverified)),
        }
        tx.execute(tables.VERIFY_IDENTIFIERS, params)


def _moves(
    says: PageSays, found: Found, changing: Sequence[Decision], incoming: Sequence[Incoming]
) -> list[Move]:
    """Return the merges of a page: everybody into the oldest, with the record that shows it."""
    return [
        Move(
            source_id=source,
            target_id=decision.persons[0],
            reason=MERGE_REASON,
            record_id=incoming[_witness(says, found, decision, source)].record_id,
        )
        for decision in changing
        for source in decision.persons[1:]
    ]


def _witness(says: PageSays, found: Found, decision: Decision, person: int) -> int:
    for record in decision.records:
        if any(found.persons[place] == person for place in says.buyers[record]):
            return record
    return decision.records[0]


def _persons(says: PageSays, found: Found) -> list[Known | None]:
    known: dict[int, Known] = {}
    answers: list[Known | None] = []
    for record, places in enumerate(says.buyers):
        if not places:
            answers.append(None)
            continue
        place = places[0] if len(places) == 1 else anchor(says, record)
        answer = known.get(place)
        if answer is None:
            person_id = found.persons[place]
            assert person_id is not None, "Every buyer of a settled page is somebody."
            answer = known[place] = Known(person_id, found.id_of(place))
        answers.append(answer)
    return answers


def _parties(says: PageSays, found: Found) -> list[tuple[PartyIdentifier, ...]]:
    return [
        tuple(PartyIdentifier(role, found.id_of(place)) for role, place in others)
        for others in says.others
    ]


def _outcome(incoming: Incoming, places: Sequence[int], causes: Sequence[Unusable]) -> Outcome:
    if places or not isinstance(incoming.record, Member):
        return Ok(None)
    kinds = sorted({cause.value for cause in causes})
    return NoUsableIdentifier(causes=", ".join(kinds)).as_refused()
