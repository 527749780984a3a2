"""Issues cards, blocks them, and puts new ones in their place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from huitong import identity
from huitong.customers import rules, tables
from huitong.customers.model import (
    Card,
    CardChange,
    CardNotFound,
    CardReplacement,
    CardState,
    CardTaken,
)
from huitong.customers.operations.locking import LockedCustomer, lock_living
from huitong.customers.queries import card_index, living
from huitong.customers.rules import CARD_PLACE
from huitong.platform.crypto import Cipher
from huitong.platform.db import Row, Tx, array, byte_array
from huitong.platform.errors import Ok, Result
from huitong.platform.ids import bucket_of, bucket_of_digest


def issue_cards(
    tx: Tx,
    cards: Sequence[tuple[str | None, LockedCustomer]],
    *,
    brand_id: int,
    ciphers: Mapping[int, Cipher],
    now: datetime,
) -> dict[int, CardTaken]:
    """Issue the cards that nobody has yet; return, by place, those that another customer has."""
    wanted = {
        place: (card_index(tx, brand_id=brand_id, number=number), number, owner)
        for place, (number, owner) in enumerate(cards)
        if number is not None
    }
    if not wanted:
        return {}
    holders = _holders(tx, brand_id, [index for index, _, _ in wanted.values()])
    new: dict[bytes, tuple[str, LockedCustomer]] = {}
    for index, number, owner in wanted.values():
        if index not in holders:
            new.setdefault(index, (number, owner))
    holders |= _insert(tx, new, brand_id=brand_id, ciphers=ciphers, now=now)
    overtaken = [index for index in new if index not in holders]
    if overtaken:
        # The insert waited for the transaction that was first; now its rows can be seen.
        holders |= _holders(tx, brand_id, overtaken)
    return _taken(tx, {place: (holders[each[0]], each[2].id) for place, each in wanted.items()})


def _holders(tx: Tx, brand_id: int, indexes: Sequence[bytes]) -> dict[bytes, int]:
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "buckets": array([bucket_of_digest(index) for index in indexes]),
        "digests": byte_array(indexes),
    }
    return {digest: holder for digest, holder, _ in tx.rows(tables.cards.FIND_CARDS, params)}


def _taken(tx: Tx, held: Mapping[int, tuple[int, int]]) -> dict[int, CardTaken]:
    """Return the refusals: a card works on for whom its holder was merged into, and nobody else."""
    apart = {place: pair for place, pair in held.items() if pair[0] != pair[1]}
    if not apart:
        return {}
    today = living(tx, customer_ids={holder for holder, _ in apart.values()})
    return {
        place: CardTaken(customer_id=today[holder])
        for place, (holder, owner) in apart.items()
        if today[holder] != owner
    }


def _insert(
    tx: Tx,
    new: Mapping[bytes, tuple[str, LockedCustomer]],
    *,
    brand_id: int,
    ciphers: Mapping[int, Cipher],
    now: datetime,
) -> dict[bytes, int]:
    ids = tx.new_ids([bucket_of_digest(index) for index in new])
    rows = [
        (
            bucket_of_digest(index),
            new_id,
            owner.id,
            index,
            ciphers[owner.person_id].seal(number.encode(), place=CARD_PLACE, row=new_id),
        )
        for new_id, (index, (number, owner)) in zip(ids, new.items(), strict=True)
    ]
    constants = {"brand_id": brand_id, "now": now}
    return dict(tx.write(tables.cards.INSERT_CARDS, tables.cards.CARD, rows, constants))


def set_card_states(tx: Tx, changes: Sequence[CardChange], *, now: datetime) -> list[Result[None]]:
    """Block cards, or let blocked ones work again; a replaced card stays replaced."""
    found = _cards(tx, [(one.brand_id, one.number) for one in changes])
    rows: dict[int, Row] = {}
    results: list[Result[None]] = []
    for one in changes:
        card = found.get((one.brand_id, rules.normal_card(one.number)))
        if card is None or card.state is CardState.REPLACED:
            results.append(CardNotFound().as_refused())
            continue
        rows[card.id] = _state_row(card.id, one.state, None, one.actor, one.reason)
        results.append(Ok(None))
    _put_states(tx, list(rows.values()), now)
    return results


def replace_cards(
    tx: Tx, replacements: Sequence[CardReplacement], *, brand_id: int, now: datetime
) -> list[Result[None]]:
    """Issue new cards in the place of old ones, which work no more; a repeat changes nothing.

    The card that was named last works, also one that had been replaced or blocked before. Of a
    batch each item sees what those before it did.
    """
    both = [(brand_id, number) for one in replacements for number in (one.number, one.new_number)]
    known = _by_number(_cards(tx, both))
    owners = lock_living(tx, {card.customer_id for card in known.values()})
    # Looked at with cards that are not there yet, so that a refused item issues none.
    foreseen = _replaced(dict(enumerate(replacements)), known, owners)
    refused = dict(foreseen.refused)
    wanted = [(place, replacements[place].new_number, owner) for place, owner in foreseen.owners]
    taken = issue_cards(
        tx,
        [(number, owner) for _, number, owner in wanted],
        brand_id=brand_id,
        ciphers=identity.ciphers_of(tx, person_ids={owner.person_id for _, _, owner in wanted}),
        now=now,
    )
    refused |= {wanted[at][0]: refusal for at, refusal in taken.items()}
    carried_out = {at: one for at, one in enumerate(replacements) if at not in refused}
    issued = _by_number(_cards(tx, both))
    own = {number: card for number, card in issued.items() if card.customer_id in owners}
    done = _replaced(carried_out, own, owners)
    _put_states(tx, list(done.rows.values()), now)
    refused |= done.refused
    return [
        refused[place].as_refused() if place in refused else Ok(None)
        for place in range(len(replacements))
    ]


class _Replaced(NamedTuple):
    """What replacements come to: whose each new card is, refusals by place, rows by card."""

    owners: list[tuple[int, LockedCustomer]]
    refused: dict[int, CardNotFound | CardTaken]
    rows: dict[int, Row]


def _replaced(
    replacements: Mapping[int, CardReplacement],
    known: Mapping[str, Card],
    living: Mapping[int, LockedCustomer],
) -> _Replaced:
    """Return what replacements come to, each after those before it."""
    cards = dict(known)
    done = _Replaced([], {}, {})
    for place, one in replacements.items():
        number, new_number = rules.normal_card(one.number), rules.normal_card(one.new_number)
        old = cards.get(number)
        if old is None:
            done.refused[place] = CardNotFound()
            continue
        # A card that is yet to be issued has no id; those of cards are above zero.
        new = cards.get(new_number) or Card(-place - 1, old.customer_id, CardState.ACTIVE)
        refusal = _refusal(old, new, living)
        if refusal is not None:
            done.refused[place] = refusal
            continue
        done.owners.append((place, living[old.customer_id]))
        if old.replaced_by != new.id:
            cards[number] = replace(old, state=CardState.REPLACED, replaced_by=new.id)
            cards[new_number] = replace(new, state=CardState.ACTIVE, replaced_by=None)
            for card in (cards[number], cards[new_number]):
                done.rows[card.id] = _state_row(
                    card.id, card.state, card.replaced_by, one.actor, one.reason
                )
    return done


def _refusal(
    old: Card, new: Card, living: Mapping[int, LockedCustomer]
) -> CardNotFound | CardTaken | None:
    holder = living[new.customer_id].id
    if old.id == new.id or holder != living[old.customer_id].id:
        return CardTaken(customer_id=holder)
    if old.state is CardState.REPLACED and old.replaced_by != new.id:
        return CardNotFound()
    return None


def _by_number(cards: Mapping[tuple[int, str], Card]) -> dict[str, Card]:
    return {number: card for (_, number), card in cards.items()}


def _cards(tx: Tx, wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Card]:
    """Return the cards of brands by their numbers, locked."""
    indexes = {
        card_index(tx, brand_id=brand_id, number=number): (brand_id, rules.normal_card(number))
        for brand_id, number in wanted
    }
    params = {
        "group_id": tx.scope.group_id,
        "buckets": array([bucket_of_digest(index) for index in indexes]),
        "digests": byte_array(list(indexes)),
    }
    locked = tx.rows(tables.cards.LOCK_CARDS, params)
    return {
        indexes[bytes(digest)]: Card(card_id, customer_id, CardState(state), replaced_by)
        for digest, card_id, customer_id, state, replaced_by in locked
    }


def _state_row(
    card_id: int, state: CardState, replaced_by: int | None, actor: str, reason: str
) -> Row:
    return (bucket_of(card_id), card_id, state.value, replaced_by, actor, reason)


def _put_states(tx: Tx, rows: Sequence[Row], now: datetime) -> None:
    tx.write(tables.cards.PUT_STATES, tables.cards.CARD_STATE, rows, {"now": now})
