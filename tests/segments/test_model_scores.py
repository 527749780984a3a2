"""Weighted scores over real tags: worked out, published, previewed, explained, refused."""

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from huitong.entry import model_results, modelling
from huitong.platform.conditions import read_condition
from huitong.platform.db import Database
from huitong.segments.model.model_answers import WeightedAnswer, WeightedPreview, WeightedWhy
from huitong.segments.model.model_versions import (
    CustomerUnknown,
    ModelInvalid,
    ModelKind,
    ModelOfOtherKind,
    ModelRefresh,
)
from huitong.segments.model.weighted import InputUnfit, WeightedModel
from huitong.segments.operations.models import put_model
from huitong.segments.operations.tags import Giving, give
from huitong.segments.queries import model_scores
from huitong.segments.queries import models as stored
from huitong.segments.rules.rfm_names import shipped_model
from tests.lake.conftest import database, shop
from tests.segments.test_audiences import Store, store

__all__ = ["database", "shop", "store"]

NAMES = {"zh": "甲", "en": "A"}
# Keen: how often they bought (weight 3), and what they like (weight 1).
KEEN: dict[str, Any] = {
    "code": "keen",
    "names": {"zh": "热衷度", "en": "Keenness"},
    "dimensions": [
        {
            "code": "buying",
            "names": NAMES,
            "weight": 3,
            "terms": [
                {
                    "input": "tags.order_count",
                    "weight": 2,
                    "reading": {"kind": "scale", "zero_at": 0, "full_at": 4},
                },
                {
                    "input": "tags.frequency_band",
                    "reading": {"kind": "values", "points": {"one": 40, "two": 100}},
                },
            ],
        },
        {
            "code": "liking",
            "names": NAMES,
            "terms": [
                {
                    "input": "tags.likes",
                    "reading": {
                        "kind": "values",
                        "points": {"tea": 30, "sport": 50},
                        "several": "sum",
                    },
                }
            ],
        },
    ],
    "bands": [
        {"code": "cool", "names": {"zh": "冷", "en": "Cool"}, "at_least": 0},
        {"code": "warm", "names": {"zh": "温", "en": "Warm"}, "at_least": 30},
        {"code": "hot", "names": {"zh": "热", "en": "Hot"}, "at_least": 60},
    ],
}


def document(**changes: object) -> WeightedModel:
    return WeightedModel.model_validate({**KEEN, **changes})


def reading(input_code: str, words: Mapping[str, object]) -> WeightedModel:
    """Return a score of one term."""
    term = {"input": input_code, "reading": words}
    return document(dimensions=[{"code": "only", "names": NAMES, "terms": [term]}])


def put(store: Store, model: WeightedModel) -> int:
    with store.shop.transaction(store.now) as tx:
        brand_id = store.shop.place.brand_id
        return put_model(
            tx, model, kind=ModelKind.WEIGHTED, brand_id=brand_id, actor="test", now=store.now
        ).version


def likes(store: Store, **wanted: tuple[str, ...]) -> None:
    with store.club() as club:
        givings = [
            Giving(club.customer_id(name), value)
            for name, values in wanted.items()
            for value in values
        ]
        give(
            club.tx, givings, brand_id=club.brand.id, tag="likes", actor="test",
            today=store.now.date(), now=store.now,
        )  # fmt: skip


def refresh(store: Store, database: Database, *, full: bool = False) -> dict[str, ModelRefresh]:
    done = modelling.refresh(
        database, lambda _: store.shop.connect(), store.shop.place, actor="test", now=store.now,
        full=full,
    )  # fmt: skip
    return {one.code: one for one in done.done}


def scores(store: Store) -> dict[str, tuple[int, str]]:
    """Return the published score and band of each, where there is any."""
    found = {}
    for name in ("her", "him", "child"):
        with store.club() as club:
            customer_id = club.customer_id(name)
        known = read_condition(
            {"any": [{"field": "models.keen_score", "is_known": True},
                     {"field": "models.keen", "is_known": True}]}
        )  # fmt: skip
        with store.opened() as audiences:
            values = audiences._candidate(known, customer_id)[0].values
        if values["models.keen_score"] is not None:
            found[name] = (int(str(values["models.keen_score"])), str(values["models.keen"]))
    return found


def preview(store: Store, model: WeightedModel) -> WeightedPreview:
    with store.shop.transaction(store.now) as tx:
        return model_results.preview(tx, model, brand_id=store.shop.place.brand_id)


def why(store: Store, name: str) -> WeightedWhy:
    brand_id = store.shop.place.brand_id
    with store.club() as club:
        customer_id = club.customer_id(name)
        version = stored.model(club.tx, "keen", brand_id=brand_id)
        return model_scores.why_scored(
            club.tx, version, brand_id=brand_id, customer_id=customer_id,
            today=store.now.date(), lake_version=1,
        )  # fmt: skip


@pytest.fixture
def scored(store: Store, database: Database) -> Store:
    """Return the shop where she likes tea and sport, with everybody's keenness published."""
    likes(store, her=("tea", "sport"), child=("music",))
    store.refresh(database)
    put(store, document())
    refresh(store, database)
    return store


class TestPublishing:
    def test_scores_are_what_tags_give_on_paper(self, scored: Store) -> None:
        # She ordered twice: (2 * 50 + 100) / 3 = 66.67; tea and sport: 80; (200 + 80) / 4 = 70.
        # He once: (2 * 25 + 40) / 3 = 30; likes nothing: 0; 90 / 4 = 22.5, rounded up.
        # The child never: 0; music gives nothing.
        assert scores(scored) == {"her": (70, "hot"), "him": (23, "cool"), "child": (0, "cool")}

    def test_audiences_ask_for_bands_and_scores(self, scored: Store) -> None:
        assert scored.names({"field": "models.keen", "in": ["hot", "warm"]}) == {"her"}
        assert scored.names({"field": "models.keen_score", "less_than": 23}) == {"child"}
        with scored.opened() as audiences:
            everyone = audiences.find(read_condition({"all": []}))
            hot = audiences.find(read_condition({"field": "models.keen", "in": ["hot"]}))
            assert audiences.overlap([everyone, hot]) == [[3, 1], [1, 1]]
            shown = {one.field.code: one for one in audiences.portrait(everyone).fields}
        bands = {one.code: (one.zh, one.inside) for one in shown["models.keen"].values}
        assert bands == {"cool": ("冷", 2), "hot": ("热", 1)}
        number = shown["models.keen_score"].number
        assert number is not None
        assert (number.known, number.sum, number.highest) == (3, 93, 70)

    def test_counts_of_bands_are_told_with_the_tags_they_are_of(self, scored: Store) -> None:
        with scored.shop.transaction(scored.now) as tx:
            told = modelling.answer(tx, "keen", brand_id=scored.shop.place.brand_id)
        assert isinstance(told, WeightedAnswer)
        assert [one.customers for one in told.bands] == [2, 0, 1]
        assert told.unknown == 0
        assert told.bitmap_version > 0

    def test_the_same_tags_again_change_nothing(self, scored: Store, database: Database) -> None:
        once, again = refresh(scored, database), refresh(scored, database)
        assert once["keen"] == again["keen"]

    def test_a_new_document_scores_everybody_again(self, scored: Store, database: Database) -> None:
        bands = [{**KEEN["bands"][0]}, {**KEEN["bands"][2], "at_least": 20}]
        put(scored, document(bands=bands))
        assert scores(scored)["him"] == (23, "cool")
        assert refresh(scored, database)["keen"].is_full
        assert scores(scored) == {"her": (70, "hot"), "him": (23, "hot"), "child": (0, "cool")}

    def test_who_was_merged_away_has_no_score_after_the_refresh(
        self, scored: Store, database: Database
    ) -> None:
        with scored.club() as club:
            club.merge("him", "her")
        summary = refresh(scored, database)["keen"].summary
        assert summary["customers"] == [0, 1, 0, 1]

    def test_a_score_reads_what_other_models_found(self, store: Store, database: Database) -> None:
        new = {"kind": "values", "points": {"new": 100}, "other": 10}
        put(store, reading("models.lifecycle", new))
        refresh(store, database)
        # Both bought today alone; one gave it back, and never bought.
        assert scores(store)["her"] == (100, "hot")
        assert scores(store)["him"] == (10, "cool")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_scores_of_who_changed_equal_scores_of_everybody(
    store: Store, database: Database, seed: int
) -> None:
    chance = random.Random(seed)
    put(store, document())
    for turn in range(4):
        store.now += timedelta(hours=1)
        name = chance.choice(["her", "him", "child"])
        if chance.random() < 0.5:
            likes(store, **{name: (chance.choice(["tea", "sport", "music"]),)})
        else:
            with store.club() as club:
                club.took(club.buys(name, f"N{turn}", 100))
        if chance.random() < 0.8:
            store.refresh(database)
        by_parts = refresh(store, database)["keen"]
        found = scores(store)
        store.now += timedelta(minutes=1)
        whole = refresh(store, database, full=True)["keen"]
        assert scores(store) == found
        assert whole.summary["customers"] == by_parts.summary["customers"]


class TestPreviews:
    def test_a_preview_tells_bands_and_who_moves_and_keeps_nothing(self, scored: Store) -> None:
        changed = document(
            bands=[{**KEEN["bands"][0]}, {**KEEN["bands"][1], "at_least": 20}, KEEN["bands"][2]]
        )
        found = preview(scored, changed)
        assert [(one.customers, one.customers_now) for one in found.bands] == [
            (1, 2), (1, 0), (1, 1),
        ]  # fmt: skip
        assert (found.unknown, found.unknown_now, found.compared_with) == (0, 0, 1)
        (move,) = found.moves
        assert (move.before, move.after, move.customers) == ("cool", "warm", 1)
        assert len(move.such_as) == 1
        assert [place for place, count in enumerate(found.scores) if count] == [0, 23, 70]
        assert scores(scored)["him"] == (23, "cool")

    def test_a_first_document_is_previewed_beside_nothing(self, store: Store) -> None:
        found = preview(store, document())
        assert [one.customers_now for one in found.bands] == [None, None, None]
        assert (found.compared_with, found.moves) == (None, ())
        assert sum(found.scores) + found.unknown == 3

    def test_a_tag_that_some_have_gives_points_for_having_it(self, scored: Store) -> None:
        found = preview(scored, reading("tags.likes", {"kind": "has", "points": 70}))
        assert [place for place, count in enumerate(found.scores) if count] == [70]
        assert (found.scores[70], found.unknown) == (2, 1)

    def test_only_scores_are_previewed(self, store: Store) -> None:
        with store.shop.transaction(store.now) as tx, pytest.raises(ModelOfOtherKind, match="rfm"):
            model_results.preview(tx, shipped_model(), brand_id=store.shop.place.brand_id)


class TestExplaining:
    def test_each_term_is_told_with_value_points_and_weight(self, scored: Store) -> None:
        found = why(scored, "her")
        assert (found.score, found.band, found.published_score) == (70, "hot", 70)
        buying, liking = found.dimensions
        assert (buying.score_hundredths, liking.score_hundredths) == (6_667, 8_000)
        count, band = buying.terms
        assert (count.number, count.points, count.weight) == (2, 50, 2)
        assert (band.values[0].names.en, band.points) == ("Twice or more", 100)
        assert ([one.code for one in liking.terms[0].values], liking.terms[0].points) == (
            ["tea", "sport"], 80,
        )  # fmt: skip

    def test_the_published_score_is_told_beside_that_of_the_tags_of_now(
        self, scored: Store, database: Database
    ) -> None:
        likes(scored, him=("sport",))
        scored.now += timedelta(hours=1)
        scored.refresh(database)
        found = why(scored, "him")
        assert (found.score, found.published_score) == (35, 23)

    def test_who_was_merged_away_is_not_explained(self, scored: Store) -> None:
        with scored.club() as club:
            gone = club.customer_id("him")
            club.merge("him", "her")
            version = stored.model(club.tx, "keen", brand_id=club.brand.id)
            with pytest.raises(CustomerUnknown):
                model_scores.why_scored(
                    club.tx, version, brand_id=club.brand.id, customer_id=gone,
                    today=scored.now.date(), lake_version=1,
                )  # fmt: skip


class TestRefusing:
    @pytest.mark.parametrize(
        "wrong, told",
        [
            (reading("tags.orders", {"kind": "has"}), r"no such tag or field.*tags\.order_count"),
            (reading("models.keen", {"kind": "has"}), "a score reads no score"),
            (
                reading("tags.likes", {"kind": "scale", "zero_at": 0, "full_at": 9}),
                "reads a number, and this holds values",
            ),
            (
                reading("tags.likes", {"kind": "values", "points": {"coffee": 9}}),
                "no value coffee; it has tea, sport, music",
            ),
        ],
    )
    def test_what_no_tag_answers_is_refused_at_once(
        self, scored: Store, wrong: WeightedModel, told: str
    ) -> None:
        with pytest.raises(InputUnfit, match=told):
            put(scored, wrong)

    def test_two_models_never_fill_one_field(self, scored: Store) -> None:
        with pytest.raises(ModelInvalid, match=r"keen_score” is a field of the model keen"):
            put(scored, document(code="keen_score"))

    def test_an_input_says_whether_it_is_a_tag_or_of_a_model(self) -> None:
        with pytest.raises(ValidationError, match="string_pattern_mismatch"):
            reading("order_count", {"kind": "has"})
