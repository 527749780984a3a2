"""Instants on their way into COPY, each written out once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

KEPT_MAX = 50_000


class Instants:
    """Writes the instants of a transaction's rows as text.

    An instant costs six times what any other value does, and one order brings the same few to
    five tables. They are told apart as objects: to compare them would cost as much again.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[datetime, str]] = {}

    def told(
        self, rows: Sequence[Sequence[object]], places: Sequence[int]
    ) -> Iterable[Sequence[object]]:
        """Return rows with the instants at their places as text."""
        return [self._with_texts(row, places) for row in rows] if places else rows

    def _with_texts(self, row: Sequence[object], places: Sequence[int]) -> Sequence[object]:
        known = self._known
        cells = list(row)
        for place in places:
            instant = cells[place]
            if isinstance(instant, datetime):
                found = known.get(id(instant))
                if found is None:
                    if len(known) >= KEPT_MAX:
                        known.clear()
                    # Kept with its text, so that no other object can come to have its id.
                    found = known[id(instant)] = (instant, instant.isoformat())
                cells[place] = found[1]
        return cells
