"""What all canonical records are made of: every connector produces them and files may bring them.

Amounts are integer fen, instants carry a zone, keys are the platform's own text. Field names are
the column names of CSV, Parquet and NDJSON files (docs/reference/records.md). Each kind has a file
of its own beside this one; `kinds.py` lists all of them.
"""

from abc import ABC, abstractmethod
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, TypeAlias

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

AMOUNT_MINOR_MAX = 10**13
QUANTITY_MAX = 10**9
LINES_MAX = 5_000
TEXT_LENGTH_MAX = 200
LONG_TEXT_LENGTH_MAX = 2_000

# Where ISO 8601 has the first dash; a text of digits alone has none there.
DASH_AT = 4
NO_INSTANT, NO_DAY = "datetime_not_iso", "date_not_iso"
NOT_ISO = "not written as ISO 8601 says"


def _instant(value: object) -> object:
    if _counts_seconds(value):
        raise PydanticCustomError(NO_INSTANT, NOT_ISO)
    return value


def _day(value: object) -> object:
    if _counts_seconds(value):
        raise PydanticCustomError(NO_DAY, NOT_ISO)
    return value


def _counts_seconds(value: object) -> bool:
    """Return whether a value would be read as seconds since 1970, which no source means."""
    is_number = isinstance(value, int | float)
    return is_number or (isinstance(value, str) and value[DASH_AT : DASH_AT + 1] != "-")


Instant: TypeAlias = Annotated[AwareDatetime, BeforeValidator(_instant)]
Day: TypeAlias = Annotated[date, BeforeValidator(_day)]
Key: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]
Text: TypeAlias = Annotated[str, Field(max_length=TEXT_LENGTH_MAX)]
LongText: TypeAlias = Annotated[str, Field(max_length=LONG_TEXT_LENGTH_MAX)]
Amount: TypeAlias = Annotated[int, Field(ge=0, le=AMOUNT_MINOR_MAX)]
Quantity: TypeAlias = Annotated[int, Field(ge=0, le=QUANTITY_MAX)]
Attributes: TypeAlias = Annotated[dict[Key, LongText], Field(max_length=100)]


class RecordKind(StrEnum):
    """The kinds of record the platform takes in."""

    MEMBER = "member"
    PRODUCT = "product"
    ORDER = "order"
    REFUND = "refund"
    FULFILMENT = "fulfilment"
    SIGNAL = "signal"
    STOCK = "stock"
    OPENING = "opening"


class Record(BaseModel, ABC):
    """What all kinds share: unknown fields are refused, nothing changes after it is made."""

    # Remembering every text it meets costs the reader half of its time, and few come twice.
    model_config = ConfigDict(frozen=True, extra="forbid", cache_strings="keys")

    kind_of_record: ClassVar[RecordKind]
    # When the source says it last changed the record; orders versions. Without it the content does.
    updated_at: Instant | None = None

    @abstractmethod
    def external_id(self) -> str:
        """Return the source's own key of this record."""

    def line_count(self) -> int:
        """Return how many lines the record weighs on a page."""
        return 1


class Part(BaseModel):
    """A piece of a record."""

    model_config = ConfigDict(frozen=True, extra="forbid")
