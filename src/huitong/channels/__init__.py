"""Channels: what arrives is kept as it came, read into canonical records, and applied."""

from huitong.channels.operations import (
    Feed,
    Source,
    erase,
    finish_delivery,
    forget_bodies,
    open_delivery,
    reassign,
    refuse_later,
    retry,
    size_delivery,
    take_page,
)
from huitong.channels.queries import (
    deliveries,
    delivery,
    record,
    records_of_delivery,
    refused_among,
    refused_records,
    text_of,
    versions_of,
)
from huitong.channels.rules import arrive

__all__ = [
    "Feed",
    "Source",
    "arrive",
    "deliveries",
    "delivery",
    "erase",
    "finish_delivery",
    "forget_bodies",
    "open_delivery",
    "reassign",
    "record",
    "records_of_delivery",
    "refuse_later",
    "refused_among",
    "refused_records",
    "retry",
    "size_delivery",
    "take_page",
    "text_of",
    "versions_of",
]
