"""HTTP in: why somebody is one person, what operators decide, the policy, and the journal."""

from huitong.identity.routes.by_hand import router as by_hand
from huitong.identity.routes.explaining import router as explaining
from huitong.identity.routes.looking import router as looking
from huitong.identity.routes.policies import router as policies
from huitong.identity.routes.reviewing import router as reviewing
from huitong.identity.routes.weighing import router as weighing

ROUTERS = (explaining, looking, reviewing, by_hand, policies, weighing)

__all__ = ["ROUTERS"]
