"""`huitong lake` on the command line, and what a worker does by itself."""

import json
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from huitong.entry import laking
from huitong.entry.worker import Worker
from huitong.platform import jobs, lake
from huitong.platform.db import Database, Scope
from huitong.platform.jobs import JobState, Recurring
from huitong.platform.lake import Folder
from tests.entry.make import make_platform
from tests.lake.shop import Shop
from tests.loyalty.club import Club


def run(shop: Shop, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return shop.run(home, "lake", *arguments)


def test_refresh_verify_and_status_tell_what_they_found(
    shop: Shop, now: datetime, tmp_path: Path
) -> None:
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.enrol("her")
        club.took(club.buys("her", "O1", 100))
    refreshed = run(shop, tmp_path, "refresh", "--json")
    assert refreshed.returncode == 0, refreshed.stderr
    read = {row["table"]: row["read"] for row in json.loads(refreshed.stdout)}
    assert (read["orders"], read["lines"], read["customers"]) == (1, 1, 1)
    verified = run(shop, tmp_path, "verify", "--brand", "wool", "--json")
    assert verified.returncode == 0, verified.stderr
    assert {row["told"] for row in json.loads(verified.stdout)} == {"agrees"}
    told = json.loads(run(shop, tmp_path, "status", "--json").stdout)
    assert {row["table"]: row["rows"] for row in told}["orders"] == 1


def test_verify_names_the_damaged_file_and_the_remedy(
    shop: Shop, now: datetime, tmp_path: Path
) -> None:
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.took(club.buys(None, "O1", 100))
    (file,) = shop.refresh(now).manifest.tables["orders"].sorted
    Path(shop.folder.locate(file.name)).write_bytes(b"PAR1")
    verified = run(shop, tmp_path, "verify")
    assert verified.returncode == 1
    assert "damaged" in verified.stdout
    assert "huitong lake refresh --full --brand wool" in verified.stderr
    assert run(shop, tmp_path, "refresh", "--full").returncode == 0
    assert run(shop, tmp_path, "verify").returncode == 0


def test_an_unknown_brand_and_a_lake_elsewhere_are_refused_in_a_sentence(
    shop: Shop, tmp_path: Path
) -> None:
    refused = run(shop, tmp_path, "refresh", "--brand", "silk")
    assert refused.returncode == 1
    assert "[org.brand_not_found]" in refused.stderr
    elsewhere = replace(shop, folder=Folder(Path("s3://somewhere")))
    refused = run(elsewhere, tmp_path, "refresh")
    assert refused.returncode == 1
    assert "[platform.lake_url_unusable]" in refused.stderr


def test_a_worker_refreshes_every_brand_by_itself(
    fresh_database: Database, tmp_path: Path, now: datetime
) -> None:
    shop = Shop.found(fresh_database, 81, tmp_path / "lake", now)
    platform = make_platform(fresh_database)
    handler = laking.refreshing(lambda: shop.folder, lake.Sizes())
    recurring = {laking.REFRESH: Recurring(timedelta(hours=1), {})}
    working = replace(
        platform,
        recurring=recurring,
        job_handlers={laking.REFRESH: handler},
        group_ids=lambda _tx: (shop.group_id,),
    )
    worker = Worker(working)
    worker.schedule()
    assert worker.drain() == 1
    with fresh_database.reading(Scope(shop.group_id)) as tx:
        (job,) = jobs.newest(tx, before=1 << 62, limit=5)
    assert job.state is JobState.DONE, job.error
    assert lake.current(shop.folder, shop.place).version == 1
