"""Programmes as files: YAML (or JSON, which is YAML) in, YAML out."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from huitong.loyalty.model import Programme, ProgrammeInvalid

FILE_BYTES_MAX = 1 << 20
PROBLEMS_SHOWN_MAX = 10


def read(path: Path) -> Programme:
    """Return the programme that a file holds.

    :raises ProgrammeInvalid: when it is not readable, or breaks a rule of programmes.
    """
    if path.stat().st_size > FILE_BYTES_MAX:
        raise ProgrammeInvalid(problems=f"{path.name} is larger than a programme can be.")
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Programme.model_validate(said)
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ProgrammeInvalid(problems=f"{path.name} is not readable as YAML.") from None
    except ValidationError as wrong:
        raise ProgrammeInvalid(problems=_problems(wrong)) from None


def written(programme: Programme) -> str:
    """Return the programme as YAML, without what only repeats a default."""
    said = programme.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=100)


def _problems(wrong: ValidationError) -> str:
    found = wrong.errors(include_url=False, include_input=False)
    told = [
        f"{'.'.join(str(part) for part in one['loc']) or 'the document'}: {one['msg']}"
        for one in found[:PROBLEMS_SHOWN_MAX]
    ]
    more = len(found) - len(told)
    return "; ".join([*told, f"and {more} more"] if more else told)
