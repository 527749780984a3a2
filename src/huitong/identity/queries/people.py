"""Reads of identity."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from huitong.channels.model import Identifier, IdentifierKind
from huitong.identity import rules
from huitong.identity.model import PROVES_NOTHING, IdentifierShown, Known, Merge, Standing
from huitong.identity.tables import erasing, merges, people
from huitong.org.model import Brand, ChannelAccount
from huitong.platform import crypto
from huitong.platform.db import ReadTx, array, byte_array
from huitong.platform.ids import bucket_of_digest

ERASED = "(erased)"


def find(
    tx: ReadTx, *, brand: Brand, kind: IdentifierKind, value: str, scope: str = ""
) -> Known | None:
    """Return who has this identifier in the brand's domain; None when nobody has, or can have.

    `scope` is where the identifier is valid, as its records say it; a kind that is valid in a
    brand or everywhere needs none.
    """
    found = _find(tx, brand, kind, value, scope)
    return None if found is None else found[0]


def find_proved(tx: ReadTx, *, brand: Brand, kind: IdentifierKind, value: str) -> Known | None:
    """Return whom an identifier proves by itself in the brand's domain; None for nobody.

    What is shared or was taken out still leads to those who look somebody up (see `find`), but
    whoever holds it has not shown by it who they are.
    """
    found = _find(tx, brand, kind, value, "")
    return None if found is None or found[1] in PROVES_NOTHING else found[0]


def recognise(
    tx: ReadTx, *, account: ChannelAccount, named: Sequence[Sequence[Identifier]]
) -> list[Known | None]:
    """Return who is meant by each set of identifiers that an account names; None for strangers.

    The first identifier that leads to somebody decides; nothing is learned from the question.
    """
    places: dict[bytes, Known | None] = {}
    asked: list[list[bytes]] = []
    for identifiers in named:
        found = [
            _index(tx, one.kind, rules.scope_of(one.kind, one.scope, account), one.value)
            for one in identifiers
        ]
        asked.append([index for index in found if index is not None])
        places |= dict.fromkeys(asked[-1])
    digests = list(places)
    rows = tx.rows(
        people.FIND_IDENTIFIERS,
        {
            "group_id": tx.scope.group_id,
            "domain_id": account.identity_domain_id,
            "buckets": array([bucket_of_digest(digest) for digest in digests]),
            "digests": byte_array(digests),
        },
    )
    for place, identifier_id, person_id, *_ in rows:
        if person_id is not None:
            places[digests[place]] = Known(person_id, identifier_id)
    return [next(filter(None, map(places.get, indexes)), None) for indexes in asked]


def follow(tx: ReadTx, *, person_ids: Sequence[int]) -> Mapping[int, int]:
    """Return whom persons are today, over any number of merges; unknown ids are left out."""
    params = {"group_id": tx.scope.group_id, "person_ids": array(person_ids)}
    return dict(tx.rows(people.FOLLOW_PERSONS, params))


def identifiers_of(
    tx: ReadTx, *, person_ids: Sequence[int]
) -> Mapping[int, Sequence[IdentifierShown]]:
    """Return the identifiers of persons, their values masked."""
    params = {"group_id": tx.scope.group_id, "person_ids": array(person_ids)}
    rows = tx.rows(people.IDENTIFIERS_OF_PERSONS, params)
    ciphers = _ciphers(tx, {row[5]: row[7] for row in rows if row[7] is not None})
    shown: defaultdict[int, list[IdentifierShown]] = defaultdict(list)
    for person_id, identifier_id, kind, scope, verified, sealed_for, sealed, _ in rows:
        cipher = ciphers.get(sealed_for)
        masked = ERASED
        if cipher is not None:
            value = cipher.open(sealed, place=rules.SEALED_PLACE, row=identifier_id).decode()
            masked = rules.masked(IdentifierKind(kind), value)
        shown[person_id].append(
            IdentifierShown(identifier_id, IdentifierKind(kind), scope, masked, verified)
        )
    return shown


def export(tx: ReadTx, person_ids: Sequence[int]) -> dict[int, list[dict[str, object]]]:
    """Return every identifier of persons, unmasked, with when it was learned.

    Only for the person themselves, or with the permission to see personal values.
    """
    params = {"group_id": tx.scope.group_id, "person_ids": array(person_ids)}
    rows = tx.rows(people.EXPORT_IDENTIFIERS, params)
    ciphers = ciphers_of(tx, person_ids={row[5] for row in rows if row[5] is not None})
    told: defaultdict[int, list[dict[str, object]]] = defaultdict(list)
    for person_id, identifier_id, kind, scope, verified, sealed_for, sealed, recorded_at in rows:
        if sealed_for in ciphers:
            opened = ciphers[sealed_for].open(sealed, place=rules.SEALED_PLACE, row=identifier_id)
            told[person_id].append(
                {
                    "kind": kind,
                    "scope": scope,
                    "value": opened.decode(),
                    "verified": verified,
                    "known_since": recorded_at,
                }
            )
    return dict(told)


def ciphers_of(tx: ReadTx, *, person_ids: Iterable[int]) -> Mapping[int, crypto.Cipher]:
    """Return what seals and opens the values of persons; erased persons have nothing any more."""
    params = {"group_id": tx.scope.group_id, "person_ids": array(sorted(set(person_ids)))}
    return _ciphers(tx, dict(tx.rows(people.SALTS, params)))


def merges_of(tx: ReadTx, *, person_id: int) -> list[Merge]:
    """Return the journal of one person's merges, oldest first."""
    params = {"group_id": tx.scope.group_id, "person_id": person_id}
    return [
        Merge(row[0], row[2], row[3], tuple(row[4]), *row[5:])
        for row in tx.rows(merges.MERGES_OF_PERSON, params)
    ]


def erased_before(tx: ReadTx, *, person_ids: Sequence[int], now: datetime) -> set[int]:
    """Return which persons have an identifier of somebody whom an erasure forgot not long ago."""
    keyring, group_id = crypto.keyring(), tx.scope.group_id
    owners: defaultdict[bytes, set[int]] = defaultdict(set)
    params = {"group_id": group_id, "person_ids": array(person_ids)}
    for person_id, index in tx.rows(erasing.INDEXES_OF_PERSONS, params):
        owners[rules.tombstone_digest(keyring, group_id, index)].add(person_id)
    digests = list(owners)
    rows = tx.rows(
        erasing.FIND_TOMBSTONES,
        {
            "group_id": group_id,
            "buckets": array([bucket_of_digest(digest) for digest in digests]),
            "digests": byte_array(digests),
            "now": now,
        },
    )
    return {person_id for (digest,) in rows for person_id in owners[digest]}


def _find(
    tx: ReadTx, brand: Brand, kind: IdentifierKind, value: str, scope: str
) -> tuple[Known, Standing] | None:
    index = _index(tx, kind, rules.scope_in_brand(kind, scope, brand.id), value)
    if index is None:
        return None
    rows = tx.rows(
        people.FIND_IDENTIFIERS,
        {
            "group_id": tx.scope.group_id,
            "domain_id": brand.identity_domain_id,
            "buckets": array([bucket_of_digest(index)]),
            "digests": byte_array([index]),
        },
    )
    ((_, identifier_id, person_id, _, standing, _),) = rows
    return None if person_id is None else (Known(person_id, identifier_id), Standing(standing))


def _ciphers(tx: ReadTx, salts: Mapping[int, bytes]) -> Mapping[int, crypto.Cipher]:
    keyring = crypto.keyring()
    return {
        person_id: keyring.person_cipher(tx.scope.group_id, person_id, salt)
        for person_id, salt in salts.items()
    }


def _index(tx: ReadTx, kind: IdentifierKind, scope: str, value: str) -> bytes | None:
    normal = rules.normalised(kind, value)
    if isinstance(normal, rules.Unusable):
        return None
    return crypto.keyring().blind_index(tx.scope.group_id, kind.value, scope, normal)
