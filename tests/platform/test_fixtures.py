"""The fixtures themselves: a migrated database, a transaction that leaves nothing, no network."""

import socket
from datetime import datetime

import psycopg
import pytest

from huitong.platform.db import Database, Scope, Tx
from tests.conftest import NetworkRefused


def test_a_transaction_writes_into_the_migrated_database(tx: Tx) -> None:
    assert tx.new_ids([7])[0] & 0xFFF == 7


def test_each_test_has_a_group_of_its_own(tx: Tx, group_id: int) -> None:
    assert tx.scope == Scope(group_id=group_id)


def test_a_fresh_database_is_another_one(
    database: Database, fresh_database: Database, now: datetime
) -> None:
    assert fresh_database.url != database.url
    with fresh_database.transaction(Scope(group_id=1), now=now) as opened:
        assert opened.new_ids([0])


def test_the_database_is_of_a_supported_version(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert connection.info.server_version >= 150_000


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80, 0, 0)])
def test_another_machine_is_out_of_reach(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as outgoing, pytest.raises(NetworkRefused):
        outgoing.connect(address)


def test_names_of_other_machines_are_not_looked_up() -> None:
    with pytest.raises(NetworkRefused):
        socket.getaddrinfo("example.org", 443)
