"""The app of these tests, and a group with the standard roles."""

import pytest
from fastapi import FastAPI

from huitong.platform.db import Database
from tests.access.make import Browser, make_browser, make_console, make_roles


@pytest.fixture
def app(database: Database) -> FastAPI:
    """Return the whole app."""
    return make_console(database)


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    """Return a browser without a cookie."""
    return make_browser(app)


@pytest.fixture
def group(database: Database, group_id: int) -> int:
    """Return a group with the standard roles."""
    make_roles(database, group_id)
    return group_id
