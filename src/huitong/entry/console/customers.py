"""The routes of the console's customers: found, listed, shown whole, worked on by filter."""

from collections.abc import Sequence

from huitong.entry.console import customers_routes
from huitong.platform.http import Router

ROUTERS: Sequence[Router] = (customers_routes.router,)
