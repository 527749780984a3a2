"""Writing a version of a brand's bitmaps: begin, write fields, publish; and sweeping old ones.

Readers see nothing of a version before it is published, and all of it after. What a refresh left
behind that died in between is dropped by the next one.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import blake2b

from huitong.platform.db import Tx, array
from huitong.segments.model.bitmaps import (
    ALIVE,
    PartKey,
    Version,
    VersionAbandoned,
    Written,
)
from huitong.segments.rules.bitmaps.encoding import Encoded, Encoding, decode, encode
from huitong.segments.rules.bitmaps.parts import (
    SHARD_BITS,
    Part,
    flags_of,
    part_of_flags,
    shard_count,
)
from huitong.segments.tables import bitmaps as tables
from huitong.segments.tables import ordinals as ordinal_tables

DIGEST_BYTES = 16


def begin(tx: Tx, *, brand_id: int, key: str, now: datetime) -> Version:
    """Begin a version of a brand's bitmaps over the ordinals given out so far.

    With a key that was published before, that version is returned, and nothing is to be written.
    Versions that were begun and not published are given up.
    """
    constants = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    tx.execute(ordinal_tables.OPEN_NUMBERING, constants)
    locked = tx.row(ordinal_tables.LOCK_NUMBERING, constants)
    assert locked is not None, "The numbering was opened above."
    published = tx.row(tables.FIND_PUBLISHED_KEY, {"key": key, **constants})
    if published is not None:
        known, reached = published
        return Version(brand_id, known, reached, is_published=True)
    tx.rows(tables.LOCK_UNPUBLISHED, constants)
    tx.execute(tables.DROP_UNPUBLISHED_PARTS, constants)
    tx.execute(tables.DROP_UNPUBLISHED, constants)
    ordinals, last, _ = locked
    begun = {"version": last + 1, "ordinals": ordinals, "key": key, "now": now, **constants}
    tx.execute(tables.INSERT_VERSION, begun)
    tx.execute(tables.TAKE_VERSION, begun)
    return Version(brand_id, last + 1, ordinals, is_published=False)


def write_field(
    tx: Tx,
    parts: Mapping[PartKey, Part],
    *,
    version: Version,
    field: str,
    whole_shards: Collection[int] = (),
) -> Written:
    """Write those parts of a field that are another than before, in one or several transactions.

    Of `whole_shards` all parts are told: what is not among them has become empty. Elsewhere only
    the told parts change; None empties one.

    :raises VersionAbandoned: when a later refresh took over.
    """
    constants = _constants(tx, version)
    if tx.row(tables.HOLD_VERSION, constants) is None:
        raise VersionAbandoned(version.version)
    return _write(tx, parts, constants, field=field, whole_shards=whole_shards)


def publish(tx: Tx, *, version: Version, now: datetime) -> None:
    """Let readers see a version that is written, with who is alive as of now.

    :raises VersionAbandoned: when a later refresh took over.
    """
    constants = _constants(tx, version)
    locked = tx.row(ordinal_tables.LOCK_NUMBERING, constants)
    if locked is None or tx.row(tables.LOCK_VERSION, constants) is None:
        raise VersionAbandoned(version.version)
    before = tx.row(tables.NEWEST_VERSION, constants)
    _write_living(tx, constants, version=version, ordinals_before=before[1] if before else 0)
    tx.execute(tables.MARK_VERSION_PUBLISHED, {"now": now, **constants})
    tx.execute(tables.SHOW_VERSION, constants)


def sweep(tx: Tx, *, brand_id: int, before: datetime) -> int:
    """Drop what only versions older than the one of an instant could see; return how many parts.

    The version that was the newest at `before` stays, and all later ones.
    """
    constants = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    oldest = tx.row(tables.OLDEST_TO_KEEP, {"before": before, **constants})
    if oldest is None or oldest[0] is None:
        return 0
    swept = tx.execute(tables.SWEEP_PARTS, {"oldest": oldest[0], **constants})
    tx.execute(tables.MARK_SWEPT, {"oldest": oldest[0], **constants})
    tx.execute(tables.SWEEP_VERSIONS, {"oldest": oldest[0], **constants})
    return swept


def _constants(tx: Tx, version: Version) -> dict[str, object]:
    return {
        "group_id": tx.scope.group_id,
        "brand_id": version.brand_id,
        "version": version.version,
        "ordinals": version.ordinals,
    }


def _write(
    tx: Tx,
    parts: Mapping[PartKey, Part],
    constants: Mapping[str, object],
    *,
    field: str,
    whole_shards: Collection[int],
) -> Written:
    found = tx.rows(tables.PARTS_OF_FIELD, {"field": field, **constants})
    known = {PartKey(code, shard): (size, digest) for code, shard, size, digest in found}
    gone = {key for key in known if key.shard in whole_shards and key not in parts}
    told = {**parts, **dict.fromkeys(gone)}
    rows = []
    for key, part in sorted(told.items()):
        encoded = encode(part)
        digest = blake2b(encoded.content, digest_size=DIGEST_BYTES).digest()
        if known.get(key, (0, None))[0] or encoded.size:
            row = (*key, int(encoded.encoding), encoded.size, digest, encoded.content)
            rows += [row] if known.get(key) != (encoded.size, digest) else []
    tx.write(tables.WRITE_PARTS, tables.PART, rows, {"field": field, **constants})
    return Written(len(rows), sum(len(row[-1]) for row in rows))


def _write_living(
    tx: Tx, constants: Mapping[str, object], *, version: Version, ordinals_before: int
) -> None:
    """Write who is alive: as before, with who is new, and who was retired or revived since."""
    pending: dict[int, bool] = dict(tx.rows(ordinal_tables.TAKE_PENDING, constants))
    touched = {ordinal >> SHARD_BITS for ordinal in pending}
    if version.ordinals > ordinals_before:
        touched |= set(range(ordinals_before >> SHARD_BITS, shard_count(version.ordinals)))
    shards = sorted(touched)
    asked = {"field": ALIVE.field, "shards": array(shards), **constants}
    before = {
        shard: decode(Encoded(Encoding(encoding), size, content))
        for _, shard, encoding, size, content in tx.rows(tables.READ_FIELD, asked)
    }
    parts: dict[PartKey, Part] = {}
    for shard in shards:
        first = shard << SHARD_BITS
        is_alive = flags_of(before.get(shard))
        is_alive[max(ordinals_before - first, 0) : max(version.ordinals - first, 0)] = True
        here = {
            each - first: alive for each, alive in pending.items() if each >> SHARD_BITS == shard
        }
        is_alive[list(here)] = list(here.values())
        parts[PartKey(ALIVE.code, shard)] = part_of_flags(is_alive)
    _write(tx, parts, constants, field=ALIVE.field, whole_shards=())
