"""Tells from when to when a customer had which tags, from the tables and logs of all refreshes."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import date

from huitong.entry import tagging
from huitong.platform.db import Database, ReadTx, Scope
from huitong.platform.lake import Opened, Place
from huitong.segments.engine.tag_history import courses_of
from huitong.segments.engine.tag_table import TagFiles, TagStore
from huitong.segments.model.tag_intervals import TagInterval
from huitong.segments.model.tag_versions import TagVersion
from huitong.segments.model.tags import Tag, TagsNotRefreshed
from huitong.segments.queries import tags as queries
from huitong.segments.queries.tag_documents import versions_of_tag
from huitong.segments.rules import tag_intervals as rules

OpenLake = Callable[[Place], AbstractContextManager[Opened]]


def history(
    database: Database,
    open_lake: OpenLake,
    place: Place,
    *,
    customer_id: int,
    tags: Collection[str] | None = None,
) -> list[TagInterval]:
    """Return when a customer had which value of these tags, or of all, tag by tag.

    Of a customer who was merged away it is what they had until then.

    :raises TagNotFound: when the brand has no such tag.
    :raises TagsNotRefreshed: when no tags were computed yet.
    :raises LakeEmpty: when the lake was never refreshed.
    """
    with database.reading(Scope(place.group_id, (place.brand_id,))) as tx:
        files = _files(tx, place)
        defined = queries.definitions(tx, brand_id=place.brand_id)
        wanted = [defined.tag(code) for code in (sorted(defined.tags) if tags is None else tags)]
        words = {tag.code: _words(tx, place, tag) for tag in wanted if not tag.is_number}
        versions = {tag.code: _versions(tx, place, tag) for tag in wanted}
    with open_lake(place) as opened:
        store = TagStore(opened.connection, opened.folder, tagging.prefix_of(place))
        courses = courses_of(store, files, customer_id)
    return [
        interval
        for tag in wanted
        for interval in rules.intervals_of(
            tag,
            courses.by_tag.get(tag.code, []),
            words.get(tag.code, {}),
            begun_on=rules.begun_on(
                versions[tag.code], is_in_baseline=tag.code in courses.in_baseline
            ),
        )
    ]


def _files(tx: ReadTx, place: Place) -> TagFiles:
    last = queries.last_refresh(tx, brand_id=place.brand_id)
    if last is None:
        raise TagsNotRefreshed(place.brand_id)
    return TagFiles.read(queries.state_of(tx, brand_id=place.brand_id, version=last.version))


def _words(tx: ReadTx, place: Place, tag: Tag) -> dict[int, str]:
    texts = queries.texts_of(tx, tag, brand_id=place.brand_id)
    return {number: code for number, (code, _) in texts.items()}


def _versions(tx: ReadTx, place: Place, tag: Tag) -> list[tuple[Tag, date | None]]:
    def day(one: TagVersion) -> date | None:
        return None if one.changed_at is None else tagging.today_of(place, one.changed_at)

    found = versions_of_tag(tx, brand_id=place.brand_id, code=tag.code)
    return [(one.tag, day(one)) for one in found]
