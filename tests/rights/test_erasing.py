"""Erased means: a scan of every column and file finds nothing, now and in a restored backup."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from huitong import identity
from huitong.channels.model import RecordKind
from huitong.entry import wiring
from huitong.entry.published import CATALOGUE
from huitong.entry.rights import journal, replaying
from huitong.entry.rights.jobs import FORGET_TEXTS
from huitong.entry.rights.journal import Erasure
from huitong.entry.worker import Worker
from huitong.identity.model import PersonNotFound
from huitong.platform import clock, lake
from huitong.platform.assembly import Platform
from huitong.platform.db import Database
from huitong.platform.lake import Folder, Place
from huitong.platform.settings import Settings
from tests.rights.finding import SAID, erase, exported, look, places
from tests.rights.make import (
    ANNA,
    ANNA_CARD,
    ANNA_CITY,
    ANNA_MAIL,
    ANNA_NAME,
    ANNA_STREET,
    BERTA,
    BERTA_NAME,
    GIFT_PHONE,
    NOW,
    Shop,
    member,
    order,
    party,
    refund,
)

LATER = NOW + timedelta(days=1)


def fill(shop: Shop) -> None:
    """Let Anna leave her traces in every place that takes any, and Berta some of her own."""
    anna = member(
        "M-ANNA-1",
        ANNA,
        name=ANNA_NAME,
        city=ANNA_CITY,
        card_no=ANNA_CARD,
        birthday_on="1987-06-05",
        attributes={"address": ANNA_STREET},
        consents=[
            {"purpose": "marketing", "policy_version": "1", "given_at": "2026-01-02T10:00:00+08:00"}
        ],
    )
    mail = {"kind": "email", "value": ANNA_MAIL, "verified": True}
    identifiers = anna["identifiers"]
    assert isinstance(identifiers, list)
    identifiers.append(mail)
    shop.tell(RecordKind.MEMBER, anna, member("M-BERTA-1", BERTA, name=BERTA_NAME))
    # A refund waits for its order, with free text.
    shop.tell(RecordKind.REFUND, refund("R-1", "O-1", 10, reason=SAID))
    shop.tell(
        RecordKind.ORDER,
        order(
            "O-1",
            100,
            ANNA,
            receiver_city=ANNA_CITY,
            close_reason=SAID,
            attributes={"address": SAID},
            parties=[party("buyer", ANNA), party("receiver", GIFT_PHONE)],
            payments=[{"kind": "wechat", "amount_minor": 10_000, "reference": SAID}],
        ),
        # Berta sends Anna a present.
        order(
            "O-2",
            30,
            BERTA,
            receiver_city=ANNA_CITY,
            attributes={"receiver": SAID},
            parties=[party("buyer", BERTA), party("receiver", ANNA)],
        ),
    )
    # Refused: Berta's card cannot be Anna's as well. It names Anna's phone, and was never applied.
    shop.tell(RecordKind.MEMBER, member("M-ANNA-2", BERTA, card_no=ANNA_CARD, name=SAID))
    # The same page again with something new on it: known and refused texts are copied.
    shop.tell(
        RecordKind.MEMBER,
        anna,
        member("M-ANNA-2", BERTA, card_no=ANNA_CARD, name=SAID),
        member("M-CARL-1", "13600001111"),
    )


def test_the_scan_finds_a_living_person_in_every_place_that_it_should(
    shop: Shop, tmp_path: Path
) -> None:
    fill(shop)
    (tmp_path / "import.log").write_text(f"row 7: {ANNA}")
    found = places(look(shop, tmp_path, exported(shop)))
    assert found >= {
        "identity.identifier.blind_index",
        "identity.identifier.sealed",
        "customers.card.sealed",
        "customers.statement.sealed",
        "customers.facet.city",
        "channels.body.content",
        "orders.header.receiver_city",
        "orders.header.attributes",
        "orders.header.close_reason",
        "orders.payment.reference",
        "orders.refund.reason",
        "import.log",
    }


def test_after_an_erasure_the_scan_finds_nothing_and_others_are_as_they_were(
    shop: Shop, tmp_path: Path
) -> None:
    fill(shop)
    document = exported(shop)
    erase(shop, tmp_path)
    assert look(shop, tmp_path, document).findings == ()
    with shop.tx() as tx:
        assert shop.customer(tx, ANNA) is None
        assert shop.points(tx, shop.known(tx, BERTA)).balance == 30
    assert shop.is_sound()


def test_what_is_told_again_of_her_orders_brings_nothing_back(shop: Shop, tmp_path: Path) -> None:
    fill(shop)
    document = exported(shop)
    erase(shop, tmp_path)
    newer = {"updated_at": "2026-02-20T00:00:00+08:00"}
    told = order("O-1", 100, ANNA, receiver_city=ANNA_CITY, attributes={"address": SAID}, **newer)
    states = [
        shop.tell(RecordKind.ORDER, told, now=LATER),
        shop.tell(RecordKind.REFUND, refund("R-1", "O-1", 10, reason=SAID, **newer), now=LATER),
        shop.tell(RecordKind.REFUND, refund("R-2", "O-1", 5, reason=SAID), now=LATER),
    ]
    assert states == [[{"applied": 1}]] * 3
    with shop.tx() as tx:
        assert shop.customer(tx, ANNA) is None
    # The text in the inbox goes with the next job of the worker.
    assert places(look(shop, tmp_path, document)) == {"channels.body.content"}
    platform = Platform(
        settings=Settings(home=tmp_path), database=shop.database, job_handlers=wiring.JOBS
    )
    assert FORGET_TEXTS in platform.job_handlers
    Worker(platform, now=lambda: LATER).drain()
    assert look(shop, tmp_path, document).findings == ()
    assert shop.is_sound()


def test_the_files_of_the_lake_are_looked_through_and_forget_with_the_next_refresh(
    shop: Shop, tmp_path: Path
) -> None:
    fill(shop)
    document = exported(shop)
    folder = Folder(tmp_path / "lake")
    place = Place(shop.scope.group_id, shop.brand.id)
    lake.refresh(shop.database, folder, place, CATALOGUE, now=NOW)
    told = {one.split("/")[3] for one in places(look(shop, tmp_path, document)) if "lake/" in one}
    assert told == {"customers", "orders"}
    erase(shop, tmp_path)
    lake.refresh(shop.database, folder, place, CATALOGUE, now=NOW)
    lake.sweep(folder, place, now=clock.now() + timedelta(days=1))
    assert look(shop, tmp_path, document).findings == ()


def test_a_new_record_of_an_erased_person_makes_somebody_new_without_her_past(
    shop: Shop, tmp_path: Path
) -> None:
    fill(shop)
    erase(shop, tmp_path)
    shop.tell(RecordKind.ORDER, order("O-9", 20, ANNA), now=LATER)
    with shop.tx() as tx:
        somebody = shop.known(tx, ANNA)
        assert shop.points(tx, somebody).balance == 0
        assert identity.erased_before(tx, person_ids=[shop.person(tx, ANNA)], now=LATER)


def test_a_restored_backup_forgets_again(
    server_url: str, fresh_database: Database, group_id: int, tmp_path: Path
) -> None:
    wired = Database(fresh_database.url, events=wiring.EVENTS)
    shop = Shop(wired, group_id)
    fill(shop)
    document = exported(shop)
    wired.close()
    fresh_database.close()
    with restored(server_url, fresh_database.url) as url:
        still_there = Database(fresh_database.url, events=wiring.EVENTS)
        shop.database = still_there
        erase(shop, tmp_path)
        still_there.close()
        shop.database = Database(url, events=wiring.EVENTS)
        assert "identity.identifier.sealed" in places(look(shop, tmp_path, document))
        done = replaying.replay(shop.database, home=tmp_path, now=LATER)
        assert (done.lines, done.erased, done.unresolved) == (1, 1, [])
        assert look(shop, tmp_path, document).findings == ()
        with shop.tx() as tx:
            assert shop.customer(tx, BERTA) is not None
        assert replaying.replay(shop.database, home=tmp_path, now=LATER).erased == 1
        assert shop.is_sound()
        shop.database.close()


def test_a_backup_in_which_strangers_were_merged_forgets_one_and_keeps_the_other(
    shop: Shop, tmp_path: Path
) -> None:
    fill(shop)
    with shop.tx() as tx:
        anna, berta = shop.person(tx, ANNA), shop.person(tx, BERTA)
        merge = identity.merge(tx, source=berta, target=anna, reason="a mistake", key="m", now=NOW)
    # The journal is of a time after the split; the database is of the time before it.
    assert merge.split_at is None
    journal.append(tmp_path, Erasure(shop.scope.group_id, (anna,), LATER, (), None))
    done = replaying.replay(shop.database, home=tmp_path, now=LATER)
    assert (done.erased, done.unresolved) == (1, [])
    with shop.tx() as tx:
        assert shop.customer(tx, ANNA) is None
        assert shop.points(tx, shop.known(tx, BERTA)).balance == 30
    assert shop.is_sound()


@contextmanager
def restored(server_url: str, url: str) -> Iterator[str]:
    """Copy a database as it stands, as a backup would bring it back, and give its address."""
    source = urlsplit(url).path.removeprefix("/")
    copy = f"{source}_backup"
    with psycopg.connect(server_url, autocommit=True) as connection:
        names = [sql.Identifier(copy), sql.Identifier(source)]
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        yield urlunsplit(urlsplit(url)._replace(path=f"/{copy}"))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(names[0]))


class TestJournal:
    def test_a_line_that_was_cut_off_is_counted_and_swallows_no_other(
        self, shop: Shop, tmp_path: Path
    ) -> None:
        fill(shop)
        (tmp_path / journal.FILE).write_bytes(b'{"form": 1, "gro')
        erase(shop, tmp_path)
        read = journal.read(tmp_path)
        assert (len(read.erasures), read.torn) == (1, 1)

    def test_it_is_readable_by_its_owner_alone_and_names_nobody(
        self, shop: Shop, tmp_path: Path
    ) -> None:
        fill(shop)
        erase(shop, tmp_path)
        path = tmp_path / journal.FILE
        assert path.stat().st_mode & 0o777 == 0o600
        assert ANNA not in path.read_text()

    def test_an_erasure_that_is_refused_leaves_no_line(self, shop: Shop, tmp_path: Path) -> None:
        with pytest.raises(PersonNotFound), shop.tx() as tx:
            wiring.forget_everywhere(tx, 1, now=NOW)
        assert journal.read(tmp_path).erasures == ()
