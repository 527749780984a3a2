"""How a command gets at the brands that are meant, and goes through them one by one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfoNotFoundError

import typer

from huitong.entry.cli import opening, showing
from huitong.platform.errors import DomainError

if TYPE_CHECKING:
    from huitong.platform.assembly import Platform
    from huitong.platform.lake import Place


@dataclass
class OneByOne:
    """Brands one after the other: what is wrong with one is told, and stops no other."""

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


@contextmanager
def wanted(
    context: typer.Context, brand: str | None
) -> Iterator[tuple["Platform", Mapping[str, "Place"]]]:
    """Open the platform with the brands that are meant.

    :raises BrandNotFound: when the group has no such brand.
    """
    from huitong import org
    from huitong.entry import laking
    from huitong.platform.db import Scope

    with opening.opened() as platform:
        with platform.database.reading(Scope(context.obj)) as tx:
            places = laking.places(tx)
            if brand is not None:
                places = {brand: places[org.brand(tx, code=brand).code]}
        yield platform, places


@contextmanager
def one_brand(context: typer.Context, brand: str) -> Iterator[tuple["Platform", "Place"]]:
    """Open the platform with one brand.

    :raises BrandNotFound: when the group has no such brand.
    """
    with wanted(context, brand) as (platform, places):
        yield platform, places[brand]
