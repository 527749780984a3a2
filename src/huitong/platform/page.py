"""A page of records on its way through the appliers, and the typed notes taken of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar, cast

from huitong.platform.errors import Ok, Refused

RECORDS_PER_PAGE_MAX = 500
LINES_PER_PAGE_MAX = 5_000

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Note(Generic[Value]):
    """The typed key of what one applier leaves for the next, one value per record."""

    name: str


@dataclass(slots=True)
class Page:
    """Records of one kind on their way through the appliers, and the notes taken of them."""

    records: Sequence[object]
    _notes: dict[str, Sequence[object]] = field(default_factory=dict)

    def put(self, note: Note[Value], values: Sequence[Value]) -> None:
        """Keep one value per record for the appliers that follow."""
        assert len(values) == len(self.records), f"{note.name} needs one value per record."
        self._notes[note.name] = values

    def get(self, note: Note[Value]) -> Sequence[Value]:
        """Return what an earlier applier kept, one value per record."""
        assert note.name in self._notes, f"No applier before this one kept {note.name}."
        return cast("Sequence[Value]", self._notes[note.name])

    def keep(self, places: Sequence[int]) -> "Page":
        """Return the page narrowed to the records at `places`, notes included."""
        narrowed = Page([self.records[place] for place in places])
        for name, values in self._notes.items():
            narrowed._notes[name] = [values[place] for place in places]
        return narrowed


Outcome: TypeAlias = Ok[object] | Refused
