"""Reading a brand's bitmaps: one version for a whole transaction, sets loaded when they are needed.

`open_bitmaps` reads what sets there are and how large; a tree of sets is made of that alone. What a
count needs and the process does not have is then read in one statement. Parts that a new version
left as they were are not read again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from huitong.platform.db import ReadTx, array, text_array
from huitong.segments.model.bitmaps import (
    ALIVE,
    FIELD_OF_LIVING,
    NothingPublished,
    Portrait,
    SetKey,
    ValueShare,
    Version,
    VersionSwept,
)
from huitong.segments.queries.ordinals import customers_at, ordinals_of
from huitong.segments.rules.bitmaps.algebra import Node, both, either
from huitong.segments.rules.bitmaps.cache import SetCache
from huitong.segments.rules.bitmaps.columns import (
    EMPTY,
    Column,
    Leaf,
    column_of_ordinals,
    worked_out,
)
from huitong.segments.rules.bitmaps.encoding import Encoded, Encoding, decode
from huitong.segments.rules.bitmaps.members import page_of, sample_of
from huitong.segments.rules.bitmaps.numbers import KNOWN, Numbers, Total
from huitong.segments.rules.bitmaps.parts import Part
from huitong.segments.rules.bitmaps.portrait import (
    Countable,
    countable,
    counts_inside,
    index_against,
    overlap,
)
from huitong.segments.tables import bitmaps as tables
from huitong.segments.tables import ordinals as ordinal_tables

BYTES_A_CATALOG_ENTRY = 200
LIMIT_MAX = 10_000


@dataclass(frozen=True, slots=True)
class _Catalog:
    """What a version has: of each set the sizes of its parts and the versions of their rows."""

    sizes: Mapping[SetKey, tuple[int, ...]]
    versions: Mapping[SetKey, tuple[int, ...]]
    codes: Mapping[str, tuple[int, ...]]


def open_bitmaps(
    tx: ReadTx, *, brand_id: int, cache: SetCache, version: int | None = None
) -> "Bitmaps":
    """Open the newest bitmaps of a brand, or those of a version that is still kept.

    :raises NothingPublished: when the brand has none yet, or is out of the transaction's scope.
    :raises VersionSwept: when the asked version is not kept any more.
    """
    asked = {"group_id": tx.scope.group_id, "brand_id": brand_id, "version": version}
    found = tx.row(tables.NEWEST_VERSION if version is None else tables.FIND_VERSION, asked)
    if found is None:
        raise NothingPublished(brand_id) if version is None else VersionSwept(version)
    newest, ordinals = found
    opened = Version(brand_id, newest, ordinals, is_published=True)
    place = (tx.scope.group_id, brand_id)
    catalog = cache.get(("catalog", *place), opened.version, _Catalog)
    if catalog is None:
        catalog = _catalog(tx.rows(tables.LIST_PARTS, {**asked, "version": opened.version}))
        size = BYTES_A_CATALOG_ENTRY * sum(map(len, catalog.sizes.values()))
        cache.put(("catalog", *place), opened.version, catalog, size)
    pending = tx.rows(ordinal_tables.LIST_PENDING, {"ordinals": opened.ordinals, **asked})
    return Bitmaps(tx, opened, catalog, cache, pending)


def newest_version(tx: ReadTx, *, brand_id: int) -> Version:
    """Return the version of a brand's bitmaps that readers see.

    :raises NothingPublished: when the brand has none yet, or is out of the transaction's scope.
    """
    asked = {"group_id": tx.scope.group_id, "brand_id": brand_id, "version": None}
    found = tx.row(tables.NEWEST_VERSION, asked)
    if found is None:
        raise NothingPublished(brand_id)
    newest, ordinals = found
    return Version(brand_id, newest, ordinals, is_published=True)


class Bitmaps:
    """A brand's bitmaps of one version, within one transaction."""

    def __init__(
        self,
        tx: ReadTx,
        opened: Version,
        catalog: _Catalog,
        cache: SetCache,
        pending: Sequence[Sequence[int]],
    ) -> None:
        """Made by `open_bitmaps` only."""
        self.version = opened
        self._tx = tx
        self._catalog = catalog
        self._cache = cache
        self._place = (tx.scope.group_id, opened.brand_id)
        self._leaves: dict[SetKey, Leaf] = {}
        self._retired = _column_of([ordinal for ordinal, is_alive in pending if not is_alive])
        self._revived = _column_of([ordinal for ordinal, is_alive in pending if is_alive])

    # What there is.

    def codes_of(self, field: str) -> Sequence[int]:
        """Return the codes of a field that somebody has; of a number its binary places."""
        return self._catalog.codes.get(field, ())

    def value_keys(self) -> list[SetKey]:
        """Return the sets that are values of tags: all but the living and the numbers."""
        numbers = {field for field, code in self._catalog.sizes if code == KNOWN}
        left_out = {FIELD_OF_LIVING, *numbers}
        return sorted(key for key in self._catalog.sizes if key.field not in left_out)

    # Sets, to be put together by `&`, `|` and `-`.

    def alive(self) -> Node:
        """Return everyone who is not merged away or erased, up to this moment."""
        living: Node = self._leaf(ALIVE)
        if self._retired.size:
            living = living - Leaf(self._retired)
        return living | Leaf(self._revived) if self._revived.size else living

    def value(self, field: str, code: int) -> Node:
        """Return whose field has the value."""
        return self._leaf(SetKey(field, code))

    def known(self, field: str) -> Node:
        """Return of whom the field is known: who has any value of it, or a number."""
        codes = self.codes_of(field)
        if not codes or KNOWN in codes:
            return self._leaf(SetKey(field, KNOWN))
        return either(*[self.value(field, code) for code in codes])

    def numbers(self, field: str) -> Numbers:
        """Return a field's numbers, for ranges."""
        return Numbers({code: self._leaf(SetKey(field, code)) for code in self.codes_of(field)})

    # Answers.

    def count(self, of: Node) -> int:
        """Return how many customers a set has."""
        if not isinstance(of, Leaf):
            self._load(of.leaves())
        return of.count()

    def members(self, of: Node) -> Column:
        """Return a set worked out, to be kept, paged or compared."""
        self._load(of.leaves())
        return worked_out(of)

    def total(self, field: str, inside: Node) -> Total:
        """Return count, sum and bounds of a field's numbers inside a set."""
        numbers = self.numbers(field)
        self._load([*numbers.leaves(), *inside.leaves()])
        return numbers.total(inside)

    def page(self, of: Column, *, after: int = -1, limit: int = 100) -> list[tuple[int, int]]:
        """Return (ordinal, customer) of a page of a set; go on after the last ordinal.

        A customer who was retired since is left out, so a page may be shorter than its limit.
        """
        ordinals = page_of(of, after=after, limit=min(limit, LIMIT_MAX))
        return self._with_customers(ordinals)

    def sample(self, of: Column, *, size: int, seed: int = 0) -> list[tuple[int, int]]:
        """Return (ordinal, customer) of a sample that is the same each time."""
        return self._with_customers(sample_of(of, size=min(size, LIMIT_MAX), seed=seed))

    def overlap(self, sets: Sequence[Node]) -> list[list[int]]:
        """Return how many customers each two sets have in common."""
        self._load(leaf for each in sets for leaf in each.leaves())
        return overlap(sets)

    def portrait(self, audience: Node, *, fields: Collection[str] | None = None) -> Portrait:
        """Return how often each value occurs inside an audience and among everyone alive."""
        keys = [key for key in self.value_keys() if fields is None or key.field in fields]
        living = self.alive()
        audience = both(audience, living)
        counted = self._countables(keys)
        self._load([*audience.leaves(), *living.leaves()])
        inside, base = counts_inside(audience, counted), self._base(keys, counted, living)
        size, everyone = audience.count(), living.count()
        rows = zip(keys, inside, base, strict=True)
        shares = [
            ValueShare(*key, has, all_, index_against(has, size, all_, everyone))
            for key, has, all_ in rows
        ]
        return Portrait(size, everyone, shares)

    def values_of(self, customer_id: int) -> list[SetKey] | None:
        """Return every value that a customer has; None of one without an ordinal."""
        ordinal = ordinals_of(self._tx, [customer_id]).get(customer_id)
        if ordinal is None:
            return None
        keys = self.value_keys()
        leaves = [self._leaf(key) for key in keys]
        self._load(leaves)
        return [key for key, leaf in zip(keys, leaves, strict=True) if ordinal in leaf.column]

    # Memory.

    def _leaf(self, key: SetKey) -> Leaf:
        leaf = self._leaves.get(key)
        if leaf is None:
            sizes = self._catalog.sizes.get(key)
            leaf = self._leaves[key] = Leaf(EMPTY) if sizes is None else Leaf(None, sizes)
        return leaf

    def _load(self, leaves: Iterable[Leaf]) -> None:
        """Bring the sets of leaves into memory, all that are missing in one statement."""
        wanted = {id(leaf) for leaf in leaves if leaf.column_or_none() is None}
        missing = [(key, leaf) for key, leaf in self._leaves.items() if id(leaf) in wanted]
        stale = [(key, leaf) for key, leaf in missing if not self._held(key, leaf)]
        if not stale:
            return
        known = {key: self._still_valid(key) for key, _ in stale}
        read = self._read([key for key, _ in stale], known)
        for key, leaf in stale:
            versions = self._catalog.versions[key]
            parts = {**known[key], **read.get(key, {})}
            column = Column(tuple(parts.get(shard) for shard in range(len(versions))), leaf.sizes)
            self._cache.put(self._cached(key), versions, column, column.bytes)
            leaf.hold(column)

    def _held(self, key: SetKey, leaf: Leaf) -> bool:
        column = self._cache.get(self._cached(key), self._catalog.versions[key], Column)
        if column is not None:
            leaf.hold(column)
        return column is not None

    def _still_valid(self, key: SetKey) -> dict[int, Part]:
        """Return the parts that another version had and that are the same in this one."""
        found = self._cache.latest(self._cached(key), Column)
        if found is None:
            return {}
        signature, column = found
        assert isinstance(signature, tuple), "A set is kept with the versions of its parts."
        before = zip(signature, column.parts, strict=True)
        now = self._catalog.versions[key]
        return {
            shard: part
            for shard, (version, part) in enumerate(before)
            if shard < len(now) and now[shard] == version
        }

    def _read(
        self, keys: Sequence[SetKey], known: Mapping[SetKey, Mapping[int, Part]]
    ) -> dict[SetKey, dict[int, Part]]:
        wanted = [
            (key, shard, version)
            for key in keys
            for shard, version in enumerate(self._catalog.versions[key])
            if version and shard not in known[key]
        ]
        params = {
            "group_id": self._place[0],
            "brand_id": self._place[1],
            "fields": text_array([key.field for key, _, _ in wanted]),
            "codes": array([key.code for key, _, _ in wanted]),
            "shards": array([shard for _, shard, _ in wanted]),
            "versions": array([version for _, _, version in wanted]),
        }
        read: dict[SetKey, dict[int, Part]] = {key: {} for key in keys}
        for field, code, shard, encoding, size, content in self._tx.rows(tables.READ_PARTS, params):
            encoded = Encoded(Encoding(encoding), size, content)
            read[SetKey(field, code)][shard] = decode(encoded)
        assert sum(map(len, read.values())) == len(wanted), "One snapshot has all its parts."
        return read

    def _countables(self, keys: Sequence[SetKey]) -> list[Countable]:
        found: dict[SetKey, Countable] = {}
        for key in keys:
            known = self._cache.get(
                (*self._cached(key), "counted"), self._catalog.versions[key], Countable
            )
            if known is not None:
                found[key] = known
        missing = [key for key in keys if key not in found]
        self._load(map(self._leaf, missing))
        for key in missing:
            made = found[key] = countable(self._leaf(key).column)
            place = (*self._cached(key), "counted")
            self._cache.put(place, self._catalog.versions[key], made, made.bytes)
        return [found[key] for key in keys]

    def _base(
        self, keys: Sequence[SetKey], counted: Sequence[Countable], living: Node
    ) -> Sequence[int]:
        """Return how many living customers have each value; kept while nobody is retired."""
        place, signature = ("base", *self._place), (self.version.version, tuple(keys))
        is_lasting = not self._retired.size and not self._revived.size
        base = self._cache.get(place, signature, list) if is_lasting else None
        if base is None:
            base = counts_inside(living, counted)
            if is_lasting:
                self._cache.put(place, signature, base, BYTES_A_CATALOG_ENTRY * len(base))
        return base

    def _cached(self, key: SetKey) -> tuple[object, ...]:
        return (*self._place, key)

    def _with_customers(self, ordinals: Sequence[int]) -> list[tuple[int, int]]:
        found = customers_at(self._tx, ordinals, brand_id=self.version.brand_id)
        return list(found.items())


def _column_of(ordinals: Sequence[int]) -> Column:
    return column_of_ordinals(np.array(ordinals, np.int64))


def _catalog(rows: Iterable[Sequence[object]]) -> _Catalog:
    sizes: dict[SetKey, list[int]] = {}
    versions: dict[SetKey, list[int]] = {}
    for field, code, shard, version, size in rows:
        key = SetKey(str(field), int(str(code)))
        for column, value in ((sizes, size), (versions, version)):
            known = column.setdefault(key, [])
            known.extend([0] * (int(str(shard)) - len(known)))
            known.append(int(str(value)))
    codes: dict[str, list[int]] = {}
    for key in sorted(sizes):
        codes.setdefault(key.field, []).append(key.code)
    return _Catalog(
        {key: tuple(value) for key, value in sizes.items()},
        {key: tuple(value) for key, value in versions.items()},
        {field: tuple(value) for field, value in codes.items()},
    )
