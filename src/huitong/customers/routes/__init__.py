"""HTTP in: customers, how they enrol, who looks after them, how they leave."""

from huitong.customers.routes.caring import router as caring
from huitong.customers.routes.correcting import router as correcting
from huitong.customers.routes.documents import router as documents
from huitong.customers.routes.enrolling import router as enrolling
from huitong.customers.routes.leaving import router as leaving
from huitong.customers.routes.people import router as people

# A fixed word stands before the place of an id at the same spot.
ROUTERS = (enrolling, documents, caring, correcting, leaving, people)

__all__ = ["ROUTERS"]
