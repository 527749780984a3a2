"""Queue in: exports of audiences; and the daily snapshots of a brand, for its refresh."""

import csv
import os
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from huitong import org
from huitong.org.model import Brand
from huitong.platform import clock
from huitong.platform.db import Database, Scope, Tx
from huitong.platform.errors import DomainError
from huitong.platform.ids import WrongId, read, show
from huitong.platform.jobs import JobHandler, Json, Run
from huitong.segments.model.audiences import (
    DROP_EXPORTS,
    EXPORT_AUDIENCE,
    EXPORT_PREFIX,
    ExportAsked,
    ExportFinished,
)
from huitong.segments.operations.audiences_export import (
    HEADER,
    export_rows,
    finish_export,
)
from huitong.segments.operations.audiences_taking import ENCODING, digest_of, path_of
from huitong.segments.operations.snapshots_daily import drop_snapshots, take_snapshot
from huitong.segments.queries.audiences import Audience, open_audiences
from huitong.segments.queries.audiences_export import expired_exports, find_export
from huitong.segments.queries.audiences_lake import OpenLake
from huitong.segments.queries.definitions import segment_at, segments_of
from huitong.segments.queries.ordinals import customers_at
from huitong.segments.rules.bitmaps import page_of

SNAPSHOT_RETENTION_DAYS = 400
CUSTOMERS_A_PAGE = 500

Opening = Callable[[datetime], AbstractContextManager[Tx]]
Tell = Callable[[Tx, int, int], None]


def handlers(open_lake: OpenLake, folder: Path) -> Mapping[str, JobHandler]:
    """Return what a worker runs for segments; exports are written into `folder`."""
    return {EXPORT_AUDIENCE: exporting(open_lake, folder), DROP_EXPORTS: dropping(folder)}


@dataclass(frozen=True, slots=True)
class SnapshotsTaken:
    """How many segments were kept and days dropped; `left_out` tells why others were not kept."""

    taken: int
    dropped: int
    left_out: Mapping[str, str]


def take_snapshots(
    database: Database, brand: Brand, open_lake: OpenLake, *, now: datetime
) -> SnapshotsTaken:
    """Keep who is in each segment of a brand, once a day of the brand, and drop the oldest days."""
    scope = Scope(brand.group_id, (brand.id,))
    with database.reading(scope) as tx:
        found = segments_of(tx, brand_id=brand.id).values()
    taken, left_out = 0, {}
    for code in [one.code for one in found if not one.is_archived]:
        with database.transaction(scope, now=now) as tx:
            try:
                audiences = open_audiences(tx, brand=brand, open_lake=open_lake, now=now)
                kept = take_snapshot(tx, audiences, brand_id=brand.id, segment=code, now=now)
                taken += kept is not None
            except DomainError as refused:
                left_out[code] = str(refused)
    with database.transaction(scope, now=now) as tx:
        dropped = drop_snapshots(
            tx, brand_id=brand.id, today=now.date(), retention_days=SNAPSHOT_RETENTION_DAYS
        )
    return SnapshotsTaken(taken, dropped, left_out)


def exporting(open_lake: OpenLake, folder: Path) -> JobHandler:
    """Return the job that writes an export which somebody asked for."""

    def export_audience(run: Run) -> Json:
        brand_code, export_id = run.job.arguments["brand"], run.job.arguments["export_id"]
        with run.database.reading(run.scope) as tx:
            brand = org.brand(tx, code=str(brand_code))
            asked = find_export(tx, brand_id=brand.id, export_id=int(str(export_id)))

        def tell(tx: Tx, done: int, everything: int) -> None:
            run.step(tx, done_steps=done, all_steps=everything, now=clock.now())

        if asked.finished_at is not None:  # Before the job could say so.
            return {"written_count": asked.written, "left_out": dict(asked.left_out or {})}
        export = Export(brand, asked, open_lake, path_of(folder, asked.id))
        written, left_out = export.write(lambda now: run.transaction(now=now), tell)
        return {"written_count": written, "left_out": dict(left_out)}

    return export_audience


def dropping(folder: Path) -> JobHandler:
    """Return the job that deletes the files of exports which nobody may take any more."""

    def drop_exports(run: Run) -> Json:
        files = _files_of(folder)
        with run.database.reading(run.scope) as tx:
            expired = expired_exports(tx, files.keys(), now=clock.now())
        gone = [path for export_id in expired for path in files[export_id]]
        for path in gone:
            path.unlink(missing_ok=True)
        return {"file_count": len(gone)}

    return drop_exports


def _files_of(folder: Path) -> Mapping[int, list[Path]]:
    """Return the files of a folder by the export that they are of, drafts left behind too."""
    found: dict[int, list[Path]] = {}
    for path in folder.glob(f"{EXPORT_PREFIX}_*"):
        with suppress(WrongId):
            found.setdefault(read(EXPORT_PREFIX, path.stem), []).append(path)
    return found


@dataclass(frozen=True, slots=True)
class Export:
    """An export on its way into a file; the file is there when it is whole."""

    brand: Brand
    asked: ExportAsked
    open_lake: OpenLake
    path: Path

    def write(self, transaction: Opening, tell: Tell) -> tuple[int, Counter[str]]:
        """Write the file page by page, and return how many are in it and who was left out, why.

        It holds the segment as it was defined when it was asked for. A repeat, after a crash,
        writes the file anew. It is private to the user who runs this.

        :raises ExportFinished: when it was written before: what is known of that file stays.
        """
        if self.asked.finished_at is not None:
            raise ExportFinished(export=show(EXPORT_PREFIX, self.asked.id))
        now = clock.now()
        left_out: Counter[str] = Counter()
        with transaction(now) as tx:
            audience = self._audience(tx, now)
            tell(tx, 0, audience.size)
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.path.with_suffix(".draft")
        written, done, after = 0, 0, -1
        with open(draft, "w", encoding=ENCODING, newline="", opener=_privately) as file:
            rows = csv.writer(file)
            rows.writerow(HEADER)
            while ordinals := page_of(audience.members, after=after, limit=CUSTOMERS_A_PAGE):
                with transaction(now) as tx:
                    ids = list(customers_at(tx, ordinals, brand_id=self.brand.id).values())
                    page = export_rows(tx, ids, asked=self.asked, left_out=left_out, now=now)
                    done += len(ordinals)
                    tell(tx, done, audience.size)
                rows.writerows(page)
                written, after = written + len(page), ordinals[-1]
        digest = digest_of(draft)
        # The file is there before anybody is told that it is.
        draft.replace(self.path)
        with transaction(now) as tx:
            finish_export(
                tx,
                self.asked,
                brand_id=self.brand.id,
                written=written,
                left_out=left_out,
                digest=digest,
                now=clock.now(),
            )
        return written, left_out

    def _audience(self, tx: Tx, now: datetime) -> Audience:
        """Return who is in the segment as it was defined when the export was asked for."""
        audiences = open_audiences(tx, brand=self.brand, open_lake=self.open_lake, now=now)
        asked = segment_at(
            tx, brand_id=self.brand.id, code=self.asked.segment, version=self.asked.version
        )
        return audiences.find(asked.document.condition)


def _privately(path: str, flags: int) -> int:
    """Open a file that nobody else on the machine may read."""
    return os.open(path, flags, 0o600)
