"""The texts that a field has, those of most customers first: what a form offers to choose from."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlglot import exp

from huitong.org.model import Brand
from huitong.platform.conditions import AsOf, Field, FieldType, Reading, Vocabulary
from huitong.platform.db import ReadTx
from huitong.platform.lake import Place
from huitong.segments.model.definitions import FieldNotListed
from huitong.segments.queries.audiences import SETS
from huitong.segments.queries.audiences_lake import OpenLake, define_views
from huitong.segments.queries.vocabulary_kept import speech_kept
from huitong.segments.rules.vocabulary import LIVE, TIER
from huitong.segments.tables import audiences as tables

# More than anybody scrolls through; what is rarer can be written by hand.
VALUES_MAX = 20_000
BYTES_A_VALUE = 300
# Which table of the lake has the names of codes, and the code in it.
NAMED = {"sku": ("skus", "code"), "spu": ("skus", "spu"), "store": ("stores", "code")}


@dataclass(frozen=True, slots=True)
class FoundValue:
    """A value that occurs, its name, and how many customers have it."""

    value: str
    name: str
    customers: int


@dataclass(frozen=True)
class FieldValues:
    """The values of a field, and as of when the lake told them; None where it was not asked."""

    values: tuple[FoundValue, ...]
    lake_as_of: datetime | None


def values_of(
    tx: ReadTx,
    *,
    brand: Brand,
    field: str,
    facts: str | None,
    open_lake: OpenLake,
    now: datetime,
) -> FieldValues:
    """Return the texts that a field of customers, or of facts, has; kept while the lake is.

    :raises FieldNotListed: when there is no such field, or it holds no texts.
    :raises LakeEmpty: when the lake of the brand was never refreshed.
    """
    speech = speech_kept(tx, brand_id=brand.id, cache=SETS)
    vocabulary = speech.words.vocabulary
    found = _field(vocabulary, field, facts)
    if found.column.relation == LIVE:
        return _tiers(tx, brand)
    with open_lake(Place(brand.group_id, brand.id, brand.time_zone)) as opened:
        key = ("field_values", brand.group_id, brand.id, facts, field)
        kept = SETS.get(key, opened.manifest.version, FieldValues)
        if kept is None:
            reading = Reading(vocabulary, AsOf(now, ZoneInfo(brand.time_zone)), speech.segments)
            define_views(opened.connection, reading)
            rows = opened.connection.execute(_query(found, facts)).fetchall()
            values = tuple(FoundValue(value, name or value, count) for value, name, count in rows)
            kept = FieldValues(values, opened.manifest.as_of)
            SETS.put(key, opened.manifest.version, kept, BYTES_A_VALUE * (len(values) + 1))
    return kept


def searched(found: FieldValues, text: str, *, limit: int) -> list[FoundValue]:
    """Return the first values that contain a text, or whose names do, in any case."""
    wanted = text.strip().casefold()
    fitting = (
        one
        for one in found.values
        if wanted in one.value.casefold() or wanted in one.name.casefold()
    )
    return [one for one, _ in zip(fitting, range(limit), strict=False)]


def _field(vocabulary: Vocabulary, code: str, facts: str | None) -> Field:
    known = vocabulary.field_by_code
    if facts is not None:
        kind = vocabulary.fact_by_code.get(facts)
        known = {} if kind is None else kind.by_code
    found = known.get(code)
    if found is None or found.type is not FieldType.TEXT:
        raise FieldNotListed(field=code if facts is None else f"{facts}.{code}")
    assert found.column.relation != LIVE or code == TIER, "The one text that is live."
    return found


def _query(field: Field, facts: str | None) -> str:
    """Return the query over values; every name in it is one of ours."""
    column = exp.column(field.column.name, "had")
    table, code = NAMED.get(field.code, ("skus", "code"))
    named = (
        exp.select(exp.column(code).as_("code"), exp.func("min", exp.column("name")).as_("name"))
        .from_(table)
        .group_by(exp.column(code))
        .subquery("named")
    )
    customers = exp.Count(this=exp.Distinct(expressions=[exp.column("customer_id", "had")]))
    query = exp.select(column.as_("value")).from_(
        exp.to_table(field.column.relation.name, alias="had")
    )
    if field.code in NAMED:
        query = query.join(named, on=exp.column("code", "named").eq(column), join_type="left")
        query = query.select(exp.func("min", exp.column("name", "named")).as_("name"))
    else:
        query = query.select(exp.cast(exp.null(), "text").as_("name"))
    query = query.select(customers.as_("customers"))
    query = query.where(exp.not_(column.is_(exp.null())))
    if facts is None:
        query = query.where(exp.column("is_alive", "had"))
    ordered = query.group_by(column).order_by("customers DESC", "value").limit(VALUES_MAX)
    return ordered.sql(dialect="duckdb")


def _tiers(tx: ReadTx, brand: Brand) -> FieldValues:
    """Return the tiers that customers of a brand stand in, as of now."""
    rows = tx.rows(tables.TIERS_HELD, {"group_id": brand.group_id, "brand_id": brand.id})
    return FieldValues(tuple(FoundValue(tier, tier, count) for tier, count in rows), None)
