"""Brings the bitmaps up to a table of tags: all shards at once, or the customers who changed."""
# ruff: noqa: S608 - The statements are made of names of ours and of numbers.

from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from huitong.platform.db import Tx, array
from huitong.segments.model.bitmaps import PartKey, Version
from huitong.segments.model.tags import Tag
from huitong.segments.operations.bitmaps import write_field
from huitong.segments.rules.bitmaps import (
    SHARD_BITS,
    SHARD_SIZE,
    Encoded,
    Encoding,
    Part,
    decode,
    parts_of_codes,
    parts_of_masks,
    parts_of_numbers,
    retag,
    shard_count,
)
from huitong.segments.tables import bitmaps as tables


def write_all(
    tx: Tx,
    connection: duckdb.DuckDBPyConnection,
    tags: Mapping[str, Tag],
    *,
    table: str,
    version: Version,
    dropped: tuple[str, ...] = (),
) -> None:
    """Write the bitmaps of all tags from a table with `ordinal`; dropped tags are emptied."""
    shards = range(shard_count(version.ordinals))
    for code, tag in tags.items():
        for shard in shards:
            low = shard << SHARD_BITS
            rows = connection.execute(
                f'SELECT ordinal - {low} AS place, "{code}" AS value FROM {table}'
                f" WHERE ordinal >= {low} AND ordinal < {low + SHARD_SIZE}"
            ).fetchnumpy()
            parts = _parts(tag, rows)
            write_field(
                tx,
                {PartKey(value, shard): part for value, part in parts.items()},
                version=version,
                field=code,
                whole_shards=(shard,),
            )
    for code in dropped:
        write_field(tx, {}, version=version, field=code, whole_shards=tuple(shards))


def write_changed(
    tx: Tx,
    connection: duckdb.DuckDBPyConnection,
    tags: Mapping[str, Tag],
    *,
    changed: str,
    version: Version,
) -> None:
    """Write the bitmaps of those customers whose tags changed, from the log of the changes."""
    found = connection.execute(
        f"SELECT DISTINCT tag, ordinal >> {SHARD_BITS} AS shard FROM {changed} ORDER BY 1, 2"
    ).fetchall()
    shards_of: dict[str, list[int]] = {}
    for code, shard in found:
        shards_of.setdefault(code, []).append(shard)
    for code, shards in shards_of.items():
        before = _parts_before(tx, version, code, shards)
        for shard in shards:
            low = shard << SHARD_BITS
            kind = "BIGINT" if tags[code].is_number else "UBIGINT"
            rows = connection.execute(
                f"SELECT ordinal - {low} AS place, CAST(now AS {kind}) AS value FROM {changed}"
                f" WHERE tag = ? AND ordinal >= {low} AND ordinal < {low + SHARD_SIZE}"
                " ORDER BY ordinal",
                [code],
            ).fetchnumpy()
            parts = _parts(tags[code], rows)
            told = retag(before.get(shard, {}), np.asarray(rows["place"], np.int64), parts)
            write_field(
                tx,
                {PartKey(value, shard): part for value, part in told.items()},
                version=version,
                field=code,
            )


def _parts_before(
    tx: Tx, version: Version, field: str, shards: list[int]
) -> dict[int, dict[int, Part]]:
    asked = {
        "group_id": tx.scope.group_id,
        "brand_id": version.brand_id,
        "field": field,
        "shards": array(shards),
        "version": version.version,
    }
    found: dict[int, dict[int, Part]] = {}
    for code, shard, encoding, size, content in tx.rows(tables.READ_FIELD, asked):
        part = decode(Encoded(Encoding(encoding), size, content))
        if part is not None:
            found.setdefault(shard, {})[code] = part
    return found


def _parts(tag: Tag, rows: Mapping[str, NDArray[Any]]) -> dict[int, Part]:
    """Return the sets of a shard: places and values of customers, NULL where nothing is known."""
    places = np.asarray(rows["place"], np.int64)
    values = rows["value"]
    is_known = ~np.ma.getmaskarray(values)
    plain = np.ma.getdata(values)
    if tag.is_number:
        numbers, known = np.zeros(SHARD_SIZE, np.int64), np.zeros(SHARD_SIZE, np.bool_)
        numbers[places] = np.where(is_known, plain, 0)
        known[places] = is_known
        return parts_of_numbers(numbers, known)
    codes: NDArray[np.uint64 | np.uint32 | np.uint16 | np.uint8] = np.zeros(
        SHARD_SIZE, np.uint64 if tag.multi else _width(plain[is_known])
    )
    codes[places] = np.where(is_known, plain, 0).astype(codes.dtype)
    return parts_of_masks(codes) if tag.multi else parts_of_codes(codes)


def _width(codes: NDArray[Any]) -> type[np.uint8 | np.uint16 | np.uint32]:
    """Return the narrowest type that holds codes: the narrower, the faster sets are made."""
    most = int(codes.max()) if len(codes) else 0
    if most <= np.iinfo(np.uint8).max:
        return np.uint8
    return np.uint16 if most <= np.iinfo(np.uint16).max else np.uint32
