"""Packages of orders on their way."""

from typing import Annotated, ClassVar

from pydantic import Field

from huitong.channels.model.records import (
    LINES_MAX,
    Attributes,
    Instant,
    Key,
    Part,
    Quantity,
    Record,
    RecordKind,
    Text,
)


class PackedLine(Part):
    """How many pieces of one order line are in a package."""

    line_id: Key
    quantity: Quantity


class Fulfilment(Record):
    """A package of an order, attached to the selling order; it is never a sale of its own."""

    kind_of_record: ClassVar[RecordKind] = RecordKind.FULFILMENT

    package_no: Key
    order_no: Key
    lines: Annotated[tuple[PackedLine, ...], Field(max_length=LINES_MAX)] = ()
    store: Text | None = None
    carrier: Text | None = None
    shipped_at: Instant | None = None
    signed_at: Instant | None = None
    attributes: Attributes = Field(default_factory=dict)

    def external_id(self) -> str:
        """Return the package number."""
        return self.package_no
