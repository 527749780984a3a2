"""The routes of the console's customers: found, listed, shown whole, worked on by filter."""

from collections.abc import Sequence

from huitong.entry.console import (
    bulk_routes,
    customers_head_routes,
    customers_orders_routes,
    customers_parts_routes,
    customers_routes,
    timeline_routes,
)
from huitong.platform.http import Router

ROUTERS: Sequence[Router] = (
    customers_routes.router,
    customers_head_routes.router,
    customers_parts_routes.router,
    customers_orders_routes.router,
    timeline_routes.router,
    bulk_routes.router,
)
