"""Every leaf of a payload reaches a record; what does not is named here with its reason.

Two proofs: the leaf's value is found in the records, and a changed leaf changes them.
"""

import copy
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huitong.channels.connectors.payload import CHINA, UNSET_TIMES, UnreadablePayload
from tests.connectors.reading import (
    FIXTURES,
    PLATFORMS,
    SCOPES,
    Way,
    fixtures_of,
    leaves_of,
    mapper_of,
    name_of,
    payload_of,
    records_of,
)

NAME = "a personal name is not kept with facts"
ADDRESS = "the receiver's address is not kept; the city is"
MASKED = "a masked or encrypted number names nobody"
WEEKLY = "a hash of the receiver's address that changes weekly, never an identity"
FREE_TEXT = "free text of a person may hold anything"

DROPPED: dict[str, dict[str, str]] = {
    "tmall": {
        "buyer_nick": NAME,
        "receiver_name": NAME,
        "nr_shop_guide_name": NAME,
        "receiver_mobile": MASKED,
        "receiver_state": ADDRESS,
        "receiver_address": ADDRESS,
        "oaid": WEEKLY,
        "desc": FREE_TEXT,
    },
    "jd": {
        "consigneeInfo.fullname": NAME,
        "customerName": NAME,
        "consigneeInfo.mobile": MASKED,
        "consigneeInfo.fullAddress": ADDRESS,
    },
    "youzan": {
        "buyer_info.fans_nickname": NAME,
        "address_info.receiver_name": NAME,
        "address_info.delivery_address": ADDRESS,
        "source_info.source.platform": "Youzan's own word for the entrance that is kept",
    },
    "douyin": {
        "mask_post_receiver": NAME,
        "encrypt_post_tel": MASKED,
        "mask_post_tel": MASKED,
        "post_addr.province.name": ADDRESS,
        "post_addr.encrypt_detail": ADDRESS,
        "sku_order_list.author_name": NAME,
        "sku_order_list.store_info.store_name": "the store's code is kept, its name is ours",
    },
    "pos": {},
    "oms": {},
}
# Encrypted phones are read to see whether they are plain, so they count as used, not as kept.
LOOKED_AT = {"youzan": {"buyer_info.buyer_phone", "address_info.receiver_tel"}}
# Leaves whose meaning, not their text, is kept; the changed-leaf proof covers them.
TRANSLATED = {
    "pos": {
        "orders.type": "which records a ticket becomes",
        "orders.member_ref.kind": "mobile and card: the identifier's kind",
        "orders.sale_no": "with the store it is the order number",
        "orders.ref_sale_no": "with the store it is the order number",
        "orders.ref_store_code": "with the number it is the order number",
    },
    "jd": {
        "itemInfoList.itemTotal": "the quantity, a text there and a number here",
        "parentOrderId": "0 is JD's word for no parent",
    },
}


def name_at(way: Way) -> str:
    names = ".".join(str(step) for step in way if isinstance(step, str))
    return names.removeprefix("full_order_info.")


def platform_of(fixture: Path) -> str:
    return fixture.parent.parent.name


def forms_of(value: object) -> Iterator[object]:
    """Yield what a value may have become: itself, text, fen of yuan, an instant."""
    yield str(value).lower() if isinstance(value, bool) else str(value)
    text = str(value)
    if re.fullmatch(r"[0-9]+\.[0-9]{2}", text):
        yield int(text.replace(".", ""))
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2} .*", text):
        yield datetime.fromisoformat(text).replace(tzinfo=CHINA)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.*", text):
        yield datetime.fromisoformat(text)
    if isinstance(value, int) and not isinstance(value, bool):
        yield value
        if value > 10**9:
            yield datetime.fromtimestamp(value, tz=UTC) if value < 10**10 else value


def changed(value: object) -> object:
    """Return another value of the same form."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    text = str(value)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ].*", text):
        return ("2024" if text[:4] != "2024" else "2023") + text[4:]
    if re.fullmatch(r"[0-9]+\.[0-9]{2}", text):
        return f"{int(text[:-3]) + 1}{text[-3:]}"
    if re.fullmatch(r"1380013[0-9]{4}", text):
        return "13800138099"
    return f"1{text}"


def with_changed(payload: dict[str, object], way: Way) -> dict[str, object]:
    other = copy.deepcopy(payload)
    inner: object = other
    for step in way[:-1]:
        inner = inner[step]  # type: ignore[index]
    inner[way[-1]] = changed(inner[way[-1]])  # type: ignore[index]
    return other


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_leaf_is_found_in_a_record_or_named_as_dropped(platform: str) -> None:
    excused = {*DROPPED[platform], *LOOKED_AT.get(platform, ()), *TRANSLATED.get(platform, ())}
    lost = []
    for fixture in fixtures_of(platform):
        found = {
            value for record in records_of(fixture) for _, value in leaves_of(record.model_dump())
        }
        lost += [
            f"{fixture.stem}: {name_at(way)} = {value}"
            for way, value in leaves_of(payload_of(fixture))
            if value not in UNSET_TIMES
            and name_at(way) not in excused
            and found.isdisjoint(forms_of(value))
        ]
    assert lost == []


@pytest.mark.parametrize("fixture", FIXTURES, ids=name_of)
def test_a_changed_leaf_changes_the_records_unless_it_is_dropped(fixture: Path) -> None:
    platform, payload, before = platform_of(fixture), payload_of(fixture), records_of(fixture)
    for way, value in leaves_of(payload):
        name = name_at(way)
        if name in LOOKED_AT.get(platform, ()) and str(value).startswith("$"):
            continue
        try:
            after = mapper_of(fixture).records_of(with_changed(payload, way), scopes=SCOPES)
        except UnreadablePayload:
            after = ()
        assert (after == before) is (name in DROPPED[platform]), name


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_leaf_named_as_dropped_occurs_in_a_fixture(platform: str) -> None:
    occurring = {
        name_at(way)
        for fixture in fixtures_of(platform)
        for way, _ in leaves_of(payload_of(fixture))
    }
    assert set(DROPPED[platform]) <= occurring


@pytest.mark.parametrize("fixture", FIXTURES, ids=name_of)
def test_no_dropped_value_is_found_in_a_record(fixture: Path) -> None:
    dropped = DROPPED[platform_of(fixture)]
    secret = {
        value
        for way, value in leaves_of(payload_of(fixture))
        if dropped.get(name_at(way)) in {NAME, ADDRESS, MASKED, WEEKLY, FREE_TEXT}
    }
    kept = {value for record in records_of(fixture) for _, value in leaves_of(record.model_dump())}
    assert kept.isdisjoint(secret)
