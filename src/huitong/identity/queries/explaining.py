"""Reads that explain: how much there is, and why somebody is one person."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from huitong.channels.model import IdentifierKind
from huitong.identity import rules
from huitong.identity.model import (
    Explanation,
    IdentifierNotFound,
    IdentifierShown,
    MostLinked,
    Standing,
    Stats,
    Weighed,
    Why,
)
from huitong.identity.queries.people import ERASED, ciphers_of
from huitong.identity.queries.policies import policy_of
from huitong.identity.queries.weighing import load_neighbourhood
from huitong.identity.rules import PLATFORM_POLICY, EffectivePolicy, Verdict, policy_of_document
from huitong.identity.tables import everybody
from huitong.identity.tables import evidence as tables
from huitong.platform.db import ReadTx, array

MOST_LINKED_SHOWN = 10
# Told with fewer on a side, nobody glues a crowd.
TOLD_MIN = 10
# Beyond it, the number of those around an identifier says nothing more.
ROWS_COUNTED_MAX = 100_000
JOINING = frozenset({Verdict.JOINED, Verdict.REDUNDANT, Verdict.FOLLOWS})


def stats(tx: ReadTx) -> Stats:
    """Return how many identifiers, persons, merges and reviews the group has."""
    params = {"group_id": tx.scope.group_id}
    counted: defaultdict[IdentifierKind, dict[Standing, int]] = defaultdict(dict)
    for kind, standing, count in tx.rows(tables.COUNT_IDENTIFIERS, params):
        counted[IdentifierKind(kind)][Standing(standing)] = count
    totals = tx.row(tables.COUNT_PERSONS, params)
    assert totals is not None, "A count always answers."
    return Stats(dict(counted), *totals)


def most_linked(tx: ReadTx, *, limit: int = MOST_LINKED_SHOWN) -> list[MostLinked]:
    """Return the identifiers told with most others, so many that the way leads over and shared.

    The first are those to take out where too much hangs together; blocked ones are left out.
    """
    params = {
        "group_id": tx.scope.group_id,
        "told_min": TOLD_MIN,
        "rows_max": ROWS_COUNTED_MAX,
        "limit": limit,
    }
    rows = tx.rows(everybody.MOST_LINKED, params)
    shown = shown_by_ids(tx, [row[0] for row in rows])
    return [
        MostLinked(shown[each], Standing(standing), *counts)
        for each, standing, *counts in rows
        if each in shown
    ]


def explain(tx: ReadTx, identifier_ids: Sequence[int]) -> Explanation:
    """Return what hangs together with identifiers, and what came of each piece of evidence.

    :raises IdentifierNotFound: when one is unknown or erased.
    """
    found = tx.rows(tables.FIND_BY_IDS, _ids(tx, identifier_ids))
    domains = {row[1] for row in found}
    if len(found) < len(set(identifier_ids)) or len(domains) != 1:
        raise IdentifierNotFound
    policy = _effective(tx, domains.pop())
    near = load_neighbourhood(tx, identifier_ids, policy=policy)
    weighed = rules.partition(
        near.evidence, near.facts(policy), policy.for_partition, near.decisions
    )
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for each in near.evidence:
        pair = (min(each.one, each.other), max(each.one, each.other))
        first, last = spans.get(pair, (each.first_at, each.last_at))
        spans[pair] = (min(first, each.first_at), max(last, each.last_at))
    whys = [
        Why(
            *pair,
            verdict.value,
            weighed.rule_of[pair].value if pair in weighed.rule_of else None,
            *(datetime.fromtimestamp(one, UTC) for one in spans.get(pair, (0, 0))),
        )
        for pair, verdict in sorted(weighed.verdict_of.items())
    ]
    shown = shown_by_ids(tx, list(near.identifiers))
    identifiers = [
        Weighed(shown[one], known.person_id, Standing(known.standing))
        for one, known in sorted(near.identifiers.items())
        if one in shown
    ]
    return Explanation(identifiers, whys, _path(identifier_ids, whys))


def shown_by_ids(tx: ReadTx, identifier_ids: Sequence[int]) -> dict[int, IdentifierShown]:
    """Return identifiers by their ids, the values masked; erased ones are left out."""
    rows = tx.rows(tables.FIND_BY_IDS, _ids(tx, identifier_ids))
    ciphers = ciphers_of(tx, person_ids={row[8] for row in rows if row[8] is not None})
    shown = {}
    for row in rows:
        identifier_id, kind = row[0], IdentifierKind(row[3])
        masked = ERASED
        if row[8] in ciphers:
            opened = ciphers[row[8]].open(row[9], place=rules.SEALED_PLACE, row=identifier_id)
            masked = rules.masked(kind, opened.decode())
        shown[identifier_id] = IdentifierShown(identifier_id, kind, row[4], masked, row[7])
    return shown


def _effective(tx: ReadTx, domain_id: int) -> EffectivePolicy:
    known = policy_of(tx, domain_id=domain_id)
    if known.version == 0:
        return PLATFORM_POLICY
    return policy_of_document(known.document, version=known.version, digest=known.digest)


def _path(asked: Sequence[int], whys: Iterable[Why]) -> list[int]:
    """Return the shortest way from the first to the last over evidence that joins."""
    beside: defaultdict[int, list[int]] = defaultdict(list)
    for why in whys:
        if why.verdict in JOINING:
            beside[why.one_id].append(why.other_id)
            beside[why.other_id].append(why.one_id)
    came_from: dict[int, int | None] = {asked[0]: None}
    waiting = deque([asked[0]])
    while waiting and asked[-1] not in came_from:
        here = waiting.popleft()
        for there in sorted(beside[here]):
            if there not in came_from:
                came_from[there] = here
                waiting.append(there)
    return _walked(asked[-1], came_from)


def _walked(end: int, came_from: Mapping[int, int | None]) -> list[int]:
    way: list[int] = []
    here: int | None = end if end in came_from else None
    while here is not None:
        way.append(here)
        here = came_from[here]
    return way[::-1]


def _ids(tx: ReadTx, identifier_ids: Sequence[int]) -> dict[str, object]:
    return {"group_id": tx.scope.group_id, "identifier_ids": array(sorted(set(identifier_ids)))}
