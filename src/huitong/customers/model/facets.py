"""What a customer is like as far as it is counted: coarse, plain, published to the lake."""

from dataclasses import dataclass

from huitong.channels.model import Gender


@dataclass(frozen=True, slots=True)
class Facets:
    """What of a profile may be counted; a city is one of the known ones, or nothing."""

    gender: Gender | None = None
    city: str | None = None
    birth_year: int | None = None
    birth_month: int | None = None
    birth_day: int | None = None
