"""Queue in: the daily snapshots of all segments, and exports of audiences."""

import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from huitong import org
from huitong.org.model import Brand
from huitong.platform import clock
from huitong.platform.conditions import ConditionInvalid
from huitong.platform.db import Tx
from huitong.platform.ids import show
from huitong.platform.jobs import JobHandler, Json, Run
from huitong.platform.lake import LakeEmpty
from huitong.segments.model.audiences import EXPORT_AUDIENCE, EXPORT_PREFIX, ExportAsked
from huitong.segments.model.bitmaps import NothingPublished
from huitong.segments.operations.audiences_export import (
    HEADER,
    export_rows,
    finish_export,
)
from huitong.segments.operations.snapshots_daily import drop_snapshots, take_snapshot
from huitong.segments.queries.audiences import open_audiences
from huitong.segments.queries.audiences_export import find_export
from huitong.segments.queries.audiences_lake import OpenLake
from huitong.segments.queries.definitions import segments_of
from huitong.segments.queries.ordinals import customers_at
from huitong.segments.rules.bitmaps import page_of

TAKE_SNAPSHOTS = "segments.take_snapshots"
SNAPSHOT_RETENTION_DAYS = 400
CUSTOMERS_A_PAGE = 500

Opening = Callable[[datetime], AbstractContextManager[Tx]]
Tell = Callable[[Tx, int, int], None]


def handlers(open_lake: OpenLake, folder: Path) -> Mapping[str, JobHandler]:
    """Return what a worker runs for segments; exports are written into `folder`."""
    return {
        TAKE_SNAPSHOTS: taking_snapshots(open_lake),
        EXPORT_AUDIENCE: exporting(open_lake, folder),
    }


def taking_snapshots(open_lake: OpenLake) -> JobHandler:
    """Return the job that keeps who is in each segment of each brand, once a day of the brand."""

    def take_snapshots(run: Run) -> Json:
        now = clock.now()
        with run.database.reading(run.scope) as tx:
            wanted = [
                (brand, one.code)
                for brand in org.brands(tx)
                for one in segments_of(tx, brand_id=brand.id).values()
                if not one.is_archived
            ]
            brands = org.brands(tx)
        taken, left_out = 0, []
        for done, (brand, code) in enumerate(wanted, 1):
            with run.transaction(now=now) as tx:
                try:
                    audiences = open_audiences(tx, brand=brand, open_lake=open_lake, now=now)
                    kept = take_snapshot(tx, audiences, brand_id=brand.id, segment=code, now=now)
                    taken += kept is not None
                except (ConditionInvalid, LakeEmpty, NothingPublished) as refused:
                    left_out.append(f"{brand.code}/{code}: {refused.code}")
                run.step(tx, done_steps=done, all_steps=len(wanted), now=clock.now())
        dropped = 0
        for brand in brands:
            with run.transaction(now=now) as tx:
                dropped += drop_snapshots(
                    tx,
                    brand_id=brand.id,
                    today=now.date(),
                    retention_days=SNAPSHOT_RETENTION_DAYS,
                )
        return {"snapshot_count": taken, "dropped_count": dropped, "left_out": left_out}

    return take_snapshots


def exporting(open_lake: OpenLake, folder: Path) -> JobHandler:
    """Return the job that writes an export which somebody asked for."""

    def export_audience(run: Run) -> Json:
        brand_code, export_id = run.job.arguments["brand"], run.job.arguments["export_id"]
        with run.database.reading(run.scope) as tx:
            brand = org.brand(tx, code=str(brand_code))
            asked = find_export(tx, brand_id=brand.id, export_id=int(str(export_id)))

        def tell(tx: Tx, done: int, everything: int) -> None:
            run.step(tx, done_steps=done, all_steps=everything, now=clock.now())

        export = Export(brand, asked, open_lake, path_of(folder, asked.id))
        written, left_out = export.write(lambda now: run.transaction(now=now), tell)
        return {"written_count": written, "left_out": dict(left_out)}

    return export_audience


def path_of(folder: Path, export_id: int) -> Path:
    """Return where an export is written."""
    return folder / f"{show(EXPORT_PREFIX, export_id)}.csv"


@dataclass(frozen=True, slots=True)
class Export:
    """An export on its way into a file; the file is there when it is whole."""

    brand: Brand
    asked: ExportAsked
    open_lake: OpenLake
    path: Path

    def write(self, transaction: Opening, tell: Tell) -> tuple[int, Counter[str]]:
        """Write the file page by page, and return how many are in it and who was left out, why.

        An export that was finished before is written anew only where its file is missing.
        """
        now = clock.now()
        left_out: Counter[str] = Counter()
        with transaction(now) as tx:
            audiences = open_audiences(tx, brand=self.brand, open_lake=self.open_lake, now=now)
            audience = audiences.find(audiences.condition_of(self.asked.segment))
            tell(tx, 0, audience.size)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".draft")
        written, done, after = 0, 0, -1
        # Spreadsheets take a file for Chinese only when it begins with a byte order mark.
        with draft.open("w", encoding="utf-8-sig", newline="") as file:
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
        digest = hashlib.sha256(draft.read_bytes()).digest()
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
        draft.replace(self.path)
        return written, left_out
