"""The nouns of the catalogue: products (SPU) and their sellable items (SKU)."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from huitong.org.model import ChannelAccount


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
