"""Imports a file slowly, in a process of its own that a test kills."""

import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from huitong.channels.connectors.file import Import, import_file
from huitong.channels.model import RecordKind
from huitong.platform import clock, crypto
from huitong.platform.db import Database, Scope, Tx
from huitong.platform.errors import Ok
from huitong.platform.page import Outcome, Page
from tests.channels.make import make_account


def apply_slowly(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    assert tx.scope.group_id
    assert now.tzinfo
    time.sleep(0.1)
    return [Ok(None) for _ in page.records]


def main(url: str, path: str, group_id: int) -> None:
    crypto.hold(crypto.Keyring(bytes(range(32))))
    import_file(
        Database(url),
        Scope(group_id),
        Import(Path(path), RecordKind.ORDER, make_account(group_id)),
        appliers=[apply_slowly],
        clock=clock.now,
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
