"""HTTP in: push records into the inbox, look at what became of them, retry, put right."""

from huitong.channels.routes.fixing import router as fixing
from huitong.channels.routes.listing import router as listing
from huitong.channels.routes.pushing import router as pushing

ROUTERS = (fixing, pushing, listing)

__all__ = ["ROUTERS"]
