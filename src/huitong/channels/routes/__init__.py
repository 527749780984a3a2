"""HTTP in: push records into the inbox, look at what became of them, retry."""

from huitong.channels.routes.listing import router as listing
from huitong.channels.routes.pushing import router as pushing

ROUTERS = (pushing, listing)

__all__ = ["ROUTERS"]
