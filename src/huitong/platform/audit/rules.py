"""What of a change is worth keeping, and how the two sides of an entry differ."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import orjson

from huitong.platform import personal
from huitong.platform.audit.model import SIDE_BYTES_MAX, Difference, Json

# Parts of a document that are told apart by name rather than by place.
NAMING = ("code", "id", "name", "key")
DIFFERENCES_MAX = 200

Sides: TypeAlias = tuple[Json | None, Json | None]


def kept(before: Json | None, after: Json | None) -> Sides:
    """Return what an entry keeps of two sides: only what differs, nothing personal, within bounds.

    Of a document that was changed the parts that stayed are left out; what is of the same value on
    both sides says nothing about the change.
    """
    if before is not None and after is not None:
        before, after = _only_different(before, after)
    return _bounded(before), _bounded(after)


def differences(before: Json | None, after: Json | None) -> list[Difference]:
    """Return where two sides differ, in the order of their names, at most `DIFFERENCES_MAX`."""
    return _differences("", before or {}, after or {})[:DIFFERENCES_MAX]


def _bounded(side: Json | None) -> Json | None:
    if side is None:
        return None
    length = len(orjson.dumps(side, default=str, option=orjson.OPT_NON_STR_KEYS))
    if length > SIDE_BYTES_MAX:
        return {"left_out_bytes": length}
    return personal.hidden_fields(side)


def _only_different(before: Json, after: Json) -> tuple[Json, Json]:
    """Return both sides without what they have in common, one level after the other."""
    left: dict[str, object] = {}
    right: dict[str, object] = {}
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        old_parts, new_parts = _parts(old), _parts(new)
        if old_parts is not None and new_parts is not None:
            left[name], right[name] = _only_different(old_parts, new_parts)
            continue
        if name in before:
            left[name] = old
        if name in after:
            right[name] = new
    return left, right


def _parts(value: object) -> Json | None:
    """Return a mapping, or a list whose parts have names as a mapping by these; else None."""
    if isinstance(value, Mapping):
        return value
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or not value:
        return None
    for naming in NAMING:
        if all(isinstance(one, Mapping) and isinstance(one.get(naming), str) for one in value):
            named = {str(one[naming]): one for one in value}
            return named if len(named) == len(value) else None
    return None


def _differences(path: str, before: Json, after: Json) -> list[Difference]:
    found: list[Difference] = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        place = f"{path}.{name}" if path else name
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += _differences(place, old, new)
        elif isinstance(old or new, Mapping) and not (old and new):
            found += _differences(place, _side(old), _side(new))
        else:
            found.append(Difference(path=place, before=old, after=new))
    return found


def _side(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}
