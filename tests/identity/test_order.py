"""Who is one person depends on what was told, and never on the order in which it was told."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from huitong import identity
from huitong.channels.model import Identifier, IdentifierKind, Incoming, Order
from huitong.identity.model import KindRules, PolicyDocument, Strength
from huitong.identity.operations.mentions import read_page
from huitong.identity.operations.policies import effective_policy
from huitong.identity.queries.weighing import load_neighbourhood, weigh
from huitong.org.model import ChannelAccount
from huitong.platform import crypto
from huitong.platform.db import Database, Scope, Tx
from tests.identity.make import NOW, card, email, make_account, openid, order_of, page_of, phone

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
ANCHORS = frozenset({IdentifierKind.POS_CARD, IdentifierKind.OPENID})
# Limits so tight that small populations run into each of them.
TIGHT = PolicyDocument(
    person_identifiers_max=6,
    kinds={
        IdentifierKind.PHONE: KindRules(
            living_max=2,
            neighbours_max=2,
            window_days=100,
            anchors=ANCHORS,
            expires_after_days=300,
            priority=4,
        ),
        IdentifierKind.POS_CARD: KindRules(
            living_max=1, living_days=30, neighbours_max=4, priority=3
        ),
        IdentifierKind.OPENID: KindRules(living_max=1, priority=1),
        IdentifierKind.EMAIL: KindRules(
            unverified=Strength.SUGGESTS, living_max=2, neighbours_max=3, priority=5
        ),
    },
)
groups = itertools.count(1_000_000)


class Says(NamedTuple):
    """One record to be: what it names, and when."""

    names: tuple[str, ...]
    day: int


class _Undo(Exception):
    pass


NAMES = [f"p{n}" for n in range(4)] + [f"c{n}" for n in range(4)] + ["o0", "o1", "o2"]
NAMES += ["e0", "e1", "E0", "E1"]
SAYS = st.builds(
    Says,
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True).map(tuple),
    st.integers(0, 900),
)

# An address that nobody verified follows whom it is named beside, until somebody verifies it.
VERIFIED, BESIDE = Says(("E1", "e0"), 0), Says(("p0", "p1", "e1"), 0)


def order_saying(says: Says) -> Order:
    """Make an order of a buyer; a capital letter stands for a verified e-mail."""
    make: Mapping[str, Callable[[str], Identifier]] = {
        "p": lambda name: phone(f"1390013900{name[1]}"),
        "c": lambda name: card(f"CARD{name[1]}", scope="club"),
        "o": openid,
        "e": lambda name: email(f"{name}@x.cn"),
        "E": lambda name: email(f"{name.lower()}@x.cn", verified=True),
    }
    identifiers = [make[name[0]](name) for name in says.names]
    return order_of(*identifiers, at=BEGIN + timedelta(days=says.day))


def tell(
    database: Database, group_id: int, records: Sequence[Order], cuts: Sequence[int]
) -> frozenset[object]:
    """Tell records in pages of these sizes and return who is one person by what can prove it."""
    with suppress(_Undo), database.transaction(Scope(group_id), now=NOW) as tx:
        account = make_account(tx)
        identity.set_policy(
            tx,
            account.identity_domain_id,
            document=TIGHT,
            actor="test",
            reason="tight",
            expected_version=0,
            now=NOW,
        )
        at, sizes = 0, itertools.cycle(cuts)
        while at < len(records):
            size = next(sizes)
            identity.resolve_people(tx, page_of(account, *records[at : at + size]), NOW)
            tx.settle()
            at += size
        names = names_by_index(tx, account)
        answer = persons(tx, names)
        assert answer == weighed(tx, account.identity_domain_id, names)
        raise _Undo
    return answer


def names_by_index(tx: Tx, account: ChannelAccount) -> dict[bytes, str]:
    """Return which name each blind index of this group stands for."""
    policy = effective_policy(tx, account.identity_domain_id)
    page = [Incoming(account, order_saying(Says((name,), 0)), 1) for name in NAMES]
    says = read_page(crypto.keyring(), tx.scope.group_id, page, policy)
    return {
        says.named[places[0]].blind_index: name.lower()
        for places, name in zip(says.buyers, NAMES, strict=True)
    }


def persons(tx: Tx, names: Mapping[bytes, str]) -> frozenset[object]:
    """Return the names of each person, without what nobody can prove."""
    found = defaultdict(set)
    for person, index in tx.rows(
        "SELECT i.person_id, i.blind_index FROM identity.identifier AS i"
        " WHERE i.kind <> 'email' OR EXISTS ("
        "   SELECT 1 FROM identity.link AS l"
        "   WHERE (l.identifier_id = i.id AND l.verified)"
        "   OR (l.other_id = i.id AND l.other_verified))"
    ):
        found[person].add(names[index])
    return frozenset(map(frozenset, found.values()))


def weighed(tx: Tx, domain_id: int, names: Mapping[bytes, str]) -> frozenset[object]:
    """Return who is one person by one partition of everything that was told."""
    roots = [row[0] for row in tx.rows("SELECT id FROM identity.identifier")]
    policy = effective_policy(tx, domain_id)
    everything = load_neighbourhood(tx, roots, policy=policy)
    found, _ = weigh(everything, policy)
    proven = {
        row[0]
        for row in tx.rows(
            "SELECT i.id FROM identity.identifier AS i"
            " WHERE i.kind <> 'email' OR EXISTS ("
            "   SELECT 1 FROM identity.link AS l"
            "   WHERE (l.identifier_id = i.id AND l.verified)"
            "   OR (l.other_id = i.id AND l.other_verified))"
        )
    }
    label_to = defaultdict(set)
    for identifier, label in found.label_of.items():
        if identifier in proven:
            label_to[label].add(names[everything.identifiers[identifier].blind_index])
    return frozenset(map(frozenset, label_to.values()))


@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    told=st.lists(SAYS, min_size=1, max_size=14).flatmap(
        lambda told: st.tuples(st.just(told), st.permutations(told))
    ),
    cuts=st.lists(st.integers(1, 6), min_size=1, max_size=3),
)
@example(told=([VERIFIED, BESIDE], [BESIDE, VERIFIED]), cuts=[1])
def test_the_same_evidence_in_any_order_and_any_pages_makes_the_same_persons(
    database: Database, told: tuple[list[Says], list[Says]], cuts: list[int]
) -> None:
    first, second = told
    # One group for both: its key decides between pieces of evidence that are equally strong.
    group_id = next(groups)
    one = tell(database, group_id, [order_saying(says) for says in first], [1])
    other = tell(database, group_id, [order_saying(says) for says in second], cuts)
    assert one == other
