"""Issues cards, blocks them, and puts new ones in their place."""

from collections.abc import Mapping, Sequence
from datetime import datetime

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
    """Issue new cards in the place of old ones, which work no more; a repeat changes nothing."""
    found = _cards(tx, [(brand_id, one.number) for one in replacements])
    owners = lock_living(tx, {card.customer_id for card in found.values()})
    ciphers = identity.ciphers_of(tx, person_ids={one.person_id for one in owners.values()})
    old = [found.get((brand_id, rules.normal_card(one.number))) for one in replacements]
    wanted = [
        (one.new_number, owners[card.customer_id])
        for one, card in zip(replacements, old, strict=True)
        if card is not None
    ]
    taken = iter(_taken_in_order(tx, wanted, brand_id=brand_id, ciphers=ciphers, now=now))
    issued = _cards(tx, [(brand_id, number) for number, _ in wanted])
    results: list[Result[None]] = []
    rows: list[Row] = []
    for one, card in zip(replacements, old, strict=True):
        refusal = CardNotFound() if card is None else next(taken)
        if card is None or refusal is not None:
            assert refusal is not None, "A card that is not there is refused."
            results.append(refusal.as_refused())
            continue
        new = issued[brand_id, rules.normal_card(one.new_number)]
        if new.id == card.id:
            results.append(CardTaken(customer_id=owners[card.customer_id].id).as_refused())
            continue
        rows.append(_state_row(card.id, CardState.REPLACED, new.id, one.actor, one.reason))
        results.append(Ok(None))
    _put_states(tx, rows, now)
    return results


def _taken_in_order(
    tx: Tx,
    wanted: Sequence[tuple[str, LockedCustomer]],
    *,
    brand_id: int,
    ciphers: Mapping[int, Cipher],
    now: datetime,
) -> list[CardTaken | None]:
    taken = issue_cards(tx, wanted, brand_id=brand_id, ciphers=ciphers, now=now)
    return [taken.get(place) for place in range(len(wanted))]


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
    return {
        indexes[bytes(digest)]: Card(card_id, customer_id, CardState(state))
        for digest, card_id, customer_id, state in tx.rows(tables.cards.LOCK_CARDS, params)
    }


def _state_row(
    card_id: int, state: CardState, replaced_by: int | None, actor: str, reason: str
) -> Row:
    return (bucket_of(card_id), card_id, state.value, replaced_by, actor, reason)


def _put_states(tx: Tx, rows: Sequence[Row], now: datetime) -> None:
    tx.write(tables.cards.PUT_STATES, tables.cards.CARD_STATE, rows, {"now": now})
