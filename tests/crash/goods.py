"""A season of a small shop as canonical files: members, orders, refunds; one seed, one season.

Everything lies in the past, so that it does not matter at which instant an import runs.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

from huitong.channels.model import RecordKind

PLATFORM = "pos"
ACCOUNT = "main"
BRAND = "wool"
PROGRAMME_FROM = datetime(2024, 1, 1, tzinfo=UTC)
OPENING = datetime(2024, 3, 1, 2, tzinfo=UTC)
DAYS = 120
SKUS = 30
PEOPLE = 60
CATEGORIES = (["women", "shoes"], ["women", "coats"], ["gifts", "cards"])
CARDS_MERGED = 6
CARDS_IN_ORDERS = 3

PROGRAMME: dict[str, Any] = {
    "names": {"zh": "羊毛俱乐部", "en": "Wool Club"},
    "rules": [
        {
            "code": "spending",
            "names": {"zh": "消费得积分", "en": "Points for spending"},
            "points": 1,
            "per_minor": 100,
            "items": {"categories": [["gifts"]], "except_for": True},
            "caps": {"per_order": 900, "per_day": 1_000, "per_month": 9_000},
        },
        {
            "code": "shoes",
            "names": {"zh": "鞋品加赠", "en": "Bonus for shoes"},
            "points": 50,
            "items": {"categories": [["women", "shoes"]]},
            "caps": {"per_day": 100},
        },
        {
            "code": "growth",
            "names": {"zh": "消费得成长值", "en": "Growth for spending"},
            "asset": "growth",
            "points": 1,
            "per_minor": 100,
        },
    ],
    "return_windows": [{"days": 7}],
    "expiry": {"months": 240, "rounding": "month_end"},
    "tiers": [
        {"code": "member", "names": {"zh": "会员", "en": "Member"}, "growth": 0},
        {"code": "silver", "names": {"zh": "银卡", "en": "Silver"}, "growth": 6_000},
        {"code": "gold", "names": {"zh": "金卡", "en": "Gold"}, "growth": 14_000},
        {"code": "platinum", "names": {"zh": "白金", "en": "Platinum"}, "growth": 22_000},
    ],
}

Fields: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One file to import, in its turn."""

    kind: RecordKind
    path: Path


class Season:
    """Makes the records of one season; `size` is the number of orders."""

    def __init__(self, seed: int, *, size: int) -> None:
        """Take the seed: the same one makes the same records."""
        self._random = Random(f"season {seed}")
        self.products = [self._product(number) for number in range(SKUS)]
        self.members = [self._member(number) for number in range(PEOPLE)]
        self.cards = [self._card_member(number) for number in range(CARDS_MERGED)]
        self.orders = [self._order(number, size) for number in range(size)]
        self.late_members = [self._merging_member(number) for number in range(CARDS_MERGED)]

    def _product(self, number: int) -> Fields:
        category = CATEGORIES[number % len(CATEGORIES)]
        return {"sku": f"SKU-{number}", "spu": f"SPU-{number // 3}", "name": f"Item {number}",
                "category": category}  # fmt: skip

    def _member(self, number: int) -> Fields:
        identifiers = [phone(number)]
        if number % 5 == 0:
            identifiers.append(card(1_000 + number))
        return {
            "member_no": f"M{number}",
            "name": f"顾客{number}",
            "city": self._random.choice(["上海", "杭州", "成都"]),
            "card_no": f"88{number:06}",
            "enrolled_at": told(OPENING - timedelta(days=number % 30)),
            "updated_at": told(OPENING),
            "identifiers": identifiers,
            "consents": [
                {"purpose": "marketing", "policy_version": "1", "given_at": told(OPENING)}
            ],
        }

    def _card_member(self, number: int) -> Fields:
        """Return somebody whom the shop knows by a card alone, and later learns the phone of."""
        return {
            "member_no": f"C{number}",
            "enrolled_at": told(OPENING - timedelta(days=40 + number)),
            "updated_at": told(OPENING),
            "identifiers": [card(number)],
        }

    def _merging_member(self, number: int) -> Fields:
        return {
            **self.members[number],
            "name": f"顾客{number}，改名",
            "updated_at": told(OPENING + timedelta(days=DAYS)),
            "identifiers": [phone(number), card(number)],
        }

    def _order(self, number: int, size: int) -> Fields:
        chance = self._random
        at = OPENING + timedelta(days=DAYS) * number / size
        lines = [self._line(place) for place in range(chance.randint(2, 3))]
        paid = sum(line["paid_minor"] for line in lines)
        discount = sum(line["list_minor"] for line in lines) - paid
        is_done = chance.random() < 0.8
        order = {
            "order_no": f"O{number}",
            "store": f"S{chance.randint(1, 3)}",
            "ordered_at": told(at),
            "paid_at": told(at),
            "status": "completed" if is_done else "paid",
            "updated_at": told(at + timedelta(hours=1)),
            "parties": self._parties(number),
            "list_minor": paid + discount,
            "discount_minor": discount,
            "paid_minor": paid,
            "payments": [{"kind": "wechat", "amount_minor": paid, "paid_at": told(at)}],
            "lines": lines,
        }
        return {**order, "completed_at": told(at + timedelta(hours=1))} if is_done else order

    def _parties(self, number: int) -> list[Fields]:
        """Return who buys: mostly a member, sometimes a card, a stranger or nobody known."""
        what = self._random.random()
        if what < 0.03:
            return []
        if number % 400 == 399:  # An order that shows whose phone and whose card are one person's.
            who = CARDS_MERGED + number // 400 % CARDS_IN_ORDERS
            identifiers = [phone(who), card(2_000 + who)]
        elif what < 0.10:
            who = CARDS_MERGED + self._random.randrange(CARDS_IN_ORDERS)
            identifiers = [card(2_000 + who)]
        elif what < 0.20:
            identifiers = [card(self._random.randrange(CARDS_MERGED))]
        elif what < 0.25:
            identifiers = [phone(5_000 + self._random.randrange(40))]
        else:
            identifiers = [phone(self._random.randrange(PEOPLE))]
        return [{"role": "buyer", "identifiers": identifiers}]

    def _line(self, place: int) -> Fields:
        quantity = self._random.randint(1, 3)
        paid = quantity * self._random.randint(1_000, 30_000)
        off = self._random.choice([0, 0, 500])
        line = {
            "line_id": str(place + 1),
            "sku": f"SKU-{self._random.randrange(SKUS + 2)}",  # Two that the catalogue lacks.
            "quantity": quantity,
            "list_minor": paid + off,
            "paid_minor": paid,
        }
        share = {"kind": "order_coupon", "bearer": "brand", "amount_minor": off}
        return {**line, "allocations": [share]} if off else line

    def early_refunds(self, count: int) -> list[Fields]:
        """Return refunds that come before the orders they are of; each within its sale."""
        chosen = self._random.sample(self.orders, count)
        return [self._refund(f"E{at}", order) for at, order in enumerate(chosen)]

    def late_refunds(self, count: int, *, sparing: Sequence[Fields]) -> list[Fields]:
        """Return refunds of orders that no early one is of, among them every kind of trouble."""
        spared = {refund["order_no"] for refund in sparing}
        free = [order for order in self.orders if order["order_no"] not in spared]
        refunds = []
        for at, order in enumerate(self._random.sample(free, count)):
            refund = self._refund(f"R{at}", order)
            if at % 40 == 0:  # One piece more than was sold.
                refund["lines"][0]["quantity"] = order["lines"][0]["quantity"] + 1
            elif at % 40 == 1:
                refund["lines"][0]["line_id"] = "99"
            elif at % 40 == 2:
                refund["order_no"] = f"unknown {at}"
            elif at % 10 == 3:  # A dispute that ends, in one way or the other.
                later = told(datetime.fromisoformat(refund["updated_at"]) + timedelta(days=3))
                ended = self._random.choice(["done", "rejected"])
                refunds.append({**refund, "status": ended, "updated_at": later})
                refund["status"] = "open"
            elif at % 10 == 4:
                refund["status"] = "open"
            elif at % 10 == 5:  # The rest of the same line comes back too, by the very amount.
                refunds.append(dict(refund))
            refunds.append(refund)
        return refunds

    def _refund(self, number: str, order: Mapping[str, Any]) -> Fields:
        line = self._random.choice(order["lines"])
        money_only = self._random.random() < 0.2
        quantity = 0 if money_only else self._random.randint(1, line["quantity"])
        amount = line["paid_minor"] // 4 if money_only else (
            line["paid_minor"] * quantity // line["quantity"]
        )  # fmt: skip
        at = datetime.fromisoformat(order["ordered_at"]) + timedelta(days=5)
        return {
            "refund_no": number,
            "order_no": order["order_no"],
            "kind": "money_only" if money_only else "return",
            "status": "done",
            "refunded_at": told(at),
            "updated_at": told(at),
            "amount_minor": amount,
            "lines": [{"line_id": line["line_id"], "quantity": quantity, "amount_minor": amount}],
        }

    def newer_orders(self, count: int) -> list[Fields]:
        """Return later versions of orders, and some older ones that must change nothing."""
        versions = []
        for at, order in enumerate(self._random.sample(self.orders, count)):
            changed = datetime.fromisoformat(order["updated_at"])
            changed += timedelta(days=-2 if at % 10 == 0 else 9)
            version = {**order, "updated_at": told(changed), "store": "S9"}
            if at % 7 == 1:
                version |= {"status": "closed", "close_reason": "buyer left"}
            else:
                version |= {"status": "completed", "completed_at": told(changed)}
            versions.append(version)
        return versions


def write_season(folder: Path, seed: int, *, size: int) -> list[Step]:
    """Write a season of `size` orders as files and return them in the order of their import."""
    season = Season(seed, size=size)
    chance = Random(f"files {seed}")
    folder.mkdir(parents=True, exist_ok=True)
    early = season.early_refunds(size // 25)
    repeated = chance.sample(season.orders, size // 20)
    newer = season.newer_orders(size // 5)
    late = season.late_refunds(size // 8, sparing=early)
    unreadable = [{"order_no": "broken"}]
    steps = {
        "products": (RecordKind.PRODUCT, season.products),
        "members": (RecordKind.MEMBER, [*season.members, *season.cards]),
        "refunds-early": (RecordKind.REFUND, early),
        "orders": (RecordKind.ORDER, [*season.orders, *repeated, *newer[::3], *unreadable]),
        "members-late": (RecordKind.MEMBER, [*season.late_members, *season.members[:5]]),
        "orders-late": (RecordKind.ORDER, [*newer, *repeated]),
        "refunds-late": (RecordKind.REFUND, late),
    }
    return [
        Step(kind, written(folder / f"{name}.ndjson", shuffled(chance, records)))
        for name, (kind, records) in steps.items()
    ]


def written(path: Path, records: Sequence[Fields]) -> Path:
    """Write records one a line, with one line that is no record at all; return the path."""
    texts = [json.dumps(record, ensure_ascii=False) for record in records]
    broken = f"no JSON: {path.name}"
    path.write_text("\n".join([*texts[:1], broken, *texts[1:]]) + "\n", encoding="utf-8")
    return path


def shuffled(chance: Random, records: Sequence[Fields]) -> list[Fields]:
    """Return the records in another order: a file may hold them in any."""
    return chance.sample(records, len(records))


def told(instant: datetime) -> str:
    """Return an instant as records tell it."""
    return instant.isoformat(timespec="seconds")


def phone(number: int) -> Fields:
    """Return the phone of a person by number."""
    return {"kind": "phone", "value": f"139{number:08}", "verified": True}


def card(number: int) -> Fields:
    """Return a till's card by number."""
    return {"kind": "pos_card", "value": f"{7_000_000 + number}", "verified": True}
