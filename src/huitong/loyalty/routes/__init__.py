"""HTTP in: the programme, and what members have under it."""

from huitong.loyalty.routes.adjusting import router as adjusting
from huitong.loyalty.routes.approving import router as approving
from huitong.loyalty.routes.comparing import router as comparing
from huitong.loyalty.routes.drafts import router as drafts
from huitong.loyalty.routes.openings import router as openings
from huitong.loyalty.routes.points import router as points
from huitong.loyalty.routes.programme import router as programme

ROUTERS = (points, adjusting, programme, drafts, approving, comparing, openings)

__all__ = ["ROUTERS"]
