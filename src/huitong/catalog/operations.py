"""Writes of the catalogue."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import orjson

from huitong.catalog import tables
from huitong.catalog.model import IncomingProduct
from huitong.platform.db import Tx, text_array
from huitong.platform.errors import Ok
from huitong.platform.page import Page

Row = tuple[object, ...]


def apply_products(tx: Tx, page: Page, now: datetime) -> list[Ok[None]]:
    """Put a page of product records into the catalogue; what did not change is left alone."""
    incoming = cast("Sequence[IncomingProduct]", page.records)
    # The last record of an item in a page is the newest; a statement may touch a row only once.
    items = {(each.account.brand_id, each.record.sku): each for each in incoming}
    products = sorted({(brand_id, each.record.spu) for (brand_id, _), each in items.items()})
    # Nothing here belongs to a customer, so every id carries bucket 0.
    ids = iter(tx.new_ids([0] * (len(items) + len(products))))
    product_rows = [(next(ids), *product) for product in products]
    sku_rows = [_row(next(ids), each) for each in items.values()]
    tx.write(tables.PUT_PRODUCTS, tables.PRODUCT, product_rows, {"now": now})
    tx.write(tables.PUT_SKUS, tables.SKU, sku_rows, {"now": now})
    return [Ok(None)] * len(incoming)


def _row(new_id: int, incoming: IncomingProduct) -> Row:
    record = incoming.record
    return (
        new_id,
        incoming.account.brand_id,
        record.sku,
        record.spu,
        record.name,
        text_array(record.category),
        record.brand_label,
        record.series,
        record.season,
        record.year,
        record.colour,
        record.size,
        record.material,
        record.list_price_minor,
        record.cost_minor,
        text_array(record.images),
        orjson.dumps(record.attributes).decode(),
    )
