"""Whose models are worked on."""

from dataclasses import dataclass
from datetime import date, datetime

from huitong.platform.db import Database, Scope
from huitong.platform.lake import Opened, Place
from huitong.segments.queries.model_facts import ModelFacts
from huitong.segments.queries.model_files import StateFiles


@dataclass(frozen=True, slots=True)
class Brand:
    """Whose models are meant: the database, the brand's place, its opened lake, day and time."""

    database: Database
    place: Place
    opened: Opened
    today: date
    now: datetime
    actor: str

    @property
    def scope(self) -> Scope:
        """Return the scope that sees this brand alone."""
        return Scope(self.place.group_id, (self.place.brand_id,))

    def facts(self) -> ModelFacts:
        """Return the reader of the lake."""
        return ModelFacts(self.opened.connection, zone=self.place.time_zone)

    def files(self) -> StateFiles:
        """Return the files of the brand's models."""
        return StateFiles(self.opened.connection, self.opened.folder, self.place)
