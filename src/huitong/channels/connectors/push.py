"""Takes records that a program sends: lines of JSON in, one answer a line out, a page at a time."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from huitong import channels
from huitong.channels.model import Arrival, RecordState, Taken, Way
from huitong.channels.operations import Feed, Source
from huitong.platform.db import Database, Scope
from huitong.platform.errors import Ok, Result
from huitong.platform.page import LINES_PER_PAGE_MAX, RECORDS_PER_PAGE_MAX

RECORDS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of the record in one line; lines are counted from 1."""

    row: int
    result: Result[Taken]


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of all lines."""

    delivery_id: int
    states: Counter[RecordState]


def push(
    database: Database,
    scope: Scope,
    lines: Iterable[bytes],
    *,
    feed: Feed,
    sender: str,
    clock: Callable[[], datetime],
) -> Iterator[Answer | Summary]:
    """Take the lines page by page, each in its own transaction, and yield an answer to each line.

    `sender` names the program, never a person. Lines beyond `RECORDS_MAX` are not read. The last
    thing yielded is the summary.
    """
    now = clock()
    with database.transaction(scope, now=now) as tx:
        source = Source(way=Way.PUSH, name=sender)
        delivery_id = channels.open_delivery(
            tx, feed.account, kind=feed.kind, source=source, now=now
        )
    # The delivery held the account against the scope; its records may join persons, who are of
    # the whole group.
    of_group = Scope(scope.group_id)
    states: Counter[RecordState] = Counter()
    for page in pages(_arrivals(lines, feed)):
        now = clock()
        work = partial(
            channels.take_page, arrivals=page, feed=feed, delivery_id=delivery_id, now=now
        )
        results = database.do(of_group, work, now=now)
        for arrival, result in zip(page, results, strict=True):
            states[result.value.state if isinstance(result, Ok) else RecordState.REFUSED] += 1
            yield Answer(row=arrival.row or 0, result=result)
    now = clock()
    with database.transaction(scope, now=now) as tx:
        channels.size_delivery(tx, delivery_id, record_count=states.total())
        channels.finish_delivery(tx, delivery_id, now=now)
    yield Summary(delivery_id=delivery_id, states=states)


def pages(arrivals: Iterable[Arrival]) -> Iterator[Sequence[Arrival]]:
    """Cut arrivals into pages that one transaction can take."""
    page: list[Arrival] = []
    weight = 0
    for arrival in arrivals:
        lines = arrival.record.line_count() if arrival.record else 0
        if page and (len(page) == RECORDS_PER_PAGE_MAX or weight + lines > LINES_PER_PAGE_MAX):
            yield page
            page, weight = [], 0
        page.append(arrival)
        weight += lines
    if page:
        yield page


def _arrivals(lines: Iterable[bytes], feed: Feed) -> Iterator[Arrival]:
    count = 0
    for row, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            continue
        count += 1
        if count > RECORDS_MAX:
            return
        yield channels.arrive(feed.account, feed.kind, text, row=row)
