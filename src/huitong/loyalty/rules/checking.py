"""Programmes as plain values: what a document says, or the problems because of which it is none."""

from typing import NamedTuple

from pydantic import ValidationError

from huitong.loyalty.model import Problem, Programme
from huitong.loyalty.rules.placing import problems_of


class Read(NamedTuple):
    """What a text says: the programme, or the problems because of which it is none."""

    programme: Programme | None
    problems: tuple[Problem, ...]


def check(said: object) -> Read:
    """Return the programme that a document of plain values makes, or its problems."""
    try:
        return Read(Programme.model_validate(said), ())
    except ValidationError as wrong:
        return Read(None, problems_of(wrong, said))
