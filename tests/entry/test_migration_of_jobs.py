"""Jobs from before they were of a brand: each is told its own, and nobody else's brand sees it."""

from collections.abc import Iterator

import psycopg
import pytest

from huitong.entry.migrate import migrate
from huitong.platform.db import Database, Scope

BEFORE, NOW = "0037", "2026-03-02T10:00:00Z"
GROUP, NEIGHBOUR, SILK, WOOL = 1, 2, 11, 12

# Two groups have a brand of the same code.
BRANDS = """
INSERT INTO org.retail_group (group_id, name, recorded_at)
VALUES (1, 'Ours', %(now)s), (2, 'Theirs', %(now)s);
INSERT INTO org.legal_entity (group_id, id, code, name, recorded_at)
VALUES (1, 5, 'own', 'Own', %(now)s), (2, 6, 'own', 'Own', %(now)s);
INSERT INTO org.identity_domain (group_id, id, code, name, legal_entity_id, recorded_at)
VALUES (1, 7, 'all', 'All', 5, %(now)s), (2, 8, 'all', 'All', 6, %(now)s);
INSERT INTO org.brand (group_id, id, code, name, legal_entity_id, identity_domain_id, time_zone,
                       recorded_at)
VALUES (1, 11, 'silk', 'Silk', 5, 7, 'Asia/Shanghai', %(now)s),
       (1, 12, 'wool', 'Wool', 5, 7, 'Asia/Shanghai', %(now)s),
       (2, 21, 'silk', 'Silk', 6, 8, 'Asia/Shanghai', %(now)s);
"""

JOB = """
INSERT INTO platform.job (group_id, id, kind, key, arguments, attempts_max, run_at, recorded_at)
VALUES (%(group_id)s, %(id)s, 'lake.refresh', %(id)s::text, %(arguments)s::jsonb, 3, %(now)s,
        %(now)s)
"""

# A job of today under the key of the job `OF_SILK`.
JOB_OF_BRAND = """
INSERT INTO platform.job (group_id, id, kind, key, arguments, attempts_max, run_at, recorded_at,
                          brand_id)
VALUES (1, %(id)s, 'lake.refresh', '101', '{}', 3, %(now)s, %(now)s, %(brand_id)s)
"""

# An import names a file, and its brand stands beside the run.
UPLOAD = """
INSERT INTO channels.upload (group_id, id, brand_id, channel_account_id, name, form, is_packed,
                             byte_count, content_hash, actor, recorded_at, kept_until)
VALUES (1, 31, 12, 41, 'members.csv', 'csv', false, 9, decode(repeat('ab', 32), 'hex'), 'usr_1',
        %(now)s, %(now)s);
INSERT INTO channels.upload_run (group_id, id, brand_id, upload_id, purpose, kind, mapping, key,
                                 job_id, actor, recorded_at)
VALUES (1, 51, 12, 31, 'import', 'member', 'plain', 'run 1', 104, 'usr_1', %(now)s);
"""

OF_SILK, OF_GROUP, OF_NOBODY_KNOWN, OF_IMPORT, OF_NEIGHBOUR = 101, 102, 103, 104, 105


@pytest.fixture(scope="module")
def migrated(empty_database_url: str) -> Iterator[Database]:
    """Return a database in which jobs of the former schema stood when it was brought up to date."""
    migrate(empty_database_url, to=BEFORE)
    with psycopg.connect(empty_database_url) as connection:
        cursor = psycopg.ClientCursor(connection)
        for rows in (BRANDS, UPLOAD):
            cursor.execute(rows, {"now": NOW})
        for group_id, job_id, arguments in (
            (GROUP, OF_SILK, '{"brand": "silk"}'),
            (GROUP, OF_GROUP, "{}"),
            (GROUP, OF_NOBODY_KNOWN, '{"brand": "closed long ago"}'),
            (GROUP, OF_IMPORT, '{"run_id": 51}'),
            (NEIGHBOUR, OF_NEIGHBOUR, '{"brand": "silk"}'),
        ):
            told = {"group_id": group_id, "id": job_id, "arguments": arguments, "now": NOW}
            cursor.execute(JOB, told)
    migrate(empty_database_url)
    database = Database(empty_database_url)
    yield database
    database.close()


def jobs_seen(database: Database, scope: Scope) -> dict[int, int | None]:
    with database.reading(scope) as tx:
        return dict(tx.rows("SELECT id, brand_id FROM platform.job"))


def test_a_job_is_of_the_brand_that_it_or_its_import_names(migrated: Database) -> None:
    assert jobs_seen(migrated, Scope(GROUP)) == {
        OF_SILK: SILK,
        OF_GROUP: None,
        OF_NOBODY_KNOWN: None,
        OF_IMPORT: WOOL,
    }


def test_a_brand_of_the_same_code_in_another_group_is_another_one(migrated: Database) -> None:
    assert jobs_seen(migrated, Scope(NEIGHBOUR)) == {OF_NEIGHBOUR: 21}


@pytest.mark.parametrize("brand_id, seen", [(SILK, {OF_SILK}), (WOOL, {OF_IMPORT}), (99, set())])
def test_who_sees_one_brand_sees_none_of_the_others_and_none_of_the_groups(
    migrated: Database, brand_id: int, seen: set[int]
) -> None:
    assert jobs_seen(migrated, Scope(GROUP, (brand_id,))).keys() == seen


def test_two_brands_may_ask_under_one_key_and_one_brand_may_not_twice(migrated: Database) -> None:
    with psycopg.connect(migrated.url) as connection:
        connection.execute(JOB_OF_BRAND, {"id": 201, "brand_id": WOOL, "now": NOW})
        with pytest.raises(psycopg.errors.UniqueViolation), connection.transaction():
            connection.execute(JOB_OF_BRAND, {"id": 202, "brand_id": SILK, "now": NOW})
        with pytest.raises(psycopg.errors.UniqueViolation), connection.transaction():
            connection.execute(JOB_OF_BRAND, {"id": 203, "brand_id": WOOL, "now": NOW})
        connection.rollback()
