"""Sets fields in the texts of records, as somebody who puts them right asks for."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from huitong.channels.model import (
    Fix,
    NoRecordText,
    NoSuchPlace,
    NotRefused,
    RefusedSource,
    Taken,
    TextForgotten,
    WrongJson,
)
from huitong.platform.errors import DomainError, Ok, Refused, Result

Item = dict[str, Any] | list[Any]


def corrected(
    sources: Mapping[int, RefusedSource], changes: Mapping[str, str]
) -> dict[int, Result[Fix]]:
    """Return for each refused record its fix, or why its text does not take the changes."""
    return {record_id: _corrected(source, changes) for record_id, source in sources.items()}


def _corrected(source: RefusedSource, changes: Mapping[str, str]) -> Result[Fix]:
    if not source.text:
        return TextForgotten().as_refused()
    try:
        text = edited(source.text, changes)
    except DomainError as refusal:
        return refusal.as_refused()
    return Ok(Fix(source.record_id, text, tuple(changes)))


def answers_to(
    record_ids: Sequence[int],
    made: Mapping[int, Result[Fix]],
    taken: Mapping[int, Result[Taken]],
) -> list[Result[Taken]]:
    """Return what became of each record asked for, in order.

    What its fix was answered when one was taken, else why none could be made; a record of which
    nothing is known here is not refused (any more).
    """
    refused = {record_id: one for record_id, one in made.items() if isinstance(one, Refused)}
    missing = NotRefused().as_refused()
    return [taken.get(one) or refused.get(one) or missing for one in record_ids]


def edited(text: bytes, changes: Mapping[str, str]) -> bytes:
    """Return the text of a record with some fields set; an empty value takes a field away.

    A path is written as refusals write it, with items of lists counted from 1: `lines.2.sku`. A
    value that begins with a bracket is JSON, every other one a text.

    :raises NoRecordText: when the text is no record, so that nothing can be set in it.
    :raises NoSuchPlace: when a path leads nowhere.
    :raises WrongJson: when a value begins like JSON and is none.
    """
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        raise NoRecordText
    for path, value in changes.items():
        _set(said, path, value)
    return orjson.dumps(said)


def _set(record: dict[str, Any], path: str, value: str) -> None:
    *steps, last = path.split(".")
    place: Item = record
    for step in steps:
        place = _below(place, step, path)
    if isinstance(place, list):
        at = _index(place, last, path)
        if value == "":
            del place[at]
        else:
            place[at] = _value(value, path)
    elif value == "":
        place.pop(last, None)
    else:
        place[last] = _value(value, path)


def _below(place: Item, step: str, path: str) -> Item:
    if isinstance(place, list):
        found = place[_index(place, step, path)]
    else:
        found = place.setdefault(step, {})
    if not isinstance(found, dict | list):
        raise NoSuchPlace(path=path)
    return found


def _index(items: list[Any], step: str, path: str) -> int:
    if not step.isdecimal() or not 1 <= int(step) <= len(items):
        raise NoSuchPlace(path=path)
    return int(step) - 1


def _value(value: str, path: str) -> object:
    if not value.startswith(("{", "[")):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise WrongJson(path=path) from error
