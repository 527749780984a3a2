"""Keeps the tags of every brand up to date: from its lake, by a job or when asked."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from huitong import segments
from huitong.entry import laking
from huitong.entry.published import CATALOGUE
from huitong.platform import clock, lake
from huitong.platform.db import Database, ReadTx, Scope, Tx
from huitong.platform.jobs import JobHandler, Json, Run
from huitong.platform.lake import Folder, LakeEmpty, Opened, Place
from huitong.platform.settings import Settings
from huitong.segments.engine import tag_bitmaps, tag_wanted
from huitong.segments.engine.tag_computing import Catalogue, compute, say_nothing, with_words
from huitong.segments.engine.tag_explaining import ExplainedTag, explain_tag
from huitong.segments.engine.tag_table import TagFiles, TagStore
from huitong.segments.model.tags import RefreshKind, Tag, TagRefresh
from huitong.segments.operations import tags as operations
from huitong.segments.queries import tags as queries
from huitong.segments.queries.tags import Definitions, GivenTag
from huitong.segments.rules.compiler.fields import Fields

ALLOTTED_AT_ONCE = 50_000
MEMORY_MB = 4_096
REFRESH = "segments.refresh_tags"

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Before:
    """What a refresh goes on from."""

    definitions: Definitions
    words: Mapping[str, Mapping[str, int]]
    given: tuple[GivenTag, ...]
    last: TagRefresh | None
    files: TagFiles | None


def prefix_of(place: Place) -> str:
    """Return what the names of a brand's files of tags start with."""
    return f"tags/group={place.group_id}/brand={place.brand_id}"


def forget(tx: Tx, customer_ids: Sequence[int]) -> int:
    """Delete what was said of erased customers by hand; what was computed leaves with the lake."""
    return operations.forget_tags(tx, customer_ids)


def handlers(settings: Settings) -> Mapping[str, JobHandler]:
    """Return what a worker runs for tags."""
    return {REFRESH: refreshing(settings)}


def refreshing(settings: Settings) -> JobHandler:
    """Return the job that refreshes the tags of all brands of a group whose lake is there."""

    def refresh_tags(run: Run) -> Json:
        folder, now = laking.folder_of(settings), clock.now()
        with run.database.reading(run.scope) as tx:
            places = list(laking.places(tx).values())
        computed = 0
        for done, place in enumerate(places):
            if done >= run.job.done_steps:
                with suppress(LakeEmpty):
                    computed += refresh(run.database, folder, place, now=now).computed
                with run.transaction(now=now) as tx:
                    run.step(tx, done_steps=done + 1, all_steps=len(places), now=clock.now())
        return {"computed_count": computed}

    return refresh_tags


def today_of(place: Place, now: datetime) -> date:
    """Return the day that it is in the brand's zone."""
    return now.astimezone(ZoneInfo(place.time_zone)).date()


def refresh(
    database: Database,
    folder: Folder,
    place: Place,
    *,
    now: datetime,
    full: bool = False,
    memory_mb: int = MEMORY_MB,
    tell: Tell = say_nothing,
) -> TagRefresh:
    """Bring a brand's tags up to its lake, and return what was done.

    :raises LakeEmpty: when the lake was never refreshed.
    :raises TagInvalid: when a definition asks for what is not there.
    """
    with lake.connect(folder, place, CATALOGUE, memory_mb=memory_mb) as opened:
        return _Refresh(database, folder, place, opened, now, tell).run(full=full)


def explain(
    database: Database,
    folder: Folder,
    place: Place,
    *,
    customer_id: int,
    tag: str,
    now: datetime,
) -> ExplainedTag:
    """Return why a customer has a tag, by the lake as it is.

    :raises TagNotFound: when the brand has no such tag.
    :raises CustomerNotTagged: when the lake has no living customer of the id.
    """
    today = today_of(place, now)
    with database.reading(Scope(place.group_id, (place.brand_id,))) as tx:
        before = before_of(tx, place, today)
    wanted = before.definitions.tag(tag)
    with lake.connect(folder, place, CATALOGUE) as opened:
        connection = opened.connection
        tag_wanted.take_given(connection, before.given, before.definitions.tags, today)
        catalogue = with_words(connection, _catalogue(before), today)
        return explain_tag(
            opened, catalogue, wanted, customer_id, zone=place.time_zone, today=today
        )


def lineage(tx: ReadTx, place: Place, tag: str) -> list[str]:
    """Return which columns of the lake a tag comes from.

    :raises TagNotFound: when the brand has no such tag.
    """
    found = queries.definitions(tx, brand_id=place.brand_id)
    found.tag(tag)
    plan = Catalogue(found.tags, Fields(found.lookups, found.festivals)).compiled(date(2000, 1, 1))
    return sorted(plan.lineage[tag])


def before_of(tx: ReadTx, place: Place, today: date) -> Before:
    """Return what a refresh of a brand goes on from."""
    brand_id = place.brand_id
    last = queries.last_refresh(tx, brand_id=brand_id)
    files = None
    if last is not None:
        files = TagFiles.read(queries.state_of(tx, brand_id=brand_id, version=last.version))
    return Before(
        queries.definitions(tx, brand_id=brand_id),
        queries.words(tx, brand_id=brand_id),
        tuple(queries.given(tx, brand_id=brand_id, today=today)),
        last,
        files,
    )


@dataclass
class _Refresh:
    """One refresh under way."""

    database: Database
    folder: Folder
    place: Place
    opened: Opened
    now: datetime
    tell: Tell

    @property
    def scope(self) -> Scope:
        return Scope(self.place.group_id, (self.place.brand_id,))

    def run(self, *, full: bool) -> TagRefresh:
        today = today_of(self.place, self.now)
        with self.database.reading(self.scope) as tx:
            before = before_of(tx, self.place, today)
        connection = self.opened.connection
        store = TagStore(connection, self.folder, prefix_of(self.place))
        tags = before.definitions.tags
        tag_wanted.take_given(connection, before.given, tags, today)
        digest = tag_wanted.digest_of(connection, [before.definitions.digest, self.place.time_zone])
        is_full = full or not self._follows(store, before, digest, today)
        wanted = None if is_full else tag_wanted.WANTED
        catalogue = with_words(connection, _catalogue(before), today)
        plan = compute(
            connection,
            catalogue,
            zone=self.place.time_zone,
            today=today,
            wanted=wanted,
            tell=self.tell,
        )
        columns = {code: kind for code, (_, kind) in plan.outputs.items()}
        has_older = store.open_older(before.files)
        store.number(self._allotted(store.newcomers(has_older=has_older)))
        gone, _ = store.compare(before.files, wanted=wanted)
        files = self._write(store, before, columns, is_full=is_full)
        return self._publish(
            store, before, catalogue, files, digest=digest, is_full=is_full, gone=gone
        )

    def _follows(self, store: TagStore, before: Before, digest: str, today: date) -> bool:
        """Find who has to be computed again; False when that is everybody."""
        last, files = before.last, before.files
        if last is None or files is None or last.definitions != digest or last.as_of > today:
            return False
        touched = self.opened.touched_since(last.lake_version)
        return tag_wanted.find_wanted(store, files, touched=touched, today=today)

    def _allotted(self, newcomers: list[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for start in range(0, len(newcomers), ALLOTTED_AT_ONCE):
            batch = newcomers[start : start + ALLOTTED_AT_ONCE]
            with self.database.transaction(self.scope, now=self.now) as tx:
                found |= segments.allot(tx, batch, brand_id=self.place.brand_id)
                segments.revive(tx, batch)
        return found

    def _write(
        self, store: TagStore, before: Before, columns: Mapping[str, str], *, is_full: bool
    ) -> TagFiles:
        today = today_of(self.place, self.now)
        log = f"DATE '{today.isoformat()}' AS changed_on"
        files = store.written(before.files, columns, is_full=is_full, log=log)
        return replace(
            files,
            items=store.keep(tag_wanted.ITEMS, "items"),
            given=store.keep(tag_wanted.GIVEN_NOW, "given"),
        )

    def _publish(
        self,
        store: TagStore,
        before: Before,
        catalogue: Catalogue,
        files: TagFiles,
        *,
        digest: str,
        is_full: bool,
        gone: int,
    ) -> TagRefresh:
        run = store.connection.execute
        ((computed,),) = run("SELECT count(*) FROM computed").fetchall()
        ((changed,),) = run("SELECT count(DISTINCT customer_id) FROM changed").fetchall()
        customers = store.count(files)
        left = [one for (one,) in run("SELECT customer_id FROM gone").fetchall()] if gone else []
        brand_id = self.place.brand_id
        with self.database.transaction(self.scope, now=self.now) as tx:
            version = segments.begin(
                tx, brand_id=brand_id, key=f"tags {store.made[-1]}", now=self.now
            )
            operations.save_words(tx, catalogue.fields.words, before.words, brand_id=brand_id)
            segments.retire(tx, left, now=self.now)
            tags: Mapping[str, Tag] = catalogue.tags
            if is_full or before.files is None:
                dropped = () if before.files is None else tuple(
                    code for code in before.files.columns if code not in tags
                )  # fmt: skip
                tag_bitmaps.write_all(
                    tx, store.connection, tags, table="fresh", version=version, dropped=dropped
                )
            else:
                tag_bitmaps.write_changed(
                    tx, store.connection, tags, changed="changed", version=version
                )
            segments.publish(tx, version=version, now=self.now)
            done = TagRefresh(
                version=version.version,
                lake_version=self.opened.manifest.version,
                as_of=today_of(self.place, self.now),
                kind=RefreshKind.FULL if is_full else RefreshKind.INCREMENTAL,
                definitions=digest,
                customers=customers,
                computed=int(computed),
                changed=int(changed),
                finished_at=self.now,
            )
            operations.publish_refresh(tx, done, files.told(), brand_id=brand_id, tags=sorted(tags))
        return done


def _catalogue(before: Before) -> Catalogue:
    fields = Fields(before.definitions.lookups, before.definitions.festivals, before.words)
    return Catalogue(before.definitions.tags, fields)
