"""What somebody sees first: core figures with what they lack, and what needs their attention."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from huitong import loyalty, org
from huitong.entry import laking
from huitong.entry.console.attention import Asked, Line, Matter, attention
from huitong.entry.console.home import Core, Lack, core_figures
from huitong.entry.published import CATALOGUE
from huitong.loyalty.model import Programme
from huitong.org.model import Brand
from huitong.platform import jobs, lake
from huitong.platform.auth import Caller, CallerKind, Permission
from huitong.platform.db import Database, Scope, Tx
from huitong.platform.jobs import JobState, WantedJob
from huitong.platform.lake import Place
from huitong.platform.settings import Settings
from tests.entry.make import PROGRAMME

EVERYTHING = frozenset(Permission)


@pytest.fixture
def brand(tx: Tx, now: datetime) -> Brand:
    org.set_up(tx, name="Sheep", brand="wool", accounts=[("pos", "tills")], now=now)
    return org.brand(tx, code="wool")


@pytest.fixture
def asked(tx: Tx, brand: Brand, now: datetime, tmp_path: Path) -> Asked:
    return Asked(tx, brand, Settings(home=tmp_path), now)


def caller(*permissions: Permission, everything: bool = False) -> Caller:
    held = EVERYTHING if everything else frozenset(permissions)
    return Caller(
        kind=CallerKind.USER, id=1, group_id=1, brand_ids=None, permissions=frozenset(held)
    )


def matters(lines: list[Line]) -> list[Matter]:
    return [line.matter for line in lines]


def submit(tx: Tx, brand: Brand, now: datetime) -> None:
    """Have a first programme wait for approval."""
    draft = loyalty.start_draft(
        tx,
        brand_id=brand.id,
        name="spring",
        programme=Programme.model_validate(PROGRAMME),
        base_version=0,
        key="k1",
        actor="usr_editor",
        now=now,
    )
    step = loyalty.Step(brand.id, draft.id, draft.revision, "usr_editor", now)
    loyalty.submit_draft(tx, step, wanted_from=None, note="")


class TestAttention:
    def test_a_brand_where_all_is_well_but_the_lake_says_that_alone(self, asked: Asked) -> None:
        (line,) = attention(asked, caller(everything=True))
        assert (line.matter, line.number) == (Matter.LAKE_MISSING, 1)

    def test_a_draft_that_waits_comes_first_for_who_approves_and_later_for_who_looks(
        self, asked: Asked, tx: Tx, brand: Brand, now: datetime
    ) -> None:
        submit(tx, brand, now)
        approver = caller(
            Permission.METRICS_READ, Permission.PROGRAMME_READ, Permission.PROGRAMME_PUBLISH
        )
        first, second = attention(asked, approver)
        assert (first.matter, first.number, first.since, first.decides) == (
            Matter.DRAFTS_SUBMITTED, 1, now, True,
        )  # fmt: skip
        assert (second.matter, second.decides) == (Matter.LAKE_MISSING, False)
        mender = caller(Permission.METRICS_READ, Permission.JOBS_WRITE, Permission.PROGRAMME_READ)
        assert matters(attention(asked, mender)) == [Matter.LAKE_MISSING, Matter.DRAFTS_SUBMITTED]

    def test_nobody_sees_a_line_that_they_may_not_open(
        self, asked: Asked, tx: Tx, brand: Brand, now: datetime
    ) -> None:
        submit(tx, brand, now)
        assert attention(asked, caller(Permission.ORDERS_READ)) == []

    def test_jobs_that_failed_are_counted_since_the_first_of_them(
        self, asked: Asked, tx: Tx, now: datetime
    ) -> None:
        (made,) = jobs.enqueue(tx, [WantedJob("shear", "k1", {})], now=now)
        tx.execute(
            "UPDATE platform.job SET state = %(state)s, finished_at = %(now)s",
            {"state": JobState.FAILED, "now": now},
        )
        assert made is not None
        (line,) = attention(asked, caller(Permission.JOBS_READ))
        assert (line.matter, line.number, line.since) == (Matter.JOBS_FAILED, 1, now)


class TestLake:
    @pytest.fixture
    def place(self, database: Database, group_id: int, now: datetime) -> Place:
        with database.transaction(Scope(group_id), now=now) as tx:
            org.set_up(tx, name="Sheep", brand="wool", accounts=[("pos", "tills")], now=now)
            brand = org.brand(tx, code="wool")
        return Place(group_id, brand.id, brand.time_zone)

    def test_figures_that_are_hours_old_are_told_with_their_age(
        self, database: Database, place: Place, now: datetime, tmp_path: Path
    ) -> None:

        settings = Settings(home=tmp_path)
        lake.refresh(database, laking.folder_of(settings), place, CATALOGUE, now=now)
        with database.reading(Scope(place.group_id)) as tx:
            brand = org.brand(tx, code="wool")
            told = {
                hours: attention(
                    Asked(tx, brand, settings, now + timedelta(hours=hours)),
                    caller(Permission.METRICS_READ),
                )
                for hours in (1, 3, 5)
            }
        assert (told[1], told[3]) == ([], [])
        assert [(line.matter, line.number) for line in told[5]] == [(Matter.LAKE_OLD, 5)]


class TestCoreFigures:
    def test_without_stock_and_costs_two_of_three_say_what_is_missing(
        self, tx: Tx, brand: Brand
    ) -> None:
        revenue, profit, turnover = core_figures(tx, brand_id=brand.id)
        assert (revenue.core, revenue.metric, revenue.lacks) == (Core.REVENUE, "net_sales", ())
        assert (profit.metric, profit.lacks) == (None, (Lack.COSTS, Lack.EXPENSES))
        assert (turnover.metric, turnover.lacks) == (None, (Lack.STOCK, Lack.COSTS))
