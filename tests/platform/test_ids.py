"""Ids: never the same twice, in the order of their blocks, with their bucket inside."""

import itertools
import threading
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitong.platform import ids
from huitong.platform.db import Database, Scope

IDENTITIES = st.integers(min_value=0, max_value=2**63 - 1)
BUCKETS = st.integers(min_value=0, max_value=ids.BUCKETS - 1)


@given(IDENTITIES)
def test_what_is_shown_is_read_back(identity: int) -> None:
    shown = ids.show("cus", identity)
    assert len(shown) == len("cus_") + 13
    assert ids.read("cus", shown) == identity


@given(IDENTITIES, IDENTITIES)
def test_shown_ids_sort_as_the_ids_do(one: int, other: int) -> None:
    assert (one < other) == (ids.show("ord", one) < ids.show("ord", other))


@pytest.mark.parametrize(
    "text",
    ["", "cus_", "ord_0000000000001", "cus_000000000000l", "cus_000000000001", "0000000000001"],
)
def test_what_is_no_id_of_the_kind_is_refused(text: str) -> None:
    with pytest.raises(ids.WrongId):
        ids.read("cus", text)


@given(st.lists(BUCKETS, max_size=20))
def test_each_id_carries_the_bucket_it_was_asked_for(buckets: list[int]) -> None:
    made = ids.IdMaker().make(buckets, itertools.count(1).__next__)
    assert [ids.bucket_of(identity) for identity in made] == buckets


@given(st.binary(min_size=2, max_size=32))
def test_a_digest_falls_into_a_bucket_that_exists(digest: bytes) -> None:
    assert 0 <= ids.bucket_of_digest(digest) < ids.BUCKETS


def test_ids_of_one_maker_grow_across_blocks_and_fit_64_bits() -> None:
    lease = itertools.count(2**39 - 3).__next__
    made = ids.IdMaker().make([4095] * (2 * ids.PLACES), lease)
    assert made == sorted(set(made))
    assert made[-1].bit_length() == 63
    assert lease() == 2**39 - 1, "Two blocks hold twice 4,096 ids."


def test_connections_that_make_ids_at_once_never_make_the_same(
    database: Database, group_id: int, now: datetime
) -> None:
    made: list[int] = []

    def make() -> None:
        for _ in range(3):
            with database.transaction(Scope(group_id), now=now) as tx:
                made.extend(tx.new_ids([7] * 3_000))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == len(set(made)) == 4 * 3 * 3_000


def test_a_later_transaction_has_higher_ids_whichever_session_it_gets(
    database: Database, group_id: int, now: datetime
) -> None:
    made = []
    for _ in range(4):
        with (
            database.transaction(Scope(group_id), now=now) as tx,
            database.reading(Scope(group_id)),  # The pool hands its sessions out in turn.
        ):
            made += tx.new_ids([7])
    assert made == sorted(made)
