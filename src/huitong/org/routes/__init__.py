"""HTTP in: the organisation: its units, stores, staff, accounts and touchpoints."""

from huitong.org.routes.accounts import router as accounts
from huitong.org.routes.personas import router as personas
from huitong.org.routes.staff import router as staff
from huitong.org.routes.stores import router as stores
from huitong.org.routes.units import router as units

ROUTERS = (units, stores, staff, accounts, personas)

__all__ = ["ROUTERS"]
