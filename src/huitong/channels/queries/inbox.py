"""Reads of the inbox: deliveries, record versions with their fate, texts while they are kept."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from psycopg.rows import TupleRow

from huitong.channels import tables
from huitong.channels.model import (
    Delivery,
    DeliveryNotFound,
    DeliveryState,
    FixMade,
    InboxRecord,
    RecordKind,
    RecordNotFound,
    RecordState,
    RefusedSource,
    SavedMapping,
    Standing,
    TextForgotten,
    Way,
)
from huitong.channels.rules import bucket_of_key, inbox_keys, unpack
from huitong.org.model import ChannelAccount
from huitong.platform.crypto import Cipher, keyring
from huitong.platform.db import ReadTx, array, text_array
from huitong.platform.ids import bucket_of

BODY_PLACE = "channels.body.content"
LIMIT_MAX = 500
# A page may hold megabytes, so pages are fetched and opened a few at a time.
BODIES_PER_FETCH = 4


class OpenBody(NamedTuple):
    """A page with its texts by place, an empty one where a record was erased, and its key."""

    id: int
    texts: list[bytes]
    cipher: Cipher


def deliveries(
    tx: ReadTx,
    *,
    account_id: int | None = None,
    kind: RecordKind | None = None,
    way: Way | None = None,
    before_id: int | None = None,
    limit: int,
) -> list[Delivery]:
    """Return deliveries, newest first; the next page begins before the last one's id."""
    found = tx.rows(
        tables.LIST_DELIVERIES,
        {
            "group_id": tx.scope.group_id,
            "account_id": account_id,
            "kind": kind,
            "way": way,
            "before_id": before_id,
            "limit": _limited(limit),
        },
    )
    return [_delivery(row) for row in found]


def delivery(tx: ReadTx, delivery_id: int) -> Delivery:
    """Return one delivery.

    :raises DeliveryNotFound: when the scope sees none with this id.
    """
    wanted = {"group_id": tx.scope.group_id, "delivery_id": delivery_id}
    found = tx.row(tables.FIND_DELIVERY, wanted)
    if found is None:
        raise DeliveryNotFound
    return _delivery(found)


def records_of_delivery(
    tx: ReadTx,
    delivery_id: int,
    *,
    state: RecordState | None = None,
    before_id: int | None = None,
    limit: int,
) -> list[InboxRecord]:
    """Return the record versions that came with a delivery, newest first.

    What a delivery only repeated belongs to the delivery that brought it first.
    """
    found = tx.rows(
        tables.LIST_OF_DELIVERY,
        {
            "group_id": tx.scope.group_id,
            "delivery_id": delivery_id,
            "state": state,
            "before_id": before_id,
            "limit": _limited(limit),
        },
    )
    return [_record(row) for row in found]


def refused_records(
    tx: ReadTx,
    *,
    account_id: int | None = None,
    kind: RecordKind | None = None,
    code: str | None = None,
    before_id: int | None = None,
    limit: int,
) -> list[InboxRecord]:
    """Return the refused record versions, newest first; the next page begins before the last id."""
    found = tx.rows(
        tables.LIST_REFUSED,
        {
            "group_id": tx.scope.group_id,
            "account_id": account_id,
            "kind": kind,
            "code": code,
            "before_id": before_id,
            "limit": _limited(limit),
        },
    )
    return [_record(row) for row in found]


def record(tx: ReadTx, record_id: int) -> InboxRecord:
    """Return one record version.

    :raises RecordNotFound: when the scope sees none with this id.
    """
    found = tx.row(
        tables.FIND_RECORD,
        {
            "group_id": tx.scope.group_id,
            "bucket": bucket_of(record_id),
            "record_id": record_id,
        },
    )
    if found is None:
        raise RecordNotFound
    return _record(found)


def versions_of(
    tx: ReadTx, account: ChannelAccount, *, kind: RecordKind, external_id: str
) -> list[InboxRecord]:
    """Return every version of one record by the source's own key of it, newest first."""
    (key,) = inbox_keys(keyring(), account, kind, [external_id])
    found = tx.rows(
        tables.LIST_VERSIONS,
        {
            "group_id": tx.scope.group_id,
            "bucket": bucket_of_key(key),
            "account_id": account.id,
            "kind": kind,
            "external_id": key,
            "limit": LIMIT_MAX,
        },
    )
    return [_record(row) for row in found]


def text_of(tx: ReadTx, record_id: int) -> bytes:
    """Return the text of a record as it came; it may name persons.

    :raises RecordNotFound: when the scope sees no record with this id.
    :raises TextForgotten: when the text is no longer kept.
    """
    found = places_of(tx, [record_id])
    if not found:
        raise RecordNotFound
    text = texts_at(tx, found).get(found[0])
    if text is None:
        raise TextForgotten
    return text


def refused_among(tx: ReadTx, record_ids: Sequence[int]) -> set[int]:
    """Return which of some records are refused, as far as the scope sees them."""
    found = tx.rows(
        tables.FIND_REFUSED,
        {
            "group_id": tx.scope.group_id,
            "buckets": array([bucket_of(one) for one in record_ids]),
            "ids": array(record_ids),
        },
    )
    return {int(record_id) for record_id, *_ in found}


def refused_sources(tx: ReadTx, record_ids: Sequence[int]) -> dict[int, RefusedSource]:
    """Return those of some records that are refused, by id, with texts that may name persons."""
    found = tx.rows(
        tables.FIND_REFUSED,
        {
            "group_id": tx.scope.group_id,
            "buckets": array([bucket_of(one) for one in record_ids]),
            "ids": array(record_ids),
        },
    )
    texts = texts_at(tx, [(row[5], row[6]) for row in found])
    sources = {}
    for record_id, account_id, kind, _, _, body_id, place, _, source_row in found:
        text = texts.get((body_id, place), b"")
        sources[record_id] = RefusedSource(
            record_id, account_id, RecordKind(kind), source_row, text
        )
    return sources


def fixes_of(tx: ReadTx, record_ids: Sequence[int]) -> list[FixMade]:
    """Return the fixes that some versions went through, the oldest first."""
    wanted = {"group_id": tx.scope.group_id, "ids": list(record_ids)}
    return [
        FixMade(record_id, fixed_id, tuple(fields), *rest)
        for record_id, fixed_id, fields, *rest in tx.rows(tables.LIST_FIXES, wanted)
    ]


def saved_mappings(tx: ReadTx) -> list[SavedMapping]:
    """Return the latest version of each mapping that the group keeps, by name."""
    wanted = {"group_id": tx.scope.group_id, "name": None}
    return [_mapping(row) for row in tx.rows(tables.LIST_MAPPINGS, wanted)]


def saved_mapping(tx: ReadTx, name: str, *, version: int | None = None) -> SavedMapping | None:
    """Return a version of a mapping that the group keeps, the latest unless one is asked for."""
    wanted = {"group_id": tx.scope.group_id, "name": name, "version": version}
    found = tx.row(tables.LIST_MAPPINGS if version is None else tables.FIND_MAPPING, wanted)
    return None if found is None else _mapping(found)


def standings(
    tx: ReadTx, account: ChannelAccount, *, kind: RecordKind, versions: Sequence[tuple[str, str]]
) -> list[Standing]:
    """Return how (external id, version) pairs stand to what the inbox holds, in order."""
    keys = inbox_keys(keyring(), account, kind, [external_id for external_id, _ in versions])
    found = tx.rows(
        tables.FIND_VERSIONS,
        {
            "group_id": tx.scope.group_id,
            "account_id": account.id,
            "kind": kind,
            "buckets": array([bucket_of_key(key) for key in keys]),
            "external_ids": text_array(keys),
        },
    )
    held = {(row[0], row[2]) for row in found}
    held_keys = {key for key, _ in held}
    return [
        Standing.KNOWN
        if (key, version) in held
        else Standing.CHANGED
        if key in held_keys
        else Standing.NEW
        for key, (_, version) in zip(keys, versions, strict=True)
    ]


def places_of(tx: ReadTx, record_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Return the (body, place) of the texts of some records."""
    found = tx.rows(
        tables.FIND_PLACES,
        {
            "group_id": tx.scope.group_id,
            "buckets": array([bucket_of(one) for one in record_ids]),
            "ids": array(record_ids),
        },
    )
    return [(int(body_id), int(place)) for body_id, place in found]


def texts_at(tx: ReadTx, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """Return the texts at (body, place), by these; what was forgotten or erased is left out."""
    wanted: dict[int, list[int]] = {}
    for body_id, place in places:
        wanted.setdefault(body_id, []).append(place)
    return {
        (body.id, place): body.texts[place]
        for body in bodies(tx, wanted)
        for place in wanted[body.id]
        if place < len(body.texts) and body.texts[place]
    }


def bodies(tx: ReadTx, body_ids: Iterable[int]) -> Iterator[OpenBody]:
    """Yield the pages that are still kept, opened one at a time; a forgotten one is left out.

    To be read to the end: the cursor behind it is open until then.
    """
    wanted = {"group_id": tx.scope.group_id, "body_ids": sorted(set(body_ids))}
    for row in tx.stream(tables.FIND_BODIES, wanted, chunk=BODIES_PER_FETCH):
        yield _opened(tx, row)


def unapplied_bodies(tx: ReadTx) -> Iterator[tuple[OpenBody, list[tuple[int, int]]]]:
    """Yield the pages on which records stand that were never applied, with (place, id) of these.

    To be read to the end, as `bodies` is.
    """
    group = {"group_id": tx.scope.group_id}
    for row in tx.stream(tables.UNAPPLIED_BODIES, group, chunk=BODIES_PER_FETCH):
        yield _opened(tx, row), list(zip(row[4], row[5], strict=True))


def _opened(tx: ReadTx, row: TupleRow) -> OpenBody:
    body_id, day, salt, content = row[:4]
    cipher = keyring().day_cipher(tx.scope.group_id, day.toordinal(), salt)
    return OpenBody(body_id, unpack(cipher.open(content, place=BODY_PLACE, row=body_id)), cipher)


def export(tx: ReadTx, record_ids: Sequence[int]) -> list[dict[str, object]]:
    """Return record versions with their texts as they came, as far as these are kept."""
    found = tx.rows(
        tables.EXPORT_RECORDS,
        {
            "group_id": tx.scope.group_id,
            "buckets": array([bucket_of(one) for one in record_ids]),
            "ids": array(record_ids),
        },
    )
    texts = texts_at(tx, [(row[6], row[7]) for row in found])
    told: list[dict[str, object]] = []
    for _, kind, version_at, state, code, recorded_at, body_id, place in found:
        text = texts.get((body_id, place), b"").decode(errors="replace")
        told.append(
            {
                "kind": kind,
                "version_at": version_at,
                "state": state,
                "code": code,
                "received_at": recorded_at,
                "text": text or None,
            }
        )
    return told


def settled_places(
    tx: ReadTx, account: ChannelAccount, *, kind: RecordKind, versions: Sequence[tuple[str, str]]
) -> set[int]:
    """Return the places of the (external id, version) pairs that need no taking any more.

    A refused version does: its cause may be gone.
    """
    keys = inbox_keys(keyring(), account, kind, [external_id for external_id, _ in versions])
    found = tx.rows(
        tables.FIND_SETTLED,
        {
            "group_id": tx.scope.group_id,
            "account_id": account.id,
            "kind": kind,
            "buckets": array([bucket_of_key(key) for key in keys]),
            "external_ids": text_array(keys),
            "versions": text_array([version for _, version in versions]),
        },
    )
    return {int(place) - 1 for (place,) in found}


def _mapping(row: TupleRow) -> SavedMapping:
    name, version, kind, *rest = row
    return SavedMapping(name, version, RecordKind(kind), *rest)


def _limited(limit: int) -> int:
    assert 0 < limit <= LIMIT_MAX, "The edge limits a page of a list."
    return limit


def _delivery(row: TupleRow) -> Delivery:
    identity, brand_id, account_id, kind, way, source, mapping, state, *rest = row
    return Delivery(
        identity,
        brand_id,
        account_id,
        RecordKind(kind),
        Way(way),
        source,
        mapping,
        DeliveryState(state),
        *rest,
    )


def _record(row: TupleRow) -> InboxRecord:
    identity, account_id, kind, external_id, version, state, *rest = row
    return InboxRecord(
        identity, account_id, RecordKind(kind), external_id, version, RecordState(state), *rest
    )
