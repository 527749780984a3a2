"""Exports over HTTP: written by a worker, taken by who may, noted, gone after their days."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from huitong import customers
from huitong.customers.model import CUSTOMER_PREFIX, ConsentAction, ConsentStatement, Purpose
from huitong.entry.worker import Worker
from huitong.platform import clock, ids
from huitong.platform.assembly import Platform
from huitong.platform.auth import Permission
from huitong.platform.db import Database
from huitong.platform.errors import Ok
from huitong.platform.jobs import WantedJob, enqueue
from huitong.platform.settings import Settings
from huitong.segments import jobs as segments_jobs
from huitong.segments.model.audiences import DROP_EXPORTS, EXPORT_KEPT_DAYS, EXPORTS_FOLDER
from tests.entry.make import make_client, make_platform, make_token
from tests.lake.conftest import shop
from tests.segments.test_audiences import Store, store

__all__ = ["shop", "store"]

SEGMENT = {"names": {"zh": "全部", "en": "Everyone"}, "condition": {"all": []}}
EXPORTS = "/v1/brands/wool/exports"


@pytest.fixture
def now() -> datetime:
    """Return the present, which is when routes look."""
    return clock.now()


@pytest.fixture
def database(fresh_database: Database) -> Database:
    """Return a database of its own, because a worker serves every group."""
    return fresh_database


@dataclass
class Desk:
    """Where exports are asked for, written and taken."""

    store: Store
    platform: Platform
    client: TestClient
    key: dict[str, str]

    @property
    def folder(self) -> Path:
        return self.platform.settings.home / EXPORTS_FOLDER

    def asked(self, purpose: str = "service") -> dict[str, Any]:
        answer = self.client.post(
            "/v1/brands/wool/segments/everyone/exports", json={"purpose": purpose},
            headers={**self.key, "Idempotency-Key": f"for {purpose}"},
        )  # fmt: skip
        assert answer.status_code == 202, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def written(self, purpose: str = "service") -> str:
        export = str(self.asked(purpose)["id"])
        assert Worker(self.platform).drain() == 1
        return export

    def taken(self, export: str, key: dict[str, str] | None = None) -> Response:
        return self.client.get(f"{EXPORTS}/{export}/file", headers=key or self.key)

    def shown(self, export: str) -> dict[str, Any]:
        told: dict[str, Any] = self.client.get(f"{EXPORTS}/{export}", headers=self.key).json()
        return told


@pytest.fixture
def desk(store: Store, database: Database, tmp_path: Path) -> Iterator[Desk]:
    def open_lake(_place: object) -> Any:  # noqa: ANN401 - what the shop gives
        return store.shop.connect()

    platform = replace(
        make_platform(database),
        settings=Settings(home=tmp_path),
        open_lake=open_lake,
        job_handlers=segments_jobs.handlers(open_lake, tmp_path / EXPORTS_FOLDER),
        group_ids=lambda _tx: (store.shop.group_id,),
    )
    key = make_token(
        database,
        store.shop.group_id,
        Permission.SEGMENTS_EXPORT,
        Permission.SEGMENTS_WRITE,
        Permission.ORDERS_READ,
    )
    with make_client(platform) as client:
        path = "/v1/brands/wool/segments/everyone"
        assert client.put(path, json=SEGMENT, headers={**key, "If-Match": '"0"'}).is_success
        yield Desk(store, platform, client, key)


def rows_of(answer: Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def withdraw(store: Store, name: str) -> str:
    """Let somebody take back their consent to the service, and return who it is."""
    with store.club() as club:
        customer_id = club.customer_id(name)
        said = ConsentStatement(
            customer_id, Purpose.SERVICE, ConsentAction.WITHDRAWN, clock.now(), key="no more"
        )
        (kept,) = customers.state_consents(club.tx, [said], now=clock.now())
        assert isinstance(kept, Ok)
    return ids.show(CUSTOMER_PREFIX, customer_id)


def test_a_file_is_taken_once_it_is_written_and_who_took_it_is_kept(desk: Desk) -> None:
    early = str(desk.asked()["id"])
    refused = desk.taken(early)
    assert (refused.status_code, refused.json()["code"]) == (409, "segments.export_unfinished")
    export = desk.written()
    assert export == early
    answer = desk.taken(export)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{export}.csv"'
    rows = rows_of(answer)
    assert len(rows) == 3
    assert {row["export"] for row in rows} == {export}
    shown = desk.shown(export)
    (taking,) = shown["takings"]
    assert taking["taken_by"].startswith("key_")
    assert (taking["sent"], taking["left_out"]) == (3, {})
    assert taking["finished_at"] is not None
    (listed,) = desk.client.get(EXPORTS, headers=desk.key).json()["items"]
    assert (listed["id"], listed["written"], listed["takings"]) == (export, 3, None)


def test_who_took_consent_back_since_the_file_was_written_is_not_in_what_is_sent(
    desk: Desk,
) -> None:
    export = desk.written()
    her = withdraw(desk.store, "her")
    rows = rows_of(desk.taken(export))
    assert len(rows) == 2
    assert her not in {row["customer"] for row in rows}
    (taking,) = desk.shown(export)["takings"]
    assert (taking["sent"], sum(taking["left_out"].values())) == (2, 1)


def test_keys_of_another_brand_and_without_the_permission_take_no_file(
    desk: Desk, database: Database
) -> None:
    export = desk.written()
    group_id, brand_id = desk.store.shop.group_id, desk.store.shop.place.brand_id
    elsewhere = make_token(
        database, group_id, Permission.SEGMENTS_EXPORT, brand_ids=[brand_id + 4_096], name="other"
    )
    reader = make_token(database, group_id, Permission.SEGMENTS_READ, name="reader")
    assert desk.taken(export, elsewhere).status_code == 404
    assert desk.taken(export, reader).status_code == 403
    assert desk.shown(export)["takings"] == []


def test_a_file_that_was_changed_or_deleted_is_not_sent(desk: Desk) -> None:
    export = desk.written()
    file = desk.folder / f"{export}.csv"
    assert file.stat().st_mode & 0o077 == 0
    with file.open("a") as opened:
        opened.write("more")
    changed = desk.taken(export)
    assert (changed.status_code, changed.json()["code"]) == (404, "segments.export_file_gone")
    file.unlink()
    assert "it is not here" in desk.taken(export).json()["detail"]


def test_a_file_is_gone_after_its_days(desk: Desk, database: Database) -> None:
    export = desk.written()
    aged(desk, database, days=EXPORT_KEPT_DAYS - 1)
    dropped(desk)
    assert desk.taken(export).status_code == 200
    aged(desk, database, days=2)
    late = desk.taken(export)
    assert (late.status_code, "7 days" in late.json()["detail"]) == (404, True)
    dropped(desk)
    assert not list(desk.folder.iterdir())


def aged(desk: Desk, database: Database, *, days: int) -> None:
    """Make every export older by so many days."""
    with desk.store.shop.transaction(clock.now()) as tx:
        tx.execute(
            "UPDATE segments.audience_export SET finished_at = finished_at - %s",
            [timedelta(days=days)],
        )
    assert database is desk.platform.database


def dropped(desk: Desk) -> None:
    """Let a worker delete what nobody may take any more."""
    now = clock.now()
    with desk.store.shop.transaction(now) as tx:
        enqueue(tx, [WantedJob(DROP_EXPORTS, now.isoformat(), {})], now=now)
    assert Worker(desk.platform).drain() == 1
