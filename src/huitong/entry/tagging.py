"""Keeps the tags of a brand up to date with its lake, and tells why a customer has one."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from huitong import segments
from huitong.entry.holding import holding
from huitong.entry.published import CATALOGUE
from huitong.platform import lake
from huitong.platform.db import Database, ReadTx, Scope, Tx
from huitong.platform.lake import Folder, Opened, Place
from huitong.segments.engine import tag_bitmaps, tag_sweeping, tag_wanted
from huitong.segments.engine.tag_computing import Catalogue, compute, say_nothing, with_words
from huitong.segments.engine.tag_explaining import ExplainedTag, explain_tag
from huitong.segments.engine.tag_table import Ids, Ordinals, TagFiles, TagStore
from huitong.segments.model.bitmaps import Version, VersionAbandoned
from huitong.segments.model.tags import CustomerNotTagged, RefreshKind, Tag, TagRefresh
from huitong.segments.operations import tags as operations
from huitong.segments.queries import tags as queries
from huitong.segments.queries.forgotten import is_forgotten
from huitong.segments.queries.tags import Definitions, GivenTag
from huitong.segments.rules.compiler.fields import Fields

ALLOTTED_AT_ONCE = 50_000
MEMORY_MB = 4_096
# So long somebody may go on reading the bitmaps that were the newest when they began.
READ_FOR = timedelta(hours=6)

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
    """Delete what was said of erased customers by hand.

    What was computed of them leaves every file with the first refresh after the lake's.
    """
    return operations.forget_tags(tx, customer_ids)


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

    :raises BrandBeingRefreshed: when somebody else refreshes the brand.
    :raises LakeEmpty: when the lake was never refreshed.
    :raises TagInvalid: when a definition asks for what is not there.
    """
    with holding(database, place, now=now):
        return refresh_held(
            database, folder, place, now=now, full=full, memory_mb=memory_mb, tell=tell
        )


def refresh_held(
    database: Database,
    folder: Folder,
    place: Place,
    *,
    now: datetime,
    full: bool = False,
    memory_mb: int = MEMORY_MB,
    tell: Tell = say_nothing,
) -> TagRefresh:
    """Do what `refresh` does for a brand that the caller holds.

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
    return explain_opened(
        database,
        lambda where: lake.connect(folder, where, CATALOGUE),
        place,
        customer_id=customer_id,
        tag=tag,
        now=now,
    )


def explain_opened(
    database: Database,
    open_lake: Callable[[Place], AbstractContextManager[Opened]],
    place: Place,
    *,
    customer_id: int,
    tag: str,
    now: datetime,
) -> ExplainedTag:
    """Do what `explain` does, with the lake as the caller opens it.

    :raises TagNotFound: when the brand has no such tag.
    :raises CustomerNotTagged: when the lake has no living customer of the id.
    :raises LakeEmpty: when the lake was never refreshed.
    """
    today = today_of(place, now)
    with database.reading(Scope(place.group_id, (place.brand_id,))) as tx:
        if is_forgotten(tx, customer_id):
            raise CustomerNotTagged(customer_id)
        before = before_of(tx, place, today)
    wanted = before.definitions.tag(tag)
    with open_lake(place) as opened:
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
        there = {one.name for one in self.folder.names(store.prefix)}
        if before.files is not None and not before.files.files <= there:
            # Somebody deleted the folder: everybody is computed anew, and history begins again.
            before = replace(before, files=None)
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
        newcomers = store.newcomers(has_older=has_older)
        store.number(newcomers, self._allotted(newcomers))
        gone, _ = store.compare(before.files, wanted=wanted)
        files = self._write(store, before, columns, is_full=is_full)
        files = tag_sweeping.forget(store, files, wanted=wanted)
        done = self._publish(
            store, before, catalogue, files, digest=digest, is_full=is_full, gone=gone
        )
        tag_sweeping.sweep(store, files, before=before.files, now=self.now)
        with self.database.transaction(self.scope, now=self.now) as tx:
            segments.sweep(tx, brand_id=self.place.brand_id, before=self.now - READ_FOR)
        return done

    def _follows(self, store: TagStore, before: Before, digest: str, today: date) -> bool:
        """Find who has to be computed again; False when that is everybody."""
        last, files = before.last, before.files
        if last is None or files is None or not _holds(files):
            return False
        if last.definitions != digest or last.as_of > today:
            return False
        touched = self.opened.touched_since(last.lake_version)
        return tag_wanted.find_wanted(store, files, touched=touched, today=today)

    def _allotted(self, newcomers: Ids) -> Ordinals:
        """Return the ordinal of each newcomer; some thousand at a time become Python's numbers."""
        found = np.empty(len(newcomers), np.int32)
        for start in range(0, len(newcomers), ALLOTTED_AT_ONCE):
            batch = newcomers[start : start + ALLOTTED_AT_ONCE].tolist()
            with self.database.transaction(self.scope, now=self.now) as tx:
                allotted = segments.allot(tx, batch, brand_id=self.place.brand_id)
                segments.revive(tx, batch)
            found[start : start + len(batch)] = [allotted[one] for one in batch]
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
            values={
                tag.code: [value.code for value in tag.values]
                for tag in before.definitions.tags.values()
                if isinstance(tag.values, tuple)
            },
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
        customers = store.count(files) if _holds(files) else 0
        left = [one for (one,) in run("SELECT customer_id FROM gone").fetchall()] if gone else []
        brand_id = self.place.brand_id
        with self.database.transaction(self.scope, now=self.now) as tx:
            version = segments.begin(
                tx, brand_id=brand_id, key=f"tags {store.made[-1]}", now=self.now
            )
            # The lock of a brand lies in another session, which may have ended meanwhile.
            if queries.last_refresh(tx, brand_id=brand_id) != before.last:
                raise VersionAbandoned(version.version)
            operations.save_words(tx, catalogue.fields.words, before.words, brand_id=brand_id)
            segments.retire(tx, left, now=self.now)
            tags: Mapping[str, Tag] = catalogue.tags
            if is_full or before.files is None:
                _write_all(tx, store, tags, before.files, version)
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


def _holds(files: TagFiles) -> bool:
    """Tell whether there is anybody: a brand without customers has no file to read."""
    return bool(files.base or files.recent)


def _write_all(
    tx: Tx, store: TagStore, tags: Mapping[str, Tag], files: TagFiles | None, version: Version
) -> None:
    """Write the bitmaps of every tag anew, and drop those of tags that are no more."""
    dropped = () if files is None else tuple(code for code in files.columns if code not in tags)
    tag_bitmaps.write_all(
        tx, store.connection, tags, table="fresh", version=version, dropped=dropped
    )


def _catalogue(before: Before) -> Catalogue:
    fields = Fields(before.definitions.lookups, before.definitions.festivals, before.words)
    return Catalogue(before.definitions.tags, fields)
