"""Takes pages into the inbox: fold, seal the page as it came, note what became of each record."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from huitong.channels import tables
from huitong.channels.model import (
    TIME_OF_KIND,
    Arrival,
    Record,
    RecordState,
    Taken,
)
from huitong.channels.operations.deliveries import count_page
from huitong.channels.operations.folding import Fate, Feed, fold, keyed
from huitong.channels.operations.forgetting import erase_told_again
from huitong.channels.queries import BODY_PLACE
from huitong.channels.rules import pack
from huitong.platform.crypto import Cipher, keyring, new_day_key
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Refused, Result
from huitong.platform.page import RECORDS_PER_PAGE_MAX

REASON_LENGTH_MAX = 1_000


def take_page(
    tx: Tx,
    arrivals: Sequence[Arrival],
    *,
    feed: Feed,
    delivery_id: int,
    now: datetime,
    packed: bytes | None = None,
) -> list[Result[Taken]]:
    """Take one page of arrivals of a feed: apply the news, keep the texts, answer per arrival.

    What had come before is answered as `known` and changes nothing; a version older than the one
    applied is kept as `superseded`; a refused one is kept with its reason and blocks nobody.
    `packed` is `pack` of the texts when the caller prepared it already.
    """
    fates = take(tx, arrivals, feed=feed, delivery_id=delivery_id, now=now, packed=packed)
    return [answer(fate) for fate in fates]


def take(
    tx: Tx,
    arrivals: Sequence[Arrival],
    *,
    feed: Feed,
    delivery_id: int,
    now: datetime,
    packed: bytes | None = None,
) -> list[Fate]:
    """Take one page as `take_page` does, and return what became of each arrival."""
    assert len(arrivals) <= RECORDS_PER_PAGE_MAX, "A page is cut before it is taken."
    if not arrivals:
        return []
    arrivals = keyed(arrivals, feed)
    fates = fold(tx, arrivals, feed=feed, now=now)
    news = [place for place, fate in enumerate(fates) if fate.state is not RecordState.KNOWN]
    if news:
        body_id = _add_body(
            tx,
            packed or pack([one.text for one in arrivals]),
            record_count=len(arrivals),
            feed=feed,
            delivery_id=delivery_id,
            now=now,
        )
        of_news = [(place, arrivals[place], fates[place]) for place in news]
        _add_records(tx, of_news, feed=feed, body_id=body_id, delivery_id=delivery_id, now=now)
        _add_copies(tx, fates, brand_id=feed.account.brand_id, body_id=body_id)
        again = [
            (fate, arrival.version_at, body_id, place, delivery_id, arrival.row)
            for place, arrival, fate in of_news
            if not fate.is_new
        ]
        judge_again(tx, again)
        replace_refused(tx, fates)
        old = (RecordState.KNOWN, RecordState.SUPERSEDED)
        erase_told_again(tx, [fate.record_id for fate in fates if fate.state in old])
    count_page(tx, delivery_id, states=Counter(fate.state for fate in fates))
    return fates


def answer(fate: Fate) -> Result[Taken]:
    """Return the fate of an arrival as its sender is told it."""
    if fate.state is RecordState.REFUSED:
        assert fate.refused is not None, "What is refused has a reason."
        return fate.refused
    return Ok(Taken(record_id=fate.record_id, state=fate.state))


def judge_again(
    tx: Tx, judged: Sequence[tuple[Fate, datetime | None, int, int, int, int | None]]
) -> None:
    """Note what became of versions that were refused before, with where their text stands now."""
    rows = [
        (
            fate.bucket,
            fate.record_id,
            version_at,
            fate.state,
            *_code_and_reason(fate),
            body_id,
            body_place,
            delivery_id,
            row,
        )
        for fate, version_at, body_id, body_place, delivery_id, row in judged
    ]
    tx.write(tables.KEEP_FORMER_PLACES, tables.JUDGED_RECORD, rows)
    tx.write(tables.JUDGE_AGAIN, tables.JUDGED_RECORD, rows)


def replace_refused(tx: Tx, fates: Sequence[Fate]) -> None:
    """Close the refused versions whose record has been applied in another version."""
    rows = [(fate.bucket, record_id) for fate in fates for record_id in fate.replaced_ids]
    tx.write(tables.REPLACE_REFUSED, tables.REPLACED_RECORD, rows)


def cipher_of_day(tx: Tx, day: date) -> Cipher:
    """Return the cipher of a day's bodies, with a new key when the day has none yet."""
    wanted = {"group_id": tx.scope.group_id, "day": day}
    found = tx.row(tables.FIND_DAY_KEY, wanted)
    if found is None:
        tx.execute(tables.ADD_DAY_KEY, {**wanted, "salt": new_day_key()})
        found = tx.row(tables.FIND_DAY_KEY, wanted)
    assert found is not None, "The day has a key now, ours or another process's."
    return keyring().day_cipher(tx.scope.group_id, day.toordinal(), found[0])


def _add_body(
    tx: Tx, packed: bytes, *, record_count: int, feed: Feed, delivery_id: int, now: datetime
) -> int:
    day = now.date()
    body_id = tx.new_ids([0])[0]
    sealed = cipher_of_day(tx, day).seal(packed, place=BODY_PLACE, row=body_id)
    tx.execute(
        tables.ADD_BODY,
        {
            "group_id": tx.scope.group_id,
            "id": body_id,
            "brand_id": feed.account.brand_id,
            "delivery_id": delivery_id,
            "day": day,
            "record_count": record_count,
            "content": sealed,
            "now": now,
        },
    )
    return body_id


def _add_records(
    tx: Tx,
    news: Sequence[tuple[int, Arrival, Fate]],
    *,
    feed: Feed,
    body_id: int,
    delivery_id: int,
    now: datetime,
) -> None:
    rows = [
        (
            fate.bucket,
            fate.record_id,
            arrival.external_id,
            arrival.version,
            arrival.version_at,
            fate.state,
            *_code_and_reason(fate),
            place,
            arrival.row,
            _occurred_at(arrival.record),
        )
        for place, arrival, fate in news
        if fate.is_new
    ]
    constants = {
        "brand_id": feed.account.brand_id,
        "account_id": feed.account.id,
        "kind": feed.kind,
        "body_id": body_id,
        "delivery_id": delivery_id,
        "now": now,
    }
    tx.write(tables.ADD_RECORDS, tables.NEW_RECORD, rows, constants)


def _add_copies(tx: Tx, fates: Sequence[Fate], *, brand_id: int, body_id: int) -> None:
    """Note where on the page the texts of known versions stand, so that an erasure finds them."""
    rows = [
        (fate.bucket, fate.record_id, place)
        for place, fate in enumerate(fates)
        if fate.state is RecordState.KNOWN
    ]
    constants = {"brand_id": brand_id, "body_id": body_id}
    tx.write(tables.ADD_TEXT_COPIES, tables.TEXT_COPY, rows, constants)


def _code_and_reason(fate: Fate) -> tuple[str | None, str | None]:
    if not isinstance(fate.refused, Refused):
        return None, None
    return fate.refused.code, fate.refused.reason[:REASON_LENGTH_MAX]


def _occurred_at(record: Record | None) -> datetime | None:
    if record is None:
        return None
    field = TIME_OF_KIND.get(record.kind_of_record)
    return getattr(record, field) if field else None
