"""The packs of tags that are shipped, read from their documents."""

from functools import cache
from importlib import resources

import yaml
from pydantic import ValidationError

from huitong.segments.model.tags import Pack, TagInvalid

DEFAULT_PACKS = ("orders", "apparel")
PACKS = DEFAULT_PACKS


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
        return Pack.model_validate(yaml.safe_load(text))
    except ValidationError as trouble:
        raise TagInvalid.of_pydantic(trouble) from trouble
