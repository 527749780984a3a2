"""Who has to be computed again: whose facts, items or given tags changed, and whose day has come.

That is exact by four sources. The lake tells whose facts changed since the version that was
computed from. Of every customer the table keeps the first day on which a window, a step or a border
may pass over their facts; before it nothing can change. Items and given tags are compared with
copies of what was computed from. What is none of these (definitions, borders of models, channel
accounts, the zone) is told by a digest, and makes everybody be computed.
"""
# ruff: noqa: S608 - The statements are made of names of ours and of numbers.

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

import duckdb

from huitong.segments.engine.tag_computing import NEXT_TURN
from huitong.segments.engine.tag_table import OLDER, TagFiles, TagStore
from huitong.segments.model.tags import NumberValues, Tag, is_whole_number
from huitong.segments.queries.tags import GivenTag
from huitong.segments.rules.compiler.fields import EPOCH

WANTED = "wanted"
ITEMS = (
    "SELECT code, spu, array_to_string(category, '/') AS category, series, season, year, colour,"
    " size, material, brand_label FROM skus"
)
# Also what is said for a later day alone: whoever it is of turns on that day.
GIVEN_NOW = (
    "SELECT customer_id, tag, number, given_turn"
    " FROM given FULL JOIN given_turns USING (customer_id)"
)


def digest_of(connection: duckdb.DuckDBPyConnection, parts: Sequence[str]) -> str:
    """Return what changes when everybody has to be computed again."""
    accounts = connection.execute(
        "SELECT id, platform, books_revenue FROM accounts ORDER BY id"
    ).fetchall()
    text = "|".join([*parts, repr(accounts)])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def take_given(
    connection: duckdb.DuckDBPyConnection,
    given: Sequence[GivenTag],
    tags: Mapping[str, Tag],
    today: date,
) -> None:
    """Make the tables `given` and `given_turns`: what holds today, of whoever the customer is now.

    Of several sayings of one exclusive tag the latest counts, wherever a merge brought it from;
    when it ends, no older one comes back.
    """
    run = connection.execute
    _take_said(connection, given, tags)
    day = (today - EPOCH).days
    multi = [f"'{tag.code}'" for tag in tags.values() if tag.multi]
    is_multi = f"tag IN ({', '.join(multi)})" if multi else "false"
    run(
        "CREATE OR REPLACE TEMP TABLE given AS SELECT customer_id, tag, CASE WHEN"
        f" {is_multi} THEN bit_or(CAST(1 AS BIGINT) << greatest(number - 1, 0))"
        " ELSE any_value(number) END AS number FROM ("
        f" SELECT * FROM said_of WHERE starts <= {day}"
        f" QUALIFY {is_multi} OR id = max(id) OVER (PARTITION BY customer_id, tag))"
        f" WHERE ends IS NULL OR ends > {day} GROUP BY customer_id, tag"
    )
    run(
        "CREATE OR REPLACE TEMP TABLE given_turns AS SELECT customer_id,"
        f" least(min(starts) FILTER (WHERE starts > {day}), min(ends) FILTER (WHERE ends > {day}))"
        " AS given_turn FROM said_of GROUP BY customer_id"
    )


def _take_said(
    connection: duckdb.DuckDBPyConnection, given: Sequence[GivenTag], tags: Mapping[str, Tag]
) -> None:
    """Make the table `said_of`: what was ever said, of whoever the customer is now."""
    run = connection.execute
    run("CREATE OR REPLACE TEMP TABLE said (id BIGINT, customer_id BIGINT, tag VARCHAR,"
        " number BIGINT, starts INTEGER, ends INTEGER)")  # fmt: skip
    rows = [row for one in given if (row := _row(one, tags)) is not None]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        run(
            "INSERT INTO said SELECT unnest(?::BIGINT[]), unnest(?::BIGINT[]),"
            " unnest(?::VARCHAR[]), unnest(?::BIGINT[]), unnest(?::INTEGER[]),"
            " unnest(?::INTEGER[])",
            columns,
        )
    run(
        "CREATE OR REPLACE TEMP TABLE said_of AS WITH RECURSIVE leads (first, id) AS ("
        "SELECT customer_id, customer_id FROM said UNION"
        " SELECT leads.first, c.merged_into FROM leads JOIN customers AS c ON c.id = leads.id"
        " WHERE c.merged_into IS NOT NULL)"
        " SELECT s.id, c.id AS customer_id, s.tag, s.number, s.starts, s.ends FROM said AS s"
        " JOIN leads ON leads.first = s.customer_id JOIN customers AS c ON c.id = leads.id"
        " WHERE c.merged_into IS NULL AND NOT c.is_erased"
    )


def find_wanted(store: TagStore, files: TagFiles, *, touched: str | None, today: date) -> bool:
    """Make the table `wanted` of who has to be computed again; False when that is everybody.

    `touched` is the lake's query of whose facts changed, None where it does not know.
    """
    if touched is None or files.items is None or files.given is None:
        return False
    store.open_older(files)
    copies = {name: f"(SELECT * FROM {store.read(file)})"
              for name, file in (("items", files.items), ("given", files.given))}  # fmt: skip
    run = store.connection.execute
    run(
        f"CREATE OR REPLACE TEMP TABLE other_items AS SELECT DISTINCT code FROM ("
        f"({ITEMS} EXCEPT {copies['items']}) UNION ALL ({copies['items']} EXCEPT {ITEMS}))"
    )
    run(
        f"CREATE OR REPLACE TEMP TABLE {WANTED} AS {touched}"
        f" UNION SELECT customer_id FROM {OLDER} WHERE {NEXT_TURN} <= {(today - EPOCH).days}"
        f" UNION SELECT customer_id FROM (({GIVEN_NOW} EXCEPT {copies['given']})"
        f" UNION ALL ({copies['given']} EXCEPT {GIVEN_NOW}))"
    )
    ((others,),) = run("SELECT count(*) FROM other_items").fetchall()
    if others:
        run(
            f"INSERT INTO {WANTED} SELECT DISTINCT o.customer_id FROM lines AS l"
            " JOIN other_items AS i ON i.code = l.sku JOIN orders AS o ON o.id = l.order_id"
            f" WHERE o.customer_id IS NOT NULL AND o.customer_id NOT IN"
            f" (SELECT customer_id FROM {WANTED} WHERE customer_id IS NOT NULL)"
        )
    run(f"DELETE FROM {WANTED} WHERE customer_id IS NULL")
    return True


def _row(given: GivenTag, tags: Mapping[str, Tag]) -> tuple[object, ...] | None:
    """Return what is said as numbers, or None when its tag or value is there no more."""
    tag = tags.get(given.tag)
    if tag is None:
        return None
    if isinstance(tag.values, NumberValues):
        if not is_whole_number(given.value):
            return None
        number = int(given.value)
    else:
        codes = [value.code for value in tag.values] if isinstance(tag.values, tuple) else []
        if given.value not in codes:
            return None
        number = codes.index(given.value) + 1
    ends = None if given.valid_until is None else (given.valid_until - EPOCH).days
    starts = (given.valid_from - EPOCH).days
    return (given.id, given.customer_id, given.tag, number, starts, ends)
