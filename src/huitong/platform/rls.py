"""Row-level security in its one generated form, used by every migration.

The scalar sub-select makes PostgreSQL read the setting once per statement; a function call per row
was measured at five to eight times the cost of a scan (decision 19).
"""

OWNER = "huitong_owner"
APP = "huitong_app"
WORKER = "huitong_worker"
READER = "huitong_reader"

GROUP_POLICY = "group_id = (SELECT NULLIF(current_setting('huitong.group_id', true), '')::bigint)"
# The list is made inside its sub-select: a cast outside it would run again for every row.
BRAND_POLICY = (
    "((SELECT current_setting('huitong.brand_ids', true) = '*')"
    " OR brand_id = ANY (ARRAY (SELECT unnest(string_to_array("
    "NULLIF(current_setting('huitong.brand_ids', true), '*'), ',')::bigint[]))))"
)


def secure(
    table: str, *, brand: bool = False, app: str = "SELECT, INSERT, UPDATE", reader: bool = True
) -> list[str]:
    """Return the statements that close `table` to every group (and brand) but the scope's own.

    `brand` adds the brand's half of the policy; `app` names what the app and the worker may do:
    a table that only grows is given "SELECT, INSERT". `reader` false keeps the table from the lake.
    """
    policy = f"{GROUP_POLICY} AND {BRAND_POLICY}" if brand else GROUP_POLICY
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY scope ON {table} USING ({policy}) WITH CHECK ({policy})",
        f"GRANT {app} ON {table} TO {APP}, {WORKER}",
    ]
    return [*statements, f"GRANT SELECT ON {table} TO {READER}"] if reader else statements


def open_to_worker(table: str) -> list[str]:
    """Return the statements that let the worker see a queue of all groups."""
    return [
        f"CREATE POLICY queue ON {table} TO {WORKER} USING (true) WITH CHECK (true)",
    ]
