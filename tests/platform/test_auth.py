"""Machine keys: shown once, kept as a hash, ended at once, and good for one group only."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from huitong.platform import auth, ids
from huitong.platform.auth import (
    PERMISSION_NAMES,
    IssuedKey,
    KeyNameTaken,
    NoSuchKey,
    NotPermitted,
    NotSignedIn,
    Permission,
)
from huitong.platform.db import Database, Scope, Tx

DAY = timedelta(days=1)


def issue(
    database: Database, group_id: int, now: datetime, *, expires_at: datetime | None = None
) -> IssuedKey:
    with database.transaction(Scope(group_id), now=now) as tx:
        return auth.issue(
            tx,
            name="till",
            permissions=[Permission.ORDERS_READ, Permission.INBOX_WRITE],
            brand_ids=[11, 7],
            expires_at=expires_at,
            now=now,
        )


class TestCheck:
    def test_a_token_opens_the_group_the_brands_and_the_permissions_of_its_key(
        self, database: Database, group_id: int, now: datetime
    ) -> None:
        issued = issue(database, group_id, now)
        caller = auth.check(database, issued.token, now=now)
        assert caller.scope() == Scope(group_id, brand_ids=(7, 11))
        caller.require(Permission.ORDERS_READ)
        with pytest.raises(NotPermitted) as refused:
            caller.require(Permission.POINTS_READ)
        assert refused.value.permission == "points.read"

    def test_the_database_holds_no_secret(
        self, database: Database, group_id: int, now: datetime
    ) -> None:
        issued = issue(database, group_id, now)
        secret = issued.token.split("_", 2)[2]
        with database.reading(Scope(group_id)) as tx:
            (kept,) = tx.rows("SELECT k::text FROM platform.machine_key AS k")
        assert secret not in kept[0]
        assert secret.encode().hex() not in kept[0]
        assert secret not in repr(issued)

    @pytest.mark.parametrize(
        "damage",
        [
            lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
            lambda token: token.replace("key_", "kez_"),
            lambda token: token.rpartition("_")[0],
            lambda token: f"{ids.show('key', 5)}_{token.split('_', 2)[2]}",
            lambda token: f"key_{'z' * 13}_{token.split('_', 2)[2]}",
            lambda _token: "",
            lambda _token: "key_",
            lambda _token: "x" * 10_000,
        ],
        ids=[
            "other-secret",
            "other-prefix",
            "no-secret",
            "other-id",
            "huge-id",
            "empty",
            "stub",
            "long",
        ],
    )
    def test_a_damaged_token_is_not_known(
        self, database: Database, group_id: int, now: datetime, damage: Callable[[str], str]
    ) -> None:
        token = issue(database, group_id, now).token
        with pytest.raises(NotSignedIn, match="not known"):
            auth.check(database, damage(token), now=now)

    def test_a_key_ends_at_the_instant_it_expires(
        self, database: Database, group_id: int, now: datetime
    ) -> None:
        issued = issue(database, group_id, now, expires_at=now + DAY)
        auth.check(database, issued.token, now=now + DAY - timedelta(microseconds=1))
        with pytest.raises(NotSignedIn, match="expired"):
            auth.check(database, issued.token, now=now + DAY)


class TestRevoke:
    def test_a_revoked_key_ends_at_once_and_stays_in_the_list(
        self, database: Database, group_id: int, now: datetime
    ) -> None:
        issued = issue(database, group_id, now)
        with database.transaction(Scope(group_id), now=now) as tx:
            auth.revoke(tx, key_id=issued.key.id, now=now)
        with pytest.raises(NotSignedIn, match="revoked"):
            auth.check(database, issued.token, now=now)
        with database.reading(Scope(group_id)) as tx:
            assert [key.revoked_at for key in auth.keys(tx)] == [now]

    def test_another_group_cannot_revoke_or_see_it(
        self, database: Database, group_id: int, now: datetime
    ) -> None:
        issued = issue(database, group_id, now)
        stranger = Scope(group_id + 1_000_000)
        with (
            pytest.raises(NoSuchKey),
            database.transaction(stranger, now=now) as tx,
        ):
            auth.revoke(tx, key_id=issued.key.id, now=now)
        with database.reading(stranger) as tx:
            assert auth.keys(tx) == []
        auth.check(database, issued.token, now=now)


class TestRotate:
    def test_the_successor_takes_name_and_rights_and_the_old_one_works_until_the_grace_ends(
        self, database: Database, group_id: int, now: datetime
    ) -> None:
        old = issue(database, group_id, now)
        with database.transaction(Scope(group_id), now=now) as tx:
            new = auth.rotate(tx, key_id=old.key.id, grace=DAY, now=now)
        before_end, at_end = now + DAY / 2, now + DAY
        assert new.key.name == "till"
        caller, predecessor = (
            auth.check(database, issued.token, now=before_end) for issued in (new, old)
        )
        assert caller.scope() == predecessor.scope()
        assert caller.permissions == predecessor.permissions
        with pytest.raises(NotSignedIn, match="expired"):
            auth.check(database, old.token, now=at_end)
        auth.check(database, new.token, now=at_end)

    def test_a_key_that_expires_within_the_grace_is_not_prolonged(
        self, database: Database, group_id: int, now: datetime
    ) -> None:
        old = issue(database, group_id, now, expires_at=now + DAY / 4)
        with database.transaction(Scope(group_id), now=now) as tx:
            auth.rotate(tx, key_id=old.key.id, grace=DAY, now=now)
        with pytest.raises(NotSignedIn, match="expired"):
            auth.check(database, old.token, now=now + DAY / 2)


class TestIssue:
    def test_a_name_is_given_once(self, tx: Tx, now: datetime) -> None:
        issue_in = partial(
            auth.issue, tx, name="till", permissions=(), brand_ids=None, expires_at=None, now=now
        )
        issue_in()
        with pytest.raises(KeyNameTaken, match="“till”"):
            issue_in()


def test_every_permission_has_a_chinese_and_an_english_name() -> None:
    assert set(PERMISSION_NAMES) == set(Permission)
    for name in PERMISSION_NAMES.values():
        assert any("\u4e00" <= character <= "\u9fff" for character in name.chinese)
        assert name.english.isascii()
