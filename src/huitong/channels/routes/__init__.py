"""HTTP in: records and files into the inbox, what became of them, retry, put right."""

from huitong.channels.routes.fixing import router as fixing
from huitong.channels.routes.listing import router as listing
from huitong.channels.routes.pushing import router as pushing
from huitong.channels.routes.quarantine import router as quarantine
from huitong.channels.routes.upload_runs import router as upload_runs
from huitong.channels.routes.uploads import router as uploads
from huitong.channels.routes.wizard import router as wizard

ROUTERS = (uploads, upload_runs, wizard, quarantine, fixing, pushing, listing)

__all__ = ["ROUTERS"]
