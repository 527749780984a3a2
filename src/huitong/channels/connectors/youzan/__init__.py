"""Youzan: trades and refunds; mapping only, no client yet."""

from huitong.channels.connectors.payload import Mapper
from huitong.channels.connectors.youzan.mapping import read_refund, read_trade

MAPPERS = {"trade": Mapper("youzan", read_trade), "refund": Mapper("youzan", read_refund)}

__all__ = ["MAPPERS"]
