"""Looks for what identifies a person in every column of every table, and in every file of ours.

Sealed values are opened as far as their keys exist. Whatever is found after an erasure is a hole.
"""

import gzip
import mmap
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import duckdb
import orjson
from psycopg import sql

from huitong.channels.rules import unpack
from huitong.platform import crypto
from huitong.platform.crypto import Cipher, SealBroken
from huitong.platform.db import ReadTx

ROWS_PER_STEP = 1_000
# The server's own files hold rows as the tables do, and older states of them until it cleans up.
SERVER_FOLDER = "postgres"
SERVER_LOG = "server.log"

Row: TypeAlias = Mapping[str, object]
Open: TypeAlias = Callable[[Row, "Keys"], bytes | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """Where something stands that identifies the person; `of` is the value it gives away."""

    place: str
    of: str


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan went over and what it found."""

    tables: int
    rows: int
    files: int
    findings: tuple[Finding, ...]


class Keys:
    """The keys that still exist in a group."""

    def __init__(self, tx: ReadTx) -> None:
        """Read the salts of the group."""
        self._group_id = tx.scope.group_id
        group = {"group_id": self._group_id}
        persons = tx.rows(PERSON_KEYS, group)
        self._persons = {int(row[0]): bytes(row[1]) for row in persons}
        self._days = {row[0].toordinal(): bytes(row[1]) for row in tx.rows(DAY_KEYS, group)}
        self._customers: dict[object, object] = dict(tx.rows(PERSONS_OF_CUSTOMERS, group))

    def of_person(self, person_id: object) -> Cipher | None:
        """Return the cipher of a person; None when the key is gone."""
        if not isinstance(person_id, int) or person_id not in self._persons:
            return None
        salt = self._persons[person_id]
        return crypto.keyring().person_cipher(self._group_id, person_id, salt)

    def of_customer(self, customer_id: object) -> Cipher | None:
        """Return the cipher of the person behind a customer."""
        return self.of_person(self._customers.get(customer_id))

    def of_day(self, ordinal: int) -> Cipher | None:
        """Return the cipher of a day's inbox."""
        salt = self._days.get(ordinal)
        if salt is None:
            return None
        return crypto.keyring().day_cipher(self._group_id, ordinal, salt)


# The salts of persons.
PERSON_KEYS = """
SELECT person_id, salt
FROM vault.person_key
WHERE group_id = %(group_id)s
"""

# The salts of days.
DAY_KEYS = """
SELECT day, salt
FROM vault.day_key
WHERE group_id = %(group_id)s
"""

# Whose key sealed what belongs to a customer.
PERSONS_OF_CUSTOMERS = """
SELECT id, person_id
FROM customers.customer
WHERE group_id = %(group_id)s
"""

# Every table of ours that holds rows of groups, with its columns, partitions left out.
COLUMNS = """
SELECT n.nspname, c.relname, a.attname
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p')
  AND NOT c.relispartition
  AND n.nspname !~ '^(pg_|information_schema)'
  AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY n.nspname, c.relname, a.attnum
"""


def _sealed_for_person(place: str, *, owner: str) -> Open:
    """Return how a value is opened that was sealed for a person or a customer's person."""

    def opened(found: Row, keys: Keys) -> bytes | None:
        by_customer = owner == "customer_id"
        cipher = (keys.of_customer if by_customer else keys.of_person)(found[owner])
        return _opened(cipher, found["sealed"], place, found["id"])

    return opened


def _body(found: Row, keys: Keys) -> bytes | None:
    day = found["day"]
    ordinal = day.toordinal() if hasattr(day, "toordinal") else 0
    packed = _opened(keys.of_day(ordinal), found["content"], "channels.body.content", found["id"])
    return None if packed is None else b"\n".join(unpack(packed))


# How each sealed column is opened; a test holds that no sealed column is missing here.
SEALED: Mapping[str, Open] = {
    "channels.body.content": _body,
    "customers.card.sealed": _sealed_for_person("customers.card", owner="customer_id"),
    "customers.belonging.sealed": _sealed_for_person("customers.belonging", owner="sealed_for"),
    "customers.statement.sealed": _sealed_for_person("customers.profile", owner="sealed_for"),
    "customers.submission.sealed": _sealed_for_person("customers.submission", owner="sealed_for"),
    "identity.identifier.sealed": _sealed_for_person("identity.identifier", owner="sealed_for"),
}


def scan_database(tx: ReadTx, needles: Mapping[bytes, str]) -> tuple[int, int, list[Finding]]:
    """Look through every column of every table that the scope sees; answer tables, rows, findings.

    The salts of keys and the hashes of machine keys are looked through like anything else.
    """
    keys = Keys(tx)
    tables: dict[tuple[str, str], list[str]] = {}
    for schema, table, column in tx.rows(COLUMNS):
        tables.setdefault((schema, table), []).append(column)
    row_count = 0
    findings: list[Finding] = []
    sought = _any_of(needles)
    for (schema, table), columns in tables.items():
        statement = sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(schema, table)
        )
        for values in tx.stream(statement.as_string(), None, chunk=ROWS_PER_STEP):
            row_count += 1
            row = dict(zip(columns, values, strict=True))
            findings += _in_row(f"{schema}.{table}", row, keys, needles, sought)
    return len(tables), row_count, findings


def scan_files(home: Path, needles: Mapping[bytes, str]) -> tuple[int, list[Finding]]:
    """Look through every file under a home, the server's data left out; answer files, findings."""
    count, findings = 0, []
    for path in sorted(home.rglob("*")):
        place = path.relative_to(home)
        is_server = place.parts[0] == SERVER_FOLDER and place.name != SERVER_LOG
        if path.is_file() and not is_server and path.stat().st_size:
            count += 1
            findings += [Finding(str(place), of) for of in _in_file(path, needles)]
    return count, findings


def _in_row(
    table: str, row: Row, keys: Keys, needles: Mapping[bytes, str], sought: re.Pattern[bytes]
) -> Iterator[Finding]:
    contents = [
        (column, content)
        for column, value in row.items()
        for content in (_plain(value), *_opened_of(f"{table}.{column}", row, keys))
    ]
    # One look over the whole row first: hardly any row holds anything.
    if sought.search(b"\0".join(content for _, content in contents)) is None:
        return
    for column, content in contents:
        for of in _in_bytes(content, needles):
            yield Finding(f"{table}.{column} of row {row.get('id', '')}".rstrip(), of)


def _any_of(needles: Mapping[bytes, str]) -> re.Pattern[bytes]:
    assert needles, "A scan looks for something."
    return re.compile(b"|".join(re.escape(needle) for needle in needles))


def _opened_of(place: str, row: Row, keys: Keys) -> Iterator[bytes]:
    opener = SEALED.get(place)
    if opener is not None and row[place.rpartition(".")[2]] is not None:
        content = opener(row, keys)
        if content is not None:
            yield content


def _opened(cipher: Cipher | None, sealed: object, place: str, row: object) -> bytes | None:
    if cipher is None or not isinstance(sealed, bytes) or not isinstance(row, int):
        return None
    try:
        return cipher.open(sealed, place=place, row=row)
    except SealBroken:
        # Sealed under a key that was rotated away: it opens for nobody, so it tells nothing.
        return None


def _plain(value: object) -> bytes:
    match value:
        case None | bool():
            return b""
        case bytes():
            return value
        case str():
            return value.encode()
        case dict() | list():
            return orjson.dumps(value, default=str)
        case _:
            return str(value).encode()


def _in_bytes(content: bytes | mmap.mmap, needles: Mapping[bytes, str]) -> list[str]:
    if not content:
        return []
    return sorted({of for needle, of in needles.items() if content.find(needle) >= 0})


def _in_file(path: Path, needles: Mapping[bytes, str]) -> list[str]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        found = _in_bytes(content, needles)
    if path.suffix == ".gz":
        with gzip.open(path) as unzipped:
            found += _in_bytes(unzipped.read(), needles)
    if path.suffix == ".parquet":
        found += _in_parquet(path, needles)
    return sorted(set(found))


def _in_parquet(path: Path, needles: Mapping[bytes, str]) -> list[str]:
    """Return what stands in a file of the lake, whose columns are compressed."""
    found: list[str] = []
    with duckdb.connect() as connection:
        try:
            told = connection.execute(
                "SELECT to_json(told) FROM read_parquet(?) AS told", [str(path)]
            )
            while rows := told.fetchmany(ROWS_PER_STEP):
                found += _in_bytes("\0".join(row[0] for row in rows).encode(), needles)
        except duckdb.InvalidInputException:
            # A killed refresh leaves a draft without an end; nobody can read it, and it is swept.
            return found
    return found


def scan(
    tx: ReadTx, *, home: Path, texts: Mapping[bytes, str], indexes: Mapping[bytes, str]
) -> Scanned:
    """Look everywhere for what identifies a person.

    `texts` are sought in rows and files; `indexes` are digests of our own, sought in both as bytes
    and as hexadecimal digits.
    """
    hexadecimal = {index.hex().encode(): of for index, of in indexes.items()}
    needles = {**texts, **indexes, **hexadecimal}
    tables, rows, in_rows = scan_database(tx, needles)
    files, in_files = scan_files(home, needles)
    return Scanned(tables, rows, files, _distinct([*in_rows, *in_files]))


def _distinct(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))
