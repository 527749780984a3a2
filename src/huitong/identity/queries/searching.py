"""Finds persons by what somebody types: a phone, its tail, an id of a platform, a card."""

from collections.abc import Sequence
from typing import NamedTuple

from huitong.channels.model import IdentifierKind
from huitong.identity import rules
from huitong.identity.rules import searching as search_rules
from huitong.identity.tables import people
from huitong.identity.tables import searching as tables
from huitong.org.model import Brand
from huitong.platform import crypto
from huitong.platform.db import ReadTx, array, byte_array
from huitong.platform.ids import bucket_of_digest


class Hit(NamedTuple):
    """Somebody who was found, by which kind of identifier; `is_tail`: by its last digits alone."""

    person_id: int
    kind: IdentifierKind
    is_tail: bool


def search(tx: ReadTx, *, brand: Brand, text: str, limit: int) -> list[Hit]:
    """Return who has an identifier that a text may be, whole values before tails, each once."""
    hits = [*_by_value(tx, brand, text), *_by_search(tx, brand, text, limit)]
    first: dict[int, Hit] = {}
    for hit in hits:
        first.setdefault(hit.person_id, hit)
    return list(first.values())[:limit]


def searched(tx: ReadTx, named: Sequence[tuple[str, str]]) -> list[bytes | None]:
    """Return what identifiers are searched by, each a kind and a normal form; None where nothing.

    The same for everybody who writes and who searches: a keyed digest, never the text.
    """
    keyring, group_id = crypto.keyring(), tx.scope.group_id
    wanted = [search_rules.searched_by(kind, value) for kind, value in named]
    return [
        None if one is None else keyring.blind_index(group_id, f"search:{one[0]}", "", one[1])
        for one in wanted
    ]


def _by_value(tx: ReadTx, brand: Brand, text: str) -> list[Hit]:
    """Return who has the text as a value that is valid in the brand or everywhere."""
    keyring, group_id = crypto.keyring(), tx.scope.group_id
    digests: dict[bytes, IdentifierKind] = {}
    for kind in rules.POLICIES:
        value = rules.normalised(kind, text)
        if not isinstance(value, rules.Unusable):
            scope = rules.scope_in_brand(kind, "", brand.id)
            digests[keyring.blind_index(group_id, kind.value, scope, value)] = kind
    asked = list(digests)
    rows = tx.rows(
        people.FIND_IDENTIFIERS,
        {
            "group_id": group_id,
            "domain_id": brand.identity_domain_id,
            "buckets": array([bucket_of_digest(one) for one in asked]),
            "digests": byte_array(asked),
        },
    )
    return [
        Hit(row[2], digests[asked[row[0]]], is_tail=False) for row in rows if row[2] is not None
    ]


def _by_search(tx: ReadTx, brand: Brand, text: str, limit: int) -> list[Hit]:
    """Return who has the text as the tail of a phone, or as an id of any shop or app."""
    keyring, group_id = crypto.keyring(), tx.scope.group_id
    searches = search_rules.searches_of(text)
    labels = {
        keyring.blind_index(group_id, f"search:{label}", "", value): label
        for label, value in searches
    }
    if not labels:
        return []
    rows = tx.rows(
        tables.FIND_SEARCHED,
        {
            "group_id": group_id,
            "domain_id": brand.identity_domain_id,
            "digests": byte_array(list(labels)),
            "limit": limit,
        },
    )
    return [
        Hit(person, IdentifierKind(kind), is_tail=labels[digest] == search_rules.TAIL)
        for digest, person, kind in rows
    ]
