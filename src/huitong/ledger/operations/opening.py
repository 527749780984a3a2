"""Accounts with an overdraft: the only ones that are opened before value moves."""

from huitong.ledger.model import FloorTooHigh, InvalidOperation
from huitong.ledger.operations.loading import lock_accounts, open_accounts
from huitong.ledger.tables import writes
from huitong.platform.db import Tx


def open_account(tx: Tx, owner: int, *, asset: str, floor: int) -> None:
    """Let the owner's account of the asset go down to `floor` (zero or below); a repeat is no news.

    :raises InvalidOperation: when the floor is above zero.
    :raises FloorTooHigh: when the account already stands below the floor.
    """
    if floor > 0:
        message = f"A floor is zero or below, not {floor}."
        raise InvalidOperation(message)
    known = {account.asset: account for account in lock_accounts(tx, [owner])}
    account = known.get(asset) or open_accounts(tx, [(owner, asset)], floor)[0]
    if account.balance - account.held < floor:
        raise FloorTooHigh(asset, floor, account.balance - account.held)
    params = {"group_id": tx.scope.group_id, "id": account.id, "floor": floor}
    tx.execute(writes.SET_FLOOR, params)
