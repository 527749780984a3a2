"""HTTP in: customers, how they enrol, who looks after them, and what belongs to them."""

from huitong.customers.routes.caring import router as caring
from huitong.customers.routes.enrolling import router as enrolling
from huitong.customers.routes.people import router as people

# A fixed word stands before the place of an id at the same spot.
ROUTERS = (enrolling, caring, people)

__all__ = ["ROUTERS"]
