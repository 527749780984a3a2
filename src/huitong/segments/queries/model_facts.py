"""Reads what models are computed from: purchases of customers out of the lake, as arrays.

Orders are staged once as narrow rows in DuckDB, which moves to disk what its memory does not hold,
and are then taken shard by shard. Which orders are purchases is said in `tables/model_facts.py`.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from huitong.segments.model.model_versions import CustomerUnknown, OrderTold
from huitong.segments.rules.bitmaps.parts import SHARD_SIZE
from huitong.segments.rules.lifecycle import NO_DAY, Days
from huitong.segments.rules.rfm import EPOCH, Purchases
from huitong.segments.tables import model_facts as tables

Ids = NDArray[np.int64]
Places = NDArray[np.int64]
Arrays = Mapping[str, NDArray[np.generic]]

MERGES_MAX: Final = 50


class ModelFacts:
    """The facts of the placed customers: first place somebody, then ask."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, zone: str) -> None:
        """Take a connection with the lake's views; `zone` is the brand's time zone."""
        self._connection = connection
        self._zone = zone

    # Who is meant.

    def place_living(self) -> Ids:
        """Place every living customer, by id, and return them."""
        self._connection.execute(tables.ALL_LIVING)
        self._stage()
        return self.customers()

    def place_one(self, customer_id: int) -> int:
        """Place one customer at 0 and return who it is today.

        :raises CustomerUnknown: when the lake has no such customer, or an erased one.
        """
        living = customer_id
        for _ in range(MERGES_MAX):
            found = self._rows(tables.OWNER_TODAY, {"customer_id": living})
            if not found or found[0][1]:
                raise CustomerUnknown
            if found[0][0] == living:
                break
            living = int(found[0][0])
        self._connection.execute(tables.ONE_LIVING, {"customer_id": living})
        self._stage()
        return living

    def know_ordinals(self, customer_ids: Ids, ordinals: NDArray[np.int32]) -> None:
        """Take the places that customers have in the bitmaps."""
        self._connection.register(
            "model_ordinals", {"customer_id": customer_ids, "ordinal": ordinals}
        )

    def without_ordinal(self) -> Ids:
        """Return the living customers who have no place yet."""
        return self._column(tables.WITHOUT_ORDINAL, "id")

    def place_everybody(self) -> None:
        """Place every living customer at their ordinal."""
        self._connection.execute(tables.PLACE_EVERYBODY)
        self._stage()

    def place_wanted(self, ordinals: NDArray[np.int64]) -> None:
        """Place the living ones among the customers at some ordinals."""
        self._connection.register("model_wanted", {"ordinal": ordinals})
        self._connection.execute(tables.PLACE_WANTED)
        self._stage()

    def ordinals_touched(self, touched: str) -> NDArray[np.int64]:
        """Return the places of the customers that a query of the lake names."""
        sql = tables.ORDINALS_TOUCHED.replace("{touched}", touched)
        return self._column(sql, "ordinal")

    def customers(self) -> Ids:
        """Return the placed customers in the order of their places."""
        return self._column(tables.LIST_PLACES, "customer_id")

    # What they did.

    def purchases(self, shard: int = 0, *, size: int = SHARD_SIZE) -> Purchases:
        """Return the purchases of a shard's placed customers, by place within the shard."""
        found = self._arrays(tables.PURCHASES_OF_SHARD, {"first": shard * SHARD_SIZE, "size": size})
        return Purchases(
            found["place"].astype(np.int64),
            found["day"].astype(np.int32),
            found["paid_minor"].astype(np.int64),
            found["refunded_minor"].astype(np.int64),
        )

    def known_days(self, shard: int, *, places: int, size: int = SHARD_SIZE) -> Days:
        """Return since when the customers at each place of a shard are known; `NO_DAY` elsewhere.

        Known is who enrolled, or whom the records name, whichever came first.
        """
        asked = {"first": shard * SHARD_SIZE, "size": size, "zone": self._zone}
        found = self._arrays(tables.KNOWN_OF_SHARD, asked)
        days = np.full(places, NO_DAY, np.int32)
        days[found["place"].astype(np.int64)] = found["day"].astype(np.int32)
        return days

    def orders(self) -> list[OrderTold]:
        """Return every order of the placed customers, the latest first."""
        return [
            OrderTold(order_id, order_no, account_id, day_of(day), paid, refunded, left_out)
            for order_id, order_no, account_id, day, paid, refunded, left_out in self._rows(
                tables.ORDERS_TOLD
            )
        ]

    def _stage(self) -> None:
        run = self._connection.execute
        run(tables.PICK_ORDERS, {"zone": self._zone})
        run(tables.SUM_REFUNDS)
        run(tables.FIND_CLASSED)
        run(tables.JUDGE_ORDERS)

    def _rows(self, sql: str, asked: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, dict(asked or {})).fetchall()

    def _arrays(self, sql: str, asked: Mapping[str, object]) -> Arrays:
        return self._connection.execute(sql, dict(asked)).fetchnumpy()

    def _column(self, sql: str, name: str) -> NDArray[np.int64]:
        return np.asarray(self._connection.execute(sql).fetchnumpy()[name], np.int64)


def day_of(number: int) -> date:
    """Return the day that is so many days after 1970-01-01."""
    return EPOCH + timedelta(days=number)
