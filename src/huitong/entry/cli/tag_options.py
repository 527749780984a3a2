"""Options that the commands of tags share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from huitong.platform.db import Scope
    from huitong.platform.lake import Place

Brand = Annotated[str, typer.Option("--brand", metavar="CODE", help="The brand's code.")]
SomeBrand = Annotated[
    str | None, typer.Option("--brand", metavar="CODE", help="One brand instead of all.")
]
Tag = Annotated[str, typer.Argument(metavar="TAG", help="The tag's code.")]
Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="Such as cus_….")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]


def scope_of(place: "Place") -> "Scope":
    """Return the scope of a brand alone."""
    from huitong.platform.db import Scope

    return Scope(place.group_id, (place.brand_id,))
