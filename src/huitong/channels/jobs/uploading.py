"""Queue in: files that people handed in are looked over, imported, and swept away."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path

from huitong import org
from huitong.channels.connectors.file import (
    Checked,
    Import,
    ImportReport,
    Progress,
    check_file,
    find_mapping,
    import_file,
)
from huitong.channels.connectors.file.forms import FileUnreadable, UnknownForm
from huitong.channels.connectors.file.sealed import seal_file
from huitong.channels.connectors.file.uploaded import Shelf, opened_upload, place_of_rejects
from huitong.channels.jobs.retrying import retrying
from huitong.channels.model.uploads import (
    CHECK_UPLOAD,
    IMPORT_UPLOAD,
    RETRY_REFUSED,
    SWEEP_UPLOADS,
    RunCounts,
    Upload,
    UploadRun,
)
from huitong.channels.operations import finish_delivery
from huitong.channels.operations.uploading import carry_on, count_run, finish_run, forget_uploads
from huitong.channels.queries.uploads import find_run, find_upload, kept_uploads, key_of_upload
from huitong.platform import clock
from huitong.platform.crypto import Cipher
from huitong.platform.errors import DomainError, Kind
from huitong.platform.jobs import JobCancelled, JobHandler, Json, Run
from huitong.platform.pipeline import Applier

UNKNOWN_TOLD = 50
DRAFT_HOURS = 24
# A refusal of these kinds can turn out otherwise another time, so it is no end yet.
PASSING = frozenset({Kind.BUSY, Kind.UPSTREAM})


@dataclass(frozen=True, slots=True)
class Work:
    """A run in the hands of its job: the upload, its key, and how it is to be read."""

    run: Run
    shelf: Shelf
    upload: Upload
    asked: UploadRun
    cipher: Cipher

    def wanted(self, path: Path) -> Import:
        """Return how the opened file is to be imported."""
        with self.run.database.reading(self.run.scope) as tx:
            accounts = {one.id: one for one in org.channel_accounts(tx)}
            mapping = find_mapping(tx, self.asked.mapping) if self.asked.mapping else None
        return Import(
            path=path,
            kind=self.asked.kind,
            account=accounts[self.upload.channel_account_id],
            mapping=mapping,
            sheet=self.asked.sheet,
            label=self.upload.name,
        )

    def count(self, counts: RunCounts, delivery_id: int | None) -> None:
        """Note how far the run is, as a step of its job."""
        now = clock.now()
        with self.run.transaction(now=now) as tx:
            count_run(tx, run_id=self.asked.id, counts=counts, delivery_id=delivery_id)
            self.run.step(
                tx,
                done_steps=counts.records_done,
                all_steps=counts.record_count or None,
                now=now,
            )

    def step(self, done_steps: int, all_steps: int) -> None:
        """Note how far the job of a run is that counts no records of its own.

        :raises JobCancelled: when somebody asked to cancel it.
        """
        now = clock.now()
        with self.run.transaction(now=now) as tx:
            self.run.step(tx, done_steps=done_steps, all_steps=all_steps, now=now)

    def finish(self, report: Mapping[str, object], rejects: Path | None) -> None:
        """Note what came of the run, its refused rows sealed beside the file."""
        if rejects is not None:
            target = self.shelf.rejects(self.upload.id, self.asked.id)
            seal_file(rejects, target, self.cipher, place=place_of_rejects(self.asked.id))
        now = clock.now()
        with self.run.transaction(now=now) as tx:
            finish_run(
                tx,
                run_id=self.asked.id,
                report=report,
                has_rejects=rejects is not None,
                fault=None,
                now=now,
            )


def handlers(appliers: Mapping[str, Sequence[Applier]], folder: Path) -> Mapping[str, JobHandler]:
    """Return what a worker runs for uploads and refused records; files rest below `folder`."""
    return {
        IMPORT_UPLOAD: importing(appliers, folder),
        CHECK_UPLOAD: checking(folder),
        SWEEP_UPLOADS: sweeping(folder),
        RETRY_REFUSED: retrying(appliers),
    }


def working(run: Run, folder: Path, do: Callable[[Work, Path], Json]) -> Json:
    """Do a run on the opened file of its upload; what is wrong with the file is noted with it.

    :raises DomainError: when the file as a whole cannot be taken.
    """
    run_id = int(str(run.job.arguments["run_id"]))
    try:
        with run.database.reading(run.scope) as tx:
            asked = find_run(tx, run_id=run_id)
            upload = find_upload(tx, upload_id=asked.upload_id)
            if asked.finished_at is not None and asked.fault_code is None:
                return {"run_id": run_id}  # It had come to its end before the job could say so.
            cipher = key_of_upload(tx, upload_id=upload.id)
        shelf = Shelf(folder, run.scope.group_id)
        with opened_upload(shelf, upload, cipher) as path:
            return do(Work(run, shelf, upload, asked, cipher), path)
    except DomainError as refusal:
        told = _named(refusal, run, run_id)
        if told.kind not in PASSING:
            now = clock.now()
            with run.transaction(now=now) as tx:
                finish_run(tx, run_id=run_id, report=None, has_rejects=False, fault=told, now=now)
        raise


def importing(appliers: Mapping[str, Sequence[Applier]], folder: Path) -> JobHandler:
    """Return the job that imports an upload, by the very path of `huitong import`."""

    def import_upload(run: Run) -> Json:
        return working(run, folder, lambda work, path: _import(work, path, appliers))

    return import_upload


def checking(folder: Path) -> JobHandler:
    """Return the job that looks an upload over as an import would meet it, and takes nothing in."""

    def check_upload(run: Run) -> Json:
        return working(run, folder, _check)

    return check_upload


def sweeping(folder: Path) -> JobHandler:
    """Return the job that forgets the uploads whose days are over, and deletes their files."""

    def sweep_uploads(run: Run) -> Json:
        now = clock.now()
        with run.transaction(now=now) as tx:
            forgotten = forget_uploads(tx, now=now)
            kept = kept_uploads(tx)
            run.step(tx, done_steps=1, all_steps=1, now=now)
        drafts_before = (now - timedelta(hours=DRAFT_HOURS)).timestamp()
        gone = Shelf(folder, run.scope.group_id).sweep(kept, drafts_before=drafts_before)
        return {"upload_count": len(forgotten), "file_count": gone}

    return sweep_uploads


def _import(work: Work, path: Path, appliers: Mapping[str, Sequence[Applier]]) -> Json:
    wanted, run = work.wanted(path), work.run
    with run.transaction(now=clock.now()) as tx:
        carried = carry_on(tx, run_id=work.asked.id)
    delivery_id: int | None = None

    def tell(so_far: Progress) -> None:
        nonlocal delivery_id
        delivery_id = so_far.delivery_id
        work.count(_counts(so_far, carried), delivery_id)

    try:
        report = import_file(
            run.database,
            run.scope,
            wanted,
            appliers=appliers[wanted.kind],
            clock=clock.now,
            progress=tell,
        )
    except JobCancelled:
        _close(run, delivery_id)
        raise
    told = _imported(report, carried)
    work.finish(told, report.rejects)
    if report.rejects is None:
        # Everything is in the inbox: the file has nothing left that anybody waits for.
        with run.transaction(now=clock.now()) as tx:
            forget_uploads(tx, [work.upload.id], now=clock.now())
        work.shelf.content(work.upload.id).unlink(missing_ok=True)
    return {"run_id": work.asked.id, "refused": report.refused}


def _check(work: Work, path: Path) -> Json:
    checked = check_file(
        work.wanted(path),
        database=work.run.database,
        progress=lambda so_far: work.count(_counts(so_far, (0, 0)), None),
        writes_rejects=True,
    )
    work.finish(_checked(checked), checked.report.rejects)
    return {"run_id": work.asked.id, "refused": checked.report.refused}


def _close(run: Run, delivery_id: int | None) -> None:
    """End the delivery of an import that was cancelled: what it took in stays."""
    if delivery_id is not None:
        now = clock.now()
        with run.transaction(now=now) as tx:
            finish_delivery(tx, delivery_id, now=now)


def _counts(so_far: Progress, carried: tuple[int, int]) -> RunCounts:
    """Return how far a run is: what earlier attempts had taken in is its own work, not known."""
    applied, superseded = carried
    repeated = min(so_far.known, applied + superseded)
    return RunCounts(
        row_count=so_far.rows,
        rows_done=so_far.rows_done,
        record_count=so_far.records,
        records_done=so_far.records_done,
        applied=so_far.applied + min(repeated, applied),
        refused=so_far.refused,
        superseded=so_far.superseded + max(0, repeated - applied),
        known=so_far.known - repeated,
    )


def _imported(report: ImportReport, carried: tuple[int, int]) -> dict[str, object]:
    return {"refusals": report.refusals, "is_repeat": not (report.applied + sum(carried))}


def _checked(checked: Checked) -> dict[str, object]:
    return {
        "refusals": checked.report.refusals,
        "first_rows": {code: list(rows) for code, rows in checked.first_rows.items()},
        "amounts": checked.amounts,
        "standings": None
        if checked.standings is None
        else {str(standing): count for standing, count in checked.standings.items()},
        "unknown_skus": _first(checked.unknown_skus),
        "unknown_stores": _first(checked.unknown_stores),
    }


def _first(counts: Mapping[str, int] | None) -> dict[str, object]:
    """Return how many unknown codes there are, and the most frequent ones."""
    named = {} if counts is None else dict(islice(counts.items(), UNKNOWN_TOLD))
    return {"count": len(counts or {}), "codes": named}


def _named(refusal: DomainError, run: Run, run_id: int) -> DomainError:
    """Return a refusal that calls the file as its sender does, not as it lies here."""
    if isinstance(refusal, FileUnreadable | UnknownForm):
        with suppress(DomainError), run.database.reading(run.scope) as tx:
            asked = find_run(tx, run_id=run_id)
            refusal.file = find_upload(tx, upload_id=asked.upload_id).name
    return refusal
