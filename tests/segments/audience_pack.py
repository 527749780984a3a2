"""Four tags for tests of audiences: a band, a number, an open one, and one of several values."""

from datetime import datetime

from huitong.platform.db import Tx
from huitong.segments.operations.tag_documents import install_pack
from huitong.segments.rules.tag_packs import read_pack

PACK = """
code: audience
names: {zh: 测试, en: Test}
tags:
- code: frequency_band
  names: {zh: 购买频次, en: Frequency band}
  meaning: {zh: 付款订单数, en: Paid orders}
  kind: rule
  values:
  - {code: none, names: {zh: 未购买, en: None}}
  - {code: one, names: {zh: 1次, en: Once}}
  - {code: two, names: {zh: 2次以上, en: Twice or more}}
  expression:
    primitive: band
    of: {primitive: count, facts: orders}
    steps: [{value: none}, {value: one, at_least: 1}, {value: two, at_least: 2}]
- code: order_count
  names: {zh: 订单数, en: Number of orders}
  meaning: {zh: 付款订单数, en: Paid orders}
  kind: statistic
  values: {unit: times}
  expression: {primitive: count, facts: orders}
- code: last_kind
  names: {zh: 最近订单类型, en: Kind of the last order}
  meaning: {zh: 最近一笔, en: Of the last order}
  kind: statistic
  values: {open: true}
  expression: {primitive: last, facts: orders, field: order_kind}
- code: likes
  names: {zh: 喜好, en: Likes}
  meaning: {zh: 导购记录, en: Told by guides}
  kind: manual
  multi: true
  values:
  - {code: tea, names: {zh: 茶, en: Tea}}
  - {code: sport, names: {zh: 运动, en: Sport}}
  - {code: music, names: {zh: 音乐, en: Music}}
  expression: {primitive: given}
"""


def install(tx: Tx, *, brand_id: int, now: datetime) -> None:
    """Give a brand the tags."""
    install_pack(tx, read_pack(PACK), brand_id=brand_id, actor="test", now=now)
