"""Identifiers that everybody has: found out by their degree, and taken out without their crowd."""

from collections.abc import Iterator

import psycopg
import pytest

from huitong import identity
from huitong.channels.model import Identifier, IdentifierKind
from huitong.identity.model import Standing, Undone
from huitong.identity.operations.deciding import ROOTS_A_PORTION
from huitong.identity.queries.weighing import IDENTIFIERS_MAX
from huitong.identity.rules import PLATFORM_POLICY, Unusable, Worth, normalised
from huitong.org.model import ChannelAccount
from huitong.platform.db import Database, Scope, Tx
from tests.identity.make import NOW, make_account, order_of, phone, resolve

FILLERS = (
    "unknown", "UNKNOWN", "null", "NULL", "none", "nil", "N/A", "undefined", "-", "--", "—", "0",
    "000000", "无", "未知", "测试", "test", "88888888", "11111111111",
)  # fmt: skip
TILL = Identifier(kind=IdentifierKind.OUID, value="everybodys-till-login")
SCOPE = Scope(group_id=1)
RECORDS, RECORDS_A_PAGE = 20_000, 500
# What the limit of one person glues, and around it those whom it holds for review.
GLUED, STAR = 59, IDENTIFIERS_MAX + 1_000
CARDS_FROM = 1 << 20
# Rows by the ten thousand are made where they are.
PERSONS = """
INSERT INTO identity.person (group_id, bucket, id, identity_domain_id, recorded_at)
SELECT %(group_id)s, number & 4095, (%(middle)s::bigint << 22) + number, %(domain_id)s, %(now)s
FROM generate_series(%(glued)s + 1, %(size)s) AS number
"""
IDENTIFIERS = """
INSERT INTO identity.identifier
  (group_id, bucket, id, identity_domain_id, kind, scope, blind_index, person_id, verified,
   recorded_at)
SELECT %(group_id)s, number & 4095, (%(middle)s::bigint << 22) + %(offset)s + number,
       %(domain_id)s, %(kind)s, '', decode(md5(%(kind)s || %(middle)s::text || number), 'hex'),
       CASE
         WHEN number <= %(glued)s THEN
           (SELECT person_id FROM identity.identifier WHERE id = %(middle)s)
         ELSE (%(middle)s::bigint << 22) + number
       END,
       false, %(now)s
FROM generate_series(1, %(size)s) AS number
"""
CARDS = """
INSERT INTO identity.link
  (group_id, bucket, id, identifier_id, other_id, channel_account_id, record_id, verified,
   other_verified, first_at, last_at, recorded_at)
SELECT %(group_id)s, bucket, id * 4, id, id + %(offset)s, %(account_id)s, 1, false, false, %(now)s,
       %(now)s, %(now)s
FROM identity.identifier
WHERE kind = 'phone' AND id >> 22 = %(middle)s
"""
STARS = """
INSERT INTO identity.link
  (group_id, bucket, id, identifier_id, other_id, channel_account_id, record_id, verified,
   other_verified, first_at, last_at, recorded_at)
SELECT %(group_id)s, LEAST(id, %(middle)s) & 4095, id * 4 + 1 + %(middle)s %% 3,
       LEAST(id, %(middle)s), GREATEST(id, %(middle)s), %(account_id)s, 1, false, false, %(now)s,
       %(now)s, %(now)s
FROM identity.identifier
WHERE kind = 'phone'
"""


@pytest.fixture
def alone(fresh_database: Database) -> Iterator[Tx]:
    """Return a transaction without the statistics that other tests left: plans depend on them."""
    with fresh_database.transaction(SCOPE, now=NOW) as tx:
        yield tx


class TestFillers:
    @pytest.mark.parametrize("kind", list(IdentifierKind))
    @pytest.mark.parametrize("filler", FILLERS)
    def test_what_is_typed_to_get_past_a_field_names_nobody(
        self, kind: IdentifierKind, filler: str
    ) -> None:
        typed = f"{filler}@example.com" if kind is IdentifierKind.EMAIL else filler
        read = normalised(kind, typed)
        assert isinstance(read, Unusable) or PLATFORM_POLICY.worth(kind, read) is Worth.BLOCKED

    @pytest.mark.parametrize(
        "kind, value",
        [
            (IdentifierKind.OUID, "AAHk5d-EAAeGwJedwSHpg8bT"),
            (IdentifierKind.OPENID, "oNullable0_test-unknown"),
            (IdentifierKind.POS_CARD, "10000000"),
            (IdentifierKind.POS_CARD, "111"),
            (IdentifierKind.EMAIL, "none.smith@example.com"),
            (IdentifierKind.DOCUMENT, "110101199003070000"),
        ],
    )
    def test_what_only_looks_like_it_names_somebody(self, kind: IdentifierKind, value: str) -> None:
        read = normalised(kind, value)
        assert isinstance(read, str)
        assert PLATFORM_POLICY.worth(kind, read) is Worth.PLAIN


class TestDegrees:
    @pytest.mark.parametrize("kind", list(IdentifierKind))
    def test_every_kind_has_a_limit_to_how_many_it_is_told_with(self, kind: IdentifierKind) -> None:
        assert PLATFORM_POLICY.rules[kind].neighbours_max is not None

    def test_an_import_of_one_filler_reads_evidence_once_or_so_a_record(self, alone: Tx) -> None:
        account = make_account(alone)
        pages = [_import(alone, account, first) for first in range(0, RECORDS, RECORDS_A_PAGE)]
        rows = [rows for rows, _ in pages]
        statements = [statements for _, statements in pages]
        # The first page finds out that it is everybody's; then each record is looked up once or so.
        assert sum(rows[1:]) <= 4 * RECORDS
        # Now and then a page leases a block of ids.
        assert max(statements[1:]) <= min(statements[1:]) + 2
        persons = alone.row("SELECT count(*) FROM identity.person WHERE merged_into IS NULL")
        assert persons == (RECORDS + 1,)
        assert identity.stats(alone).identifiers[IdentifierKind.OUID] == {Standing.SHARED: 1}

    def test_what_was_told_with_a_filler_is_not_read_to_weigh_those_who_have_it(
        self, alone: Tx
    ) -> None:
        account = make_account(alone)
        for first in range(0, 5_000, RECORDS_A_PAGE):
            _import(alone, account, first, filler=None)
        for first in range(0, 5_000, RECORDS_A_PAGE):
            before = _rows_read(alone)
            _import(alone, account, first)
            # Each record's own evidence, to find who hangs together and again to weigh it.
            assert _rows_read(alone) - before <= 6 * RECORDS_A_PAGE


class TestUndoing:
    def test_two_middles_of_one_star_too_large_to_load_are_taken_out_one_by_one(
        self, fresh_database: Database
    ) -> None:
        with fresh_database.transaction(SCOPE, now=NOW) as tx:
            account = make_account(tx)
            till, clerk = _middle(tx, account, "till"), _middle(tx, account, "clerk")
            _glue(tx, account, till, size=STAR)
            _link_all(tx, account, clerk)
        _analyse(fresh_database)
        with fresh_database.transaction(SCOPE, now=NOW) as tx:
            first = _undo(tx, till)
            assert (first.has_parted, first.left) == (False, STAR)
            before = tx.statements
            second = _undo(tx, clerk)
            assert (second.has_parted, second.left) == (True, 0)
            # Who is parted takes some statements more than who is only read, once a portion.
            assert tx.statements - before <= 10 * (STAR / ROOTS_A_PORTION) + 60
            assert _persons_of_phones(tx) == STAR

    def test_as_many_statements_part_three_hundred_as_part_twenty(
        self, fresh_database: Database
    ) -> None:
        taken = []
        for group, size in enumerate((20, 300), start=1):
            with fresh_database.transaction(Scope(group_id=group), now=NOW) as tx:
                account = make_account(tx)
                middle = _middle(tx, account, "till")
                _glue(tx, account, middle, size=size, glued=size)
                before = tx.statements
                assert _undo(tx, middle).has_parted
                taken.append(tx.statements - before)
                assert _persons_of_phones(tx) == size
        # Many rows go in through temporary tables, which are made on the way.
        assert taken[1] <= taken[0] + 12


class TestCulprits:
    def test_those_that_most_are_told_with_are_named_the_gluing_ones_first(self, tx: Tx) -> None:
        account = make_account(tx)
        _import(tx, account, 0)
        clerk = Identifier(kind=IdentifierKind.OPENID, value="the-clerk-s-own")
        for number in range(12):
            resolve(tx, account, order_of(clerk, phone(f"1390013{number:04d}")))
        gluing, shared = identity.most_linked(tx)
        assert (gluing.shown.kind, gluing.told_with) == (IdentifierKind.OPENID, 12)
        assert gluing.standing not in {Standing.SHARED, Standing.BLOCKED}
        assert (shared.shown.kind, shared.standing) == (IdentifierKind.OUID, Standing.SHARED)
        assert (shared.told_with, shared.accounts) == (RECORDS_A_PAGE, 1)
        assert shared.persons >= RECORDS_A_PAGE - 1
        assert TILL.value not in shared.shown.masked
        _undo(tx, gluing.shown.id)
        assert [one.shown.kind for one in identity.most_linked(tx)] == [IdentifierKind.OUID]

    def test_withdrawing_what_was_told_with_a_crowd_does_not_read_the_crowd(
        self, alone: Tx
    ) -> None:
        account = make_account(alone)
        for first in range(0, 5_000, RECORDS_A_PAGE):
            _import(alone, account, first)
        (till,) = identity.most_linked(alone)
        (beside,) = alone.rows(
            "SELECT identifier_id + other_id - %(till)s FROM identity.link"
            " WHERE %(till)s IN (identifier_id, other_id) LIMIT 1",
            {"till": till.shown.id},
        )
        before = _rows_of_identifiers_read(alone)
        pair = (till.shown.id, beside[0])
        assert identity.withdraw_evidence(alone, [pair], actor="lin", reason="typo", now=NOW) == 1
        # The star is counted; nobody in it is loaded, with all that hangs on them, and weighed.
        assert _rows_of_identifiers_read(alone) - before <= 2 * 5_000
        assert identity.most_linked(alone)[0].standing is Standing.SHARED

    def test_a_shared_one_of_which_enough_was_withdrawn_joins_again(self, tx: Tx) -> None:
        account = make_account(tx)
        size = 31
        for number in range(size):
            resolve(tx, account, order_of(TILL, phone(f"1390013{number:04d}")))
        (till,) = identity.most_linked(tx)
        assert till.standing is Standing.SHARED
        beside = [
            row[0] for row in tx.rows("SELECT id FROM identity.identifier WHERE kind = 'phone'")
        ]
        pairs = [(till.shown.id, one) for one in beside[1:]]
        identity.withdraw_evidence(tx, pairs, actor="lin", reason="a test till", now=NOW)
        assert identity.stats(tx).identifiers[IdentifierKind.OUID] == {Standing.FREE: 1}
        assert identity.stats(tx).persons == size

    def test_splitting_who_holds_a_shared_one_does_not_read_its_crowd(self, alone: Tx) -> None:
        account = make_account(alone)
        for first in range(0, 5_000, RECORDS_A_PAGE):
            _import(alone, account, first)
        (till,) = identity.most_linked(alone)
        ((holder,),) = alone.rows(
            "SELECT person_id FROM identity.identifier WHERE id = %(id)s", {"id": till.shown.id}
        )
        _, (stranger,) = resolve(alone, account, order_of(phone("13700137000")))
        assert stranger is not None
        done = identity.merge(
            alone, source=stranger.person_id, target=holder, reason="asked", key="k", now=NOW
        )
        before = _rows_read(alone)
        identity.split(alone, done.id, now=NOW)
        assert _rows_read(alone) - before <= 100


def _rows_of_identifiers_read(alone: Tx) -> int:
    found = alone.row(
        "SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint"
        " FROM pg_stat_xact_user_tables WHERE schemaname = 'identity' AND relname = 'identifier'",
    )
    assert found is not None
    return int(found[0])


def _import(
    alone: Tx, account: ChannelAccount, first: int, *, filler: Identifier | None = TILL
) -> tuple[int, int]:
    """Import a page of records that all name the filler; return the rows read, and statements."""
    rows, statements = _rows_read(alone), alone.statements
    also = () if filler is None else (filler,)
    orders = [
        order_of(*also, phone(f"139{number:08d}"))
        for number in range(first + 10_000_001, first + 10_000_001 + RECORDS_A_PAGE)
    ]
    resolve(alone, account, *orders)
    statements = alone.statements - statements
    return _rows_read(alone) - rows, statements


def _rows_read(alone: Tx) -> int:
    """Return how many rows of evidence were read so far: what grows with a star."""
    found = alone.row(
        "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint"
        " FROM pg_stat_xact_user_tables WHERE schemaname = 'identity' AND relname = 'link'",
    )
    assert found is not None
    return int(found[0])


def _middle(alone: Tx, account: ChannelAccount, value: str) -> int:
    _, (known,) = resolve(
        alone, account, order_of(Identifier(kind=IdentifierKind.OUID, value=value))
    )
    assert known is not None
    return known.identifier_id


def _undo(alone: Tx, middle: int) -> Undone:
    return identity.undo_identifier(alone, middle, actor="lin", reason="everybody's", now=NOW)


def _persons_of_phones(alone: Tx) -> int:
    found = alone.row(
        "SELECT count(DISTINCT person_id) FROM identity.identifier WHERE kind = 'phone'"
    )
    assert found is not None
    return int(found[0])


def _analyse(database: Database) -> None:
    """Let the planner know what there is, as it does where rows are minutes old."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _glue(
    alone: Tx, account: ChannelAccount, middle: int, *, size: int, glued: int = GLUED
) -> None:
    """Tell so many phones with the middle, and glue some to its person, as a lax policy would.

    Each phone was told with a card as well, which is its person's.
    """
    told = _told(alone, account, middle) | {"size": size, "glued": glued}
    alone.execute(PERSONS, told)
    alone.execute(IDENTIFIERS, told | {"kind": "phone", "offset": 0})
    alone.execute(IDENTIFIERS, told | {"kind": "pos_card", "offset": CARDS_FROM})
    alone.execute(CARDS, told | {"offset": CARDS_FROM})
    _link_all(alone, account, middle)


def _link_all(alone: Tx, account: ChannelAccount, middle: int) -> None:
    """Tell every phone together with an identifier."""
    alone.execute(STARS, _told(alone, account, middle))


def _told(alone: Tx, account: ChannelAccount, middle: int) -> dict[str, object]:
    return {
        "group_id": alone.scope.group_id,
        "domain_id": account.identity_domain_id,
        "account_id": account.id,
        "middle": middle,
        "now": NOW,
    }
