"""Tmall (Taobao Open Platform): trades and refunds; mapping only, no client yet."""

from huitong.channels.connectors.payload import Mapper
from huitong.channels.connectors.tmall.mapping import read_refund, read_trade

MAPPERS = {"trade": Mapper("tmall", read_trade), "refund": Mapper("tmall", read_refund)}

__all__ = ["MAPPERS"]
