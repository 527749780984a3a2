"""Each rule of the database can fail: a breach is planted, found, and taken away again."""

from collections.abc import Iterator, Mapping

import psycopg
import pytest
from psycopg import sql

from huitong.platform import rls
from huitong.platform.db import Database
from tests.tidy import catalog_rules as rules
from tests.tidy.catalog import read_catalog
from tests.tidy.catalog_rules import CATALOG_RULES, CatalogRule
from tests.tidy.rows import attempts, enter, insertion, loosen, refusal

TIDY = """
CREATE TABLE org.planted (
  group_id bigint NOT NULL, bucket smallint NOT NULL, id bigint NOT NULL, brand_id bigint NOT NULL,
  PRIMARY KEY (group_id, bucket, id)
);
"""
SECURED = ";".join([TIDY, *rls.secure("org.planted", brand=True)]) + ";"
AS_OWNER = f"SET ROLE {rls.OWNER};"

BREACHES: Mapping[CatalogRule, tuple[str, ...]] = {
    rules.table_stands_in_a_domain: ("RESET ROLE; CREATE TABLE public.planted (id bigint)",),
    rules.table_belongs_to_the_owner: (
        "RESET ROLE;" + TIDY,
        "RESET ROLE; CREATE FUNCTION org.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ),
    rules.row_belongs_to_a_group: (
        "CREATE TABLE org.planted (id bigint PRIMARY KEY)",
        "CREATE TABLE org.planted (group_id bigint)",
        TIDY + "ALTER TABLE org.planted ALTER bucket TYPE integer",
        TIDY + "ALTER TABLE org.planted ALTER brand_id TYPE text",
    ),
    rules.key_starts_with_the_group: (
        "CREATE TABLE org.planted (group_id bigint NOT NULL)",
        TIDY + "CREATE UNIQUE INDEX ON org.planted (id, bucket, group_id)",
        TIDY + "CREATE UNIQUE INDEX ON org.planted (abs(id))",
        TIDY + "ALTER TABLE org.planted ADD EXCLUDE USING gist (id WITH =)",
    ),
    rules.hot_key_holds_the_bucket: (
        (
            "CREATE TABLE org.planted (group_id bigint, id bigint, bucket smallint,"
            " PRIMARY KEY (group_id, id, bucket))"
        ),
        TIDY + "CREATE UNIQUE INDEX ON org.planted (group_id, id)",
    ),
    rules.foreign_key_stays_in_the_group: (
        TIDY + "ALTER TABLE org.planted ADD FOREIGN KEY (brand_id, id)"
        " REFERENCES org.brand (group_id, id)",
        TIDY + "ALTER TABLE org.planted ADD other smallint, ADD FOREIGN KEY (group_id, other, id)"
        " REFERENCES org.planted (group_id, bucket, id)",
    ),
    rules.foreign_key_points_downwards: (
        (
            "CREATE TABLE platform.planted (group_id bigint NOT NULL, id bigint,"
            " FOREIGN KEY (group_id, id) REFERENCES org.brand (group_id, id))"
        ),
    ),
    rules.row_level_security_is_on: (
        TIDY,
        "CREATE TABLE org.planted (group_id bigint NOT NULL) PARTITION BY HASH (group_id)",
    ),
    rules.policy_has_the_one_form: (
        TIDY,
        SECURED + "DROP POLICY scope ON org.planted",
        SECURED + "CREATE POLICY queue ON org.planted TO huitong_worker USING (true)",
        SECURED + "ALTER POLICY scope ON org.planted TO huitong_app",
        SECURED + "ALTER POLICY scope ON org.planted"
        " USING (group_id = current_setting('huitong.group_id')::bigint)",
        ";".join([TIDY, *rls.secure("org.planted", brand=False)]),
    ),
    rules.view_asks_as_its_caller: (
        "CREATE VIEW org.v_planted AS SELECT id FROM org.brand",
        "CREATE VIEW org.planted WITH (security_invoker = true) AS SELECT id FROM org.brand",
    ),
    rules.partition_is_reached_through_its_table: (
        (
            "CREATE TABLE org.planted (group_id bigint NOT NULL) PARTITION BY HASH (group_id);"
            "CREATE TABLE org.planted_0 PARTITION OF org.planted"
            " FOR VALUES WITH (MODULUS 1, REMAINDER 0);"
            "GRANT SELECT ON org.planted_0 TO huitong_reader"
        ),
        (
            "CREATE MATERIALIZED VIEW org.planted AS SELECT id FROM org.brand;"
            "GRANT SELECT ON org.planted TO huitong_app"
        ),
    ),
    rules.grants_are_few: (
        SECURED + "GRANT SELECT ON org.planted TO PUBLIC",
        SECURED + "GRANT UPDATE (id) ON org.planted TO huitong_app",
        SECURED + "GRANT SELECT ON org.planted TO pg_monitor",
        SECURED + "GRANT DELETE ON org.planted TO huitong_worker",
        SECURED + "GRANT TRUNCATE ON org.planted TO huitong_app",
        SECURED + "GRANT INSERT ON org.planted TO huitong_reader",
        (
            "CREATE TABLE vault.planted (group_id bigint NOT NULL);"
            "GRANT SELECT ON vault.planted TO huitong_reader"
        ),
    ),
    rules.growing_table_refuses_change: (
        "GRANT UPDATE ON customers.consent TO huitong_app",
        "ALTER TABLE customers.consent DISABLE TRIGGER USER",
        "ALTER TABLE customers.consent RENAME TO planted",
    ),
    rules.function_has_its_callers_rights: (
        (
            "CREATE FUNCTION org.planted() RETURNS int LANGUAGE sql SECURITY DEFINER"
            " SET search_path = '' AS 'SELECT 1'; REVOKE ALL ON FUNCTION org.planted() FROM PUBLIC"
        ),
        "GRANT EXECUTE ON FUNCTION platform.find_machine_key TO PUBLIC",
        "ALTER FUNCTION platform.find_machine_key RESET search_path",
    ),
    rules.column_has_the_type_of_its_name: (
        TIDY + "ALTER TABLE org.planted ADD share real",
        TIDY + "ALTER TABLE org.planted ADD sold_at timestamp",
        TIDY + "ALTER TABLE org.planted ADD due_on timestamptz",
        TIDY + "ALTER TABLE org.planted ADD paid_minor integer",
    ),
    rules.lists_name_what_exists: ("ALTER TABLE vault.day_key RENAME TO planted",),
}


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.url) as opened, opened.transaction(force_rollback=True):
        yield opened


@pytest.mark.parametrize("rule", BREACHES, ids=lambda rule: rule.__name__)
def test_planted_breach_is_found(rule: CatalogRule, connection: psycopg.Connection) -> None:
    before = set(rule(read_catalog(connection)))
    for planted in BREACHES[rule]:
        with connection.transaction(force_rollback=True):
            connection.execute((AS_OWNER + planted).encode())
            connection.execute("RESET ROLE")
            found = set(rule(read_catalog(connection))) - before
        assert found, f"{rule.__name__} did not notice: {planted}"


def test_a_tidy_table_breaks_no_rule(connection: psycopg.Connection) -> None:
    before = {breach for rule in CATALOG_RULES for breach in rule(read_catalog(connection))}
    connection.execute((AS_OWNER + SECURED + "RESET ROLE").encode())
    after = {breach for rule in CATALOG_RULES for breach in rule(read_catalog(connection))}
    assert after == before


def test_every_rule_of_the_database_has_a_planted_breach() -> None:
    assert set(CATALOG_RULES) == set(BREACHES)


class TestIsolation:
    """The isolation tests can fail too: each leak they look for is opened once."""

    @pytest.fixture
    def leaky(self, connection: psycopg.Connection) -> psycopg.Connection:
        loosen(connection)
        connection.execute((AS_OWNER + SECURED + "RESET ROLE").encode())
        return connection

    def test_a_table_left_open_is_reached(self, leaky: psycopg.Connection) -> None:
        leaky.execute("ALTER TABLE org.planted DISABLE ROW LEVEL SECURITY")
        planted = read_catalog(leaky).relations["org.planted"]
        leaky.execute(insertion(planted, group_id=1, brand_id=1))
        enter(leaky, rls.APP, 2)
        assert dict(attempts(leaky, planted)) == {"read": 1, "lock": 1, "change": 1}
        assert refusal(leaky, insertion(planted, group_id=3, brand_id=1)) == ""

    def test_a_closed_table_is_not_reached(self, leaky: psycopg.Connection) -> None:
        planted = read_catalog(leaky).relations["org.planted"]
        leaky.execute(insertion(planted, group_id=1, brand_id=1))
        enter(leaky, rls.APP, 2)
        assert dict(attempts(leaky, planted)) == {"read": 0, "lock": 0, "change": 0}
        assert "row-level" in refusal(leaky, insertion(planted, group_id=3, brand_id=1))

    def test_a_plain_view_shows_another_group(self, leaky: psycopg.Connection) -> None:
        view = "CREATE VIEW org.v_planted AS SELECT group_id, id FROM org.planted;"
        leaky.execute((AS_OWNER + view).encode())
        leaky.execute("GRANT SELECT ON org.v_planted TO huitong_reader; RESET ROLE")
        relations = read_catalog(leaky).relations
        leaky.execute(insertion(relations["org.planted"], group_id=1, brand_id=1))
        enter(leaky, rls.READER, 2)
        assert dict(attempts(leaky, relations["org.v_planted"]))["read"] == 1

    def test_a_key_without_the_group_tells_of_another_group(
        self, leaky: psycopg.Connection
    ) -> None:
        leaky.execute("CREATE UNIQUE INDEX planted_key ON org.planted (id)")
        planted = read_catalog(leaky).relations["org.planted"]
        leaky.execute(insertion(planted, group_id=1, brand_id=1))
        enter(leaky, rls.APP, 2)
        assert "planted_key" in refusal(leaky, insertion(planted, group_id=2, brand_id=1))

    def test_a_granted_partition_is_reached(self, leaky: psycopg.Connection) -> None:
        leaky.execute("""
            CREATE TABLE org.parted (group_id bigint NOT NULL) PARTITION BY HASH (group_id);
            CREATE TABLE org.parted_0 PARTITION OF org.parted
              FOR VALUES WITH (MODULUS 1, REMAINDER 0);
            ALTER TABLE org.parted ENABLE ROW LEVEL SECURITY;
            GRANT SELECT ON org.parted, org.parted_0 TO huitong_app;
        """)
        relations = read_catalog(leaky).relations
        leaky.execute(sql.SQL("INSERT INTO org.parted (group_id) VALUES (1)"))
        enter(leaky, rls.APP, 2)
        assert dict(attempts(leaky, relations["org.parted"]))["read"] == 0
        assert dict(attempts(leaky, relations["org.parted_0"]))["read"] == 1
