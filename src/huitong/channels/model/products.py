"""Products as every connector tells them."""

from typing import Annotated, ClassVar

from pydantic import Field

from huitong.channels.model.records import (
    Amount,
    Attributes,
    Key,
    LongText,
    Record,
    RecordKind,
    Text,
)


class Product(Record):
    """A sellable item, keyed by its SKU code within the brand."""

    kind_of_record: ClassVar[RecordKind] = RecordKind.PRODUCT

    sku: Key
    spu: Key
    name: Text
    category: Annotated[tuple[Text, ...], Field(max_length=10)] = ()
    brand_label: Text | None = None
    series: Text | None = None
    season: Text | None = None
    year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    colour: Text | None = None
    size: Text | None = None
    material: Text | None = None
    list_price_minor: Amount | None = None
    cost_minor: Amount | None = None
    images: Annotated[tuple[LongText, ...], Field(max_length=50)] = ()
    attributes: Attributes = Field(default_factory=dict)

    def external_id(self) -> str:
        """Return the SKU code."""
        return self.sku
