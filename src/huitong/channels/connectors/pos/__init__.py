"""Points of sale, by our own contract: batches of tickets; mapping only, no route yet."""

from huitong.channels.connectors.payload import Mapper
from huitong.channels.connectors.pos.mapping import read_batch

MAPPERS = {"batch": Mapper("pos", read_batch)}

__all__ = ["MAPPERS"]
