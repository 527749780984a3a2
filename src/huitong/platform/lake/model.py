"""What the lake holds and how it says so: published tables, files, manifests, refusals; pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from huitong.platform.errors import DomainError, Kind

CHANGED = "changed_xid"
BUCKET = "bucket"
BUCKETS = 4_096
MANIFEST_FORMAT = 1


class ColumnKind(StrEnum):
    """What a published column holds; the value is its type in the lake."""

    WHOLE = "BIGINT"
    # Fen, pieces and points: `verify` adds them up.
    AMOUNT = "DECIMAL(18, 0)"
    SMALL = "SMALLINT"
    TEXT = "VARCHAR"
    TEXTS = "VARCHAR[]"
    FLAG = "BOOLEAN"
    INSTANT = "TIMESTAMPTZ"
    DAY = "DATE"

    @property
    def type(self) -> str:
        """Return the type in the lake; amounts are stored as whole numbers too."""
        return ColumnKind.WHOLE.value if self is ColumnKind.AMOUNT else self.value


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a row is: the customer in `column`, or who owns the row of `table` it names there."""

    column: str
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """One published view as the lake keeps it.

    A view without `changed_xid` is small and copied whole at every refresh. `month` names the
    instant by which `verify` tells months apart. `erased` names a flag: what it is true for is
    rewritten at once, so that no older version stays. `version` counts changes of meaning that the
    columns do not show; a change of either makes the next refresh read the whole view.
    """

    name: str
    view: str
    key: tuple[str, ...]
    columns: Mapping[str, ColumnKind]
    sort: tuple[str, ...] = ()
    month: str | None = None
    owner: Owner | None = None
    erased: str | None = None
    version: int = 1

    @property
    def is_whole(self) -> bool:
        """Tell whether every refresh copies the view whole."""
        return CHANGED not in self.columns

    @property
    def amounts(self) -> tuple[str, ...]:
        """Return the columns that `verify` adds up."""
        return tuple(n for n, kind in self.columns.items() if kind is ColumnKind.AMOUNT)

    @property
    def fingerprint(self) -> str:
        """Return what changes when the table has to be read anew."""
        told = [self.view, str(self.version), *self.key, *self.sort]
        told += [f"{name} {kind.type}" for name, kind in self.columns.items()]
        return hashlib.blake2b("|".join(told).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Derived:
    """States that are computed from tables of the lake, for one customer all at once.

    `query` reads the lake's tables by their names and answers `columns` in order, the first of them
    the customer. `{zone}` in it is the brand's time zone, `{touched}` a condition on `customer_id`
    that leaves those whose facts changed.
    """

    name: str
    columns: Mapping[str, ColumnKind]
    query: str
    sort: tuple[str, ...] = ()
    version: int = 1

    @property
    def customer(self) -> str:
        """Return the column of the customer."""
        return next(iter(self.columns))

    @property
    def key(self) -> tuple[str, ...]:
        """Return by what newer states replace older ones: a customer's states all together."""
        return (self.customer,)

    @property
    def fingerprint(self) -> str:
        """Return what changes when the states have to be computed anew."""
        return hashlib.blake2b(
            f"{self.version}|{self.query}|{sorted(self.columns)}".encode(), digest_size=8
        ).hexdigest()


Table = Published | Derived


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every table of the lake; derived ones read the published ones.

    `customers` names the table whose rows are the customers that others belong to. `macros` are
    what all who read the lake ask in the same words: a DuckDB expression by its name and arguments.
    """

    published: tuple[Published, ...]
    derived: tuple[Derived, ...] = ()
    customers: str = "customers"
    macros: Mapping[str, str] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Return the tables in the order in which they are refreshed."""
        return (*self.published, *self.derived)

    def published_named(self, name: str) -> Published:
        """Return a published table by its name."""
        return next(table for table in self.published if table.name == name)


@dataclass(frozen=True, slots=True)
class Place:
    """Whose lake is meant: that of one brand, with the zone in which its months begin."""

    group_id: int
    brand_id: int
    time_zone: str = "UTC"

    @property
    def prefix(self) -> str:
        """Return what the names of its objects start with."""
        return f"group={self.group_id}/brand={self.brand_id}"


@dataclass(frozen=True, slots=True)
class File:
    """One object of a table with the buckets it holds, from `bucket_from` to below `bucket_end`."""

    name: str
    rows: int
    bytes: int
    digest: str
    bucket_from: int = 0
    bucket_end: int = BUCKETS


@dataclass(frozen=True, slots=True)
class TableState:
    """Which files are a table: sorted ones, and recent ones whose rows replace theirs by key."""

    fingerprint: str
    sorted: tuple[File, ...] = ()
    recent: tuple[File, ...] = ()

    @property
    def files(self) -> tuple[File, ...]:
        """Return all its files."""
        return (*self.sorted, *self.recent)

    @property
    def rows(self) -> int:
        """Return how many rows the files hold, replaced ones among them."""
        return sum(file.rows for file in self.files)


@dataclass(frozen=True, slots=True)
class Touched:
    """Whose facts the refresh of a version changed."""

    version: int
    file: File


@dataclass(frozen=True, slots=True)
class Manifest:
    """One state of a brand's lake: exactly what `snapshot` saw in the database it came from."""

    version: int
    origin: str
    snapshot: str
    as_of: datetime
    time_zone: str
    tables: Mapping[str, TableState]
    touched: tuple[Touched, ...] = ()
    # Who was touched by later versions is known; for this one and earlier ones it is not.
    touched_after: int = 0

    @property
    def files(self) -> tuple[File, ...]:
        """Return every file that counts."""
        of_tables = [file for state in self.tables.values() for file in state.files]
        return (*of_tables, *(one.file for one in self.touched))


@dataclass(frozen=True, slots=True)
class RefreshedTable:
    """What a refresh did to a table; `read_rows` came from the database."""

    read_rows: int
    is_full: bool
    rewritten_files: int


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did; `touched` customers have changed facts."""

    manifest: Manifest
    tables: Mapping[str, RefreshedTable]
    touched: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure in which lake and database differ; `month` is its first day, if it has one."""

    table: str
    month: str | None
    figure: str
    in_lake: int
    in_database: int


@dataclass(frozen=True, slots=True)
class FileTrouble:
    """A file that is not what the manifest says."""

    table: str
    file: str
    trouble: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a comparison found; `rows` were compared, `newer` wait for the next refresh."""

    version: int
    rows: Mapping[str, int]
    newer: Mapping[str, int]
    differences: Sequence[Difference] = field(default=())
    troubles: Sequence[FileTrouble] = field(default=())

    @property
    def agrees(self) -> bool:
        """Tell whether every file is whole and every figure equal."""
        return not self.differences and not self.troubles


@dataclass(eq=False)
class LakeEmpty(DomainError):
    """The lake of a brand was never refreshed."""

    code: ClassVar[str] = "platform.lake_empty"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "The lake holds nothing of brand {brand_id} yet: run “huitong lake refresh”."
    )
    brand_id: int


@dataclass(eq=False)
class LakeMoved(DomainError):
    """Another refresh of the same brand was finished first; this one's work is not needed."""

    code: ClassVar[str] = "platform.lake_moved"
    kind: ClassVar[Kind] = Kind.BUSY
    sentence: ClassVar[str] = (
        "Another refresh of this brand's lake was finished in the meantime; nothing is lost, run it"
        " again if you need what came since."
    )
    version: int


@dataclass(eq=False)
class LakeOfAnotherDatabase(DomainError):
    """The lake was made from another database, or from this one before it was restored."""

    code: ClassVar[str] = "platform.lake_of_another_database"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The lake in {folder} was read from another database, or from this one before a backup was"
        " restored: run “huitong lake refresh --full”."
    )
    folder: str


@dataclass(eq=False)
class LakeDamaged(DomainError):
    """A file that the lake counts on is missing or damaged."""

    code: ClassVar[str] = "platform.lake_damaged"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The lake's file {file} is missing or damaged: run “huitong lake refresh --full”."
    )
    file: str


@dataclass(eq=False)
class LakeUrlUnusable(DomainError):
    """The lake was to be somewhere that this release cannot write to."""

    code: ClassVar[str] = "platform.lake_url_unusable"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "HUITONG_LAKE_URL must be a folder of this machine, not “{url}”."
    url: str
