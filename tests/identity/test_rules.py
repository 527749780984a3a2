"""How identifiers are read, and who belongs together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitong.channels.model import IdentifierKind
from huitong.identity.rules import (
    POLICIES,
    Decision,
    Mentions,
    Unusable,
    decide,
    masked,
    normalised,
    scope_of,
)
from huitong.identity.rules.causes import Cause, read_cause, sentence
from huitong.org.model import ChannelAccount

MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
PREFIX = st.sampled_from(["", "+86", "0086", "86", "+86 ", "86-", "（+86）"])
GAP = st.sampled_from(["", " ", "-", "\u3000", " - "])
FULL_WIDTH = str.maketrans("0123456789+", "０１２３４５６７８９＋")
ACCOUNT = ChannelAccount(
    id=1,
    group_id=1,
    brand_id=7,
    identity_domain_id=1,
    platform="tmall",
    code="flagship",
    sees_orders=True,
    books_revenue=True,
    earns=True,
    fulfilment_only=False,
    time_zone="Asia/Shanghai",
)


class TestPhones:
    @given(
        mobile=MOBILE,
        prefix=PREFIX,
        gaps=st.tuples(GAP, GAP),
        width=st.sampled_from([{}, FULL_WIDTH]),
    )
    def test_every_spelling_of_a_mobile_is_one(
        self, mobile: str, prefix: str, gaps: tuple[str, str], width: dict[int, int]
    ) -> None:
        spelled = f"{prefix}{mobile[:3]}{gaps[0]}{mobile[3:7]}{gaps[1]}{mobile[7:]}"
        spelled = spelled.translate(width)
        assert normalised(IdentifierKind.PHONE, spelled) == f"+86{mobile}"

    @given(mobile=MOBILE)
    def test_the_normal_form_is_its_own_normal_form(self, mobile: str) -> None:
        assert normalised(IdentifierKind.PHONE, f"+86{mobile}") == f"+86{mobile}"

    @given(mobile=MOBILE, at=st.integers(0, 10), mask=st.sampled_from("*＊●"))
    def test_a_masked_number_is_nobody(self, mobile: str, at: int, mask: str) -> None:
        hidden = mobile[:at] + mask + mobile[at + 1 :]
        assert normalised(IdentifierKind.PHONE, hidden) is Unusable.MASKED

    @given(
        mobile=MOBILE,
        mark=st.sampled_from(["-", "转", ",", "#", " ext "]),
        extension=st.from_regex(r"[0-9]{3,4}", fullmatch=True),
    )
    def test_a_number_with_an_extension_is_virtual(
        self, mobile: str, mark: str, extension: str
    ) -> None:
        assert normalised(IdentifierKind.PHONE, mobile + mark + extension) is Unusable.VIRTUAL

    def test_a_relay_of_a_platform_is_virtual(self) -> None:
        assert normalised(IdentifierKind.PHONE, "95013812345678") is Unusable.VIRTUAL

    def test_a_number_from_abroad_keeps_its_country(self) -> None:
        assert normalised(IdentifierKind.PHONE, "+852 9123 4567") == "+85291234567"
        assert normalised(IdentifierKind.PHONE, "0085291234567") == "+85291234567"

    def test_what_is_no_persons_number_is_unreadable(self) -> None:
        for text in ("", "0571-88001234", "12345", "$encrypted$", "none", "+86 12345678"):
            assert normalised(IdentifierKind.PHONE, text) is Unusable.UNREADABLE, text

    @given(text=st.text(max_size=40))
    def test_no_text_breaks_the_reading(self, text: str) -> None:
        for kind in IdentifierKind:
            value = normalised(kind, text)
            if isinstance(value, str):
                assert normalised(kind, value) == value
                assert "*" not in value

    @given(mobile=MOBILE)
    def test_a_shown_phone_hides_four_digits(self, mobile: str) -> None:
        assert masked(IdentifierKind.PHONE, f"+86{mobile}") == f"{mobile[:3]}****{mobile[7:]}"


class TestOtherKinds:
    def test_an_email_is_read_in_lower_case(self) -> None:
        assert normalised(IdentifierKind.EMAIL, " Anna.L@Example.COM ") == "anna.l@example.com"
        assert normalised(IdentifierKind.EMAIL, "anna") is Unusable.UNREADABLE
        assert normalised(IdentifierKind.EMAIL, "a***@example.com") is Unusable.MASKED

    def test_an_id_of_a_platform_keeps_its_case(self) -> None:
        assert normalised(IdentifierKind.OPENID, "oAbC_d") == "oAbC_d"

    def test_a_card_number_is_read_as_people_type_it(self) -> None:
        assert normalised(IdentifierKind.POS_CARD, " vip 00-12 ") == "VIP0012"

    def test_every_kind_has_a_policy(self) -> None:
        assert set(POLICIES) == set(IdentifierKind)

    def test_what_a_shop_names_is_valid_in_that_shop(self) -> None:
        assert scope_of(IdentifierKind.OUID, "", ACCOUNT) == "tmall:flagship"
        assert scope_of(IdentifierKind.OUID, "shop-9", ACCOUNT) == "shop-9"

    def test_a_card_is_valid_in_the_brand_and_a_phone_everywhere(self) -> None:
        assert scope_of(IdentifierKind.POS_CARD, "", ACCOUNT) == "brand:7"
        assert scope_of(IdentifierKind.PHONE, "shop-9", ACCOUNT) == ""


def mentions(
    *records: list[int], suggesting: tuple[int, ...] = (), known: dict[int, int] | None = None
) -> Mentions:
    size = max((place for record in records for place in record), default=-1) + 1
    persons = [(known or {}).get(place) for place in range(size)]
    proving = [[place for place in record if place not in suggesting] for record in records]
    return Mentions(persons, records, proving)


class TestDecide:
    def test_a_shared_identifier_joins_records(self) -> None:
        assert decide(mentions([0, 1], [2], [1, 3])) == [
            Decision(persons=[], joining=[0, 1, 3], records=[0, 2]),
            Decision(persons=[], joining=[2], records=[1]),
        ]

    def test_the_oldest_of_several_persons_comes_first(self) -> None:
        (decision,) = decide(mentions([0, 1], [1, 2], known={0: 30, 2: 10}))
        assert decision == Decision(persons=[10, 30], joining=[1], records=[0, 1])

    def test_two_identifiers_of_one_person_join_their_records(self) -> None:
        (decision,) = decide(mentions([0], [1, 2], known={0: 5, 1: 5}))
        assert decision == Decision(persons=[5], joining=[2], records=[0, 1])

    def test_a_suggestion_joins_the_first_who_names_it_and_no_other(self) -> None:
        first, second = decide(mentions([0, 1], [2, 1], suggesting=(1,)))
        assert first == Decision(persons=[], joining=[0, 1], records=[0])
        assert second == Decision(persons=[], joining=[2], records=[1])

    def test_a_suggestion_alone_finds_whom_it_belongs_to(self) -> None:
        (decision,) = decide(mentions([0, 1], suggesting=(0, 1), known={1: 8}))
        assert decision == Decision(persons=[8], joining=[0], records=[0])

    def test_a_record_without_identifiers_is_nobodys(self) -> None:
        assert decide(mentions([], [])) == []

    @given(
        records=st.lists(st.lists(st.integers(0, 12), max_size=4, unique=True), max_size=12),
        data=st.data(),
    )
    def test_the_parts_do_not_depend_on_the_order_of_records(
        self, records: list[list[int]], data: st.DataObject
    ) -> None:
        shuffled = data.draw(st.permutations(records))
        assert parts(records) == parts(list(shuffled))

    def test_what_one_record_verified_proves_nothing_for_another(self) -> None:
        # Both name the e-mail 1; only the first record has it verified.
        decisions = decide(Mentions([None] * 3, [[0, 1], [2, 1]], [[0, 1], [2]]))
        assert decisions == [
            Decision(persons=[], joining=[0, 1], records=[0]),
            Decision(persons=[], joining=[2], records=[1]),
        ]

    @given(
        records=st.lists(
            st.dictionaries(st.integers(0, 7), st.booleans(), min_size=1, max_size=3), max_size=8
        )
    )
    def test_a_page_says_what_its_records_say_one_by_one(
        self, records: list[dict[int, bool]]
    ) -> None:
        of_record = [list(record) for record in records]
        proving = [[place for place, proves in record.items() if proves] for record in records]
        together = decide(Mentions([None] * 8, of_record, proving))
        assert {frozenset(each.joining) for each in together} == one_by_one(of_record, proving)

    @given(
        records=st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=3), max_size=10),
        known=st.dictionaries(st.integers(0, 9), st.integers(100, 104)),
    )
    def test_nobody_is_in_two_parts(self, records: list[list[int]], known: dict[int, int]) -> None:
        decisions = decide(mentions(*records, known=known))
        persons = [person for decision in decisions for person in decision.persons]
        joining = [place for decision in decisions for place in decision.joining]
        assert len(persons) == len(set(persons))
        assert len(joining) == len(set(joining))
        assert sorted(record for each in decisions for record in each.records) == list(
            range(len(records))
        )


def one_by_one(of_record: list[list[int]], proving: list[list[int]]) -> set[frozenset[int]]:
    """Return the parts that come of records in pages of one, each decided on what is known."""
    persons: list[int | None] = [None] * 8
    for newcomer, (places, proven) in enumerate(zip(of_record, proving, strict=True)):
        (decision,) = decide(Mentions(persons, [places], [proven]))
        owner = decision.persons[0] if decision.persons else newcomer
        for place, person in enumerate(persons):
            if place in decision.joining or (person is not None and person in decision.persons):
                persons[place] = owner
    of_person: dict[int, set[int]] = {}
    for place, person in enumerate(persons):
        if person is not None:
            of_person.setdefault(person, set()).add(place)
    return {frozenset(places) for places in of_person.values()}


def parts(records: list[list[int]]) -> set[frozenset[int]]:
    """Return the connected parts that `decide` finds."""
    return {frozenset(decision.joining) for decision in decide(mentions(*records))}


class TestCauses:
    @pytest.mark.parametrize("cause", list(Cause))
    def test_a_cause_is_read_as_it_was_written(self, cause: Cause) -> None:
        said = "" if cause is Cause.RECORD else "两人共用一个号码"
        assert read_cause(sentence(cause, said)) == (cause, said)

    def test_what_a_person_wrote_has_no_cause(self) -> None:
        assert read_cause("本人到店更正") == (None, "本人到店更正")
