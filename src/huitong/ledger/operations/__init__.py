"""The writes of the ledger: post, expire, merge and split owners, forget notes."""

from huitong.ledger.operations.expiry import expire_due
from huitong.ledger.operations.merging import erase, reassign, split_back
from huitong.ledger.operations.opening import open_account
from huitong.ledger.operations.posting import post

__all__ = ["erase", "expire_due", "open_account", "post", "reassign", "split_back"]
