"""The world of members that pages are tested on: complete, repeatable, and sound."""

from huitong import customers, ledger
from huitong.platform.db import Role
from tests.browser.worlds import members
from tests.console.customers_make import Console, console

__all__ = ["console"]


def test_the_world_of_members_is_taken_whole_and_leaves_a_sound_ledger(console: Console) -> None:
    world = console.members
    assert len(set(world.customer_ids)) == len(members.NAMES) - 1, "Two of them are one."
    with console.database.reading(console.scope, role=Role.READER) as tx:
        assert list(ledger.verify(tx)) == []
    with console.database.reading(console.scope) as tx:
        (first,) = customers.show(tx, customer_ids=[world.first])
    assert first.name == "林**"
    assert first.cards == ("****0001",)
