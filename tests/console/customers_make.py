"""A wired platform with the world of members, for the tests of the console's customers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.entry import laking, wiring
from huitong.platform import clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from huitong.platform.ids import show
from huitong.platform.settings import Settings
from tests.browser.worlds import members
from tests.browser.worlds.members import Members
from tests.entry.make import make_client, make_platform, make_token

READ = (
    Permission.CUSTOMERS_READ,
    Permission.POINTS_READ,
    Permission.ORDERS_READ,
    Permission.SEGMENTS_READ,
    Permission.TAGS_READ,
)


@dataclass
class Console:
    """The world, and somebody who looks at it over HTTP."""

    members: Members
    platform: Platform
    database: Database
    scope: Scope
    client: TestClient
    now: datetime
    key: dict[str, str]

    def get(self, path: str, **asked: object) -> dict[str, Any]:
        """Return the answer of a route, which has to be there."""
        answer = self.client.get(path, params=asked, headers=self.key)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def post(self, path: str, body: object, **headers: str) -> dict[str, Any]:
        """Return the answer to a body, which has to be taken."""
        answer = self.client.post(path, json=body, headers=self.key | headers)
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def id_of(self, place: int) -> str:
        """Return the id of a customer of the world as the outside sees it."""
        return show(CUSTOMER_PREFIX, self.members.customer_ids[place])


def opened(database: Database, home: Path) -> Platform:
    """Return a wired platform with a home of its own for its lake and files."""
    settings = Settings(home=home)
    return replace(
        make_platform(database, appliers=wiring.APPLY),
        settings=settings,
        open_lake=laking.opening(settings),
        job_handlers=wiring.handlers(settings),
    )


@pytest.fixture(scope="module")
def console(
    make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Console]:
    """Return the world in a database of its own, made once for the module."""
    database = Database(make_database(), events=wiring.EVENTS)
    platform = opened(database, tmp_path_factory.mktemp("console"))
    now, scope = clock.now(), Scope(1)
    world = members.fill(platform, scope, now=now)
    with make_client(platform) as client:
        key = make_token(database, 1, *READ, name="operator")
        yield Console(world, platform, database, scope, client, now, key)
    database.close()


@pytest.fixture(scope="module")
def understood(console: Console) -> Console:
    """Return the world with its lake, tags, models and audiences computed once."""
    members.understand(console.platform, console.members, now=console.now)
    return console
