"""JD (JOS, merchants of the POP platform): orders and after-sale services; mapping only."""

from huitong.channels.connectors.jd.mapping import read_order, read_service
from huitong.channels.connectors.payload import Mapper

MAPPERS = {"order": Mapper("jd", read_order), "service": Mapper("jd", read_service)}

__all__ = ["MAPPERS"]
