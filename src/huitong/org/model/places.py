"""What a data scope can name."""

from dataclasses import dataclass
from enum import StrEnum


class PlaceKind(StrEnum):
    """The kinds of parts that a data scope is narrowed to."""

    OPERATOR = "operator"
    REGION = "region"
    STORE = "store"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the organisation that a data scope can name; a region is `hierarchy/region`."""

    kind: PlaceKind
    id: int
    code: str
    name: str
