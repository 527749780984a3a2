"""HTTP in: why somebody is one person, what operators decide, and weighing everybody anew."""

from huitong.identity.routes.by_hand import router as by_hand
from huitong.identity.routes.explaining import router as explaining
from huitong.identity.routes.reviewing import router as reviewing
from huitong.identity.routes.weighing import router as weighing

ROUTERS = (explaining, reviewing, by_hand, weighing)

__all__ = ["ROUTERS"]
