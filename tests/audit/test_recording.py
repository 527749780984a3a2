"""An entry says who did what, from where, before and after; nobody can change it afterwards."""

from datetime import datetime, timedelta

import psycopg
import pytest

from huitong.platform import audit, auth, ids
from huitong.platform.audit import ACT_NAMES, Act, Change, Difference, Entry, Wanted
from huitong.platform.auth import KEY_PREFIX, Permission
from huitong.platform.db import Database, ReadTx, Role, Scope, Tx

ANY = Wanted()


def read(tx: ReadTx, wanted: Wanted = ANY) -> list[Entry]:
    return audit.entries(tx, wanted, before_id=None, limit=50)


class TestEntries:
    def test_an_entry_tells_who_what_when_from_where_and_both_sides(
        self, tx: Tx, now: datetime
    ) -> None:
        with audit.coming_from(address="10.0.0.7", agent="Firefox", request_id="req-1"):
            audit.record(
                tx,
                by="cli:Wang Fang",
                act=Act.PROGRAMME_PUT,
                subject="programme:grocer",
                before={"version": 1},
                after={"version": 2},
                reason="new year",
                now=now,
            )
        (entry,) = read(tx)
        assert (entry.actor, entry.actor_name) == ("cli:Wang Fang", "Wang Fang")
        assert (entry.address, entry.agent, entry.request_id) == ("10.0.0.7", "Firefox", "req-1")
        assert (entry.act, entry.subject) == ("programme.put", "programme:grocer")
        assert (entry.recorded_at, entry.reason) == (now, "new year")
        assert (entry.before, entry.after) == ({"version": 1}, {"version": 2})

    def test_an_entry_keeps_the_name_a_key_had_though_it_is_renamed_later(
        self, tx: Tx, now: datetime
    ) -> None:
        key = auth.issue(
            tx,
            name="till-7",
            permissions=[Permission.JOBS_READ],
            brand_ids=None,
            expires_at=None,
            now=now,
        ).key
        actor = ids.show(KEY_PREFIX, key.id)
        audit.record(tx, by=actor, act=Act.JOB_CANCEL, subject="job_1", now=now)
        auth.rotate(tx, key_id=key.id, grace=timedelta(0), now=now)
        (entry,) = [one for one in read(tx) if one.act == Act.JOB_CANCEL]
        assert (entry.actor, entry.actor_name) == (actor, "till-7")

    def test_an_act_outside_the_vocabulary_is_a_mistake_of_the_program(
        self, tx: Tx, now: datetime
    ) -> None:
        with pytest.raises(ValueError, match=r"sheep\.shear"):
            audit.record(tx, by="cli:me", act="sheep.shear", subject="she_1", now=now)

    def test_many_entries_are_written_by_one_statement(self, tx: Tx, now: datetime) -> None:
        changes = [Change(subject=f"cus_{number}", after={"n": number}) for number in range(30)]
        before = tx.statements
        tx.new_ids([0])
        audit.record_all(tx, changes, by="cli:me", act=Act.TAG_GIVE, now=now)
        assert tx.statements - before <= 2  # A lease of ids may come with it.
        assert len(read(tx)) == 30

    def test_every_act_has_a_name_in_both_languages(self) -> None:
        assert set(ACT_NAMES) == set(Act)
        assert all(name.chinese and name.english for name in ACT_NAMES.values())


class TestPersonalValues:
    def test_values_of_personal_fields_are_never_kept_and_their_names_are(
        self, tx: Tx, now: datetime
    ) -> None:
        audit.record(
            tx,
            by="cli:me",
            act=Act.CUSTOMER_PUT,
            subject="cus_1",
            before={"phone": "13800005678", "note": "call 13800005678", "city": "上海"},
            after={"phone": "13900005678", "note": "write to z@example.org", "city": "北京"},
            reason="she said 13900005678",
            now=now,
        )
        (entry,) = read(tx)
        assert entry.before == {"phone": "[hidden]", "note": "call [hidden]", "city": "上海"}
        assert entry.after == {"phone": "[hidden]", "note": "write to [hidden]", "city": "北京"}
        assert entry.reason == "she said [hidden]"

    def test_a_side_that_is_too_long_is_told_by_its_length(self, tx: Tx, now: datetime) -> None:
        audit.record(
            tx,
            by="cli:me",
            act=Act.MAPPING_PUT,
            subject="mapping:pos",
            after={"document": "x" * 100_000},
            now=now,
        )
        (entry,) = read(tx)
        assert entry.after is not None
        assert set(entry.after) == {"left_out_bytes"}


class TestDifferences:
    def test_what_stayed_the_same_is_not_kept(self, tx: Tx, now: datetime) -> None:
        rules = [{"code": "base", "points": 1}, {"code": "double", "points": 2}]
        changed = [{"code": "base", "points": 1}, {"code": "double", "points": 3}]
        audit.record(
            tx,
            by="cli:me",
            act=Act.PROGRAMME_PUT,
            subject="programme:grocer",
            before={"name": "Club", "rules": rules},
            after={"name": "Club", "rules": changed},
            now=now,
        )
        (entry,) = read(tx)
        assert entry.before == {"rules": {"double": {"points": 2}}}
        assert entry.after == {"rules": {"double": {"points": 3}}}
        assert audit.differences(entry.before, entry.after) == [
            Difference(path="rules.double.points", before=2, after=3)
        ]

    def test_what_was_added_or_taken_away_has_one_side(self) -> None:
        before = {"rules": {"base": {"points": 1}}}
        after = {"rules": {"double": {"points": 2}}}
        assert audit.differences(before, after) == [
            Difference(path="rules.base.points", before=1, after=None),
            Difference(path="rules.double.points", before=None, after=2),
        ]

    def test_a_creation_and_a_deletion_tell_every_field(self) -> None:
        assert audit.differences(None, {"points": 1}) == [Difference("points", None, 1)]
        assert audit.differences({"points": 1}, None) == [Difference("points", 1, None)]


class TestSearch:
    @pytest.fixture
    def written(self, tx: Tx, now: datetime) -> Tx:
        for day, (actor, act, subject) in enumerate(
            [
                ("cli:an", Act.TAG_PUT, "tag:grocer/likes"),
                ("cli:an", Act.SEGMENT_PUT, "segment:grocer/loyal"),
                ("cli:bo", Act.SEGMENT_PUT, "segment:grocer/loyal_too"),
            ]
        ):
            moment = now + timedelta(days=day)
            audit.record(tx, by=actor, act=act, subject=subject, after={"day": day}, now=moment)
        return tx

    @pytest.mark.parametrize(
        "wanted, days",
        [
            (Wanted(), [2, 1, 0]),
            (Wanted(actor="cli:an"), [1, 0]),
            (Wanted(acts=("tag.put",)), [0]),
            (Wanted(acts=("tag.put", "segment.put")), [2, 1, 0]),
            (Wanted(subject="segment:grocer"), [2, 1]),
            (Wanted(subject="segment:%"), []),
            (Wanted(actor="cli:bo", subject="tag:"), []),
        ],
    )
    def test_entries_are_found_by_who_what_and_whom(
        self, written: Tx, wanted: Wanted, days: list[int]
    ) -> None:
        assert [entry.after and entry.after["day"] for entry in read(written, wanted)] == days

    def test_a_span_holds_its_beginning_and_not_its_end(self, written: Tx, now: datetime) -> None:
        span = Wanted(since=now + timedelta(days=1), until=now + timedelta(days=2))
        assert [entry.after for entry in read(written, span)] == [{"day": 1}]

    def test_a_page_goes_on_where_the_one_before_ended(self, written: Tx) -> None:
        first = audit.entries(written, ANY, before_id=None, limit=2)
        rest = audit.entries(written, ANY, before_id=first[-1].id, limit=2)
        assert [entry.after and entry.after["day"] for entry in [*first, *rest]] == [2, 1, 0]

    def test_who_acted_is_told_once_each(self, written: Tx) -> None:
        assert audit.actors(written) == [("cli:an", "an"), ("cli:bo", "bo")]


class TestNobodyChangesIt:
    @pytest.mark.parametrize("role", [Role.APP, Role.WORKER])
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE platform.audit_entry SET actor = 'somebody else'",
            "DELETE FROM platform.audit_entry",
            "TRUNCATE platform.audit_entry",
        ],
    )
    def test_the_roles_of_the_product_may_not(
        self, database: Database, group_id: int, now: datetime, role: Role, statement: str
    ) -> None:
        with database.transaction(Scope(group_id), now=now) as tx:
            audit.record(tx, by="cli:me", act=Act.JOB_CANCEL, subject="job_1", now=now)
        opened = database.transaction(Scope(group_id), now=now, role=role)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), opened as tx:
            tx.execute(statement)

    @pytest.mark.parametrize("verb", ["UPDATE", "DELETE FROM", "TRUNCATE"])
    def test_not_even_a_superuser_changes_it_by_mistake(
        self, database: Database, verb: str
    ) -> None:
        change = " SET actor = 'x'" if verb == "UPDATE" else ""
        with (
            psycopg.connect(database.url) as connection,
            pytest.raises(psycopg.errors.RestrictViolation, match="only grows"),
        ):
            connection.execute(f"{verb} platform.audit_entry{change}".encode())


class TestBrands:
    def test_those_limited_to_a_brand_see_what_is_of_it_and_nothing_of_the_group(
        self, database: Database, group_id: int, now: datetime
    ) -> None:
        with database.transaction(Scope(group_id), now=now) as tx:
            for subject, brand_id in [("brand:a", 1), ("brand:b", 2), ("key_of_group", None)]:
                audit.record(
                    tx, by="cli:me", act=Act.BRAND_PUT, subject=subject, brand_id=brand_id, now=now
                )
        with database.reading(Scope(group_id, brand_ids=(2,))) as tx:
            assert [entry.subject for entry in read(tx)] == ["brand:b"]
        with database.reading(Scope(group_id + 1_000_000)) as tx:
            assert read(tx) == []

    def test_those_limited_to_a_brand_can_act_on_what_is_of_the_group(
        self, database: Database, group_id: int, now: datetime
    ) -> None:
        limited = Scope(group_id, brand_ids=(2, 3))
        with database.transaction(limited, now=now) as tx:
            audit.record(tx, by="cli:me", act=Act.JOB_CANCEL, subject="job_1", now=now)
        with database.reading(limited) as tx:
            assert [entry.brand_id for entry in read(tx)] == [2]
