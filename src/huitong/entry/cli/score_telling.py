"""How commands tell scores: why one customer has theirs, and what a document would come to."""

from typing import TYPE_CHECKING

import typer

from huitong.entry.cli import showing

if TYPE_CHECKING:
    from huitong.segments.model.model_answers import TermWhy, WeightedPreview, WeightedWhy


def why(found: "WeightedWhy") -> None:
    """Print how a customer's score comes about."""
    told = {
        "customer": found.customer,
        "model": f"{found.model}, version {found.model_version}",
        "tags_of_version": found.bitmap_version,
        "score": found.score,
        "band": None if found.names is None else f"{found.names.zh} {found.names.en}",
        "published_score": found.published_score,
    }
    showing.facts(told, as_json=False)
    typer.echo("")
    rows: list[dict[str, object]] = [
        {
            "dimension": f"{dimension.names.zh} {dimension.names.en}",
            "weighs": dimension.weight,
            "came_to": f"{whole}.{hundredths:02}",
            "input": f"{term.names.zh} {term.names.en}",
            "value": _value(term),
            "points": term.points,
            "term_weighs": term.weight,
        }
        for dimension in found.dimensions
        for whole, hundredths in [divmod(dimension.score_hundredths, 100)]
        for term in dimension.terms
    ]
    showing.table(rows, as_json=False, nothing="")
    if found.score is None:
        typer.echo("No input is known, so there is no score. 没有任何已知标签，因此无得分。")


def preview(found: "WeightedPreview", *, as_json: bool) -> None:
    """Print what a score would come to, and who would change the band."""
    if as_json:
        showing.facts(found.model_dump(mode="json"), as_json=True)
        return
    against = "nothing, it was never refreshed"
    if found.compared_with is not None:
        against = f"version {found.compared_with}, as refreshed last"
    told = {"model": found.model, "compared_with": against, "without_score": found.unknown}
    showing.facts(told, as_json=False)
    typer.echo("")
    rows: list[dict[str, object]] = [
        {
            "band": f"{one.names.zh} {one.names.en}",
            "from_points": one.at_least,
            "customers": one.customers,
            "now": one.customers_now,
        }
        for one in found.bands
    ]
    showing.table(rows, as_json=False, nothing="")
    typer.echo("\nWho would change the band 分档变化")
    moves: list[dict[str, object]] = [
        {
            "from": one.before,
            "to": one.after,
            "customers": one.customers,
            "such_as": ", ".join(one.such_as),
        }
        for one in found.moves
    ]
    showing.table(moves, as_json=False, nothing="Nobody. 无变化。")


def _value(term: "TermWhy") -> str:
    if term.values:
        return ", ".join(f"{one.names.zh} {one.names.en}" for one in term.values)
    return "unknown 未知" if term.number is None else f"{term.number:,}"
