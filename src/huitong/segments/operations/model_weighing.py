"""Works out weighted scores from the bitmaps of tags and publishes them, shard by shard.

A score follows from the inputs alone. So a shard in which no input and no life changed since the
last refresh stays as it is, which equals working everybody out again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from huitong.platform.conditions import Field
from huitong.platform.db import Tx
from huitong.segments.model.bitmaps import NothingPublished, PartKey, Version
from huitong.segments.model.model_versions import ModelRefresh, ModelSkipped, ModelVersion
from huitong.segments.model.weighted import InputUnfit, WeightedModel
from huitong.segments.operations import bitmaps
from huitong.segments.operations import models as storing
from huitong.segments.operations.model_brand import Brand
from huitong.segments.queries.bitmaps import newest_version
from huitong.segments.queries.model_inputs import InputReader, InputWords, input_words
from huitong.segments.rules.bitmaps.parts import shard_count
from huitong.segments.rules.model_fields import parts_of, summary_of
from huitong.segments.rules.model_states import BITMAPS_READ, State, weighted_state

NO_TAGS = "A weighted score reads tags, and none were computed yet: run “huitong tags refresh”."
CUSTOMERS = "customers"


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A score to be worked out: what it reads, in which shards, and what stands in the others."""

    version: ModelVersion
    words: InputWords
    fields: Mapping[str, Field]
    shards: frozenset[int]
    former: ModelRefresh | None

    @property
    def document(self) -> WeightedModel:
        assert isinstance(self.version.document, WeightedModel), "Of scores alone."
        return self.version.document


def refresh_scores(
    brand: Brand,
    versions: Sequence[ModelVersion],
    former: Mapping[str, ModelRefresh],
    *,
    full: bool,
) -> tuple[list[ModelRefresh], list[ModelSkipped]]:
    """Work out scores and publish them as one version; what stands as it was is told again.

    :raises VersionAbandoned: when another refresh of the brand's tags or models took over.
    """
    if not versions:
        return [], []
    try:
        read, planned, skipped = _plan(brand, versions, former, full=full)
    except NothingPublished:
        return [], [ModelSkipped(one.code, NO_TAGS) for one in versions]
    stand = [one.former for one in planned if one.former is not None and not one.shards]
    moving = [one for one in planned if one.former is None or one.shards]
    if not moving:
        return stand, skipped
    with brand.database.transaction(brand.scope, now=brand.now) as tx:
        key = _key(brand, moving, read)
        version = bitmaps.begin(tx, brand_id=brand.place.brand_id, key=key, now=brand.now)
    done = [_begun(brand, one, version, read) for one in moving]
    for shard in range(shard_count(read.ordinals)):
        done = [
            _work_out(brand, one, refresh, read=read, version=version, shard=shard)
            for one, refresh in zip(moving, done, strict=True)
        ]
    done = [replace(one, summary=_summed(one.summary)) for one in done]
    with brand.database.transaction(brand.scope, now=brand.now) as tx:
        bitmaps.publish(tx, version=version, now=brand.now)
        for refresh in done:
            storing.keep_refresh(tx, refresh, brand_id=brand.place.brand_id)
    return [*stand, *done], skipped


def _plan(
    brand: Brand,
    versions: Sequence[ModelVersion],
    former: Mapping[str, ModelRefresh],
    *,
    full: bool,
) -> tuple[Version, list[_Weighed], list[ModelSkipped]]:
    planned, skipped = [], []
    with brand.database.reading(brand.scope) as tx:
        read = newest_version(tx, brand_id=brand.place.brand_id)
        words = input_words(tx, brand_id=brand.place.brand_id)
        reader = InputReader(tx, words, read)
        for version in versions:
            assert isinstance(version.document, WeightedModel), "Of scores alone."
            try:
                fields = words.fields(version.document)
            except InputUnfit as unfit:
                skipped.append(ModelSkipped(version.code, str(unfit)))
                continue
            before = None if full else former.get(version.code)
            if before is not None and before.model_version != version.version:
                before = None
            shards = _shards(reader, fields, before)
            planned.append(_Weighed(version, words, fields, shards, before))
    return read, planned, skipped


def _shards(
    reader: InputReader, fields: Mapping[str, Field], before: ModelRefresh | None
) -> frozenset[int]:
    everything = range(shard_count(reader.version.ordinals))
    if before is None:
        return frozenset(everything)
    touched = reader.shards_touched(fields, since=before.summary[BITMAPS_READ][0])
    return frozenset(touched.intersection(everything))


def _begun(brand: Brand, one: _Weighed, version: Version, read: Version) -> ModelRefresh:
    kept = {} if one.former is None else dict(one.former.summary)
    return ModelRefresh(
        code=one.version.code,
        refresh=version.version,
        kind=one.version.kind,
        model_version=one.version.version,
        fit=None,
        lake_version=brand.opened.manifest.version,
        on_day=brand.today,
        ordinals=read.ordinals,
        evaluated=0,
        is_full=one.former is None,
        files="",
        summary={**kept, BITMAPS_READ: [read.version]},
        refreshed_at=brand.now,
    )


def _work_out(
    brand: Brand,
    one: _Weighed,
    refresh: ModelRefresh,
    *,
    read: Version,
    version: Version,
    shard: int,
) -> ModelRefresh:
    """Work out a shard, where anything changed, and return the refresh with its counts."""
    if shard not in one.shards:
        return refresh
    with brand.database.transaction(brand.scope, now=brand.now) as tx:
        reader = InputReader(tx, one.words, read)
        inputs = reader.read(one.fields, shard)
        state = weighted_state(one.document, inputs, reader.living(shard))
        _write(tx, version, one.document, state, shard)
    counts = summary_of(one.document, state)[CUSTOMERS]
    summary = {**refresh.summary, _of_shard(shard): list(counts)}
    return replace(refresh, summary=summary, evaluated=refresh.evaluated + reader.size(shard))


def _write(tx: Tx, version: Version, document: WeightedModel, state: State, shard: int) -> None:
    for field, parts in parts_of(document, state).items():
        told = {PartKey(code, shard): part for code, part in parts.items()}
        bitmaps.write_field(tx, told, version=version, field=field, whole_shards=[shard])


def _summed(summary: Mapping[str, list[int]]) -> Mapping[str, list[int]]:
    """Return a summary with the counts of all shards added up."""
    shards = [counts for name, counts in summary.items() if name.startswith(_of_shard(""))]
    return {**summary, CUSTOMERS: [sum(column) for column in zip(*shards, strict=True)]}


def _of_shard(shard: int | str) -> str:
    """Return the name under which a summary keeps the counts of one shard."""
    return f"shard {shard}"


def _key(brand: Brand, moving: Sequence[_Weighed], read: Version) -> str:
    codes = " ".join(one.version.code for one in moving)
    return f"scores {codes}: bitmaps {read.version}, {brand.now.isoformat()}"
