"""Sets fields in the text of a record, as somebody who puts it right asks for."""

from collections.abc import Mapping
from typing import Any

import orjson

from huitong.channels.model import NoRecordText, NoSuchPlace

Item = dict[str, Any] | list[Any]


def edited(text: bytes, changes: Mapping[str, str]) -> bytes:
    """Return the text of a record with some fields set; an empty value takes a field away.

    A path is written as refusals write it, with items of lists counted from 1: `lines.2.sku`. A
    value that begins with a bracket is JSON, every other one a text.

    :raises NoRecordText: when the text is no record, so that nothing can be set in it.
    :raises NoSuchPlace: when a path leads nowhere.
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
        raise NoSuchPlace(path=path) from error
