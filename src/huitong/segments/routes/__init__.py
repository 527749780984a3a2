"""HTTP in: segments by definition, and their audiences."""

from huitong.segments.routes.audiences import router as audiences
from huitong.segments.routes.definitions import router as definitions

ROUTERS = (definitions, audiences)

__all__ = ["ROUTERS"]
