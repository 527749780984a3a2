"""Finds or makes the person behind each record of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from huitong.channels.model import Incoming, Member, Opening
from huitong.identity.model import PARTIES, PERSON, Known, NoUsableIdentifier, PartyIdentifier
from huitong.identity.operations.found import Found, anchor, find_identifiers
from huitong.identity.operations.joining import join_identifiers, new_persons
from huitong.identity.operations.linking import link_identifiers
from huitong.identity.operations.locking import Overtaken, lock_persons
from huitong.identity.operations.mentions import PageSays, read_page
from huitong.identity.operations.policies import effective_policy, presumed_policy
from huitong.identity.operations.recomputing import Change, recompute
from huitong.identity.rules import Mentions, Unusable, decide
from huitong.identity.rules.causes import Cause, sentence
from huitong.identity.tables import people
from huitong.platform import crypto
from huitong.platform.db import Tx, array
from huitong.platform.errors import Ok
from huitong.platform.ids import bucket_of
from huitong.platform.page import Outcome, Page

# Another page can be first with the same identifiers; each time it is, more of them are known.
ATTEMPTS_MAX = 8


def resolve_people(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Find or make the person behind each record of one channel account.

    Identifiers that one record names belong to one person, as far as the policy of the domain lets
    them prove it, so persons may merge, and part. Leaves the notes `PERSON` and `PARTIES`. A member
    or an opening without a usable identifier is refused; an order or a signal is not.
    """
    incoming = cast("Sequence[Incoming]", page.records)
    says, found = _find_or_make(tx, incoming, now)
    page.put(PERSON, _persons(says, found))
    page.put(PARTIES, _parties(says, found))
    return [_outcome(*each) for each in zip(incoming, says.buyers, says.causes, strict=True)]


def _find_or_make(tx: Tx, incoming: Sequence[Incoming], now: datetime) -> tuple[PageSays, Found]:
    for _ in range(ATTEMPTS_MAX):
        says, found = _look(tx, incoming)
        settled = _is_settled(says, found)
        if settled and not any(len(places) > 1 for places in says.buyers):
            return says, found
        try:
            with tx.savepoint():
                changed = _take(tx, says, found, incoming, settled=settled, now=now)
        except Overtaken:
            continue
        if changed:
            # Whose each identifier is, now that they were weighed.
            found = find_identifiers(tx, says)
        return says, found
    message = f"Other transactions were first with these identifiers {ATTEMPTS_MAX} times."
    raise AssertionError(message)


def _look(tx: Tx, incoming: Sequence[Incoming]) -> tuple[PageSays, Found]:
    """Read the page under the policy in effect, and look up what it names."""
    domain_id = incoming[0].account.identity_domain_id
    policy = presumed_policy(tx, domain_id)
    keyring, group_id = crypto.keyring(), tx.scope.group_id
    says = read_page(keyring, group_id, incoming, policy)
    found = find_identifiers(tx, says)
    if found.digest != policy.digest:
        policy = effective_policy(tx, domain_id)
        says = read_page(keyring, group_id, incoming, policy)
        found = find_identifiers(tx, says)
    return says, found


def _take(
    tx: Tx,
    says: PageSays,
    found: Found,
    incoming: Sequence[Incoming],
    *,
    settled: bool,
    now: datetime,
) -> bool:
    """Write what a page tells; tell whether anybody changed beyond what is new with the page."""
    fresh = {place for place, known in enumerate(found.ids) if known is None}
    made = _Made() if settled else _make(tx, says, found, now)
    changed = link_identifiers(tx, says, found, incoming, now)
    roots = changed - made.plain
    if not roots:
        return False
    change = Change(
        domain_id=says.account.identity_domain_id,
        roots=frozenset(found.id_of(place) for place in roots),
        reason=sentence(Cause.RECORD),
        record_of=_witnesses(says, found, incoming),
        fresh=frozenset(found.id_of(place) for place in fresh),
        locked=made.locked,
    )
    return recompute(tx, change, policy=says.policy, now=now)


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
    proven = {persons[place] for place in proving if place not in found.suspended}
    return len(proven) <= 1 and all(persons[place] is not None for place in places)


@dataclass(frozen=True, slots=True)
class _Made:
    """What a page brought: persons locked or new, and places that cannot break any limit."""

    locked: frozenset[int] = frozenset()
    plain: frozenset[int] = frozenset()


def _make(tx: Tx, says: PageSays, found: Found, now: datetime) -> _Made:
    """Write the identifiers and persons that a page brings, and complete `found` with them.

    Where a record names several persons, what is new joins the oldest until all is weighed.

    :raises Overtaken: when another transaction was first with an identifier or moved a person.
    """
    speaking = [
        [place for place in proving if place not in found.suspended] for proving in says.proving
    ]
    decisions = decide(Mentions(found.persons, says.buyers, speaking))
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
    tx.write(people.INSERT_PERSONS, people.PERSON, rows, {"domain_id": domain_id, "now": now})
    _verify(tx, found)
    for place, owner in joins.items():
        found.persons[place] = owner.id
    return _Made(
        locked=frozenset(persons) | {one.id for one in made},
        plain=frozenset(
            place
            for each in changing
            if not each.persons and _is_plain(says, each.joining)
            for place in each.joining
        ),
    )


def _is_plain(says: PageSays, joining: Sequence[int]) -> bool:
    """Tell whether new identifiers are so few and so different that no limit can be broken."""
    kinds = {says.named[place].kind for place in joining}
    return len(kinds) == len(joining) <= says.policy.identifiers_without_question


def _verify(tx: Tx, found: Found) -> None:
    if found.unverified:
        params = {
            "group_id": tx.scope.group_id,
            "identifier_ids": array(sorted(found.unverified)),
        }
        tx.execute(people.VERIFY_IDENTIFIERS, params)


def _witnesses(says: PageSays, found: Found, incoming: Sequence[Incoming]) -> dict[int, int]:
    """Return, by person, the first record of the page that names more than this person."""
    witnesses: dict[int, int] = {}
    for record, places in enumerate(says.buyers):
        if len(places) > 1:
            for place in places:
                person = found.persons[place]
                if person is not None:
                    witnesses.setdefault(person, incoming[record].record_id)
    return witnesses


def _persons(says: PageSays, found: Found) -> list[Known | None]:
    known: dict[int, Known] = {}
    answers: list[Known | None] = []
    for record, places in enumerate(says.buyers):
        if not places:
            answers.append(None)
            continue
        place = places[0] if len(places) == 1 else anchor(says, found, record)
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
    if places or not isinstance(incoming.record, Member | Opening):
        return Ok(None)
    kinds = sorted({cause.value for cause in causes})
    return NoUsableIdentifier(causes=", ".join(kinds)).as_refused()
