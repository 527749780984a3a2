"""Puts pairs that are likely one person before an operator; nothing here merges anybody."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from huitong.identity.model import LIKELY, Likely, Queued, ReviewState
from huitong.identity.operations.deciding import Held, held_by, strongest
from huitong.identity.operations.policies import effective_policy
from huitong.identity.queries import follow
from huitong.identity.tables import reviews as tables
from huitong.platform.db import ReadTx, Tx, array
from huitong.platform.ids import bucket_of


def queue_suggestions(
    tx: Tx, domain_id: int, *, suggested: Sequence[Likely], now: datetime
) -> Queued:
    """Open a review for each pair of persons who are likely one, whatever their number.

    A pair waits once, by whatever identifiers; one that was decided never waits again. Who was
    merged since counts as whom they are today.
    """
    today = follow(tx, person_ids=sorted({side for one in suggested for side in _sides(one)}))
    likely: dict[tuple[int, int], float] = {}
    unknown = one_already = 0
    for each in suggested:
        here, there = (today.get(side) for side in _sides(each))
        if here is None or there is None:
            unknown += 1
        elif here == there:
            one_already += 1
        else:
            pair = (min(here, there), max(here, there))
            likely[pair] = max(each.likelihood, likely.get(pair, 0))
    ends = _ends(tx, domain_id, [side for pair in likely for side in pair])
    found = [pair for pair in likely if pair[0] in ends and pair[1] in ends]
    known = _known(tx, found)
    new = [pair for place, pair in enumerate(found) if place not in known]
    _open(tx, domain_id, {pair: likely[pair] for pair in new}, ends=ends, now=now)
    unknown += len(likely) - len(found)
    return Queued(len(new), len(known), one_already, unknown)


def _sides(each: Likely) -> tuple[int, int]:
    return each.one_id, each.other_id


def _ends(tx: Tx, domain_id: int, person_ids: Sequence[int]) -> dict[int, Held]:
    """Return the identifier that stands for each person of the domain; the erased have none."""
    policy = effective_policy(tx, domain_id)
    of_person: defaultdict[int, list[Held]] = defaultdict(list)
    for one in held_by(tx, person_ids):
        if one.domain_id == domain_id:
            of_person[one.person_id].append(one)
    ends = {person: strongest(held, policy) for person, held in of_person.items()}
    return {person: end for person, end in ends.items() if end is not None}


def _known(tx: ReadTx, pairs: Sequence[tuple[int, int]]) -> set[int]:
    """Return the places of those pairs that wait or were decided."""
    params = {
        "group_id": tx.scope.group_id,
        "ones": array([one for one, _ in pairs]),
        "others": array([other for _, other in pairs]),
    }
    return {row[0] for row in tx.rows(tables.KNOWN_BETWEEN_PERSONS, params)}


def _open(
    tx: Tx,
    domain_id: int,
    likely: Mapping[tuple[int, int], float],
    *,
    ends: Mapping[int, Held],
    now: datetime,
) -> None:
    pairs = [sorted((ends[one].id, ends[other].id)) for one, other in likely]
    new_ids = tx.new_ids([bucket_of(one) for one, _ in pairs])
    state = ReviewState.OPEN.value
    rows = [
        (bucket_of(one), new_id, one, other, LIKELY, state, None, f"likelihood {likelihood:.3f}")
        for new_id, (one, other), likelihood in zip(new_ids, pairs, likely.values(), strict=True)
    ]
    tx.write(tables.OPEN_REVIEWS, tables.REVIEW, rows, {"domain_id": domain_id, "now": now})
