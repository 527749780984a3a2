"""Small builders of what the inbox meets in tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import orjson

from huitong import channels
from huitong.channels.model import Arrival, Incoming, RecordKind, Way
from huitong.org.model import ChannelAccount
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Refused
from huitong.platform.page import Outcome, Page
from huitong.platform.pipeline import Applier

ORDERED_AT = "2026-03-01T10:00:00+08:00"


def make_account(group_id: int, *, fulfilment_only: bool = False) -> ChannelAccount:
    return ChannelAccount(
        id=7,
        group_id=group_id,
        brand_id=3,
        identity_domain_id=1,
        platform="pos",
        code="main-street",
        sees_orders=True,
        books_revenue=True,
        earns=True,
        fulfilment_only=fulfilment_only,
        time_zone="Asia/Shanghai",
    )


def make_order_text(order_no: object = "A1", **fields: object) -> bytes:
    line = {"line_id": "1", "sku": "S1", "quantity": 1, "list_minor": 100, "paid_minor": 90}
    order = {
        "order_no": order_no,
        "ordered_at": ORDERED_AT,
        "status": "completed",
        "list_minor": 100,
        "paid_minor": 90,
        "lines": [line],
        **fields,
    }
    return orjson.dumps(order)


def make_orders(account: ChannelAccount, *texts: bytes) -> list[Arrival]:
    return [
        channels.arrive(account, RecordKind.ORDER, text, row=row + 1)
        for row, text in enumerate(texts)
    ]


class Recorder:
    """An applier that keeps what it met, and refuses the keys it is told to."""

    def __init__(self, *, refuses: Sequence[str] = ()) -> None:
        self.refuses = set(refuses)
        self.met: list[Incoming] = []

    def apply(self, tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
        assert tx.scope.group_id, "An applier runs in a scope."
        assert now.tzinfo, "An applier is told an instant."
        return [self._outcome(one) for one in page.records]

    def _outcome(self, one: object) -> Outcome:
        assert isinstance(one, Incoming)
        if one.record.external_id() in self.refuses:
            return Refused(code="test.refused", reason="The test refuses this record.")
        self.met.append(one)
        return Ok(None)

    def keys(self) -> list[str]:
        return [one.record.external_id() for one in self.met]


def make_feed(account: ChannelAccount, *appliers: Applier) -> channels.Feed:
    return channels.Feed(account=account, kind=RecordKind.ORDER, appliers=appliers)


def make_delivery(tx: Tx, account: ChannelAccount, *, now: datetime) -> int:
    source = channels.Source(way=Way.PUSH, name="test")
    return channels.open_delivery(tx, account, kind=RecordKind.ORDER, source=source, now=now)


def in_brand(account: ChannelAccount, brand_id: int) -> ChannelAccount:
    return replace(account, brand_id=brand_id)
