"""Lists in pages: an opaque cursor that says where the next page begins, and a limit."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Generic, TypeAlias, TypeVar

import orjson
from fastapi import Depends, Query
from pydantic import BaseModel, Field

from huitong.platform.errors import DomainError, Kind

LIMIT_DEFAULT = 50
LIMIT_MAX = 200
CURSOR_LENGTH_MAX = 500

Item = TypeVar("Item")
Shown = TypeVar("Shown")
Place: TypeAlias = tuple[int | str, ...]


@dataclass(eq=False)
class WrongCursor(DomainError):
    """The cursor is not one that an earlier page of this list answered."""

    code: ClassVar[str] = "platform.wrong_cursor"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The cursor is not one of this list: take “next_cursor” as it came."


class Page(BaseModel, Generic[Shown]):
    """One page of a list."""

    items: list[Shown]
    next_cursor: str | None = Field(
        description="Send it as `cursor` to get the next page; null on the last one."
    )


@dataclass(frozen=True, slots=True)
class _Paging:
    """The page that a caller asks for."""

    cursor: str | None
    limit: int

    def after(self, *kinds: type[int | str]) -> Place | None:
        """Return where the page begins, as the list's own sort key, or None for the first page.

        :raises WrongCursor: when the cursor does not hold values of these kinds.
        """
        if self.cursor is None:
            return None
        place = _read(self.cursor)
        if [type(value) for value in place] != list(kinds):
            raise WrongCursor
        return place


def _paging(
    cursor: Annotated[
        str | None,
        Query(max_length=CURSOR_LENGTH_MAX, description="`next_cursor` of the page before."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT,
) -> _Paging:
    return _Paging(cursor=cursor, limit=limit)


Paging: TypeAlias = Annotated[_Paging, Depends(_paging)]


def page_of(
    found: Sequence[Item],
    *,
    limit: int,
    show: Callable[[Item], Shown],
    place: Callable[[Item], Place],
) -> Page[Shown]:
    """Return the page of items that were found with a limit one higher than the page's.

    `place` answers an item's sort key, which the next page begins after.
    """
    shown = found[:limit]
    more = len(found) > limit
    return Page(
        items=[show(item) for item in shown],
        next_cursor=cursor_of(place(shown[-1])) if more else None,
    )


def cursor_of(place: Place) -> str:
    """Return the cursor of the page that begins after `place`, a sort key of the list."""
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def _read(cursor: str) -> Place:
    try:
        place = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, orjson.JSONDecodeError, ValueError):
        raise WrongCursor from None
    if not isinstance(place, list):
        raise WrongCursor
    return tuple(place)
