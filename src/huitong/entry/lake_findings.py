"""What the doctor finds of each brand's lake and tags: how old, and whether all is there."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from huitong import org
from huitong.entry import laking, tagging
from huitong.entry.findings import Finding, State
from huitong.platform import jobs, lake
from huitong.platform.db import Database, Role, Scope
from huitong.platform.errors import DomainError
from huitong.platform.lake import Folder, Place
from huitong.platform.settings import Settings
from huitong.segments.engine.tag_table import TagFiles
from huitong.segments.queries import tags as queries

# A worker refreshes every hour; who is later has missed two of them.
AGE_WORTH_TELLING = timedelta(hours=3)
NAMED_MAX = 3
REMEDIES = {
    "lake": "run “huitong lake refresh --full --brand {brand}”",
    # They hold what was on past days, which no database tells.
    "tags": "bring the folder “tags” of the lake back from a backup, or run"
    " “huitong tags refresh --brand {brand}”: the history of tags begins again then",
}


@dataclass(frozen=True, slots=True)
class Aged:
    """Of when something is, and which of its files are missing."""

    as_of: datetime | None
    missing: Collection[str] = ()


def find(database: Database, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Yield what is to be said of each brand's lake and tags; one line when there is no brand."""
    try:
        folder = laking.folder_of(settings)
    except DomainError as refusal:
        yield Finding("lake", State.BROKEN, "cannot be used", str(refusal))
        return
    brands = list(_brands(database))
    if not brands:
        yield Finding("lake", State.UNUSED, "no group has a brand yet")
    for code, name, place in brands:
        there = {one.name for one in folder.names(place.prefix)}
        there |= {one.name for one in folder.names(tagging.prefix_of(place))}
        yield finding("lake", name, code, _lake(folder, place, there), now)
        yield finding("tags", name, code, _tags(database, place, there), now)


def finding(what: str, name: str, code: str, aged: Aged, now: datetime) -> Finding:
    """Return what the age and the missing files of a brand's lake or tags mean."""
    check = f"{what} of {name}"
    if aged.missing:
        named = ", ".join(sorted(aged.missing)[:NAMED_MAX])
        remedy = REMEDIES[what].format(brand=code)
        return Finding(check, State.BROKEN, f"{len(aged.missing)} files missing: {named}", remedy)
    remedy = f"start “huitong worker”, or run “huitong refresh --brand {code}”"
    if aged.as_of is None:
        return Finding(check, State.LOOK, "never refreshed", remedy)
    age = now - aged.as_of
    found = f"{_told(age)} old"
    if age > AGE_WORTH_TELLING:
        return Finding(check, State.LOOK, found, remedy)
    return Finding(check, State.WELL, found)


def _brands(database: Database) -> Iterator[tuple[str, str, Place]]:
    """Yield code, name and place of every brand; the name tells the group where there are more."""
    with database.reading(jobs.QUEUE, role=Role.WORKER) as tx:
        groups = org.all_group_ids(tx)
    for group_id in groups:
        with database.reading(Scope(group_id)) as tx:
            found = laking.places(tx)
        for code, place in sorted(found.items()):
            yield code, code if len(groups) == 1 else f"{code} in group {group_id}", place


def _lake(folder: Folder, place: Place, there: Collection[str]) -> Aged:
    manifest = lake.newest(folder, place)
    if manifest is None:
        return Aged(None)
    return Aged(manifest.as_of, {one.name for one in manifest.files} - set(there))


def _tags(database: Database, place: Place, there: Collection[str]) -> Aged:
    with database.reading(Scope(place.group_id, (place.brand_id,))) as tx:
        last = queries.last_refresh(tx, brand_id=place.brand_id)
        if last is None:
            return Aged(None)
        state = queries.state_of(tx, brand_id=place.brand_id, version=last.version)
    return Aged(last.finished_at, TagFiles.read(state).files - set(there))


def _told(age: timedelta) -> str:
    minutes = max(int(age.total_seconds()) // 60, 0)
    if minutes < 2 * 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2 * 24 * 60 else f"{minutes // (24 * 60)} days"
