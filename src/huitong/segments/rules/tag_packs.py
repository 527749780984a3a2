"""The packs of tags that are shipped, read from their documents."""

from functools import cache
from importlib import resources

import yaml
from pydantic import ValidationError

from huitong.segments.model.tags import Pack, Tag, TagFault, TagInvalid

DEFAULT_PACKS = ("orders", "apparel")
PACKS = (*DEFAULT_PACKS, "mother_baby")


@cache
def shipped_pack(code: str) -> Pack:
    """Return a shipped pack."""
    assert code in PACKS, f"“{code}” is not shipped."
    text = resources.files("huitong.segments").joinpath("packs", f"{code}.yaml").read_text("utf-8")
    return read_pack(text)


def read_pack(text: str) -> Pack:
    """Return a pack from YAML or JSON.

    :raises TagInvalid: with the place of every fault.
    """
    try:
        return Pack.model_validate(_read(text))
    except ValidationError as trouble:
        raise TagInvalid.of_pydantic(trouble) from trouble


def read_tag(text: str) -> Tag:
    """Return the definition of one tag from YAML or JSON.

    :raises TagInvalid: with the place of every fault.
    """
    try:
        return Tag.model_validate(_read(text))
    except ValidationError as trouble:
        raise TagInvalid.of_pydantic(trouble) from trouble


def _read(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as trouble:
        raise TagInvalid.of([TagFault("document", f"it is no YAML: {trouble}")]) from trouble
