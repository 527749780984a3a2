"""Transactions: the only module that begins, commits and rolls back.

One request or one page is one transaction, opened at the edge with a scope. The first round trip
begins it, takes the role and sets what row-level security reads; forgetting a scope shows nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from psycopg import Connection, Cursor
from psycopg.errors import DeadlockDetected
from psycopg.rows import TupleRow, class_row
from psycopg_pool import ConnectionPool

from huitong.platform import rls
from huitong.platform.ids import IdMaker
from huitong.platform.instants import Instants
from huitong.platform.sessions import Growth, Session, Staging

if TYPE_CHECKING:
    from psycopg.abc import Buffer, Params

FEW_ROWS_MAX = 40  # Up to here one statement with arrays beats COPY and INSERT (three round trips).
EVENT_DEPTH_MAX = 8
DEADLOCKS_MAX = 5
STATEMENT_TIMEOUT_MS = 300_000
LOCK_TIMEOUT_MS = 30_000


class Role(StrEnum):
    """The database roles a transaction can run as; none of them owns a table."""

    APP = rls.APP
    WORKER = rls.WORKER
    READER = rls.READER


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows a transaction sees: one group, and all of its brands or the named ones."""

    group_id: int
    brand_ids: tuple[int, ...] | None = None

    def settings(self) -> str:
        """Return the value of `huitong.brand_ids`: a star for every brand of the group."""
        return "*" if self.brand_ids is None else ",".join(map(str, self.brand_ids))


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of rows on their way into a statement: a name, and SQL types by column."""

    name: str
    columns: Mapping[str, str]

    def instants(self) -> list[int]:
        """Return the places of the columns that hold instants."""
        return [place for place, kind in enumerate(self.columns.values()) if kind == "timestamptz"]


Into = TypeVar("Into")
Row: TypeAlias = Sequence[object]
Handler: TypeAlias = Callable[["Tx", Sequence[object], datetime], None]
EventTable: TypeAlias = Mapping[type, Sequence[Handler]]


class TooManyEvents(AssertionError):
    """Handlers kept emitting events past the depth that any real chain needs."""


def array(values: Collection[int]) -> str:
    """Return whole numbers as a PostgreSQL array literal; ten times faster than a list."""
    return "{" + ",".join(map(str, values)) + "}"


def text_array(values: Sequence[str]) -> str:
    """Return texts as a PostgreSQL array literal."""
    quoted = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"


def byte_array(values: Sequence[bytes]) -> str:
    """Return byte strings as a PostgreSQL array literal."""
    return '{"\\\\x' + '","\\\\x'.join([value.hex() for value in values]) + '"}' if values else "{}"


class ReadTx:
    """A transaction that can only read; every query function takes it first."""

    def __init__(self, connection: Connection[TupleRow], scope: Scope, watch: Callable[[], None]):
        """Wrap an open transaction; made by `Database` only."""
        self.scope = scope
        self.statements = 0
        self._connection = connection
        self._watch = watch

    def rows(self, sql: str, params: "Params | None" = None) -> list[TupleRow]:
        """Return all rows of a query as tuples."""
        return self._run(sql, params).fetchall()

    def row(self, sql: str, params: "Params | None" = None) -> TupleRow | None:
        """Return the first row of a query, or None when it has none."""
        return self._run(sql, params).fetchone()

    def all(self, into: type[Into], sql: str, params: "Params | None" = None) -> list[Into]:
        """Return all rows of a query as `into`, columns by field name."""
        self._count()
        with self._connection.cursor(row_factory=class_row(into)) as cursor:
            return cursor.execute(sql.encode(), params).fetchall()

    def stream(self, sql: str, params: "Params | None", *, chunk: int) -> Iterator[TupleRow]:
        """Yield the rows of a query through a server-side cursor, `chunk` rows a round trip."""
        self._count()
        with self._connection.cursor(name="huitong_stream") as cursor:
            cursor.itersize = chunk
            cursor.execute(sql.encode(), params)
            yield from cursor

    def copied_out(self, sql: str, params: "Params | None") -> "Generator[Buffer, None, None]":
        """Yield what a `COPY ... TO STDOUT` gives, whole rows one after the other."""
        self._count()
        with (
            self._connection.cursor() as cursor,
            cursor.copy(sql.encode(), params) as copy,
        ):
            yield from copy

    def _run(self, sql: str, params: "Params | None") -> Cursor[TupleRow]:
        self._count()
        return self._connection.execute(sql.encode(), params)

    def _count(self) -> None:
        self.statements += 1
        self._watch()


class Tx(ReadTx):
    """A transaction that can write; it cannot commit: the edge that opened it does."""

    def __init__(
        self,
        connection: Connection[TupleRow],
        scope: Scope,
        watch: Callable[[], None],
        *,
        ids: IdMaker,
        staging: Staging,
        growth: Growth,
        events: EventTable,
        now: datetime,
    ):
        """Wrap an open transaction; made by `Database` only."""
        super().__init__(connection, scope, watch)
        self._ids = ids
        self._staging = staging
        self._growth = growth
        self._handlers = events
        self._now = now
        self._pending: list[object] = []
        self._instants = Instants()

    def execute(self, sql: str, params: "Params | None" = None) -> int:
        """Run one statement and return how many rows it touched."""
        return self._run(sql, params).rowcount

    def write(
        self,
        sql: str,
        shape: Shape,
        rows: Sequence[Row],
        constants: Mapping[str, object] | None = None,
    ) -> list[TupleRow]:
        """Run a set-based statement over `rows` and return what it returns.

        `{incoming}` in the statement stands for the rows: arrays for few, for many a temporary
        table filled by COPY (COPY straight into a table under row-level security is refused).
        `%(group_id)s` is the scope's group; `constants` are further values of the same form.
        """
        if not rows:
            return []
        self._growth[shape.name] += len(rows)
        params: dict[str, object] = {"group_id": self.scope.group_id, **(constants or {})}
        if len(rows) <= FEW_ROWS_MAX:
            columns = zip(shape.columns, zip(*rows, strict=True), strict=True)
            params |= {f"incoming_{name}": list(values) for name, values in columns}
            source = _arrays(shape)
        else:
            source = self._copied(shape, rows)
        cursor = self._run(sql.replace("{incoming}", source), params)
        return cursor.fetchall() if cursor.description else []

    def new_ids(self, buckets: Sequence[int]) -> list[int]:
        """Return one new 64-bit id per bucket, in order."""
        return self._ids.make(buckets, self._lease_block)

    def emit(self, *events: object) -> None:
        """Hand facts to the handlers that the wiring names; they run before the commit."""
        self._pending.extend(events)

    def settle(self) -> None:
        """Run the handlers of all emitted events, in batches by type, until none is left.

        :raises TooManyEvents: when handlers keep emitting beyond the depth limit.
        """
        for _ in range(EVENT_DEPTH_MAX):
            if not self._pending:
                return
            batches: dict[type, list[object]] = defaultdict(list)
            for event in self._pending:
                batches[type(event)].append(event)
            self._pending.clear()
            for kind, batch in batches.items():
                for handler in self._handlers.get(kind, ()):
                    handler(self, batch, self._now)
        if self._pending:
            message = f"Events are still being emitted after {EVENT_DEPTH_MAX} rounds."
            raise TooManyEvents(message)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo everything done inside, events included, when the block raises."""
        emitted = list(self._pending)
        made, filled = set(self._staging.made_now), set(self._staging.filled_now)
        self._run("SAVEPOINT part", None)
        try:
            yield
        except BaseException:
            if not self._connection.broken:
                # It stays after a rollback, and would hide an outer one of the same name.
                self._run("ROLLBACK TO SAVEPOINT part", None)
                self._run("RELEASE SAVEPOINT part", None)
            self._pending[:] = emitted
            # What was staged before the savepoint is still there, rows included.
            self._staging.made_now, self._staging.filled_now = made, filled
            raise
        self._run("RELEASE SAVEPOINT part", None)

    def _lease_block(self) -> int:
        found = self.row("SELECT nextval('platform.id_block')")
        assert found is not None, "A sequence always answers."
        return int(found[0])

    def _copied(self, shape: Shape, rows: Sequence[Row]) -> str:
        table = f"incoming_{shape.name}"
        if table not in self._staging.made | self._staging.made_now:
            columns = ", ".join(f"{name} {kind}" for name, kind in shape.columns.items())
            self._run(
                f"CREATE TEMP TABLE IF NOT EXISTS {table} ({columns}) ON COMMIT DELETE ROWS", None
            )
            self._staging.made_now.add(table)
        if table in self._staging.filled_now:
            self._run(f"TRUNCATE {table}", None)
        self._staging.filled_now.add(table)
        self._count()
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy,
        ):
            for row in self._instants.told(rows, shape.instants()):
                copy.write_row(row)
        return f"{table} AS incoming"


def _arrays(shape: Shape) -> str:
    arrays = ", ".join(f"%(incoming_{name})s::{kind}[]" for name, kind in shape.columns.items())
    return f"unnest({arrays}) AS incoming({', '.join(shape.columns)})"


class Database:
    """A pool of connections and the two ways to use one: read, or write in one transaction."""

    def __init__(
        self,
        url: str,
        *,
        events: EventTable | None = None,
        connections_max: int = 8,
        watch: Callable[[], None] = lambda: None,
        ending: Callable[[Tx, datetime], None] = lambda _tx, _now: None,
    ):
        """Open a pool on `url`; `watch` is called before every statement (fault injection).

        `ending` sees each transaction that wrote or might have, right before its commit.
        """
        self.url = url
        self._events = events or {}
        self._growth = Growth()
        self._last_ids: IdMaker | None = None
        self._watch = watch
        self._ending = ending
        self._pool = ConnectionPool(
            url,
            connection_class=Session,
            min_size=0,
            max_size=connections_max,
            kwargs={"autocommit": True, "application_name": "huitong"},
            configure=_configure,
            open=True,
        )

    def close(self) -> None:
        """Close every connection of the pool."""
        self._pool.close()

    @contextmanager
    def transaction(self, scope: Scope, *, now: datetime, role: Role = Role.APP) -> Iterator[Tx]:
        """Open one transaction that commits when the block ends and rolls back when it raises."""
        with self._pool.connection() as connection:
            connection.drop_old_plans(self._growth)
            self._keep_ids_in_order(connection.ids)
            staging = connection.staging[role]
            connection.execute(_begin(scope, role, read_only=False))
            tx = Tx(
                connection,
                scope,
                self._watch,
                ids=connection.ids,
                staging=staging,
                growth=self._growth,
                events=self._events,
                now=now,
            )
            try:
                yield tx
                tx.settle()
                self._ending(tx, now)
                self._watch()
                connection.execute("COMMIT")
                staging.made |= staging.made_now
            except BaseException:
                _roll_back(connection)
                raise
            finally:
                staging.forget_open_work()

    def do(self, scope: Scope, work: Callable[[Tx], Into], *, now: datetime) -> Into:
        """Run `work` in one transaction, and again from the start when it loses a deadlock.

        Two pages may wait for each other's identifiers or merged customers; PostgreSQL ends one of
        them, and nothing of it is left.

        :raises psycopg.errors.DeadlockDetected: when it lost `DEADLOCKS_MAX` times in a row.
        """
        for _ in range(DEADLOCKS_MAX - 1):
            with suppress(DeadlockDetected), self.transaction(scope, now=now) as tx:
                return work(tx)
        with self.transaction(scope, now=now) as tx:
            return work(tx)

    def _keep_ids_in_order(self, ids: IdMaker) -> None:
        """Let later transactions have higher ids, though the pool passes its sessions around.

        Blocks belong to sessions, because a block that was leased shortly before the server crashed
        may be leased again. So a session that follows another one begins a new block.
        """
        if ids is not self._last_ids:
            ids.let_go()
            self._last_ids = ids

    @contextmanager
    def reading(self, scope: Scope, *, role: Role = Role.APP) -> Iterator[ReadTx]:
        """Open one read-only transaction that sees one state from its first query to its last."""
        with self._pool.connection() as connection:
            connection.drop_old_plans(self._growth)
            connection.execute(_begin(scope, role, read_only=True))
            try:
                yield ReadTx(connection, scope, self._watch)
            finally:
                _roll_back(connection)


def _configure(connection: Connection[TupleRow]) -> None:
    connection.execute(
        f"SET TIME ZONE 'UTC'; SET statement_timeout = {STATEMENT_TIMEOUT_MS};"
        f" SET lock_timeout = {LOCK_TIMEOUT_MS}"
    )


def _begin(scope: Scope, role: Role, *, read_only: bool) -> bytes:
    mode = "ISOLATION LEVEL REPEATABLE READ, READ ONLY" if read_only else "READ WRITE"
    return (
        f"BEGIN {mode}; SELECT set_config('role', '{role}', true),"
        f" set_config('huitong.group_id', '{int(scope.group_id)}', true),"
        f" set_config('huitong.brand_ids', '{scope.settings()}', true)"
    ).encode()


def _roll_back(connection: Connection[TupleRow]) -> None:
    if not connection.closed:
        connection.execute("ROLLBACK")
