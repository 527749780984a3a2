"""The three figures that a brand is led by: which of them can be told, and what others lack."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from huitong import catalog
from huitong.platform.db import ReadTx


class Core(StrEnum):
    """The figures that a head of retail asks for first."""

    REVENUE = "revenue"
    OPERATING_PROFIT = "operating_profit"
    INVENTORY_TURNOVER_DAYS = "inventory_turnover_days"


class Lack(StrEnum):
    """What is not there to compute a figure from; `definition`: the data is, the metric is not."""

    STOCK = "stock"
    COSTS = "costs"
    EXPENSES = "expenses"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class CoreFigure:
    """A core figure: the metric that tells it, or what is missing to tell it."""

    core: Core
    metric: str | None
    lacks: tuple[Lack, ...]


def core_figures(tx: ReadTx, *, brand_id: int) -> Sequence[CoreFigure]:
    """Return which core figures of a brand can be told, in their order.

    Costs come with stock; expenses beside goods have no records yet, so a profit is never told.
    """
    stock = catalog.stock_known(tx, brand_id=brand_id)
    costs = () if stock.has_cost else (Lack.COSTS,)
    turnover = (Lack.STOCK, Lack.COSTS) if stock.day is None else costs or (Lack.DEFINITION,)
    return (
        CoreFigure(Core.REVENUE, "net_sales", ()),
        CoreFigure(Core.OPERATING_PROFIT, None, (*costs, Lack.EXPENSES)),
        CoreFigure(Core.INVENTORY_TURNOVER_DAYS, None, turnover),
    )
