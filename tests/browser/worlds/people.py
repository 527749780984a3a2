"""Invented people on whom somebody has to decide: reviews, a merge, requests, documents.

It adds to a group, or makes one when there is none. Three pairs wait for an operator by different
evidence, two persons were made one by hand, one member is leaving, one request is late and one
nearly, and two documents wait to be looked at. The phones are 199 0000 9xxx, the names invented.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from huitong import customers, identity, loyalty, org
from huitong.channels.connectors.push import Summary, push
from huitong.channels.model import IdentifierKind, RecordKind, RecordState
from huitong.channels.operations import Feed
from huitong.customers.model import (
    ExitWish,
    NewRequest,
    NewSubmission,
    RequestOrigin,
    RightKind,
)
from huitong.entry.rights import leaving
from huitong.identity.model import Likely
from huitong.loyalty.model import Programme, ProgrammeNotFound
from huitong.org.model import Brand, ChannelAccount, NewChannelAccount
from huitong.platform.assembly import Platform
from huitong.platform.db import ReadTx, Scope, Tx
from huitong.platform.errors import Ok

ACTOR = "world"
BRAND = "people"
TILLS, MALL = "people-tills", "people-mall"
PROGRAMME = {
    "names": {"zh": "安禾会员", "en": "Anhe Club"},
    "rules": [
        {
            "code": "base",
            "names": {"zh": "消费得积分", "en": "Points for spending"},
            "points": 1,
            "per_minor": 100,
        },
        {
            "code": "growth",
            "names": {"zh": "消费得成长值", "en": "Growth for spending"},
            "asset": "growth",
            "points": 1,
            "per_minor": 100,
        },
    ],
    "tiers": [
        {"code": "member", "names": {"zh": "普通会员", "en": "Member"}, "growth": 0},
        {"code": "silver", "names": {"zh": "银卡会员", "en": "Silver"}, "growth": 1_000},
    ],
}
# Who is invented: what they are called here, phone, name and birthday.
TWO_CARDS = "19900009001"
TWO_ACCOUNTS = "19900009002"
LIKELY_ONE, LIKELY_OTHER = "19900009003", "19900009004"
MERGED_TARGET, MERGED_SOURCE = "19900009005", "19900009006"
LEAVER, ASKER, FORGOTTEN = "19900009007", "19900009008", "19900009009"
STUDENT, MOTHER = "19900009010", "19900009011"
EVERYBODYS = "19900009099"
NAMES: Mapping[str, tuple[str, str]] = {
    TWO_CARDS: ("安之禾", "1991-03-12"),
    TWO_ACCOUNTS: ("柏予溪", "1988-11-02"),
    LIKELY_ONE: ("楚云笺", "1993-07-21"),
    LIKELY_OTHER: ("楚云笺", "1993-07-21"),
    MERGED_TARGET: ("丁若棠", "1979-05-30"),
    MERGED_SOURCE: ("丁若棠", "1979-05-30"),
    LEAVER: ("傅雪舟", "1985-01-09"),
    ASKER: ("甘棠梨", "1990-09-17"),
    FORGOTTEN: ("贺兰汀", "1996-12-25"),
    STUDENT: ("纪小川", "2004-02-14"),
    MOTHER: ("柯以南", "1992-06-08"),
}
# What everybody spent, in yuan; who is not here bought nothing.
SPENT: Mapping[str, int] = {
    TWO_CARDS: 300,
    TWO_ACCOUNTS: 1_200,
    LIKELY_ONE: 1_500,
    LIKELY_OTHER: 260,
    MERGED_TARGET: 800,
    MERGED_SOURCE: 450,
    LEAVER: 120,
}


@dataclass(frozen=True, slots=True)
class People:
    """What was made; persons and customers are found by their phones."""

    brand: Brand
    merge_id: int
    review_ids: Sequence[int]
    submission_ids: Sequence[int]
    request_ids: Sequence[int]
    exit_customer_id: int


def fill(platform: Platform, scope: Scope, *, now: datetime) -> People:
    """Bring the people into a group, and return what waits for a decision on them."""
    world = _World(platform, scope, now)
    world.found()
    world.tell(TILLS, RecordKind.MEMBER, [world.member(phone) for phone in NAMES])
    world.tell(TILLS, RecordKind.ORDER, [world.order(phone) for phone in SPENT])
    world.suggest()
    world.tell(MALL, RecordKind.ORDER, world.strange_orders())
    return world.decide()


class _World:
    """What is being filled."""

    def __init__(self, platform: Platform, scope: Scope, now: datetime) -> None:
        self.platform, self.scope, self.now = platform, scope, now
        self.brand: Brand
        self.accounts: Mapping[str, ChannelAccount] = {}

    def found(self) -> None:
        """Take the first brand, or make one, and give it a till, a mall and a programme."""
        with self.platform.database.transaction(self.scope, now=self.now) as tx:
            known = org.brands(tx)
            if not known:
                made = org.set_up(tx, name="安禾集团", brand=BRAND, accounts=[], now=self.now)
                known = [made.brand]
            self.brand = known[0]
            accounts = org.put_channel_accounts(
                tx,
                [
                    NewChannelAccount(platform, code, self.brand.id, self.brand.legal_entity_id)
                    for platform, code in (("pos", TILLS), ("youzan", MALL))
                ],
                now=self.now,
            )
            self.accounts = {one.code: one for one in accounts}
            self._programme(tx)

    def _programme(self, tx: Tx) -> None:
        try:
            loyalty.programme_at(tx, brand_id=self.brand.id, at=self.now)
        except ProgrammeNotFound:
            loyalty.apply_programme(
                tx,
                brand_id=self.brand.id,
                programme=Programme.model_validate(PROGRAMME),
                effective_from=self.now - timedelta(days=800),
                actor=ACTOR,
                expected_version=None,
                now=self.now,
            )

    def tell(self, account: str, kind: RecordKind, records: Sequence[Mapping[str, object]]) -> None:
        """Push records; all of them have to be taken."""
        feed = Feed(self.accounts[account], kind, self.platform.appliers[kind])
        lines = [json.dumps(one).encode() for one in records]
        answers = list(
            push(
                self.platform.database,
                self.scope,
                lines,
                feed=feed,
                sender=ACTOR,
                clock=lambda: self.now,
            )
        )
        summary = answers[-1]
        assert isinstance(summary, Summary)
        assert summary.states == {RecordState.APPLIED: len(lines)}, answers

    def member(self, phone: str) -> dict[str, object]:
        """Return what the till says of somebody."""
        name, birthday = NAMES[phone]
        return {
            "member_no": f"P{phone[-4:]}",
            "name": name,
            "birthday_on": birthday,
            "card_no": f"AH{phone[-4:]}",
            "enrolled_at": self._at(days=400),
            "identifiers": [{"kind": "phone", "value": phone, "verified": True}],
        }

    def order(self, phone: str, *, card: str | None = None) -> dict[str, object]:
        """Return what somebody bought at the till."""
        named = [{"kind": "phone", "value": phone}]
        named += [{"kind": "pos_card", "value": card}] if card else []
        return self._order(f"PO{phone[-4:]}", named, yuan=SPENT[phone], days=60)

    def strange_orders(self) -> list[dict[str, object]]:
        """Return orders of which a rule says that they cannot all be one person's."""
        phone = {"kind": "phone", "value": TWO_CARDS, "verified": True}
        cards = [{"kind": "pos_card", "value": f"AH20260{number}"} for number in (7001, 7002)]
        member = {"kind": "phone", "value": TWO_ACCOUNTS, "verified": True}
        names = [{"kind": "yz_open_id", "value": f"yz-anhe-{number}"} for number in (1, 2)]
        crowd = [
            {"kind": "phone", "value": EVERYBODYS},
            {"kind": "pos_card", "value": "AH202607099"},
        ]
        return [
            self._order("PC1", [phone, cards[0]], yuan=90, days=50),
            self._order("PC2", [phone, cards[1]], yuan=110, days=20),
            self._order("PY1", [member, names[0]], yuan=200, days=45),
            self._order("PY2", [member, names[1]], yuan=380, days=12),
            self._order("PX1", crowd, yuan=60, days=9),
        ]

    def suggest(self) -> None:
        """Put two who describe themselves alike before an operator."""
        with self.platform.database.transaction(self.scope, now=self.now) as tx:
            likely = Likely(self._person(tx, LIKELY_ONE), self._person(tx, LIKELY_OTHER), 0.97)
            queued = identity.queue_suggestions(
                tx, self.brand.identity_domain_id, suggested=[likely], now=self.now
            )
            assert queued.opened == 1, queued

    def decide(self) -> People:
        """Do what people do by hand: merge, take out, ask, leave, hand documents in."""
        with self.platform.database.transaction(self.scope, now=self.now) as tx:
            merged = identity.merge(
                tx,
                source=self._person(tx, MERGED_SOURCE),
                target=self._person(tx, MERGED_TARGET),
                reason="本人到店出示证件，换过手机号",
                key="world:people:merge",
                actor=ACTOR,
                now=self.now,
            )
        with self.platform.database.transaction(self.scope, now=self.now) as tx:
            crowd = identity.find(tx, brand=self.brand, kind=IdentifierKind.PHONE, value=EVERYBODYS)
            assert crowd is not None, "The crowd's phone was told of."
            identity.undo_identifier(
                tx,
                crowd.identifier_id,
                actor=ACTOR,
                reason="门店公用号码，不属于任何一位客人",
                now=self.now,
            )
            leaver = self._customer(tx, LEAVER)
            _all_ok(leaving.request_exits(tx, [ExitWish(leaver, "world", ACTOR)], now=self.now))
            documents = customers.submit_documents(tx, self._documents(tx), now=self.now)
            _all_ok(documents)
            requests = customers.open_requests(tx, self._requests(tx), now=self.now)
            _all_ok(requests)
            waiting = identity.reviews(tx, limit=10)
        return People(
            brand=self.brand,
            merge_id=merged.id,
            review_ids=[one.id for one in waiting],
            submission_ids=[one.value["submission_id"] for one in documents if isinstance(one, Ok)],
            request_ids=[one.value.id for one in requests if isinstance(one, Ok)],
            exit_customer_id=leaver,
        )

    def _documents(self, tx: ReadTx) -> list[NewSubmission]:
        wanted = ((STUDENT, "student_card"), (MOTHER, "birth_certificate"))
        return [
            NewSubmission(
                customer_id=self._customer(tx, phone),
                kind=kind,
                reference=f"documents/{kind}-{phone[-4:]}.jpg",
                fingerprint=f"{kind}-{phone[-4:]}",
                source="console",
                submitted_at=self.now - timedelta(days=days),
            )
            for days, (phone, kind) in enumerate(wanted, start=2)
        ]

    def _requests(self, tx: ReadTx) -> list[NewRequest]:
        wanted = (
            (ASKER, RightKind.EXPORT, RequestOrigin.PHONE, 13),
            (FORGOTTEN, RightKind.ERASE, RequestOrigin.LETTER, 20),
            (MOTHER, RightKind.CORRECT, RequestOrigin.STORE, 2),
        )
        return [
            NewRequest(
                customer_id=self._customer(tx, phone),
                kind=kind,
                origin=origin,
                received_at=self.now - timedelta(days=days),
                key=f"world:{kind}:{phone}",
                actor=ACTOR,
            )
            for phone, kind, origin, days in wanted
        ]

    def _order(
        self, number: str, named: Sequence[Mapping[str, object]], *, yuan: int, days: int
    ) -> dict[str, object]:
        at = self._at(days=days)
        paid = yuan * 100
        line = {"line_id": "1", "sku": "AH-TEE", "quantity": 1, "list_minor": paid}
        return {
            "order_no": number,
            "ordered_at": at,
            "paid_at": at,
            "completed_at": at,
            "status": "completed",
            "list_minor": paid,
            "paid_minor": paid,
            "parties": [{"role": "buyer", "identifiers": list(named)}],
            "lines": [{**line, "paid_minor": paid}],
        }

    def _person(self, tx: ReadTx, phone: str) -> int:
        found = identity.find(tx, brand=self.brand, kind=IdentifierKind.PHONE, value=phone)
        assert found is not None
        assert found.person_id is not None
        return found.person_id

    def _customer(self, tx: ReadTx, phone: str) -> int:
        found = customers.find_by_persons(
            tx, brand_id=self.brand.id, person_ids=[self._person(tx, phone)]
        )
        return found[self._person(tx, phone)]

    def _at(self, *, days: int) -> str:
        return (self.now - timedelta(days=days)).isoformat()


def _all_ok(results: Sequence[object]) -> None:
    refused = [one for one in results if not hasattr(one, "value")]
    assert not refused, refused
