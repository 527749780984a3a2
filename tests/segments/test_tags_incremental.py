"""Whatever happens between two refreshes, computing who could have changed equals computing all.

A history is made of orders (late ones and ones of tomorrow too), refunds, corrections, merges and
their undoing, erasures, changed items, tags given and taken back, and days that pass.
"""
# ruff: noqa: S608 - The statements are made of names of ours.

import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from huitong.platform.lake import Folder
from huitong.segments.engine import tag_wanted
from huitong.segments.engine.tag_computing import Catalogue, compute, with_words
from huitong.segments.engine.tag_table import OLDER, TagFiles, TagStore
from huitong.segments.model.tags import Tag
from huitong.segments.queries.tags import GivenTag
from tests.segments.tag_lake import (
    SHANGHAI,
    TODAY,
    TagLake,
    at,
    catalogue,
    tag,
    told,
    values,
)

RECENCY = [{"last_days": 5, "weight": 3}, {"last_days": 20, "weight": 1}]
COLOURS = values("red", "blue")
BANDS = [{"value": "new"}, {"value": "late", "at_least": 4}, {"value": "lost", "at_least": 15}]
STAGES = values("new", "late", "lost")
SINCE = {"primitive": "since_last", "ever": True}
RED = {"field": "colour", "in": ["red"]}
TAGS = (
    tag("lines", {"primitive": "count"}, window_days=7),
    tag("paid", {"primitive": "sum", "facts": "orders", "field": "kept_minor", "last_days": 10}),
    tag("colour", {"primitive": "mode", "field": "colour", "recency": RECENCY, "support": 2},
        values=COLOURS, window_days=30),
    tag("colours", {"primitive": "members", "field": "colour", "last_days": 6},
        values=COLOURS, multi=True),
    tag("stage", {"primitive": "band", "of": SINCE, "steps": BANDS}, values=STAGES),
    tag("score", {"primitive": "score", "of": SINCE, "borders": [2, 9], "less_is_more": True}),
    tag("days", SINCE, values={"unit": "days"}),
    tag("sum", {"primitive": "plus", "of": [SINCE, {"primitive": "count"}]}),
    tag("gap", {"primitive": "gap", "last_days": 25}),
    tag("trend", {"primitive": "trend", "days": 4}),
    tag("share", {"primitive": "share", "part": RED, "last_days": 12}),
    tag("first", {"primitive": "first", "field": "colour", "last_days": 9}, values=COLOURS),
    tag("median", {"primitive": "median", "field": "paid_minor", "last_days": 8}),
    tag("kinds", {"primitive": "distinct", "field": "item", "last_days": 11}),
    tag("since", {"primitive": "band", "of": {"primitive": "attribute_since",
        "field": "enrolled_day"}, "steps": BANDS}, values=STAGES),
    tag("asked", {"primitive": "cases", "cases": [{"value": "red", "when": [
        {"of": {"primitive": "tag", "tag": "stage"}, "in": ["late"]},
        {"of": {"primitive": "tag", "tag": "lines"}, "less_than": 2}]}]}, values=COLOURS),
    tag("said", {"primitive": "given"}, values=COLOURS, kind="manual"),
    tag("likes", {"primitive": "given"}, values=COLOURS, multi=True, kind="imported"),
)  # fmt: skip
PEOPLE = 6


class History:
    """A lake, what was said by hand, the day, and who was touched since the last refresh."""

    def __init__(self, seed: int) -> None:
        """Begin with a few customers and items."""
        self.chance = random.Random(seed)
        self.lake = TagLake()
        self.today = TODAY
        self.given: list[GivenTag] = []
        self.touched: set[int] = set()
        self.before_merge: dict[int, list[int]] = {}
        for number in range(PEOPLE):
            self.lake.customer((number + 1) << 12 | number % 3, enrolled_at=at("2026-02-27"))
        self.lake.item("a", colour="red")
        self.lake.item("b", colour="blue")
        self.lake.item("c")
        for _ in range(8):
            self.buys()

    def living(self) -> list[int]:
        return [
            row["id"]
            for row in self.lake.rows["customers"]
            if row.get("merged_into") is None and not row["is_erased"]
        ]

    def step(self) -> None:
        """Do one thing at random."""
        doing = (
            self.buys, self.buys, self.buys, self.sends_back, self.corrects, self.merges,
            self.splits, self.forgets, self.changes_item, self.says, self.says, self.takes_back,
            self.enrols,
        )  # fmt: skip
        self.chance.choice(doing)()

    def buys(self) -> None:
        living = self.living()
        if not living:
            return
        day = self.today - timedelta(days=self.chance.choice((-2, -1, 0, 0, 1, 3, 6, 12, 28)))
        lines = [
            {"sku": self.chance.choice("abcd"), "paid_minor": self.chance.randrange(1, 9) * 100}
            for _ in range(self.chance.randrange(1, 4))
        ]
        owner = self.chance.choice(living)
        clock = self.chance.choice(("00:00", "12:00", "23:59"))
        self.lake.order(owner, day.isoformat(), *lines, clock=clock)
        self.touched.add(owner)

    def some_order(self) -> dict[str, Any] | None:
        orders = self.lake.rows["orders"]
        return self.chance.choice(orders) if orders else None

    def sends_back(self) -> None:
        order = self.some_order()
        if order is not None:
            line = next(one for one in self.lake.rows["lines"] if one["order_id"] == order["id"])
            line["refunded_minor"], line["refunded_quantity"] = line["paid_minor"], 1
            self.lake.add(
                "refunds", bucket=order["bucket"], id=len(self.lake.rows["refunds"]) + 1,
                order_id=order["id"], status="done", amount_minor=line["paid_minor"],
            )  # fmt: skip
            self.touched.add(order["customer_id"])

    def corrects(self) -> None:
        order = self.some_order()
        if order is not None:
            order["status"] = self.chance.choice(("completed", "closed"))
            self.touched.add(order["customer_id"])

    def merges(self) -> None:
        living = self.living()
        if len(living) > 1:
            source, target = self.chance.sample(living, 2)
            moved = [one for one in self.lake.rows["orders"] if one["customer_id"] == source]
            for order in moved:
                order["customer_id"] = target
            self.customer(source)["merged_into"] = target
            self.before_merge[source] = [order["id"] for order in moved]
            self.touched |= {source, target}

    def splits(self) -> None:
        if self.before_merge:
            source = self.chance.choice(sorted(self.before_merge))
            kept = set(self.before_merge.pop(source))
            for order in self.lake.rows["orders"]:
                if order["id"] in kept:
                    self.touched.add(order["customer_id"])
                    order["customer_id"] = source
            self.touched |= {source, self.customer(source)["merged_into"]}
            self.customer(source)["merged_into"] = None

    def forgets(self) -> None:
        living = self.living()
        if len(living) > 2:
            gone = self.chance.choice(living)
            self.customer(gone)["is_erased"] = True
            self.touched.add(gone)

    def changes_item(self) -> None:
        skus = self.lake.rows["skus"]
        if len(skus) < 4:
            self.lake.item("d", colour="blue")
        else:
            self.chance.choice(skus)["colour"] = self.chance.choice(("red", "blue", None))

    def says(self) -> None:
        one = self.chance.choice(self.lake.rows["customers"])["id"]
        starts = self.today + timedelta(days=self.chance.choice((0, 0, 2)))
        ends = self.chance.choice((None, starts + timedelta(days=self.chance.randrange(1, 9))))
        said = self.chance.choice(("said", "likes"))
        colour = self.chance.choice(("red", "blue"))
        self.given.append(
            GivenTag(len(self.given) + 1, one, said, colour, starts, ends, "manual", "her",
                     at("2026-03-01"))
        )  # fmt: skip

    def takes_back(self) -> None:
        if self.given:
            place = self.chance.randrange(len(self.given))
            self.given[place] = replace(self.given[place], tag="nothing any more")

    def enrols(self) -> None:
        number = len(self.lake.rows["customers"]) + 1
        new = self.lake.customer(number << 12 | 7, enrolled_at=at(self.today.isoformat()))
        self.touched.add(new)

    def customer(self, customer_id: int) -> dict[str, Any]:
        return next(one for one in self.lake.rows["customers"] if one["id"] == customer_id)


class Refresher:
    """Keeps the table of tags as a refresh does, without the database."""

    def __init__(self, folder: Path) -> None:
        """Begin with nothing."""
        self.folder = Folder(folder)
        self.files: TagFiles | None = None
        self.ready: Catalogue = catalogue(TAGS)
        self.ordinals: dict[int, int] = {}
        self.computed = 0

    def refresh(self, history: History) -> dict[int, dict[str, Any]]:
        """Compute who could have changed, and return what the table says of everybody."""
        with history.lake.opened() as connection:
            store = TagStore(connection, self.folder, "tags")
            tags: dict[str, Tag] = dict(self.ready.tags)
            tag_wanted.take_given(connection, history.given, tags, history.today)
            listed = ", ".join(f"({one})" for one in history.touched) or "(NULL)"
            touched = f"SELECT * FROM (VALUES {listed}) AS t(customer_id)"
            wanted = None
            if self.files is not None:
                found = tag_wanted.find_wanted(
                    store, self.files, touched=touched, today=history.today
                )
                assert found
                wanted = tag_wanted.WANTED
            self.ready = with_words(connection, self.ready, history.today)
            plan = compute(
                connection, self.ready, zone=SHANGHAI, today=history.today, wanted=wanted
            )
            self._keep(store, {code: kind for code, (_, kind) in plan.outputs.items()}, wanted)
            self.computed = _count(connection, "computed")
            history.touched.clear()
            store.open_older(self.files)
            return told(connection, self.ready, OLDER)

    def _keep(self, store: TagStore, columns: dict[str, str], wanted: str | None) -> None:
        new = store.newcomers(has_older=store.open_older(self.files))
        for one in new.tolist():
            self.ordinals.setdefault(one, len(self.ordinals))
        store.number(new, np.array([self.ordinals[one] for one in new], np.int32))
        store.compare(self.files, wanted=wanted)
        files = store.written(
            self.files, columns, is_full=wanted is None, log="DATE '2026-03-02' AS changed_on"
        )
        self.files = replace(
            files,
            items=store.keep(tag_wanted.ITEMS, "items"),
            given=store.keep(tag_wanted.GIVEN_NOW, "given"),
        )


def everybody(history: History, ready: Catalogue) -> dict[int, dict[str, Any]]:
    """Compute all customers anew."""
    with history.lake.opened() as connection:
        tag_wanted.take_given(connection, history.given, dict(ready.tags), history.today)
        compute(connection, ready, zone=SHANGHAI, today=history.today)
        return told(connection, ready)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    ((count,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(count)


@settings(
    max_examples=10,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# Somebody was given a tag for a later day, and nothing else of them changed.
@example(seed=18767, days=[6, 0, 1, 3, 0])
@given(seed=st.integers(0, 10**6), days=st.lists(st.integers(0, 6), min_size=3, max_size=5))
def test_what_could_have_changed_is_all_that_did(
    tmp_path_factory: pytest.TempPathFactory, seed: int, days: list[int]
) -> None:
    history = History(seed)
    refresher = Refresher(tmp_path_factory.mktemp("tags"))
    refresher.refresh(history)
    for passed in days:
        history.today += timedelta(days=passed)
        for _ in range(history.chance.randrange(4)):
            history.step()
        kept = refresher.refresh(history)
        for row in kept.values():
            row.pop("ordinal")
        assert kept == everybody(history, refresher.ready)


def test_who_cannot_have_changed_is_not_computed(tmp_path: Path) -> None:
    history = History(1)
    history.lake.rows["orders"].clear()
    history.lake.rows["lines"].clear()
    history.lake.order(1 << 12, "2025-01-05", {"sku": "a"})
    refresher = Refresher(tmp_path)
    refresher.ready = catalogue(one for one in TAGS if one.code not in {"days", "sum", "since"})
    refresher.refresh(history)
    history.today = date(2026, 4, 1)
    refresher.refresh(history)
    assert refresher.computed == 0


def test_the_log_tells_who_came_from_which_value_to_which(tmp_path: Path) -> None:
    history = History(2)
    refresher = Refresher(tmp_path)
    before = refresher.refresh(history)
    history.today += timedelta(days=40)
    after = refresher.refresh(history)
    assert refresher.files is not None
    with duckdb.connect() as connection:
        store = TagStore(connection, refresher.folder, "tags")
        rows = connection.execute(
            f"SELECT customer_id, before, now FROM {store.read(*refresher.files.log)}"
            " WHERE tag = 'lines' ORDER BY customer_id"
        ).fetchall()
    wanted = [
        (one, row["lines"], after[one]["lines"])
        for one, row in sorted(before.items())
        if row["lines"] != after[one]["lines"]
    ]
    assert rows == wanted
    assert wanted
