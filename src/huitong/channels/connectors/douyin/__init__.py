"""Douyin shops (抖店): orders and after-sales; mapping only, no client yet."""

from huitong.channels.connectors.douyin.mapping import read_aftersale, read_order
from huitong.channels.connectors.payload import Mapper

MAPPERS = {"order": Mapper("douyin", read_order), "aftersale": Mapper("douyin", read_aftersale)}

__all__ = ["MAPPERS"]
