"""A member's session ends where they leave, part from their phone, or are forgotten."""

from datetime import timedelta

import pytest

from huitong import customers, identity
from huitong.channels.model import IdentifierKind, RecordKind
from huitong.customers.model import CustomerShown, ExitWish
from huitong.entry import wiring
from huitong.entry.rights import leaving
from huitong.platform import auth
from huitong.platform.auth import CallerKind, NotSignedIn, Origin
from tests.entry.make import member
from tests.entry.test_wiring import HER_OTHER_PHONE, HER_PHONE, NOW, Club, club

__all__ = ["club"]

MEMBERS = frozenset({CallerKind.MEMBER})


def signed_in(club: Club, phone: str) -> tuple[CustomerShown, str]:
    """Return who has a phone, and the token of a session of theirs."""
    with club.tx() as tx:
        one = club.customer(tx, phone)
        assert one is not None
        opened = auth.open_session(
            tx,
            kind=CallerKind.MEMBER,
            subject_id=one.id,
            brand_ids=[club.brand.id],
            origin=Origin("203.0.113.7", "a telephone"),
            now=NOW,
        )
    assert is_open(club, opened.token)
    return one, opened.token


def is_open(club: Club, token: str) -> bool:
    try:
        auth.check_session(club.database, token, kinds=MEMBERS, now=NOW)
    except NotSignedIn:
        return False
    return True


def test_an_erasure_deletes_sessions_and_where_they_came_from(club: Club) -> None:
    (her, token), (_, other) = signed_in(club, HER_PHONE), signed_in(club, HER_OTHER_PHONE)
    with club.tx() as tx:
        counts = wiring.erase_person(tx, her.person_id, now=NOW)
        rows = tx.rows(
            "SELECT origin_address FROM platform.session WHERE subject_id = %(one)s",
            {"one": her.id},
        )
    assert (counts["sessions"], rows) == (1, [])
    assert not is_open(club, token)
    assert is_open(club, other)


def test_whoever_has_left_is_signed_out_when_the_cooling_off_is_over(club: Club) -> None:
    (her, token), (_, other) = signed_in(club, HER_PHONE), signed_in(club, HER_OTHER_PHONE)
    with club.tx() as tx:
        leaving.request_exits(tx, [ExitWish(her.id, "e1", "test")], now=NOW)
    assert is_open(club, token)
    later = NOW + timedelta(days=60)
    with club.database.transaction(club.scope, now=later) as tx:
        leaving.finish_exits(tx, now=later, limit=10)
    assert not is_open(club, token)
    assert is_open(club, other)


def test_a_split_signs_both_sides_out(club: Club) -> None:
    (her, token), (other, second) = signed_in(club, HER_PHONE), signed_in(club, HER_OTHER_PHONE)
    with club.tx() as tx:
        merge = identity.merge(
            tx, source=other.person_id, target=her.person_id, reason="one", key="m", now=NOW
        )
    assert is_open(club, token)
    with club.tx() as tx:
        identity.split(tx, merge.id, now=NOW)
    assert not is_open(club, token)
    assert not is_open(club, second)


@pytest.mark.parametrize("taken_out", [IdentifierKind.PHONE, IdentifierKind.UNIONID])
def test_an_identifier_that_is_taken_out_signs_out_whose_it_was(
    club: Club, taken_out: IdentifierKind
) -> None:
    phone = "13700005678"
    both = member("M3", phone)
    both["identifiers"] = [
        {"kind": "phone", "value": phone, "verified": True},
        {"kind": "unionid", "value": "u3", "scope": "corp", "verified": True},
    ]
    club.push(RecordKind.MEMBER, [both])
    her, token = signed_in(club, phone)
    with club.tx() as tx:
        (known,) = identity.identifiers_of(tx, person_ids=[her.person_id]).values()
        (one,) = [each.id for each in known if each.kind is taken_out]
        identity.undo_identifier(tx, one, actor="test", reason="not theirs", now=NOW)
        tx.settle()
        assert customers.find_by_identifier(
            tx, brand=club.brand, kind=IdentifierKind.PHONE, value=phone
        )
    assert not is_open(club, token)


def test_an_identifier_that_parts_nobody_signs_out_whose_it_was(club: Club) -> None:
    (her, token), (_, other) = signed_in(club, HER_PHONE), signed_in(club, HER_OTHER_PHONE)
    with club.tx() as tx:
        (known,) = identity.identifiers_of(tx, person_ids=[her.person_id]).values()
        (phone,) = [each.id for each in known if each.kind is IdentifierKind.PHONE]
        undone = identity.undo_identifier(tx, phone, actor="test", reason="not theirs", now=NOW)
    assert not undone.has_parted
    assert not is_open(club, token)
    assert is_open(club, other)
