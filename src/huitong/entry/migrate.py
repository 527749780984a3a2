"""Brings a database to this release's schema: roles first, then one history of migrations."""

from pathlib import Path

import psycopg
import sqlalchemy
from alembic import command, op
from alembic.config import Config

from huitong.platform import rls

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "head"
# Any number will do; two processes that start together must only agree on it.
MIGRATION_LOCK = 7_205_118_001

_PREPARE = f"""
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['{rls.OWNER}', '{rls.APP}', '{rls.WORKER}', '{rls.READER}'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;  -- Roles belong to the cluster; another database made it already.
    END;
    BEGIN
      EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
    EXCEPTION WHEN OTHERS THEN
      NULL;  -- A superuser needs no membership, and a repeated grant is no news.
    END;
  END LOOP;
  EXECUTE format('GRANT CREATE ON DATABASE %I TO {rls.OWNER}', current_database());
  EXECUTE format('REVOKE ALL ON SCHEMA public FROM PUBLIC');
END $$;
CREATE SCHEMA IF NOT EXISTS platform AUTHORIZATION {rls.OWNER};
"""


def migrate(url: str, *, to: str = NEWEST) -> str:
    """Bring the database at `url` to a revision, the newest one if none is named; return which.

    Safe to call from several processes at once and on a database that is already up to date.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        connection.execute(_PREPARE)
        config = _config(url)
        command.upgrade(config, to)
        found = connection.execute("SELECT version_num FROM platform.alembic_version").fetchone()
    assert found is not None, "An upgraded database knows its revision."
    return str(found[0])


def run(*statements: str) -> None:
    """Execute plain SQL inside the running migration; a statement may hold several."""
    driver = op.get_bind().connection.driver_connection
    assert isinstance(driver, psycopg.Connection), "Migrations run on psycopg."
    for statement in statements:
        driver.execute(statement.encode())


def _config(url: str) -> Config:
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config
