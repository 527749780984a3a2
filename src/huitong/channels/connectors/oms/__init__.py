"""Order management systems: packages of orders that other channels sold; mapping only."""

from huitong.channels.connectors.oms.mapping import read_packages
from huitong.channels.connectors.payload import Mapper

MAPPERS = {"packages": Mapper("oms", read_packages)}

__all__ = ["MAPPERS"]
