"""What weighted scores read of customers: tags and other models, shard by shard, out of bitmaps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huitong.platform.conditions import Field, FieldType
from huitong.platform.db import ReadTx, array, text_array
from huitong.segments.model.bitmaps import ALIVE, Version
from huitong.segments.model.model_versions import ModelKind
from huitong.segments.model.weighted import InputUnfit, WeightedModel
from huitong.segments.queries import models as stored
from huitong.segments.queries import tags as tag_queries
from huitong.segments.rules.bitmaps.encoding import Encoded, Encoding, decode
from huitong.segments.rules.bitmaps.numbers import KNOWN, NEGATIVE, PLANES
from huitong.segments.rules.bitmaps.parts import SHARD_BITS, SHARD_SIZE, Part, flags_of
from huitong.segments.rules.model_fields import fields_of
from huitong.segments.rules.vocabulary import Words, tag_of, words_of
from huitong.segments.rules.weighted import Coded, Input, Inputs, Masked, Numbers, check_input
from huitong.segments.tables import bitmaps as tables
from huitong.segments.tables import models as model_tables
from huitong.segments.tables import ordinals as ordinal_tables

READABLE = (FieldType.CODE, FieldType.CODES, FieldType.INTEGER)

Codes = NDArray[np.uint16 | np.uint32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class InputWords:
    """What scores of a brand may read, by name, with the values and the numbers they are kept by.

    A score reads no score, so that none ever waits for itself.
    """

    words: Words

    def fields(self, model: WeightedModel) -> dict[str, Field]:
        """Return what the terms of a model read, each input once.

        :raises InputUnfit: when there is no such tag or field, or its term reads something else.
        """
        by_code = self.words.vocabulary.field_by_code
        found = {}
        for term in model.terms():
            field = by_code.get(term.input)
            if field is None or not field.has_bitmap or field.type not in READABLE:
                raise InputUnfit(model=model.code, input=term.input, problem=self._there_is())
            values = None
            if field.type is not FieldType.INTEGER:
                values = tuple(value.code for value in field.values)
            check_input(model, term, values)
            found[term.input] = field
        return found

    def _there_is(self) -> str:
        known = [
            field.code
            for field in self.words.vocabulary.fields
            if field.has_bitmap and field.type in READABLE
        ]
        told = ", ".join(known) or "nothing yet"
        return f"there is no such tag or field of a model (a score reads no score); known: {told}."


def input_words(tx: ReadTx, *, brand_id: int) -> InputWords:
    """Return what scores of a brand may read now: its tags, and what its other models fill."""
    tags = list(tag_queries.definitions(tx, brand_id=brand_id).tags.values())
    known = tag_queries.words(tx, brand_id=brand_id)
    models = {one.code: one for one in stored.models(tx, brand_id=brand_id)}
    # Codes of values are those of the refresh that filled the bitmaps.
    models |= {one.code: one for one in stored.published_versions(tx, brand_id=brand_id)}
    fields = [
        field
        for one in models.values()
        if one.kind is not ModelKind.WEIGHTED
        for field in fields_of(one.document)
    ]
    return InputWords(words_of(tags, known, (), fields))


class InputReader:
    """Reads inputs from one version of a brand's bitmaps."""

    def __init__(self, tx: ReadTx, words: InputWords, version: Version) -> None:
        """Take the version that readers see."""
        self.version = version
        self._tx = tx
        self._words = words
        asked = {**self._asked(), "ordinals": version.ordinals}
        self._pending: list[tuple[int, bool]] = [
            (ordinal, bool(alive)) for ordinal, alive in tx.rows(ordinal_tables.LIST_PENDING, asked)
        ]

    @property
    def state(self) -> tuple[object, ...]:
        """Return what changes when anything that is read here may be another."""
        return (self.version.version, tuple(self._pending))

    def shards_touched(self, fields: Mapping[str, Field], *, since: int) -> set[int]:
        """Return the shards in which an input, or who is alive, is another than in a version."""
        names = [ALIVE.field, *(tag_of(field) for field in fields)]
        asked = {**self._asked(), "fields": text_array(names), "since": since}
        touched = {shard for (shard,) in self._tx.rows(model_tables.SHARDS_TOUCHED, asked)}
        return touched | {ordinal >> SHARD_BITS for ordinal, _ in self._pending}

    def size(self, shard: int) -> int:
        """Return how many places of a shard were given out."""
        return min(self.version.ordinals - (shard << SHARD_BITS), SHARD_SIZE)

    def living(self, shard: int) -> Flags:
        """Return who of a shard is alive, up to this moment."""
        is_alive = flags_of(self._parts(ALIVE.field, shard).get(ALIVE.code)).copy()
        first = shard << SHARD_BITS
        for ordinal, alive in self._pending:
            if ordinal >> SHARD_BITS == shard:
                is_alive[ordinal - first] = alive
        return is_alive[: self.size(shard)]

    def read(self, fields: Mapping[str, Field], shard: int) -> Inputs:
        """Return what is known of each place of a shard."""
        return {code: self.read_field(field, shard) for code, field in fields.items()}

    def read_field(self, field: Field, shard: int) -> Input:
        """Return one field of each place of a shard."""
        parts, size = self._parts(tag_of(field.code), shard), self.size(shard)
        if field.type is FieldType.INTEGER:
            return _numbers(parts, size)
        numbers = self._words.words.codes_of_tags[tag_of(field.code)]
        names = tuple(value.code for value in field.values)
        if field.type is FieldType.CODES:
            return Masked(_masks(parts, [numbers[name] for name in names], size), names)
        return Coded(_codes(parts, [numbers[name] for name in names], size), names)

    def _parts(self, field: str, shard: int) -> Mapping[int, Part]:
        asked = {**self._asked(), "field": field, "shards": array([shard])}
        return {
            code: decode(Encoded(Encoding(encoding), size, content))
            for code, _, encoding, size, content in self._tx.rows(tables.READ_FIELD, asked)
        }

    def _asked(self) -> dict[str, object]:
        return {
            "group_id": self._tx.scope.group_id,
            "brand_id": self.version.brand_id,
            "version": self.version.version,
        }


def only(inputs: Inputs, place: int) -> Inputs:
    """Return what is known of the one customer at a place."""
    return {code: _only(column, place) for code, column in inputs.items()}


def _only(column: Input, place: int) -> Input:
    if isinstance(column, Numbers):
        return Numbers(column.values[place : place + 1], column.is_known[place : place + 1])
    if isinstance(column, Coded):
        return Coded(column.codes[place : place + 1], column.names)
    return Masked(column.masks[place : place + 1], column.names)


def _held(
    parts: Mapping[int, Part], codes: Sequence[int], size: int
) -> Iterator[tuple[int, Flags]]:
    for place, code in enumerate(codes):
        part = parts.get(code)
        if part is not None:
            yield place, flags_of(part)[:size]


def _codes(parts: Mapping[int, Part], codes: Sequence[int], size: int) -> Codes:
    found: Codes = np.zeros(size, np.uint16 if len(codes) < 1 << 16 else np.uint32)
    for place, flags in _held(parts, codes, size):
        found[flags] = place + 1
    return found


def _masks(parts: Mapping[int, Part], codes: Sequence[int], size: int) -> NDArray[np.int64]:
    found = np.zeros(size, np.int64)
    for place, flags in _held(parts, codes, size):
        found |= flags.astype(np.int64) << place
    return found


def _numbers(parts: Mapping[int, Part], size: int) -> Numbers:
    """Return numbers as they are kept: 63 binary places and a sign, in two's complement."""
    values = np.zeros(size, np.int64)
    for place, flags in _held(parts, range(PLANES), size):
        values |= flags.astype(np.int64) << place
    below = flags_of(parts.get(NEGATIVE))[:size]
    values[below] |= np.iinfo(np.int64).min
    return Numbers(values, flags_of(parts.get(KNOWN))[:size])
