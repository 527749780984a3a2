"""From staged records to pages that are ready to be taken, prepared ahead of the database."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Generic, TypeVar

from huitong.channels.connectors.file.broken import Broken
from huitong.channels.connectors.file.staged import Found
from huitong.channels.model import Arrival, RecordKind
from huitong.channels.rules import Unreadable, arrive, pack, version_of
from huitong.org.model import ChannelAccount
from huitong.platform.page import LINES_PER_PAGE_MAX, RECORDS_PER_PAGE_MAX

# Pages that wait for the database; each is a few megabytes of records.
PAGES_AHEAD = 3
POLL_SECONDS = 0.2
# A page of broken rows is full at 500 of them, or at so many characters.
BROKEN_PAGE_LENGTH_MAX = 4_000_000

Item = TypeVar("Item")
# Says which of some (external id, version) pairs need no taking any more, by their places.
FindSettled = Callable[[Sequence[tuple[str, str]]], set[int]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page ready to be taken: arrivals with the numbers of their records, and their texts packed.

    `settled_count` records were left out because they need no taking any more; `row_count` is the
    rows of all.
    """

    arrivals: Sequence[Arrival]
    numbers: Sequence[int]
    packed: bytes
    settled_count: int
    row_count: int


def cut(records: Iterator[Found]) -> Iterator[list[Found]]:
    """Yield the records in pages; the same file and mapping are always cut in the same places."""
    page: list[Found] = []
    rows = 0
    for one in records:
        is_full = len(page) == RECORDS_PER_PAGE_MAX or rows + one.row_count > LINES_PER_PAGE_MAX
        if page and is_full:
            yield page
            page, rows = [], 0
        page.append(one)
        rows += one.row_count
    if page:
        yield page


@dataclass(frozen=True, slots=True)
class Preparer:
    """Prepares pages of one account and kind; `labels` are the file's own names of fields."""

    account: ChannelAccount
    kind: RecordKind
    labels: Mapping[str, str]
    find_settled: FindSettled

    def prepare(self, page: Sequence[Found]) -> Prepared:
        """Return a page read and packed, without the records that need no taking any more."""
        versions = [(one.key or "", _version_guessed(one)) for one in page]
        settled = self.find_settled(versions)
        open_ones = [one for place, one in enumerate(page) if place not in settled]
        arrivals = [
            arrive(self.account, self.kind, one.text, row=one.row, names=self.labels)
            for one in open_ones
        ]
        return Prepared(
            arrivals=arrivals,
            numbers=[one.number for one in open_ones],
            packed=pack([one.text for one in arrivals]) if arrivals else b"",
            settled_count=len(settled),
            row_count=sum(one.row_count for one in page),
        )

    def prepare_broken(self, broken: Iterable[Broken]) -> Iterator[Prepared]:
        """Yield pages of the rows that are no rows, as refused arrivals."""
        arrivals: list[Arrival] = []
        size = 0
        for one in broken:
            is_full = len(arrivals) == RECORDS_PER_PAGE_MAX or size > BROKEN_PAGE_LENGTH_MAX
            if arrivals and is_full:
                yield _of_broken(arrivals)
                arrivals, size = [], 0
            arrivals.append(self._refused(one))
            size += len(one.text)
        if arrivals:
            yield _of_broken(arrivals)

    def _refused(self, one: Broken) -> Arrival:
        refused = Unreadable(fault=one.fault.removesuffix(".")).as_refused()
        text = one.text.encode()
        # Two rows may be broken alike; the row number keeps them apart.
        key = f"row {one.row}: {sha256(text).hexdigest()[:16]}"
        return Arrival(
            external_id=key,
            version=version_of(text, None),
            version_at=None,
            text=text,
            row=one.row,
            record=None,
            refused=refused,
        )


class Ahead(Generic[Item]):
    """Runs an iterator in a thread of its own, a few items ahead of whoever takes them."""

    def __init__(self, items: Iterator[Item]) -> None:
        """Start the thread; use as a context manager, so that it ends."""
        self._items = items
        self._queue: queue.Queue[Item | BaseException | None] = queue.Queue(PAGES_AHEAD)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="file-reader", daemon=True)

    def __enter__(self) -> Iterator[Item]:
        self._thread.start()
        return self._taken()

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _taken(self) -> Iterator[Item]:
        while (item := self._queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def _run(self) -> None:
        try:
            for item in self._items:
                if not self._put(item):
                    return
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - raised again where the items are taken
            self._put(error)

    def _put(self, item: Item | BaseException | None) -> bool:
        while not self._stopped.is_set():
            with suppress(queue.Full):
                self._queue.put(item, timeout=POLL_SECONDS)
                return True
        return False


def _of_broken(arrivals: Sequence[Arrival]) -> Prepared:
    packed = pack([one.text for one in arrivals])
    return Prepared(arrivals, [0] * len(arrivals), packed, 0, len(arrivals))


def _version_guessed(one: Found) -> str:
    """Return the version that the record will turn out to be, as far as it can be told unread."""
    if one.updated_at is not None:
        with suppress(ValueError):
            updated_at = datetime.fromisoformat(one.updated_at)
            if updated_at.tzinfo is not None:
                return version_of(one.text, updated_at)
    return version_of(one.text, None)
