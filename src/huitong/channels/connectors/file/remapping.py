"""Reads the values that a mapping could not convert once more, by another mapping.

The inbox keeps what a mapping made of a row, with the values that it could not convert as they
stood in the file. So a mapping that knows one more status or format puts refused records right
without their file. A column that the first mapping passed over is not kept: that takes the file.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Named
from dataclasses import dataclass
from typing import Any

import duckdb
import orjson

from huitong.channels.connectors.file.expressions import Cell, value_of
from huitong.channels.connectors.file.mapping import FieldRule, Mapping
from huitong.channels.connectors.file.targets import Step, Target, target_of
from huitong.channels.model import Fix, NothingFixed, RefusedSource, TextForgotten
from huitong.channels.rules import UNREADABLE
from huitong.platform.errors import Ok, Result

Place = dict[str, Any]


def refixed(sources: Named[int, RefusedSource], mapping: Mapping) -> dict[int, Result[Fix]]:
    """Return for each refused record its fix by a mapping, or why that changes nothing."""
    of_kind = [one for one in sources.values() if one.kind is mapping.kind and one.text]
    read = remapped([one.text for one in of_kind], mapping)
    made: dict[int, Result[Fix]] = {
        record_id: (NothingFixed() if source.text else TextForgotten()).as_refused()
        for record_id, source in sources.items()
    }
    for source, (text, fields) in zip(of_kind, read, strict=True):
        if fields:
            made[source.record_id] = Ok(Fix(source.record_id, text, fields))
    return made


def remapped(texts: Sequence[bytes], mapping: Mapping) -> list[tuple[bytes, tuple[str, ...]]]:
    """Return the texts of records, read once more by a mapping, each with the changed fields."""
    records = [_loaded(text) for text in texts]
    changed: list[set[str]] = [set() for _ in texts]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for path, rule in mapping.fields.items():
            reader = _Reader(connection, rule, target_of(mapping.kind, path), mapping.zone)
            for at, record in enumerate(records):
                leaves = _leaves(record, reader.target.steps) if record is not None else ()
                if any([reader.put(place, name) for place, name in leaves]):  # noqa: C419 - all of them
                    changed[at].add(path)
    return [
        (orjson.dumps(record) if fields else text, tuple(sorted(fields)))
        for text, record, fields in zip(texts, records, changed, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the values of one field by a rule of the new mapping."""

    connection: duckdb.DuckDBPyConnection
    rule: FieldRule
    target: Target
    zone: str | None

    def put(self, place: Place, name: str) -> bool:
        """Put a value where none could be read; return whether there is one now."""
        held = place.get(name)
        unread = _unread(held)
        if self.rule.const is not None and (held is None or unread is not None):
            place[name] = self.rule.const
            return True
        if unread is None or not self.rule.names():
            return False
        value = self._value(unread)
        if value is None or _unread(value) is not None:
            return False
        place[name] = value
        return True

    def _value(self, unread: str) -> object:
        sql = value_of(Cell("cell", "varchar"), self.rule, self.target, self.zone)
        query = f"SELECT {sql} FROM (SELECT ? AS cell)"  # noqa: S608 - literals of ours alone
        found = self.connection.execute(query, [unread]).fetchone()
        return orjson.loads(found[0]) if found and found[0] is not None else None


def _leaves(record: Place, steps: Sequence[Step]) -> Iterator[tuple[Place, str]]:
    """Yield where the steps lead in a record: the part and the name of the field in it."""
    *inner, last = steps
    places = [record]
    for step in inner:
        places = [one for place in places for one in _below(place, step)]
    for place in places:
        yield place, last.name


def _below(place: Place, step: Step) -> list[Place]:
    found = place.get(step.name)
    if isinstance(found, dict):
        return [found]
    items = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    keys: Named[str, str] = dict(step.keys or ())
    return [one for one in items if all(one.get(key) == value for key, value in keys.items())]


def _unread(value: object) -> str | None:
    found = value.get(UNREADABLE) if isinstance(value, dict) and len(value) == 1 else None
    return found if isinstance(found, str) else None


def _loaded(text: bytes) -> Place | None:
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return said if isinstance(said, dict) else None
