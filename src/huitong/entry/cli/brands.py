"""How a command goes through brands: what is wrong with one is told, and stops no other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from zoneinfo import ZoneInfoNotFoundError

import typer

from huitong.entry.cli import showing
from huitong.platform.errors import DomainError


@dataclass
class OneByOne:
    """Brands one after the other, and which of them were refused."""

    refused: list[str] = field(default_factory=list)

    @contextmanager
    def attempt(self, brand: str) -> Iterator[None]:
        """Do a brand's part in the block; a refusal is complained of and ends the block alone."""
        try:
            yield
        except DomainError as refusal:
            self.refused.append(brand)
            showing.complain(f"brand {brand}: {refusal}", code=refusal.code)
        except ZoneInfoNotFoundError as unknown:
            # Releases before this one took any word for a time zone.
            self.refused.append(brand)
            showing.complain(
                f"brand {brand}: {unknown.args[0]}: run “huitong init --name … --brand {brand}"
                " --zone Asia/Shanghai” with the zone it lives in."
            )

    def end(self) -> None:
        """End the command as failed when a brand was refused.

        :raises typer.Exit: with 1.
        """
        if self.refused:
            raise typer.Exit(1)
