"""What becomes of a wish that something belongs elsewhere from a day on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Held:
    """What held last: where something belongs, from a day until another, if that is known."""

    place_id: int
    valid_from: date
    valid_until: date | None


class Course(StrEnum):
    """What is done: something new begins, today's word is corrected, nothing, or it is refused."""

    BEGIN = "begin"
    CORRECT = "correct"
    KEEP = "keep"
    REFUSE = "refuse"


def course_of(last: Held | None, *, place_id: int, valid_from: date, today: date) -> Course:
    """Return what becomes of a wish; the past is not rewritten, a slip of today's can be."""
    if last is None or (last.valid_until is not None and last.valid_until <= valid_from):
        return Course.BEGIN
    if last.valid_until is not None:
        return Course.REFUSE
    if last.place_id == place_id:
        return Course.KEEP
    if last.valid_from < valid_from:
        return Course.BEGIN
    is_slip = last.valid_from == valid_from and valid_from >= today
    return Course.CORRECT if is_slip else Course.REFUSE


def in_a_ring(parents: Mapping[str, str]) -> str | None:
    """Return a region that lies below itself, by the codes of regions and their parents."""
    for region in parents:
        above = parents.get(region)
        seen = {region}
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above == region:
            return region
    return None
