"""The migrated database keeps the rules of its keys, policies and grants."""

from collections.abc import Iterator

import psycopg
import pytest

from huitong.platform import rls
from huitong.platform.db import Database
from tests.tidy.catalog import Catalog, read_catalog
from tests.tidy.catalog_rules import CATALOG_RULES, CatalogRule, of_groups
from tests.tidy.repository import hold

ROLES = """
SELECT rolname FROM pg_roles
WHERE rolname = ANY (%s)
  AND NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin)
"""
MEMBERS_OF_THE_OWNER = """
SELECT m.rolname FROM pg_auth_members AS a
JOIN pg_roles AS m ON m.oid = a.member
JOIN pg_roles AS o ON o.oid = a.roleid
WHERE o.rolname = %s AND m.rolname = ANY (%s)
"""


@pytest.fixture(scope="module")
def connection(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.url, autocommit=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def catalog(connection: psycopg.Connection) -> Catalog:
    return read_catalog(connection)


def test_there_are_tables_to_check(catalog: Catalog) -> None:
    assert len(list(of_groups(catalog))) >= 5


@pytest.mark.parametrize("rule", CATALOG_RULES, ids=lambda rule: rule.__name__)
def test_database_keeps(rule: CatalogRule, catalog: Catalog) -> None:
    hold(rule(catalog))


def test_roles_can_do_nothing_but_what_is_granted(connection: psycopg.Connection) -> None:
    roles = [rls.APP, rls.WORKER, rls.READER]
    plain = {name for (name,) in connection.execute(ROLES, [[*roles, rls.OWNER]])}
    assert plain == {*roles, rls.OWNER}
    assert connection.execute(MEMBERS_OF_THE_OWNER, [rls.OWNER, roles]).fetchall() == []


def test_nothing_is_granted_before_it_exists(connection: psycopg.Connection) -> None:
    assert connection.execute("SELECT defaclobjtype FROM pg_default_acl").fetchall() == []
