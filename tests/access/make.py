"""Builders for the tests of access: a group with its roles, users, browsers that sign in."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from huitong import org
from huitong.entry.api import make_app
from huitong.platform import auth
from huitong.platform.auth import EVERYWHERE, Permission, Reach, Rights
from huitong.platform.auth.permissions import NewRole
from huitong.platform.auth.user_changes import insert_user
from huitong.platform.db import Database, Scope
from tests.entry.make import make_platform

PASSWORD = "seven sheep jump"  # noqa: S105 - Of users that live for one test.
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Browser:
    """A browser of one person: it keeps cookies and sends what a page of ours would send."""

    client: TestClient
    csrf: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def sign_in(self, name: str, password: str = PASSWORD, code: str | None = None) -> Response:
        """Say a name and a password at the door."""
        asked = {"name": name, "password": password} | ({"code": code} if code else {})
        answer = self.client.post("/v1/session", json=asked, headers=self.headers)
        self.csrf = answer.json().get("csrf_token", self.csrf)
        return answer

    def call(self, method: str, path: str, json: object = None, **headers: str) -> Response:
        """Call as a page of ours does."""
        sent = {"X-CSRF-Token": self.csrf, **self.headers, **headers}
        return self.client.request(method, path, json=json, headers=sent)


def make_browser(app: FastAPI, *, https: bool = False, address: str = "10.0.0.7") -> Browser:
    """Return a new browser, without a cookie."""
    base = "https://huitong.test" if https else "http://huitong.test"
    client = TestClient(app, base_url=base, raise_server_exceptions=False, client=(address, 50_000))
    return Browser(client)


def make_console(database: Database) -> FastAPI:
    """Return the whole app on a database."""
    return make_app(make_platform(database))


def make_roles(database: Database, group_id: int, *others: NewRole) -> None:
    """Give a group a name and its standard roles."""
    with database.transaction(Scope(group_id), now=LONG_AGO) as tx:
        org.name_group(tx, name="Wool", now=LONG_AGO)
        auth.install_roles(tx, [*org.STANDARD_ROLES, *others], now=LONG_AGO)


def make_role(code: str, *permissions: Permission) -> NewRole:
    """Return a role of just these permissions."""
    return NewRole(code, "角色", "Role", frozenset(permissions))


def make_user(
    database: Database,
    group_id: int,
    name: str,
    *role_codes: str,
    brand_ids: Collection[int] | None = None,
    reach: Reach = EVERYWHERE,
    must_change: bool = False,
    password: str = PASSWORD,
) -> int:
    """Add a user with these roles; the group has them."""
    with database.transaction(Scope(group_id), now=LONG_AGO) as tx:
        return insert_user(
            tx,
            name=name,
            shown_name=name.title(),
            rights=Rights(
                role_codes, None if brand_ids is None else tuple(sorted(brand_ids)), reach
            ),
            password=password,
            one_time_until=None,
            must_change=must_change,
            by="test",
            now=LONG_AGO,
        )
