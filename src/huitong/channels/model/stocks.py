"""Stock: what lies in a store at the end of a day."""

from typing import Annotated, ClassVar, TypeAlias

from pydantic import Field

from huitong.channels.model.records import (
    QUANTITY_MAX,
    Amount,
    Day,
    Key,
    Record,
    RecordKind,
)

# Tills sell what the books do not have yet, so a stock can be below zero.
Pieces: TypeAlias = Annotated[int, Field(ge=-QUANTITY_MAX, le=QUANTITY_MAX)]


class Stock(Record):
    """How many pieces of an item a store has on a day, and what they cost altogether."""

    kind_of_record: ClassVar[RecordKind] = RecordKind.STOCK

    sku: Key
    store: Key
    day: Day
    quantity: Pieces
    cost_minor: Amount | None = None

    def external_id(self) -> str:
        """Return item, store and day, which together name a stock."""
        return f"{self.sku}/{self.store}/{self.day.isoformat()}"
