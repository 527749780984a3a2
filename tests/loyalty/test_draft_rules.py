"""Programmes in words: complete differences, problems with their places, merges of two sides."""

from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from huitong.channels.model import OrderKind
from huitong.customers.model import Classed
from huitong.loyalty.model import (
    Asset,
    Days,
    DocumentGift,
    EarningRule,
    Programme,
    Tier,
    Turn,
    Weekday,
)
from huitong.loyalty.rules import checking, differing, documents, wording
from huitong.loyalty.rules.differing import differences
from huitong.loyalty.rules.earning import Terms, earned
from huitong.loyalty.rules.rebasing import rebase
from tests.loyalty.make import NAMES, line, order, programme, rule
from tests.loyalty.test_rules import SHANGHAI

SILVER = {"code": "silver", "names": {"zh": "银卡", "en": "Silver"}, "growth": 1_000}
MEMBER = {"code": "member", "names": {"zh": "会员", "en": "Member"}, "growth": 0}
WEDNESDAYS = rule(
    "wednesdays",
    names={"zh": "周三双倍", "en": "Double Wednesdays"},
    days={"weekdays": ["wednesday"]},
)

names = st.sampled_from([NAMES, {"zh": "成长", "en": "Growth"}, {"zh": "积分", "en": "Score"}])
codes = st.sampled_from(["a", "b", "c"])
points = st.sampled_from([0, 1, 50, 1_000])
caps = st.fixed_dictionaries(
    {}, optional={"per_order": points, "per_day": points, "per_month": points}
)
paths = st.lists(st.sampled_from(["tea", "shoes"]), min_size=1, max_size=2)
items = st.fixed_dictionaries(
    {"except_for": st.booleans()},
    optional={
        "categories": st.lists(paths, max_size=3),
        "skus": st.lists(st.sampled_from([f"S{n}" for n in range(12)]), max_size=12),
    },
)
days = st.fixed_dictionaries(
    {},
    optional={
        "weekdays": st.lists(st.sampled_from(list(Weekday)), max_size=3),
        "first_on": st.just(date(2026, 3, 1)),
        "last_on": st.just(date(2026, 3, 31)),
    },
)
rules = st.fixed_dictionaries(
    {
        "code": codes,
        "names": names,
        "asset": st.sampled_from(list(Asset)),
        "points": st.integers(1, 3),
        "per_minor": st.sampled_from([None, 100, 250]),
        "items": items,
        "days": days,
        "order_discounts_reduce": st.booleans(),
        "caps": caps,
        "except_kinds": st.lists(st.sampled_from(list(OrderKind)), max_size=3),
        "except_classes": st.lists(st.sampled_from(list(Classed)), max_size=3),
    }
)
windows = st.lists(
    st.fixed_dictionaries(
        {"days": st.integers(0, 15), "from_payment": st.booleans()},
        optional={"platform": st.just("pos"), "order_kind": st.sampled_from(list(OrderKind))},
    ),
    max_size=2,
)
rising = st.lists(st.integers(1, 5_000), max_size=3, unique=True).map(sorted)


def _unique(parts: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return list({part[key]: part for part in parts}.values())


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """Return any programme of a small world, so that two of them are often nearly the same."""
    tiers = [MEMBER] + [
        {"code": f"t{at}", "names": draw(names), "growth": growth}
        for at, growth in enumerate(draw(rising))
    ]
    gifts = st.lists(
        st.fixed_dictionaries(
            {"kind": codes, "points": st.integers(1, 2), "most": st.integers(1, 2)}
        ),
        max_size=2,
    )
    return Programme.model_validate(
        {
            "names": draw(names),
            "base": draw(st.sampled_from(["buyer_paid", "merchant_receives"])),
            "stored_bonus_earns": draw(st.booleans()),
            "rules": _unique(draw(st.lists(rules, max_size=3)), "code"),
            "return_windows": [*draw(windows), {"days": draw(st.integers(0, 15))}],
            "claw_back": draw(st.sampled_from(["by_value", "by_line"])),
            "expiry": draw(
                st.none()
                | st.fixed_dictionaries(
                    {
                        "months": st.integers(0, 24),
                        "rounding": st.sampled_from(["day", "month_end"]),
                    }
                )
            ),
            "tiers": tiers,
            "downgrade": draw(st.sampled_from(["at_once", "keep"])),
            "earn_before_enrolment_days": draw(st.integers(0, 30)),
            "welcome": draw(st.none() | st.fixed_dictionaries({"points": st.integers(1, 100)})),
            "document_gifts": _unique(draw(gifts), "kind"),
            "surplus_gifts": draw(st.sampled_from(["claw_back", "keep"])),
        }
    )


class TestDifferences:
    @given(programmes(), programmes())
    def test_programmes_that_differ_always_have_a_sentence_and_equal_ones_none(
        self, before: Programme, after: Programme
    ) -> None:
        found = differences(before, after)
        assert bool(found) is (before != after)
        assert not differences(after, deepcopy(after))
        for one in found:
            assert one.words.zh.strip()
            assert one.words.en.strip()

    @given(programmes(), st.data())
    def test_one_field_that_changes_is_told_at_its_own_place(
        self, before: Programme, data: st.DataObject
    ) -> None:
        other = data.draw(programmes())
        field = data.draw(st.sampled_from(sorted(Programme.model_fields)))
        after = before.model_copy(update={field: getattr(other, field)})
        found = differences(before, after)
        assert {one.place[0] for one in found} == ({field} if before != after else set())

    @pytest.mark.parametrize("part", [EarningRule, Tier, DocumentGift])
    def test_every_field_of_the_document_has_words_of_its_own(self, part: type[BaseModel]) -> None:
        assert set(Programme.model_fields) == {*differing.FIELDS, *differing.LISTS}
        keys = {"code", "kind"}
        assert set(part.model_fields) <= {*differing.PART_FIELDS, *differing.RATE, *keys}

    def test_a_threshold_that_falls_is_told_with_both_numbers(self) -> None:
        before = programme(tiers=[MEMBER, SILVER])
        after = programme(tiers=[MEMBER, {**SILVER, "growth": 800}])
        (found,) = differences(before, after)
        assert found.words.zh == "等级「银卡」：门槛由 1,000 成长值 降为 800 成长值"
        assert found.words.en == (
            "Tier “Silver”: the threshold falls from 1,000 growth value to 800 growth value"
        )

    def test_a_rule_that_is_new_is_told_with_all_it_says(self) -> None:
        (found,) = differences(programme(), programme(rule(), WEDNESDAYS))
        assert found.turn is Turn.ADDED
        assert found.words.zh.startswith("新增积分规则「周三双倍」：每满 1 元得 1 积分；仅周三；")
        assert found.words.en.startswith(
            "Earning rule “Double Wednesdays” added: 1 point for every 1 yuan; on Wednesdays only;"
        )

    def test_a_list_too_long_to_be_read_still_tells_what_came_and_went(self) -> None:
        many = [f"S{number}" for number in range(100)]
        before = programme(rule(items={"skus": many}))
        after = programme(rule(items={"skus": [*many[:-1], "NEW"]}))
        (found,) = differences(before, after)
        assert "加上 NEW，去掉 S99" in found.words.zh

    def test_the_same_in_another_order_is_said_to_mean_the_same(self) -> None:
        before = programme(rule(except_kinds=["bulk", "gift"]))
        after = programme(rule(except_kinds=["gift", "bulk"]))
        (found,) = differences(before, after)
        assert "由“团购单、赠品单”改为“赠品单、团购单”" in found.words.zh

    def test_a_first_programme_tells_all_it_promises(self) -> None:
        found = differences(None, programme(rule(), WEDNESDAYS))
        assert {one.code for one in found if one.code} == {"base", "wednesdays", "member"}


class TestDocuments:
    @given(programmes())
    def test_what_is_written_is_read_as_the_same(self, one: Programme) -> None:
        assert documents.read(documents.written(one)).programme == one

    def test_a_problem_is_told_at_its_place_and_line_in_both_languages(self) -> None:
        text = documents.written(programme(rule(), WEDNESDAYS)).replace("points: 1", "points: 0", 1)
        (problem,) = documents.read(text).problems
        assert problem.place == ("rules", 0, "points")
        assert problem.where.zh == "积分规则「积分」 · 积分数"
        assert problem.words == ("不能小于 1", "must be 1 or more")
        assert text.splitlines()[(problem.line or 0) - 1].strip() == "points: 0"

    def test_tiers_out_of_order_are_told_of_the_whole(self) -> None:
        said = programme().model_dump() | {"tiers": [MEMBER, SILVER, {**SILVER, "code": "gold"}]}
        (problem,) = checking.check(said).problems
        assert "从低到高" in problem.words.zh

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "hello",
            "rules: [",
            "[" * 50_000,
            "a: &a [1]\nb: *a",
            "a: b: c",
            "\x00",
            "names: 2026-13-99",
        ],
    )
    def test_what_is_no_programme_is_refused_with_a_reason(self, text: str) -> None:
        found = documents.read(text)
        assert found.programme is None
        assert all(one.words.zh and one.words.en for one in found.problems)
        assert found.problems

    @given(st.text())
    def test_no_text_at_all_breaks_the_reader(self, text: str) -> None:
        assert documents.read(text).problems


class TestRebasing:
    @given(programmes(), programmes())
    def test_what_one_side_alone_changed_is_what_stands(
        self, base: Programme, changed: Programme
    ) -> None:
        theirs, ours = rebase(base, changed, base), rebase(base, base, changed)
        assert not theirs.conflicts
        assert not ours.conflicts
        assert _unordered(theirs.programme) == _unordered(changed)
        assert _unordered(ours.programme) == _unordered(changed)

    def test_changes_of_both_sides_come_together(self) -> None:
        base = programme(rule(), tiers=[MEMBER, SILVER])
        newest = programme(rule(), tiers=[MEMBER, {**SILVER, "growth": 800}])
        draft = programme(rule(), WEDNESDAYS, tiers=[MEMBER, SILVER])
        found = rebase(base, newest, draft)
        assert found.programme == programme(
            rule(), WEDNESDAYS, tiers=[MEMBER, {**SILVER, "growth": 800}]
        )
        assert not found.conflicts

    def test_where_both_changed_the_same_the_draft_stands_and_it_is_told(self) -> None:
        base = programme(rule(points=1))
        found = rebase(base, programme(rule(points=2)), programme(rule(points=3)))
        assert found.programme == programme(rule(points=3))
        (conflict,) = found.conflicts
        assert "2 积分" in conflict.words.zh
        assert "3 积分" in conflict.words.zh

    def test_sides_that_do_not_fit_together_are_told_as_problems(self) -> None:
        base = programme(tiers=[MEMBER])
        gold = {**SILVER, "code": "gold"}
        found = rebase(base, programme(tiers=[MEMBER, SILVER]), programme(tiers=[MEMBER, gold]))
        assert found.programme is None
        assert found.problems


class TestDays:
    @pytest.mark.parametrize(
        "day, earns",
        [(date(2026, 3, 4), True), (date(2026, 3, 5), False), (date(2026, 3, 11), True)],
    )
    def test_a_rule_for_wednesdays_earns_on_those_of_the_brand(
        self, day: date, *, earns: bool
    ) -> None:
        plan = programme(WEDNESDAYS)
        late = order(line("tea", 100), ordered_at=_evening(day))
        assert earned(late, Terms(plan, {}, SHANGHAI), Asset.POINTS).amount == (100 if earns else 0)

    def test_both_ends_of_a_promotion_are_included(self) -> None:
        days = Days(first_on=date(2026, 3, 1), last_on=date(2026, 3, 8))
        assert days.hold(date(2026, 3, 1))
        assert days.hold(date(2026, 3, 8))
        assert not days.hold(date(2026, 3, 9))
        assert wording.days_in_words(days).zh == "自 2026-03-01 起，到 2026-03-08 为止（含当日）"

    def test_the_day_of_an_order_is_the_brands_and_not_that_of_greenwich(self) -> None:
        plan = programme(WEDNESDAYS)
        # 20:00 UTC of a Tuesday is 04:00 of the Wednesday in Shanghai.
        early = order(line("tea", 100), ordered_at=_evening(date(2026, 3, 3)).replace(hour=20))
        assert earned(early, Terms(plan, {}, SHANGHAI), Asset.POINTS).amount == 100


def _evening(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _unordered(one: Programme | None) -> dict[str, Any]:
    assert one is not None
    told = one.model_dump()
    for field, key in (("rules", "code"), ("document_gifts", "kind")):
        told[field] = {part[key]: part for part in told[field]}
    return told
