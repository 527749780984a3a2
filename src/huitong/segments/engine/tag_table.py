"""The table of tags as files: a row per customer by ordinal, what changed lately, and the log.

Base files hold a shard of 2^20 ordinals each. An incremental refresh writes the rows it computed
into one recent file, which replaces rows of the base by customer; when that has grown, the base is
written anew. A file is never changed; which files count is the state that a refresh publishes.
"""
# ruff: noqa: S608 - The statements are made of names of ours and of numbers.

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import duckdb
import numpy as np
from numpy.typing import NDArray

from huitong.platform.lake import Folder
from huitong.segments.engine.tag_computing import COMPUTED, NEXT_TURN
from huitong.segments.rules.bitmaps import SHARD_BITS, SHARD_SIZE

Ids = NDArray[np.int64]
Ordinals = NDArray[np.int32]

OLDER, FRESH, GONE, CHANGED, NUMBERED = "older", "fresh", "gone", "changed", "numbered"
# The base is written anew when so many of its rows were replaced.
RECENT_SHARE_MAX = 10
RECENT_ROWS_MIN = 100_000
OPTIONS = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"


@dataclass(frozen=True, slots=True)
class TagFiles:
    """Which files hold a brand's tags as of a refresh; `columns` are the tags with SQL types."""

    columns: Mapping[str, str]
    base: tuple[str, ...] = ()
    base_rows: int = 0
    recent: str | None = None
    recent_rows: int = 0
    log: tuple[str, ...] = ()
    # The rows from which the log goes on.
    baseline: tuple[str, ...] = ()
    items: str | None = None
    given: str | None = None
    # The values of each tag that lists them, in the order that its numbers were given by.
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, state: Mapping[str, Any]) -> Self:
        """Return what a refresh published."""
        known: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in state.items()
        }
        return cls(**known)

    def told(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))

    @property
    def files(self) -> set[str]:
        """Return every file that counts."""
        single = {name for name in (self.recent, self.items, self.given) if name}
        return {*self.base, *self.log, *self.baseline, *single}


@dataclass(frozen=True, slots=True)
class TagStore:
    """Where a brand's tags are."""

    connection: duckdb.DuckDBPyConnection
    folder: Folder
    prefix: str
    made: list[str] = field(default_factory=list)

    # Reading.

    def open_older(self, files: TagFiles | None) -> bool:
        """Define the view `older` of the table as it is, and return whether there is one."""
        if files is None or not (files.base or files.recent):
            return False
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {OLDER} AS {self.rows(files)}")
        return True

    def rows(self, files: TagFiles) -> str:
        """Return the query of the table's rows as they count."""
        names = ", ".join(
            f'"{name}"' for name in ("ordinal", "customer_id", *files.columns, NEXT_TURN)
        )
        base = f"SELECT {names} FROM {self.read(*files.base)}" if files.base else None
        if files.recent is None:
            assert base is not None, "A table has files."
            return base
        recent = f"SELECT {names} FROM {self.read(files.recent)} WHERE NOT is_gone"
        if base is None:
            return recent
        return (
            f"{base} AS b ANTI JOIN {self.read(files.recent)} AS r USING (customer_id)"
            f" UNION ALL {recent}"
        )

    def count(self, files: TagFiles) -> int:
        """Return how many customers the table holds."""
        query = f"SELECT count(*) FROM ({self.rows(files)})"
        ((count,),) = self.connection.execute(query).fetchall()
        return int(count)

    def read(self, *names: str) -> str:
        """Return what DuckDB reads files by."""
        paths = ", ".join("'" + self.folder.locate(name).replace("'", "''") + "'" for name in names)
        # The names hold "group=…", which are no columns here.
        return f"read_parquet([{paths}], hive_partitioning = false)"

    # Writing.

    def keep(self, query: str, name: str) -> str:
        """Write the rows of a query as a file and return its name."""
        told = f"{self.prefix}/{name}-{secrets.token_hex(6)}.parquet"
        with self.folder.drafting() as drafts:
            draft = Path(drafts) / "rows.parquet"
            self.connection.execute(f"COPY ({query}) TO '{draft}' {OPTIONS}")
            self.folder.put(told, draft)
        self.made.append(told)
        return told

    def number(self, customer_ids: Ids, ordinals: Ordinals) -> None:
        """Note the ordinals of customers whom the table does not hold yet."""
        self.connection.register("newly", {"customer_id": customer_ids, "ordinal": ordinals})
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {NUMBERED} AS"
            " SELECT CAST(customer_id AS BIGINT) AS customer_id,"
            " CAST(ordinal AS INTEGER) AS ordinal FROM newly"
        )
        self.connection.unregister("newly")

    def newcomers(self, *, has_older: bool) -> Ids:
        """Return who was computed and is not in the table yet, by bucket; 8 bytes each."""
        known = f"WHERE customer_id NOT IN (SELECT customer_id FROM {OLDER})" if has_older else ""
        query = f"SELECT customer_id FROM {COMPUTED} {known} ORDER BY customer_id & 4095, 1"
        found = self.connection.execute(query).fetchnumpy()["customer_id"]
        return np.asarray(found, np.int64)

    def compare(self, files: TagFiles | None, *, wanted: str | None) -> tuple[int, int]:
        """Make `fresh`, `gone` and `changed`, and return how many are gone and what changed."""
        run = self.connection.execute
        has_older = self.open_older(files)
        known = (
            f"SELECT customer_id, ordinal FROM {NUMBERED} UNION ALL"
            f" SELECT customer_id, ordinal FROM {OLDER}"
            if has_older
            else f"SELECT customer_id, ordinal FROM {NUMBERED}"
        )
        run(
            f"CREATE OR REPLACE TEMP TABLE {FRESH} AS SELECT k.ordinal, c.* FROM {COMPUTED} AS c"
            f" JOIN ({known}) AS k USING (customer_id)"
        )
        if not has_older:
            run(f"CREATE OR REPLACE TEMP TABLE {GONE} (customer_id BIGINT, ordinal INTEGER)")
            run(f"CREATE OR REPLACE TEMP TABLE {CHANGED} {LOG_COLUMNS}")
            return 0, 0
        assert files is not None, "What is older has files."
        looked_at = f"WHERE customer_id IN (SELECT customer_id FROM {wanted})" if wanted else ""
        run(
            f"CREATE OR REPLACE TEMP TABLE {GONE} AS SELECT customer_id, ordinal FROM {OLDER}"
            f" ANTI JOIN {COMPUTED} USING (customer_id) {looked_at}"
        )
        self._compare_tags(files, looked_at)
        ((gone,),) = run(f"SELECT count(*) FROM {GONE}").fetchall()
        ((changed,),) = run(f"SELECT count(*) FROM {CHANGED}").fetchall()
        return int(gone), int(changed)

    def _compare_tags(self, files: TagFiles, looked_at: str) -> None:
        run = self.connection.execute
        run(f"CREATE OR REPLACE TEMP TABLE {CHANGED} {LOG_COLUMNS}")
        run(f"CREATE OR REPLACE TEMP TABLE before AS SELECT * FROM {OLDER} {looked_at}")
        described = run(f"DESCRIBE {FRESH}").fetchall()
        now = {row[0]: row[1] for row in described}
        for name, kind in files.columns.items():
            if now.get(name) == kind:
                run(
                    f"INSERT INTO {CHANGED} SELECT coalesce(f.customer_id, b.customer_id),"
                    f' coalesce(f.ordinal, b.ordinal), \'{name}\', b."{name}", f."{name}"'
                    f" FROM before AS b FULL JOIN {FRESH} AS f USING (customer_id)"
                    f' WHERE coalesce(b."{name}", {_none(kind)})'
                    f' IS DISTINCT FROM coalesce(f."{name}", {_none(kind)})'
                )

    def written(
        self, files: TagFiles | None, columns: Mapping[str, str], *, is_full: bool, log: str
    ) -> TagFiles:
        """Write the table with what was computed and the log of what changed."""
        if files is None or is_full:
            found = self._base(f"SELECT * FROM {FRESH}", columns)
            kept = () if files is None else files.log
            first = found.base if files is None or not files.baseline else files.baseline
            return replace(found, log=(*kept, *self._log(log)), baseline=first)
        recent = f"SELECT *, false AS is_gone FROM {FRESH} UNION ALL BY NAME {self._gone(columns)}"
        if files.recent is not None:
            recent += (
                f" UNION ALL BY NAME SELECT * FROM {self.read(files.recent)}"
                f" WHERE customer_id NOT IN (SELECT customer_id FROM {FRESH})"
                f" AND customer_id NOT IN (SELECT customer_id FROM {GONE})"
            )
        name = self.keep(recent, "recent")
        ((rows,),) = self.connection.execute(f"SELECT count(*) FROM {self.read(name)}").fetchall()
        found = replace(
            files, recent=name, recent_rows=int(rows), log=(*files.log, *self._log(log))
        )
        if rows > RECENT_ROWS_MIN and rows * RECENT_SHARE_MAX > files.base_rows:
            whole = self._base(self.rows(found), columns)
            return replace(whole, log=found.log, baseline=found.baseline)
        return found

    def _gone(self, columns: Mapping[str, str]) -> str:
        nothing = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items())
        return (
            f"SELECT ordinal, customer_id, {nothing}, CAST(NULL AS INTEGER) AS {NEXT_TURN},"
            f" true AS is_gone FROM {GONE}"
        )

    def _base(self, query: str, columns: Mapping[str, str]) -> TagFiles:
        run = self.connection.execute
        run(f"CREATE OR REPLACE TEMP VIEW whole AS {query}")
        ((rows, last),) = run("SELECT count(*), max(ordinal) FROM whole").fetchall()
        names = []
        for shard in range(0 if last is None else (last >> SHARD_BITS) + 1):
            low = shard << SHARD_BITS
            names.append(
                self.keep(
                    f"SELECT * FROM whole WHERE ordinal >= {low} AND ordinal < {low + SHARD_SIZE}"
                    " ORDER BY ordinal",
                    f"shard-{shard:04d}",
                )
            )
        return TagFiles(columns=dict(columns), base=tuple(names), base_rows=int(rows))

    def _log(self, constants: str) -> Sequence[str]:
        ((rows,),) = self.connection.execute(f"SELECT count(*) FROM {CHANGED}").fetchall()
        if not rows:
            return ()
        return (
            self.keep(
                f"SELECT *, {constants} FROM {CHANGED} ORDER BY customer_id & 4095, customer_id",
                "log",
            ),
        )


LOG_COLUMNS = "(customer_id BIGINT, ordinal INTEGER, tag VARCHAR, before INT128, now INT128)"


def _none(kind: str) -> str:
    """Return what stands for unknown: words have 0, numbers nothing."""
    return "NULL" if kind == "BIGINT" else "0"
