"""One refresh of each brand: lake, tags, models and snapshots in turn, whatever befalls a brand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from huitong import org, segments
from huitong.entry import modelling, refreshing, tagging, wiring
from huitong.entry.api import make_app
from huitong.entry.holding import BrandBeingRefreshed, holding
from huitong.entry.worker import Worker
from huitong.org.model import Brand
from huitong.platform import clock, jobs, lake
from huitong.platform.assembly import Platform
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Role, Scope
from huitong.platform.errors import Ok
from huitong.platform.jobs import Job, JobCancelled, JobPaused, JobState, Run, WantedJob
from huitong.platform.lake import Place
from huitong.platform.settings import Settings
from huitong.segments.queries import tags as tag_queries
from tests.entry.make import make_token
from tests.segments.models_market import Market, opened_market

DAY = timedelta(days=1)
MEMBERS = {
    "code": "members",
    "names": {"zh": "会员", "en": "Members"},
    "condition": {"field": "status", "in": ["member"]},
    "owner": "lin",
}


@dataclass(frozen=True)
class Group:
    """A group of two brands: wool, where Ann bought and a segment is kept, and the new silk."""

    market: Market
    platform: Platform
    home: Path

    @property
    def database(self) -> Database:
        return self.market.database

    @property
    def settings(self) -> Settings:
        return self.platform.settings

    @property
    def scope(self) -> Scope:
        return Scope(self.market.group_id)

    def brand(self, code: str) -> Brand:
        with self.database.reading(self.scope) as tx:
            return org.brand(tx, code=code)

    def place(self, code: str) -> Place:
        brand = self.brand(code)
        return Place(brand.group_id, brand.id, brand.time_zone)

    def lake_version(self, code: str) -> int | None:
        found = lake.newest(self.market.folder, self.place(code))
        return None if found is None else found.version

    def tagged(self, code: str) -> int | None:
        """Return of how many customers the brand's tags are."""
        with self.database.reading(self.scope) as tx:
            found = tag_queries.last_refresh(tx, brand_id=self.brand(code).id)
        return None if found is None else found.customers

    def ask(self, wanted: WantedJob | None = None) -> Job:
        """Ask for a refresh, of every brand unless said otherwise."""
        wanted = wanted or WantedJob(refreshing.REFRESH, clock.now().isoformat(), {})
        with self.database.transaction(self.scope, now=clock.now()) as tx:
            (asked,) = jobs.enqueue(tx, [wanted], now=clock.now())
        assert isinstance(asked, Ok)
        return asked.value

    def claim(self, now: datetime) -> Job:
        with self.database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
            (claimed,) = jobs.claim(tx, kinds=[refreshing.REFRESH], limit=1, now=now)
        return claimed

    def run(self, job: Job, stopping: Callable[[], bool] = lambda: False) -> jobs.Json | None:
        """Run a claimed job; `stopping` is asked before each step is recorded."""
        handler = refreshing.handlers(self.settings)[refreshing.REFRESH]
        return handler(Run(self.database, job, stopping=stopping))

    def look(self, job: Job) -> Job:
        with self.database.reading(self.scope) as tx:
            return jobs.find(tx, job_id=job.id)

    def work(self, job: Job) -> Job:
        """Let a worker do what is due, and return what became of the job."""
        Worker(self.platform).drain()
        return self.look(job)


@pytest.fixture
def group(
    fresh_database: Database, group_id: int, tmp_path: Path, now: datetime
) -> Iterator[Group]:
    """Return a group in a database of its own, because a worker serves every group."""
    with opened_market(fresh_database, group_id, tmp_path, now) as market:
        today = modelling.today_of(market.place, clock.now())
        market.bought(now, ("ann", today - 3 * DAY, 100))
        with market.transaction(now) as tx:
            org.set_up(tx, name="Sheep", brand="silk", accounts=[], now=now)
            segments.put_segment(
                tx,
                brand_id=market.place.brand_id,
                document=segments.read_segment(MEMBERS),
                expected_version=None,
                actor="test",
                now=now,
            )
        settings = Settings(home=tmp_path, lake_url=str(market.folder.path))
        platform = wiring.build(settings, fresh_database.url)
        yield Group(market, platform, tmp_path)
        platform.database.close()


def figures(job: Job) -> dict[str, object]:
    assert job.state is JobState.DONE, job.error
    assert job.result is not None
    return dict(job.result)


def sentences(told: dict[str, object]) -> list[str]:
    assert isinstance(told["refused"], list)
    return [str(one) for one in told["refused"]]


def wanted(*, full: bool = False) -> WantedJob:
    return refreshing.wanted_refresh("K", brand="wool", full=full, actor="test")


def test_one_job_brings_lake_tags_models_and_snapshots_of_every_brand_up_to_date(
    group: Group,
) -> None:
    job = group.work(group.ask())
    told = figures(job)
    assert (job.done_steps, job.all_steps) == (8, 8)
    assert told["refused"] == []
    # Ann alone, and nobody in silk; one segment; she is scored by RFM and has a lifecycle state.
    assert (told["tagged_count"], told["evaluated_count"], told["snapshot_count"]) == (1, 2, 1)
    assert (group.lake_version("wool"), group.lake_version("silk")) == (1, 1)
    assert (group.tagged("wool"), group.tagged("silk")) == (1, 0)
    again = figures(group.work(group.ask()))
    assert again["refused"] == []
    assert (again["changed_count"], again["evaluated_count"], again["snapshot_count"]) == (0, 0, 0)


def test_full_computes_every_customer_anew(group: Group) -> None:
    group.work(group.ask())
    told = figures(group.work(group.ask(wanted(full=True))))
    assert (told["tagged_count"], told["evaluated_count"]) == (1, 2)


def test_what_is_wrong_with_one_brand_is_told_and_stops_no_other(group: Group) -> None:
    group.work(group.ask())
    state = lake.current(group.market.folder, group.place("wool")).tables["customers"]
    Path(group.market.folder.locate(state.files[0].name)).write_bytes(b"PAR1")
    told = figures(group.work(group.ask()))
    refused = sentences(told)
    assert refused
    assert all(one.startswith("wool, ") for one in refused)
    assert any("damaged" in one and "huitong lake refresh --full" in one for one in refused)
    assert group.lake_version("silk") == 2


def test_after_a_crash_what_was_done_is_not_done_again(group: Group) -> None:
    job, now = group.ask(), clock.now()
    asked = iter(range(6))
    # Wool has four parts; the worker ends when the second part of silk is done and not recorded.
    with pytest.raises(JobPaused):
        group.run(group.claim(now), stopping=lambda: next(asked) == 5)
    left = group.look(job)
    assert (left.state, left.done_steps, left.all_steps) == (JobState.RUNNING, 5, 8)
    group.run(group.claim(now + timedelta(minutes=5)))
    assert group.look(job).done_steps == 8
    assert (group.lake_version("wool"), group.lake_version("silk")) == (1, 1)
    assert (group.tagged("wool"), group.tagged("silk")) == (1, 0)


def test_a_refresh_is_cancelled_between_its_parts_and_lets_go_of_the_brand(group: Group) -> None:
    job = group.ask()

    def cancel() -> bool:
        now = clock.now()
        with group.database.transaction(group.scope, now=now) as tx:
            jobs.cancel(tx, job_id=job.id, actor="test", now=now)
        return False

    with pytest.raises(JobCancelled):
        group.run(group.claim(clock.now()), stopping=cancel)
    assert group.lake_version("wool") == 1
    assert group.tagged("wool") is None
    with holding(group.database, group.place("wool"), now=clock.now()):
        pass


def test_whoever_comes_second_is_told_since_when_the_brand_is_refreshed(group: Group) -> None:
    place, since = group.place("wool"), datetime(2026, 3, 1, 23, 5, tzinfo=UTC)
    with holding(group.database, place, now=since):
        with pytest.raises(BrandBeingRefreshed) as tags:
            tagging.refresh(group.database, group.market.folder, place, now=clock.now())
        with pytest.raises(BrandBeingRefreshed) as models:
            modelling.refresh(
                group.database, group.platform.open_lake, place, actor="test", now=clock.now()
            )
        # Another brand is free.
        with holding(group.database, group.place("silk"), now=since):
            pass
    # 23:05 UTC is five past seven in Shanghai.
    told = "Brand wool is being refreshed since 2026-03-02 07:05: wait until that is done"
    assert str(tags.value).startswith(told)
    assert str(models.value).startswith(told)


def test_a_job_for_every_brand_leaves_out_the_one_that_somebody_refreshes(group: Group) -> None:
    with holding(group.database, group.place("wool"), now=clock.now()):
        told = figures(group.work(group.ask()))
    (refused,) = sentences(told)
    assert refused.startswith("wool, lake: Brand wool is being refreshed since ")
    assert (group.lake_version("wool"), group.lake_version("silk")) == (None, 1)


def test_a_job_for_one_brand_comes_back_when_somebody_refreshes_it(group: Group) -> None:
    asked = group.ask(wanted())
    with holding(group.database, group.place("wool"), now=clock.now()):
        left = group.work(asked)
    assert (left.state, left.done_steps) == (JobState.WAITING, 0)
    assert (left.error or "").startswith("platform.brand_being_refreshed: Brand wool is being")
    later = Worker(group.platform, now=lambda: clock.now() + timedelta(minutes=5))
    later.drain()
    assert figures(group.look(asked))["refused"] == []
    assert (group.lake_version("wool"), group.lake_version("silk")) == (1, None)


def test_a_refresh_is_asked_for_over_http(group: Group) -> None:
    path = "/v1/brands/wool/refreshes"
    key = make_token(group.database, group.market.group_id, Permission.SEGMENTS_WRITE)
    other = make_token(group.database, group.market.group_id, Permission.SEGMENTS_READ, name="two")
    silk = [group.brand("silk").id]
    elsewhere = make_token(
        group.database, group.market.group_id, *Permission, brand_ids=silk, name="three"
    )
    with TestClient(make_app(group.platform), raise_server_exceptions=False) as client:

        def post(headers: dict[str, str], body: dict[str, object]) -> tuple[int, dict[str, object]]:
            answer = client.post(path, json=body, headers={**headers, "Idempotency-Key": "K"})
            return answer.status_code, answer.json()

        status, asked = post(key, {})
        assert (status, asked["state"]) == (202, "waiting")
        assert post(key, {}) == (202, asked)
        status, refused = post(key, {"full": True})
        assert (status, refused["code"]) == (409, "platform.job_key_taken")
        assert post(other, {})[0] == 403
        assert post(elsewhere, {})[0] == 404
    Worker(group.platform).drain()
    assert (group.tagged("wool"), group.tagged("silk")) == (1, None)


def test_the_command_tells_each_part_and_fails_where_one_was_refused(group: Group) -> None:
    told = group.market.told(group.home, "refresh", "--brand", "wool")
    assert [one["part"] for one in told] == ["lake", "tags", "models", "snapshots"]
    assert [one["refused"] for one in told] == [None] * 4
    assert (told[1]["tagged_count"], told[3]["snapshot_count"]) == (1, 1)
    with holding(group.database, group.place("wool"), now=clock.now()):
        held = group.market.run(group.home, "tags", "refresh", "--brand", "wool")
        passed = group.market.run(group.home, "refresh")
    assert (held.returncode, passed.returncode) == (1, 1)
    assert "Brand wool is being refreshed since " in held.stderr
    assert "huitong: wool, lake: Brand wool is being refreshed since " in passed.stderr
    assert group.lake_version("silk") == 1
    state = lake.current(group.market.folder, group.place("wool")).tables["customers"]
    Path(group.market.folder.locate(state.files[0].name)).write_bytes(b"PAR1")
    damaged = group.market.run(group.home, "refresh", "--full")
    assert damaged.returncode == 1
    assert "huitong: wool, " in damaged.stderr
    assert group.lake_version("silk") == 2


def test_the_schedule_asks_for_one_refresh_of_all_brands(group: Group) -> None:
    recurring = {refreshing.REFRESH: group.platform.recurring[refreshing.REFRESH]}
    worker = Worker(replace(group.platform, recurring=recurring))
    worker.schedule()
    assert worker.drain() == 1
    assert (group.tagged("wool"), group.tagged("silk")) == (1, 0)
