"""Writes of the catalogue."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

import orjson

from huitong import org
from huitong.catalog import tables
from huitong.catalog.model import IncomingProduct, IncomingStock, Sku, UnknownSku, UnknownStore
from huitong.catalog.queries import find_skus
from huitong.platform.db import Tx, text_array
from huitong.platform.errors import Ok, Refused
from huitong.platform.page import Outcome, Page

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


def apply_stocks(tx: Tx, page: Page, now: datetime) -> list[Outcome]:
    """Keep what stores have of items on a day; the newest telling of each holds.

    A record of an item or a store that is not known is refused by itself.
    """
    incoming = cast("Sequence[IncomingStock]", page.records)
    brand_id = incoming[0].account.brand_id
    skus = find_skus(tx, brand_id=brand_id, codes=[each.record.sku for each in incoming])
    stores = org.find_stores(tx, codes=sorted({each.record.store for each in incoming}))
    rows: dict[tuple[object, ...], Row] = {}
    outcomes: list[Outcome] = []
    for each in incoming:
        refused = _unknown(each, skus, stores)
        outcomes.append(refused or Ok(None))
        if refused is None:
            row = _stock_row(each, skus[each.record.sku].id, stores[each.record.store])
            # The last record of a shelf in a page is the newest.
            rows[row[:3]] = row
    tx.write(tables.PUT_STOCKS, tables.STOCK, list(rows.values()), {"now": now})
    return outcomes


def _unknown(
    incoming: IncomingStock, skus: Mapping[str, Sku], stores: Mapping[str, int]
) -> Refused | None:
    record = incoming.record
    if record.sku not in skus:
        return UnknownSku(sku=record.sku).as_refused()
    if record.store not in stores:
        return UnknownStore(store=record.store).as_refused()
    return None


def _stock_row(incoming: IncomingStock, sku_id: int, store_id: int) -> Row:
    record = incoming.record
    return (
        sku_id,
        store_id,
        record.day,
        incoming.account.brand_id,
        record.quantity,
        record.cost_minor,
        record.updated_at,
    )


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
