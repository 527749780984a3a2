"""From when to when a customer had a value of a tag."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

TagWord: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class TagInterval:
    """A value of a tag, by its code or as the number it is, and the days on which it held.

    `until` is the first day on which it did not hold any more, None while it holds. `since` is None
    when it held already as far back as is kept.
    """

    tag: str
    value: TagWord
    since: date | None
    until: date | None

    def holds_on(self, day: date) -> bool:
        """Tell whether it held on a day, as far as is known."""
        begun = self.since is None or self.since <= day
        return begun and (self.until is None or day < self.until)
