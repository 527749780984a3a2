"""A desk for the tests of uploads: a client, a worker, and a folder for the files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from huitong import org
from huitong.channels.jobs import uploading
from huitong.channels.model import RecordKind
from huitong.channels.model.uploads import UPLOADS_FOLDER
from huitong.entry.worker import Worker
from huitong.platform.assembly import Platform
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from huitong.platform.pipeline import Applier
from huitong.platform.settings import Settings
from tests.channels.make import Recorder
from tests.door.reading import csv_of, order_row
from tests.entry.make import make_client, make_platform, make_token

Told = dict[str, Any]
BAD_ROWS = csv_of(order_row("A1"), order_row("A2", at="tomorrow"), order_row("A3"))


@dataclass
class Desk:
    """Somebody at a console: what they call, with what right, and the worker behind it."""

    client: TestClient
    platform: Platform
    headers: Mapping[str, str]
    recorder: Recorder
    home: Path
    group_id: int

    def upload(self, content: bytes | str, name: str = "orders.csv") -> Told:
        """Hand a file in."""
        answered = self.send(content, name)
        assert answered.status_code == 201, answered.text
        return dict(answered.json())

    def send(self, content: bytes | str, name: str = "orders.csv") -> Response:
        """Hand a file in and return the answer as it is."""
        body = content.encode() if isinstance(content, str) else content
        return self.client.post(
            "/v1/uploads",
            params={"account": "pos:main", "name": name},
            content=body,
            headers={**self.headers, "Content-Type": "application/octet-stream"},
        )

    def ask(self, upload: Told, *, key: str = "first", **wanted: object) -> Response:
        """Ask for a run over an upload."""
        return self.client.post(
            f"/v1/uploads/{upload['id']}/runs",
            json={"kind": "order", **wanted},
            headers={**self.headers, "Idempotency-Key": key},
        )

    def run(self, upload: Told, *, key: str = "first", **wanted: object) -> Told:
        """Ask for a run, let the worker do it, and return what came of it."""
        asked = self.ask(upload, key=key, **wanted)
        assert asked.status_code == 202, asked.text
        self.work()
        return self.get(f"/v1/uploads/{upload['id']}/runs/{asked.json()['id']}")

    def work(self) -> None:
        """Let the worker do what is due."""
        Worker(self.platform).drain()

    def get(self, path: str, **params: str | int) -> Told:
        """Return what a route answers."""
        answered = self.client.get(path, params=params, headers=self.headers)
        assert answered.status_code == 200, answered.text
        return dict(answered.json())

    def as_other(self, database: Database, *permissions: Permission) -> "Desk":
        """Return the desk of somebody else of the group."""
        headers = make_token(database, self.group_id, *permissions, name="other")
        return replace(self, headers=headers)


def make_desk(
    database: Database,
    group_id: int,
    now: datetime,
    home: Path,
    *permissions: Permission,
    appliers: Callable[[Recorder], Mapping[str, Sequence[Applier]]] | None = None,
) -> Desk:
    """Return the desk of an integrator whose group has one channel account."""
    with database.transaction(Scope(group_id), now=now) as tx:
        org.set_up(tx, name="Group", brand="main", accounts=[("pos", "main")], now=now)
    recorder = Recorder()
    orders_alone: Mapping[str, Sequence[Applier]] = {RecordKind.ORDER: [recorder.apply]}
    wired = appliers(recorder) if appliers else orders_alone
    platform = replace(
        make_platform(database, appliers=wired),
        settings=Settings(home=home),
        job_handlers=uploading.handlers(wired, home / UPLOADS_FOLDER),
    )
    granted = permissions or (Permission.INBOX_READ, Permission.INBOX_WRITE)
    headers = make_token(database, group_id, *granted)
    return Desk(make_client(platform), platform, headers, recorder, home, group_id)
