"""The parallel run of a migration at the console: an uploaded file of balances beside ours."""

import csv
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from huitong.channels.jobs.uploading import Work, working
from huitong.channels.model import OpeningKind
from huitong.entry import migrating
from huitong.loyalty.rules.parallel import Verdict
from huitong.platform import clock
from huitong.platform.jobs import JobHandler, Json, Run

COMPARE_OPENINGS = "console.compare_openings"
EXAMPLES = 20
DETAILS = "compared.csv"


def handlers(folder: Path) -> Mapping[str, JobHandler]:
    """Return what a worker runs to compare balances; uploads rest below `folder`."""

    def compare_openings(run: Run) -> Json:
        asked = run.job.arguments
        balance, issuer = OpeningKind(str(asked["balance"])), asked["issuer"]
        named = None if issuer is None else str(issuer)
        return working(run, folder, lambda work, path: _compare(work, path, balance, named))

    return {COMPARE_OPENINGS: compare_openings}


def _compare(work: Work, path: Path, balance: OpeningKind, issuer: str | None) -> Json:
    details = path.with_name(DETAILS)
    found = migrating.compare(
        work.run.database,
        work.run.scope,
        migrating.Wanted(work.wanted(path), balance, issuer),
        details=details,
        clock=clock.now,
        progress=work.step,
    )
    with details.open(encoding="utf-8", newline="") as file:
        examples = list(islice(csv.DictReader(file), EXAMPLES))
    work.finish(_told(found, balance, issuer, examples), None if found.agrees() else details)
    return {"run_id": work.asked.id, "agrees": found.agrees()}


def _told(
    found: migrating.Report,
    balance: OpeningKind,
    issuer: str | None,
    examples: list[dict[str, str]],
) -> dict[str, object]:
    return {
        "balance": str(balance),
        "issuer": issuer,
        "agrees": found.agrees(),
        "theirs": found.theirs,
        "ours": found.ours,
        "difference": found.ours - found.theirs,
        **{str(verdict): found.customers[verdict] for verdict in Verdict},
        "nobody_here": found.nobody_here,
        "theirs_of_nobody": found.theirs_of_nobody,
        "unreadable": found.unreadable,
        "others": found.others,
        "examples": examples,
    }
