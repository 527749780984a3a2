"""Options and arguments that the commands of segments share, and how they get at audiences."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening

if TYPE_CHECKING:
    from huitong.platform.conditions import Language
    from huitong.platform.db import ReadTx
    from huitong.segments.queries.audiences import Audiences

Brand = Annotated[str, typer.Option(metavar="CODE", help="The code of the brand.")]
Code = Annotated[str, typer.Argument(metavar="SEGMENT", help="The code of the segment.")]
Codes = Annotated[list[str], typer.Argument(metavar="SEGMENT...", help="Codes of segments.")]
InEnglish = Annotated[bool, typer.Option("--english", help="Tell it in English.")]


@contextmanager
def opened(context: typer.Context, brand: str) -> Iterator[tuple["Audiences", "ReadTx"]]:
    """Open the audiences of a brand as of now.

    :raises BrandNotFound: when the group has no such brand.
    """
    from huitong import org, segments
    from huitong.platform import clock
    from huitong.platform.db import Scope

    with (
        opening.opened() as platform,
        platform.database.reading(Scope(context.obj)) as tx,
    ):
        found = org.brand(tx, code=brand)
        yield (
            segments.open_audiences(tx, brand=found, open_lake=platform.open_lake, now=clock.now()),
            tx,
        )


def language_of(*, english: bool) -> "Language":
    """Return the language that was asked for."""
    from huitong.platform.conditions import Language

    return Language.EN if english else Language.ZH
