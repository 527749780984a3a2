"""Audiences: who meets a condition now, counted, described, listed and explained.

Bitmaps answer what tags say. Any other leaf is computed, on the lake or in the database, into a set
over the same ordinals, and kept in the process for as long as the lake and the day are the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import orjson

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.org.model import Brand
from huitong.platform.conditions import (
    AsOf,
    Candidate,
    Condition,
    Explained,
    Fact,
    Field,
    FieldType,
    Reading,
    Value,
    computed_leaves,
    evaluate,
    explain,
    plan,
    write_condition,
)
from huitong.platform.conditions.tree import FieldLeaf, IsKnown, OfFacts
from huitong.platform.db import ReadTx
from huitong.platform.ids import bucket_of, show
from huitong.platform.lake import Place
from huitong.segments.model.audiences import (
    AsOfTold,
    ComputedBy,
    ComputedPart,
    CustomerNotKnown,
    FieldShown,
    NumberShown,
    PortraitShown,
    ValueShown,
)
from huitong.segments.model.definitions import SegmentNotFound
from huitong.segments.queries.audiences_days import day_at, who_comes_round
from huitong.segments.queries.audiences_lake import (
    OpenLake,
    customers_meeting,
    define_views,
    facts_of_one,
    values_of_one,
)
from huitong.segments.queries.audiences_live import LIVE_FIELDS, known_live, live_of_one
from huitong.segments.queries.audiences_places import places_of
from huitong.segments.queries.bitmaps import Bitmaps, open_bitmaps
from huitong.segments.queries.forgotten import is_forgotten
from huitong.segments.queries.sets import BitmapSets
from huitong.segments.queries.vocabulary import Speech
from huitong.segments.queries.vocabulary_kept import speech_kept
from huitong.segments.rules.bitmaps import Column, Leaf, Node, SetCache, column_of_ordinals
from huitong.segments.rules.definitions import facts_in, fields_in
from huitong.segments.rules.vocabulary import tag_of
from huitong.segments.tables import audiences as tables

ALL_BASIS_POINTS = 10_000
# Sets are worth keeping for every request of the process.
SETS = SetCache()


@dataclass(frozen=True, slots=True)
class Audience:
    """Who meets a condition, as a set worked out, and as of when that is."""

    members: Column
    as_of: AsOfTold

    @property
    def size(self) -> int:
        """Return how many customers that are."""
        return self.members.size


@dataclass(frozen=True, slots=True)
class ExplainedCustomer:
    """Why one customer is in an audience, or why not; nobody who is not alive is in any."""

    customer_id: int
    is_alive: bool
    explained: Explained
    lake_as_of: datetime | None

    @property
    def is_member(self) -> bool:
        """Tell whether the customer is in the audience."""
        return self.is_alive and self.explained.holds


def open_audiences(
    tx: ReadTx,
    *,
    brand: Brand,
    open_lake: OpenLake,
    now: datetime,
    cache: SetCache = SETS,
    permissions: frozenset[str] | None = None,
) -> "Audiences":
    """Open the audiences of a brand within a transaction: one version of tags, one instant.

    `permissions` are those of who asks, who learns no more than these allow; None: all, for what
    was asked for before.

    :raises NothingPublished: when the tags of the brand were never computed.
    """
    bitmaps = open_bitmaps(tx, brand_id=brand.id, cache=cache)
    speech = speech_kept(tx, brand_id=brand.id, cache=cache)
    reading = Reading(
        speech.words.vocabulary, AsOf(now, ZoneInfo(brand.time_zone)), speech.segments
    )
    return Audiences(tx, brand, bitmaps, speech, reading, open_lake, cache, permissions)


class Audiences:
    """A brand's audiences of one moment; the lake is opened only where a condition needs it."""

    def __init__(  # noqa: PLR0917 - made by `open_audiences` only
        self,
        tx: ReadTx,
        brand: Brand,
        bitmaps: Bitmaps,
        speech: Speech,
        reading: Reading,
        open_lake: OpenLake,
        cache: SetCache,
        permissions: frozenset[str] | None,
    ) -> None:
        """Made by `open_audiences` only."""
        self.permissions = permissions
        self.speech = speech
        self.reading = reading
        self.bitmaps = bitmaps
        self.tx = tx
        self.brand = brand
        self.place = Place(brand.group_id, brand.id, brand.time_zone)
        self.open_lake = open_lake
        self.cache = cache

    def condition_of(self, code: str) -> Condition:
        """Return who belongs to a segment, by its definition.

        :raises SegmentNotFound: when the brand has none of this code.
        """
        found = self.reading.segments.conditions.get(code)
        if found is None:
            raise SegmentNotFound(segment=code)
        return found

    def find(self, condition: Condition) -> Audience:
        """Return who meets a condition now.

        :raises ConditionInvalid: when it says what there is no word for.
        :raises NotPermitted: when it asks for what who asks may not know.
        :raises LakeEmpty: when it needs the lake, and that was never refreshed.
        """
        self.speech.admit(condition, self.permissions)
        planned = plan(condition, self.reading)
        leaves = _Computed(self, computed_leaves(planned))
        sets = _TagSets(BitmapSets(self.bitmaps, self.speech.words.codes_of_tags, leaves.node))
        members = self.bitmaps.members(evaluate(planned, sets))
        told = AsOfTold(
            self.reading.as_of.now, self.bitmaps.version.version, leaves.lake_as_of, leaves.parts
        )
        return Audience(members, told)

    def portrait(self, audience: Audience) -> PortraitShown:
        """Describe an audience by all tags and what models say, beside everyone.

        Of a few it leaves out sensitive tags, for who may not see these of single customers.
        """
        left_out = self.speech.left_out(audience.size, self.permissions)
        inside = Leaf(audience.members)
        found = self.bitmaps.portrait(inside)
        shares = {(one.field, one.code): one for one in found.values}
        fields: list[FieldShown] = []
        for field in self.reading.vocabulary.fields:
            if not field.has_bitmap or field.type is FieldType.DAY or field.code in left_out:
                continue
            if field.type is FieldType.INTEGER:
                total = self.bitmaps.total(tag_of(field.code), inside)
                number = NumberShown(total.count, total.sum, total.lowest, total.highest)
                fields.append(FieldShown(field, (), number))
                continue
            codes = self.speech.words.codes_of_tags[tag_of(field.code)]
            values = [
                ValueShown(
                    value.code, value.names.zh, value.names.en, one.inside, one.base,
                    share(one.inside, found.size), share(one.base, found.everyone), one.index,
                )
                for value in field.values
                if (one := shares.get((tag_of(field.code), codes[value.code]))) is not None
            ]  # fmt: skip
            fields.append(FieldShown(field, values, None))
        return PortraitShown(found.size, found.everyone, fields)

    def overlap(self, audiences: Sequence[Audience]) -> list[list[int]]:
        """Return how many customers each two audiences have in common."""
        return self.bitmaps.overlap([Leaf(one.members) for one in audiences])

    def everyone(self) -> int:
        """Return how many customers are alive: what shares are told of."""
        return self.bitmaps.count(self.bitmaps.alive())

    def page(self, audience: Audience, *, after: int, limit: int) -> list[tuple[int, int]]:
        """Return (ordinal, customer) of a page of an audience; go on after the last ordinal."""
        return self.bitmaps.page(audience.members, after=after, limit=limit)

    def sample(self, audience: Audience, *, size: int, seed: int = 0) -> list[int]:
        """Return customers of a sample that is the same each time."""
        drawn = self.bitmaps.sample(audience.members, size=size, seed=seed)
        return [customer for _, customer in drawn]

    def explain(self, condition: Condition, customer_id: int) -> ExplainedCustomer:
        """Tell for one customer which clauses hold, with the values and facts found.

        :raises ConditionInvalid: when it says what there is no word for.
        :raises NotPermitted: when it asks for what who asks may not know.
        :raises CustomerNotKnown: when nothing is known of the customer in the brand.
        :raises LakeEmpty: when it needs the lake, and that was never refreshed.
        """
        self.speech.admit(condition, self.permissions)
        candidate, lake_as_of = self._candidate(condition, customer_id)
        told = explain(condition, candidate, self.reading)
        return ExplainedCustomer(customer_id, candidate.is_alive, told, lake_as_of)

    # One customer.

    def _candidate(
        self, condition: Condition, customer_id: int
    ) -> tuple[Candidate, datetime | None]:
        asked = {
            "group_id": self.tx.scope.group_id,
            "brand_id": self.brand.id,
            "bucket": bucket_of(customer_id),
            "customer_id": customer_id,
        }
        place = self.tx.row(tables.FIND_PLACE, asked)
        if place is None:
            raise CustomerNotKnown(customer=show(CUSTOMER_PREFIX, customer_id))
        ordinal, is_retired = place
        fields = fields_in(condition, self.reading.segments)
        if is_forgotten(self.tx, customer_id):
            # The lake follows an erasure with its next refresh; nothing is told meanwhile.
            return Candidate(dict.fromkeys(fields), {}, is_alive=False), None
        kinds = facts_in(condition, self.reading.segments)
        by_code = self.reading.vocabulary.field_by_code
        values: dict[str, Value | None] = {
            code: self._tag_of(by_code[code], ordinal)
            for code in fields
            if by_code[code].has_bitmap
        }
        if fields & LIVE_FIELDS:
            values |= live_of_one(self.tx, customer_id, brand_id=self.brand.id)
        facts: Mapping[str, Sequence[Fact]] = {}
        lake_as_of = None
        if kinds or any(_is_of_lake(by_code[code]) for code in fields):
            with self.open_lake(self.place) as opened:
                define_views(opened.connection, self.reading)
                lake_as_of = opened.manifest.as_of
                found = values_of_one(opened.connection, customer_id)
                values |= found[1] if found is not None else {}
                facts = facts_of_one(opened.connection, customer_id, kinds)
        return Candidate(values, facts, is_alive=not is_retired), lake_as_of

    def _tag_of(self, field: Field, ordinal: int) -> Value | None:
        """Return a tag of the customer at an ordinal, from the same bitmaps that are counted."""
        if field.type in {FieldType.INTEGER, FieldType.DAY}:
            total = self.bitmaps.total(tag_of(field.code), _only(ordinal))
            if not total.count:
                return None
            return total.sum if field.type is FieldType.INTEGER else day_at(total.sum)
        tag = tag_of(field.code)
        codes = self.speech.words.codes_of_tags[tag]
        has = frozenset(
            value
            for value, code in codes.items()
            if self.bitmaps.count(self.bitmaps.value(tag, code) & _only(ordinal))
        )
        if field.type is FieldType.CODES:
            return has
        return next(iter(has), None)


@dataclass(frozen=True, slots=True)
class _TagSets:
    """The sets of tags under the names that conditions have for them."""

    sets: BitmapSets

    def alive(self) -> Node:
        """Return everyone who is not merged away or erased."""
        return self.sets.alive()

    def value(self, field: str, code: str) -> Node:
        """Return who has the value."""
        return self.sets.value(tag_of(field), code)

    def at_least(self, field: str, number: int) -> Node:
        """Return whose number is known and at least this one."""
        return self.sets.at_least(tag_of(field), number)

    def known(self, field: str) -> Node:
        """Return of whom the tag is known."""
        return self.sets.known(tag_of(field))

    def computed(self, condition: Condition) -> Node:
        """Return who meets a leaf that has no bitmap."""
        return self.sets.computed(condition)


class _Computed:
    """The leaves of a plan without a bitmap, each computed once, on one state of the lake."""

    def __init__(self, audiences: Audiences, leaves: Sequence[FieldLeaf | OfFacts]) -> None:
        self.lake_as_of: datetime | None = None
        self.parts: list[ComputedPart] = []
        self._of = audiences
        self._columns: dict[FieldLeaf | OfFacts, Column] = {}
        by_code = audiences.reading.vocabulary.field_by_code
        on_lake: list[FieldLeaf | OfFacts] = []
        for leaf in leaves:
            if isinstance(leaf, OfFacts):
                on_lake.append(leaf)
            elif leaf.field in LIVE_FIELDS:
                self._keep(leaf, self._live(leaf), ComputedBy.LIVE)
            elif by_code[leaf.field].has_bitmap:
                days = who_comes_round(audiences.bitmaps, leaf, audiences.reading)
                self._columns[leaf] = days
            else:
                on_lake.append(leaf)
        if on_lake:
            self._compute(on_lake)

    def node(self, leaf: Condition) -> Node:
        """Return who meets a leaf."""
        column = Leaf(self._columns[leaf])  # type: ignore[index] # a plan names leaves only
        is_reverse = isinstance(leaf, IsKnown) and not leaf.is_known and _is_live(leaf)
        return self._of.bitmaps.alive() - column if is_reverse else column

    def _live(self, leaf: FieldLeaf) -> Column:
        ordinals = self._of.bitmaps.version.ordinals
        return known_live(
            self._of.tx, leaf, brand_id=self._of.brand.id, ordinals=ordinals
        )  # fmt: skip

    def _compute(self, leaves: Sequence[FieldLeaf | OfFacts]) -> None:
        of = self._of
        with of.open_lake(of.place) as opened:
            self.lake_as_of = opened.manifest.as_of
            state = (opened.manifest.version, of.bitmaps.version.ordinals, of.reading.as_of.today)
            are_defined = False
            for leaf in leaves:
                told = orjson.dumps(write_condition(leaf), option=orjson.OPT_SORT_KEYS)
                key = ("computed", of.brand.group_id, of.brand.id, told)
                column = of.cache.get(key, state, Column)
                if column is not None:
                    self._keep(leaf, column, ComputedBy.KEPT)
                    continue
                if not are_defined:
                    define_views(opened.connection, of.reading)
                    are_defined = True
                ids = customers_meeting(opened.connection, leaf, of.reading)
                column = places_of(
                    of.tx, ids, bitmaps=of.bitmaps.version, cache=of.cache
                )  # fmt: skip
                of.cache.put(key, state, column, column.bytes)
                self._keep(leaf, column, ComputedBy.LAKE)

    def _keep(self, leaf: FieldLeaf | OfFacts, column: Column, by: ComputedBy) -> None:
        self._columns[leaf] = column
        self.parts.append(ComputedPart(leaf, by, column.size))


def _is_live(leaf: FieldLeaf | OfFacts) -> bool:
    return not isinstance(leaf, OfFacts) and leaf.field in LIVE_FIELDS


def _is_of_lake(field: Field) -> bool:
    return not field.has_bitmap and field.code not in LIVE_FIELDS


def _only(ordinal: int) -> Leaf:
    return Leaf(column_of_ordinals(np.array([ordinal], np.int64)))


def share(part: int, whole: int) -> int:
    """Return a part of a whole in basis points, rounded down."""
    return part * ALL_BASIS_POINTS // whole if whole else 0
