"""The places of a canonical record that a column can fill, named by paths such as `lines.sku`.

Lists whose items have a name of their own are reached by it: `parties.buyer.phone`,
`identifiers.email`, `payments.wechat`, `consents.marketing.given_at`,
`lines.allocations.coupon.brand`. Names of attributes are free: `attributes.weather`.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from huitong.channels.model import (
    RECORD_OF_KIND,
    Allocation,
    ConsentGiven,
    Identifier,
    Party,
    Payment,
    RecordKind,
)

LINES = "lines"
# Fields that are keys by another name than “…_no” and “…_id”.
KEY_FIELDS = frozenset({"sku", "spu", "store", "return_store", "source_store"})
# The fields that name an item of a list, and the field that a path without a further part means.
KEYED: dict[type[BaseModel], tuple[tuple[str, ...], str | None]] = {
    Party: (("role",), "identifiers"),
    Identifier: (("kind",), "value"),
    Payment: (("kind",), "amount_minor"),
    Allocation: (("kind", "bearer"), "amount_minor"),
    ConsentGiven: (("purpose",), None),
}


class UnknownTarget(ValueError):
    """The path leads to no field of the record."""


class ValueSort(StrEnum):
    """How the text of a cell becomes a value."""

    TEXT = "text"
    WHOLE = "whole number"
    TRUTH = "true or false"
    CHOICE = "choice"
    INSTANT = "time"
    DAY = "day"
    TEXTS = "list of texts"
    WHOLE_PART = "JSON"


@dataclass(frozen=True, slots=True)
class Step:
    """One step into a record: a field, and for an item of a list the fields that name it."""

    name: str
    keys: tuple[tuple[str, str], ...] | None = None
    of_rows: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A place in a record: the steps to it, and how its value is read."""

    steps: tuple[Step, ...]
    sort: ValueSort

    def is_identifier(self) -> bool:
        """Return whether the place is the value of somebody's identifier."""
        return len(self.steps) > 1 and self.steps[-2].name == "identifiers"

    def is_key(self) -> bool:
        """Return whether the place names a thing or a person, so that each digit of it counts."""
        name = self.steps[-1].name
        return self.is_identifier() or name in KEY_FIELDS or name.endswith(("_no", "_id"))


@dataclass
class Branch:
    """A part of a record under construction: fixed values, leaves and further parts by name."""

    fixed: dict[str, str | bool] = field(default_factory=dict)
    leaves: dict[str, str] = field(default_factory=dict)  # Name to path.
    parts: dict[str, "Branch"] = field(default_factory=dict)
    items: dict[str, dict[tuple[tuple[str, str], ...], "Branch"]] = field(default_factory=dict)
    rows: dict[str, "Branch"] = field(default_factory=dict)


@cache
def target_of(kind: RecordKind, path: str) -> Target:
    """Return the place that a path names.

    :raises UnknownTarget: when it names none.
    """
    return _walk(RECORD_OF_KIND[kind], path.split("."), path, ())


@cache
def names_of(kind: RecordKind) -> tuple[str, ...]:
    """Return the paths that need no name of an item: fields, fields of lines, fields of parts."""
    names: list[str] = []
    for name, info in RECORD_OF_KIND[kind].model_fields.items():
        model = _part_of(info)
        if model is None or model in KEYED:
            names.append(name)
        else:
            names += [f"{name}.{inner}" for inner in model.model_fields]
    return tuple(names)


def choices_of(kind: RecordKind, path: str) -> list[str]:
    """Return the only values that a field takes, nothing when it takes any."""
    model: type[BaseModel] = RECORD_OF_KIND[kind]
    *around, last = target_of(kind, path).steps
    for step in around:
        info = model.model_fields.get(step.name)
        part = None if info is None else _part_of(info)
        if part is None:
            return []
        model = part
    info = model.model_fields.get(last.name)
    return [] if info is None else _choices_of(info)


def plant(root: Branch, target: Target, path: str) -> Branch:
    """Add a leaf to a tree and return the branch that it grows on."""
    branch = root
    for step in target.steps[:-1]:
        if step.of_rows:
            branch = branch.rows.setdefault(step.name, Branch())
        elif step.keys is None:
            branch = branch.parts.setdefault(step.name, Branch())
        else:
            items = branch.items.setdefault(step.name, {})
            branch = items.setdefault(step.keys, Branch(fixed=dict(step.keys)))
    branch.leaves[target.steps[-1].name] = path
    return branch


def _walk(model: type[BaseModel], parts: list[str], path: str, steps: tuple[Step, ...]) -> Target:
    name, rest = parts[0], parts[1:]
    info = model.model_fields.get(name)
    if info is None and model in KEYED and (inner := KEYED[model][1]) is not None:
        name, rest, info = inner, parts, model.model_fields[inner]
    if info is None or name in KEYED.get(model, ((), None))[0]:
        message = f"“{path}” is no field of the record"
        raise UnknownTarget(message)
    if not rest:
        return Target(steps=(*steps, Step(name)), sort=_sort_of(info))
    if _is_named_texts(info):
        inner_step = Step(".".join(rest))
        return Target(steps=(*steps, Step(name), inner_step), sort=ValueSort.TEXT)
    part = _part_of(info)
    if part is None:
        message = f"“{path}” goes on after “{name}”, which has no parts"
        raise UnknownTarget(message)
    if part not in KEYED:
        of_rows = name == LINES
        return _walk(part, rest, path, (*steps, Step(name, of_rows=of_rows)))
    return _walk_item(part, name, rest, path, steps)


def _walk_item(
    part: type[BaseModel], name: str, rest: list[str], path: str, steps: tuple[Step, ...]
) -> Target:
    key_fields, inner = KEYED[part]
    if len(rest) < len(key_fields):
        message = f"“{path}” ends before the item is named by {' and '.join(key_fields)}"
        raise UnknownTarget(message)
    keys = tuple(zip(key_fields, rest, strict=False))
    for key, value in keys:
        choices = _choices_of(part.model_fields[key])
        if choices and value not in choices:
            message = f"“{path}” names “{value}”, which is none of {', '.join(choices)}"
            raise UnknownTarget(message)
    further = rest[len(key_fields) :] or ([inner] if inner else [])
    if not further:
        message = f"“{path}” names an item, but no field of it"
        raise UnknownTarget(message)
    return _walk(part, further, path, (*steps, Step(name, keys=keys)))


def plain_type(annotation: Any) -> Any:  # noqa: ANN401 - annotations have no narrower type
    """Return an annotation without `Annotated` and `| None`, as the type it is about."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in {Union, UnionType}:
            (annotation,) = (one for one in get_args(annotation) if one is not type(None))
        else:
            return annotation


def _part_of(info: FieldInfo) -> type[BaseModel] | None:
    plain = plain_type(info.annotation)
    if get_origin(plain) is tuple:
        plain = plain_type(get_args(plain)[0])
    return plain if isinstance(plain, type) and issubclass(plain, BaseModel) else None


def _is_named_texts(info: FieldInfo) -> bool:
    return get_origin(plain_type(info.annotation)) is dict


def _choices_of(info: FieldInfo) -> list[str]:
    plain = plain_type(info.annotation)
    is_choice = isinstance(plain, type) and issubclass(plain, StrEnum)
    return [str(one) for one in plain] if is_choice else []


def _sort_of(info: FieldInfo) -> ValueSort:
    plain = plain_type(info.annotation)
    if get_origin(plain) is tuple and _part_of(info) is None:
        return ValueSort.TEXTS
    if get_origin(plain) in {tuple, dict} or _part_of(info):
        return ValueSort.WHOLE_PART
    if _choices_of(info):
        return ValueSort.CHOICE
    sorts = {
        int: ValueSort.WHOLE,
        bool: ValueSort.TRUTH,
        AwareDatetime: ValueSort.INSTANT,
        date: ValueSort.DAY,
    }
    return sorts.get(plain, ValueSort.TEXT)
