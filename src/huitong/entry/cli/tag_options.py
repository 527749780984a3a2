"""Options that the commands of tags share, and how they get at brands."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening

if TYPE_CHECKING:
    from huitong.platform.assembly import Platform
    from huitong.platform.db import Scope
    from huitong.platform.lake import Place

Brand = Annotated[str, typer.Option("--brand", metavar="CODE", help="The brand's code.")]
SomeBrand = Annotated[
    str | None, typer.Option("--brand", metavar="CODE", help="One brand instead of all.")
]
Tag = Annotated[str, typer.Argument(metavar="TAG", help="The tag's code.")]
Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="Such as cus_….")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]


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


def scope_of(place: "Place") -> "Scope":
    """Return the scope of a brand alone."""
    from huitong.platform.db import Scope

    return Scope(place.group_id, (place.brand_id,))
