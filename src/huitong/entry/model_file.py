"""Documents of models as files: YAML (or JSON, which is YAML) in, YAML out; `kind` says which."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from huitong.segments.model.model_versions import DOCUMENTS, Document, ModelInvalid, ModelKind

FILE_BYTES_MAX = 1 << 20
PROBLEMS_SHOWN_MAX = 10


def read(path: Path) -> tuple[ModelKind, Document]:
    """Return the model that a file holds.

    :raises ModelInvalid: when it is not readable, or breaks a rule of models.
    """
    if path.stat().st_size > FILE_BYTES_MAX:
        raise ModelInvalid(problems=f"{path.name} is larger than a model can be")
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ModelInvalid(problems=f"{path.name} is not readable as YAML") from None
    if not isinstance(said, dict) or said.get("kind") not in set(ModelKind):
        kinds = ", ".join(ModelKind)
        raise ModelInvalid(problems=f"{path.name} must say “kind”, one of {kinds}")
    kind = ModelKind(said.pop("kind"))
    return kind, taken(kind, said)


def taken(kind: ModelKind, said: object) -> Document:
    """Return the document that a YAML or JSON value means.

    :raises ModelInvalid: with each place that is wrong.
    """
    try:
        return DOCUMENTS[kind].model_validate(said)
    except ValidationError as wrong:
        found = wrong.errors(include_url=False, include_input=False)
        told = [
            f"{'.'.join(map(str, one['loc'])) or 'the document'}: {one['msg']}"
            for one in found[:PROBLEMS_SHOWN_MAX]
        ]
        more = [f"and {len(found) - len(told)} more"] if len(found) > len(told) else []
        raise ModelInvalid(problems="; ".join([*told, *more])) from None


def written(kind: ModelKind, document: Document) -> str:
    """Return a model as YAML, without what only repeats a default."""
    said = {"kind": str(kind), **document.model_dump(mode="json", exclude_defaults=True)}
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=100)
