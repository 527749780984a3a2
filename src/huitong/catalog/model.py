"""The nouns of the catalogue: products (SPU) and their sellable items (SKU)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, NamedTuple, Protocol

from huitong.org.model import ChannelAccount
from huitong.platform.errors import DomainError, Kind


class Sku(NamedTuple):
    """A sellable item as orders and rules need it; a tuple, as a page asks for thousands."""

    id: int
    code: str
    spu: str
    name: str
    category: Sequence[str]
    brand_label: str | None
    series: str | None
    season: str | None
    year: int | None
    colour: str | None
    size: str | None
    list_price_minor: int | None
    cost_minor: int | None


class ProductRecord(Protocol):
    """What the catalogue reads of a product record; `channels` above it holds the schema."""

    sku: str
    spu: str
    name: str
    category: tuple[str, ...]
    brand_label: str | None
    series: str | None
    season: str | None
    year: int | None
    colour: str | None
    size: str | None
    material: str | None
    list_price_minor: int | None
    cost_minor: int | None
    images: tuple[str, ...]
    attributes: dict[str, str]


class IncomingProduct(Protocol):
    """A product record on its way in, with the account it came by."""

    account: ChannelAccount
    record: ProductRecord


class StockRecord(Protocol):
    """What the catalogue reads of a stock record; `channels` above it holds the schema."""

    sku: str
    store: str
    day: date
    quantity: int
    cost_minor: int | None
    updated_at: datetime | None


class IncomingStock(Protocol):
    """A stock record on its way in, with the account it came by."""

    account: ChannelAccount
    record: StockRecord


@dataclass(frozen=True, slots=True)
class StockKnown:
    """Of which day a brand's newest stock is, None without any, and whether its costs are known."""

    day: date | None
    has_cost: bool


@dataclass(frozen=True, slots=True)
class StockShown:
    """How many pieces of an item a store has on a day; `cost_minor` is what they cost together."""

    sku: str
    store: str
    day: date
    quantity: int
    cost_minor: int | None


@dataclass(eq=False)
class UnknownSku(DomainError):
    """The record names an item that the brand's catalogue does not have."""

    code: ClassVar[str] = "catalog.unknown_sku"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The catalogue has no item “{sku}”: import the products first, then retry this record."
    )
    sku: str


@dataclass(eq=False)
class UnknownStore(DomainError):
    """The record names a store that the group does not have."""

    code: ClassVar[str] = "catalog.unknown_store"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The group has no store with the code “{store}”: enter the store, or correct the code, then"
        " retry this record."
    )
    store: str
