"""Weighted scores before they are published, and why one customer has theirs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.platform import ids
from huitong.platform.conditions import Field
from huitong.platform.db import ReadTx
from huitong.segments.model.bitmaps import Version
from huitong.segments.model.model_answers import (
    DimensionWhy,
    TermWhy,
    ValueTold,
    WeightedPreview,
    WeightedWhy,
)
from huitong.segments.model.model_versions import CustomerUnknown, ModelKind, ModelVersion
from huitong.segments.model.models import Names
from huitong.segments.model.weighted import (
    DimensionExplanation,
    TermExplanation,
    WeightedModel,
)
from huitong.segments.queries import models as stored
from huitong.segments.queries.audiences import SETS
from huitong.segments.queries.bitmaps import newest_version
from huitong.segments.queries.model_inputs import InputReader, InputWords, input_words, only
from huitong.segments.queries.ordinals import customers_at, ordinals_of
from huitong.segments.rules import weighted
from huitong.segments.rules.bitmaps.cache import SetCache
from huitong.segments.rules.bitmaps.parts import SHARD_BITS, shard_count
from huitong.segments.rules.model_fields import ModelField, fields_of
from huitong.segments.rules.vocabulary import words_of
from huitong.segments.rules.weighted import Coded, Input, Numbers
from huitong.segments.rules.weighted_preview import BandCodes, ScoreCount, Seen, seen

# What one preview may take of the memory that sets are kept in.
KEPT_BYTES_MAX = 128 << 20


def preview_scores(
    tx: ReadTx, model: WeightedModel, *, brand_id: int, cache: SetCache = SETS
) -> WeightedPreview:
    """Return how a document would score everybody by the tags as they are, and who would move.

    What its terms read is kept in the process: other weights or bands are previewed at once.

    :raises InputUnfit: when it reads a tag that is not there, or as what it is not.
    :raises NothingPublished: when no tags were computed yet.
    """
    words = input_words(tx, brand_id=brand_id)
    fields = words.fields(model)
    published = _published(tx, model.code, brand_id=brand_id)
    reader = InputReader(tx, words, newest_version(tx, brand_id=brand_id))
    now = None if published is None else published.document
    assert now is None or isinstance(now, WeightedModel), "Of scores alone."
    place, state = _kept_under(tx, model, brand_id), reader.state
    shards = cache.get(place, state, tuple)
    if shards is None:
        shards = tuple(_seen(tx, model, fields, reader, now))
        size = sum(shard.bytes for shard in shards)
        if size <= KEPT_BYTES_MAX:
            cache.put(place, state, shards, size)
    counted = ScoreCount(model, now)
    for shard in shards:
        counted.add(shard)
    found = customers_at(tx, counted.examples(), brand_id=brand_id)
    return counted.told(
        bitmap_version=reader.version.version,
        compared_with=None if published is None else published.version,
        customers={ordinal: ids.show(CUSTOMER_PREFIX, one) for ordinal, one in found.items()},
    )


def why_scored(
    tx: ReadTx,
    version: ModelVersion,
    *,
    brand_id: int,
    customer_id: int,
    today: date,
    lake_version: int,
) -> WeightedWhy:
    """Return how a customer's score comes about, by the tags as they are.

    :raises CustomerUnknown: when the customer has no place in the bitmaps of the brand.
    :raises InputUnfit: when a tag that the score reads is not there any more.
    :raises NothingPublished: when no tags were computed yet.
    """
    model = version.document
    assert isinstance(model, WeightedModel), "Of scores alone."
    ordinal = ordinals_of(tx, [customer_id]).get(customer_id)
    words = input_words(tx, brand_id=brand_id)
    fields = words.fields(model)
    reader = InputReader(tx, words, newest_version(tx, brand_id=brand_id))
    if ordinal is None or ordinal >= reader.version.ordinals:
        raise CustomerUnknown
    shard, place = ordinal >> SHARD_BITS, ordinal & ((1 << SHARD_BITS) - 1)
    if not reader.living(shard)[place]:
        raise CustomerUnknown
    found = weighted.explain(model, only(reader.read(fields, shard), place))
    return WeightedWhy(
        model=version.code,
        model_version=version.version,
        as_of=today,
        lake_version=lake_version,
        fit=None,
        customer=ids.show(CUSTOMER_PREFIX, customer_id),
        bitmap_version=reader.version.version,
        score=found.score,
        band=None if found.band is None else found.band.code,
        names=None if found.band is None else found.band.names,
        published_score=_published_score(
            tx, version.code, reader.version, shard=shard, place=place
        ),
        dimensions=tuple(_dimensions(model, found.dimensions, fields)),
    )


def _kept_under(tx: ReadTx, model: WeightedModel, brand_id: int) -> tuple[object, ...]:
    """Return what is the same for all documents whose terms read the same, whatever they weigh."""
    terms = [term.model_dump_json(exclude={"weight"}) for term in model.terms()]
    return ("preview", tx.scope.group_id, brand_id, model.code, tuple(terms))


def _seen(
    tx: ReadTx,
    model: WeightedModel,
    fields: Mapping[str, Field],
    reader: InputReader,
    now: WeightedModel | None,
) -> Iterator[Seen]:
    for shard in range(shard_count(reader.version.ordinals)):
        read = weighted.read_points(model, reader.read(fields, shard))
        before = _bands(tx, reader.version, now, shard, size=reader.size(shard))
        yield seen(read, reader.living(shard), before, first=shard << SHARD_BITS)


def _published(tx: ReadTx, code: str, *, brand_id: int) -> ModelVersion | None:
    known = stored.published_versions(tx, brand_id=brand_id)
    found = (one for one in known if one.code == code and one.kind is ModelKind.WEIGHTED)
    return next(found, None)


def _published_score(
    tx: ReadTx, code: str, version: Version, *, shard: int, place: int
) -> int | None:
    published = _published(tx, code, brand_id=version.brand_id)
    if published is None:
        return None
    _, score = fields_of(published.document)
    found = _own(tx, version, score, shard)
    assert isinstance(found, Numbers), "A score is a number."
    return int(found.values[place]) if found.is_known[place] else None


def _bands(
    tx: ReadTx, version: Version, now: WeightedModel | None, shard: int, *, size: int
) -> BandCodes:
    """Return the published band of each place of a shard, 0 of none."""
    if now is None:
        return np.zeros(size, np.uint8)
    band, _ = fields_of(now)
    found = _own(tx, version, band, shard)
    assert isinstance(found, Coded), "A band is one of several."
    return found.codes


def _own(tx: ReadTx, version: Version, field: ModelField, shard: int) -> Input:
    """Return what a score published itself, which no score can take as an input."""
    words = InputWords(words_of((), {}, (), [field]))
    told = words.words.vocabulary.field_by_code[field.field]
    return InputReader(tx, words, version).read_field(told, shard)


def _dimensions(
    model: WeightedModel,
    found: Sequence[DimensionExplanation],
    fields: Mapping[str, Field],
) -> Iterator[DimensionWhy]:
    for dimension, told in zip(model.dimensions, found, strict=True):
        yield DimensionWhy(
            code=dimension.code,
            names=dimension.names,
            weight=dimension.weight,
            score_hundredths=told.score_hundredths,
            terms=tuple(_term(one, fields[one.input]) for one in told.terms),
        )


def _term(found: TermExplanation, field: Field) -> TermWhy:
    held = found.value if isinstance(found.value, tuple) else ()
    names = {value.code: value.names for value in field.values}
    return TermWhy(
        input=found.input,
        names=Names(zh=field.names.zh, en=field.names.en),
        number=found.value if isinstance(found.value, int) else None,
        values=tuple(
            ValueTold(code=code, names=Names(zh=names[code].zh, en=names[code].en)) for code in held
        ),
        points=found.points,
        weight=found.weight,
    )
