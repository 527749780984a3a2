"""Writes of the inbox: deliveries, pages, retries, and forgetting."""

from huitong.channels.operations.deliveries import (
    Source,
    finish_delivery,
    open_delivery,
    size_delivery,
)
from huitong.channels.operations.fixing import fix
from huitong.channels.operations.folding import Feed
from huitong.channels.operations.forgetting import (
    erase,
    forget_bodies,
    never_applied_naming,
    reassign,
)
from huitong.channels.operations.mappings import save_mapping
from huitong.channels.operations.refusing import refuse_later
from huitong.channels.operations.retrying import retry
from huitong.channels.operations.taking import take_page
from huitong.channels.operations.uploading import forget_every_upload

__all__ = [
    "Feed",
    "Source",
    "erase",
    "finish_delivery",
    "fix",
    "forget_bodies",
    "forget_every_upload",
    "never_applied_naming",
    "open_delivery",
    "reassign",
    "refuse_later",
    "retry",
    "save_mapping",
    "size_delivery",
    "take_page",
]
