"""HTTP in: the programme, and what members have under it."""

from huitong.loyalty.routes.openings import router as openings
from huitong.loyalty.routes.points import router as points
from huitong.loyalty.routes.programme import router as programme

ROUTERS = (points, programme, openings)

__all__ = ["ROUTERS"]
