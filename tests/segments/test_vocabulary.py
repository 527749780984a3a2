"""The words of a brand: every field and every fact means the same to all readers."""

import random
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from huitong.customers import find_customers
from huitong.entry import modelling, tagging, wiring
from huitong.platform.conditions import (
    Candidate,
    Condition,
    Field,
    FieldType,
    Language,
    Value,
    Vocabulary,
    describe,
    holds,
    read_condition,
    select_customers,
    sentence,
)
from huitong.platform.conditions.checking import FITTING
from huitong.platform.db import Database
from huitong.segments.operations.tags import Giving, give
from huitong.segments.queries.audiences import Audiences
from huitong.segments.queries.audiences_lake import define_views
from huitong.segments.rules.bitmaps import SetCache
from huitong.segments.rules.tag_packs import read_pack
from huitong.segments.rules.vocabulary import LIVE, MODELS, TAGS, words_of
from tests.lake.conftest import database, shop
from tests.lake.shop import Shop, Till
from tests.loyalty.club import Club
from tests.segments.audience_pack import PACK, install
from tests.segments.audience_words import conditions
from tests.segments.test_audiences import Store

__all__ = ["database", "shop"]

PEOPLE = 12
STEPS = 60


@pytest.fixture
def busy(shop: Shop, now: datetime, database: Database) -> Store:
    """Return a shop in which people did sixty things at random, with tags and a lake."""
    chance, till = random.Random(7), Till("p", people=PEOPLE)
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        install(tx, brand_id=club.brand.id, now=now)
        club.enrol(*till.everybody())
        for _ in range(STEPS):
            till.act(club, chance)
            tx.settle()
        wanted = [
            Giving(club.customer_id(name), value)
            for place, name in enumerate(till.everybody())
            for bit, value in enumerate(("tea", "sport", "music"))
            if name not in till.gone and place >> bit & 1
        ]
        give(
            tx, wanted, brand_id=club.brand.id, tag="likes", actor="test", today=now.date(),
            now=now,
        )  # fmt: skip
    shop.refresh(now)
    tagging.refresh(database, shop.folder, shop.place, now=now)
    modelling.refresh(database, lambda _: shop.connect(), shop.place, actor="test", now=now)
    with shop.transaction(now) as tx:
        # After the refresh: bitmaps and lake hold them still, no audience may.
        club = Club(tx, now)
        living = [name for name in till.everybody() if name not in till.gone]
        ids = {club.customer_id(name): name for name in living}
        (first, _), (second, _), (third, _), *_ = ids.items()
        club.merge(ids[first], ids[second])
        person_id = find_customers(tx, customer_ids=[third])[third].person_id
        wiring.forget_everywhere(tx, person_id, now=now)
    return Store(shop, now, SetCache())


def everything(vocabulary: Vocabulary) -> Condition:
    """Return a condition that asks for every field and every kind of fact."""
    fields = [{"field": one.code, "is_known": True} for one in vocabulary.fields]
    facts = [{"facts": one.code, "measure": "count", "at_least": 0} for one in vocabulary.facts]
    return read_condition({"any": [*fields, *facts]})


def candidates(store: Store, audiences: Audiences) -> Mapping[int, Candidate]:
    asked = everything(audiences.reading.vocabulary)
    rows = audiences.tx.rows(
        "SELECT customer_id FROM segments.ordinal WHERE group_id = %s", [store.shop.group_id]
    )
    return {one: audiences._candidate(asked, one)[0] for (one,) in rows}


def store_rest(
    connection: duckdb.DuckDBPyConnection, audiences: Audiences, people: Mapping[int, Candidate]
) -> None:
    """Put tags and live value where SQL finds them, and who is alive now."""
    fields = audiences.reading.vocabulary.fields
    kinds = {FieldType.INTEGER: "BIGINT", FieldType.TEXT: "VARCHAR", FieldType.CODE: "INTEGER",
             FieldType.CODES: "BIGINT", FieldType.DAY: "DATE"}  # fmt: skip
    for relation in (TAGS, MODELS, LIVE):
        own = [one for one in fields if one.column.relation == relation]
        columns = ", ".join(f'"{one.column.name}" {kinds[one.type]}' for one in own)
        connection.execute(f"CREATE TEMP TABLE {relation.name} (customer_id BIGINT, {columns})")
        marks = ", ".join("?" * (len(own) + 1))
        for customer_id, person in people.items():
            row = [customer_id, *(stored(one, person.values.get(one.code)) for one in own)]
            connection.execute(f"INSERT INTO {relation.name} VALUES ({marks})", row)  # noqa: S608
    gone = [one for one, person in people.items() if not person.is_alive]
    connection.execute("CREATE TEMP TABLE gone (customer_id BIGINT)")
    connection.executemany("INSERT INTO gone VALUES (?)", [[one] for one in gone])
    connection.execute("ALTER VIEW segment_customer RENAME TO customer_of_lake")
    connection.execute(
        "CREATE TEMP VIEW segment_customer AS SELECT * REPLACE ("
        "is_alive AND customer_id NOT IN (SELECT customer_id FROM gone) AS is_alive)"
        " FROM customer_of_lake"
    )


def stored(field: Field, value: Value | None) -> object:
    match field.type:
        case FieldType.CODE:
            return 0 if value is None else field.place_of(str(value))
        case FieldType.CODES:
            assert value is None or isinstance(value, frozenset)
            return sum(1 << (field.place_of(one) - 1) for one in value or ())
        case _:
            return value


def test_predicate_lake_and_bitmaps_find_the_same_customers(busy: Store) -> None:
    counted = set()
    with busy.opened() as audiences, busy.shop.connect() as lake:
        reading, people = audiences.reading, candidates(busy, audiences)
        spoken_of = set(reading.vocabulary.field_by_code)
        assert {"models.rfm_r", "models.rfm_eleven", "models.lifecycle_since"} <= spoken_of
        assert sum(not one.is_alive for one in people.values()) >= 2
        define_views(lake.connection, reading)
        store_rest(lake.connection, audiences, people)

        @settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
        @given(document=conditions(reading.vocabulary, people))
        def agree(document: Mapping[str, object]) -> None:
            condition = read_condition(document)
            audience = audiences.find(condition)
            by_bitmaps = {one for _, one in audiences.page(audience, after=-1, limit=100)}
            by_predicate = {
                one for one, person in people.items() if holds(condition, person, reading)
            }
            query = select_customers(condition, reading).sql(dialect="duckdb")
            by_lake = {one for (one,) in lake.connection.execute(query).fetchall()}
            assert by_bitmaps == by_predicate == by_lake
            assert audience.size == len(by_bitmaps)
            counted.add(audience.size)

        agree()
    assert len(counted) > 3, "The conditions tell customers apart."


@pytest.fixture
def vocabulary() -> Vocabulary:
    """Return the words of a brand with four tags and a store."""
    tags = segments_of_pack()
    return words_of(tags, {"order_kind": {"normal": 1}}, [("S1", "南京西路店")]).vocabulary


def segments_of_pack() -> list[Any]:
    return list(read_pack(PACK).tags)


def test_every_word_can_be_told_in_both_languages(vocabulary: Vocabulary) -> None:
    for language in Language:
        for field in vocabulary.fields:
            told = sentence(
                read_condition({"field": field.code, "is_known": True}), vocabulary,
                language=language,
            )  # fmt: skip
            assert field.names.told(language) in told
        for kind in vocabulary.facts:
            counted = {"facts": kind.code, "measure": "count", "at_least": 2}
            assert sentence(read_condition(counted), vocabulary, language=language)


def test_a_form_is_told_every_field_with_what_can_be_asked(vocabulary: Vocabulary) -> None:
    told = describe(vocabulary)
    assert {one["code"] for one in told["facts"]} == {"orders", "lines", "refunds", "signals"}
    at_once = {one["code"] for one in told["fields"] if one["at_once"]}
    assert at_once == {
        "tags.frequency_band", "tags.order_count", "tags.last_kind", "tags.likes",
    }  # fmt: skip
    for one in told["fields"]:
        assert {word["code"] for word in one["operators"]} == FITTING[FieldType(one["type"])]


def test_a_tag_never_takes_the_name_of_another_field() -> None:
    (tag, *_) = segments_of_pack()
    words = words_of([tag.model_copy(update={"code": "city"})], {}, [])
    assert {"city", "tags.city"} <= set(words.vocabulary.field_by_code)


def test_an_open_tag_without_a_word_yet_is_not_spoken_of() -> None:
    words = words_of(segments_of_pack(), {}, [])
    assert "tags.last_kind" not in words.vocabulary.field_by_code
