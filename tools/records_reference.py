"""Writes docs/reference/records.md from the canonical records; `--check` only compares."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from huitong.channels.connectors.file.targets import plain_type
from huitong.channels.model import (
    FURTHER_KEYS_OF_KIND,
    KEY_OF_KIND,
    QUOTABLE_FIELDS,
    RECORD_OF_KIND,
    TIME_OF_KIND,
    RecordKind,
)

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "records.md"
INTRODUCTION = """\
# Records

Written by `tools/records_reference.py` from the models in `src/huitong/channels/model/`; change
those.

What every connector produces and every file may bring. Field names are column names
([import files](../howto/import-files.md) says how nested fields are written in flat files). Amounts
(`…_minor`) are whole fen, times carry a zone, keys are the platform's own text. The value
of a field that is marked *quoted* may stand in reasons and logs; every other may name a person, so
they name the field alone. Unknown fields are refused.
"""


def render() -> str:
    """Return the reference as Markdown."""
    parts: dict[str, type[BaseModel]] = {}
    sections = [_section(kind, parts) for kind in RecordKind]
    for name, model in parts.items():
        sections.append(f"## {name}\n\n{model.__doc__}\n\n{_table(model, {})}")
    return "\n".join([INTRODUCTION, *sections])


def _section(kind: RecordKind, parts: dict[str, type[BaseModel]]) -> str:
    model = RECORD_OF_KIND[kind]
    happened = TIME_OF_KIND.get(kind)
    keys = (KEY_OF_KIND[kind], *FURTHER_KEYS_OF_KIND.get(kind, ()))
    keyed = f"Key: {' with '.join(f'`{key}`' for key in keys)} within its channel account. "
    keyed += f"Happened: `{happened}`." if happened else "It is no fact in time."
    return f"## {kind}\n\n{model.__doc__}\n\n{keyed}\n\n{_table(model, parts)}"


def _table(model: type[BaseModel], parts: dict[str, type[BaseModel]]) -> str:
    rows = "".join(_row(name, info, parts) for name, info in model.model_fields.items())
    return f"| field | type | |\n|---|---|---|\n{rows}"


def _row(name: str, info: FieldInfo, parts: dict[str, type[BaseModel]]) -> str:
    marks = ["**required**"] if info.is_required() else []
    default = info.get_default()
    marks += [f"else `{default}`"] if isinstance(default, str | int | bool) and default else []
    marks += ["quoted"] if name in QUOTABLE_FIELDS else []
    return f"| `{name}` | {_type(info.annotation, parts)} | {', '.join(marks)} |\n"


def _type(annotation: Any, parts: dict[str, type[BaseModel]]) -> str:  # noqa: ANN401 - as above
    plain = plain_type(annotation)
    if get_origin(plain) is tuple:
        return f"list of {_type(get_args(plain)[0], parts)}"
    if get_origin(plain) is dict:
        return "texts by name"
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        return " · ".join(f"`{choice}`" for choice in plain)
    if isinstance(plain, type) and issubclass(plain, BaseModel):
        parts.setdefault(plain.__name__, plain)
        for inner in plain.model_fields.values():
            _type(inner.annotation, parts)
        return f"[{plain.__name__}](#{plain.__name__.lower()})"
    names = {str: "text", int: "whole number", bool: "true or false", AwareDatetime: "time"}
    return names.get(plain, "day")


def main() -> int:
    """Write the reference, or say whether it is current."""
    if "--check" in sys.argv:
        is_current = TARGET.exists() and TARGET.read_text(encoding="utf-8") == render()
        print("current" if is_current else "run tools/records_reference.py and commit the change")
        return 0 if is_current else 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(render(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
