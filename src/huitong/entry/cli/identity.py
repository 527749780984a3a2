"""`huitong identity`: who is one person and why, what waits for a decision, and deciding it."""

from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import identity_policies, opening, showing
from huitong.entry.cli.identity_policies import KEY, BrandCode, Reason
from huitong.entry.cli.people import brand_of
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from huitong.identity.model import MostLinked, Undone
    from huitong.org.model import Brand
    from huitong.platform.db import ReadTx, Scope, Tx

REVIEWS_SHOWN_MAX = 200

identity = typer.Typer(no_args_is_help=True, help="Who is one person, and why.")
review = typer.Typer(no_args_is_help=True, help="What waits for a decision.")
identity.add_typer(review, name="review")
identity.add_typer(identity_policies.policy, name="policy")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(identity, name="identity")


@identity.command("stats")
def stats(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Count identifiers by kind, persons, merges, and what waits for a decision."""
    from dataclasses import asdict

    from huitong import identity as people
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        found = people.stats(tx)
        most_linked = people.most_linked(tx)
    told = asdict(found)
    kinds = told.pop("identifiers")
    told |= {
        str(kind): ", ".join(f"{count} {standing}" for standing, count in sorted(counts.items()))
        for kind, counts in sorted(kinds.items())
    }
    if as_json:
        told["most_linked"] = _most_linked(most_linked)
    showing.facts(told, as_json=as_json)
    if not as_json and most_linked:
        typer.echo("\nMost linked; who glues strangers goes with “huitong identity undo ID”:")
        showing.table(_most_linked(most_linked), as_json=False, nothing="")


def _most_linked(found: "Sequence[MostLinked]") -> list[dict[str, object]]:
    from huitong.platform import ids

    return [
        {
            "id": ids.show("idf", one.shown.id),
            "identifier": f"{one.shown.kind} {one.shown.masked}",
            "standing": str(one.standing),
            "told_with": one.told_with,
            "persons": one.persons,
            "accounts": one.accounts,
        }
        for one in found
    ]


@identity.command("explain")
def explain(
    context: typer.Context,
    who: Annotated[str, typer.Argument(metavar="ID|PHONE|EMAIL|CARD", help="An identifier.")],
    to: Annotated[str | None, typer.Argument(metavar="[OTHER]", help="Another one.")] = None,
    *,
    brand: BrandCode = None,
    as_json: AsJson = False,
) -> None:
    """Tell why an identifier belongs to whom it does, and why another one does or does not."""
    from huitong import identity as people
    from huitong.platform import ids
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        of_brand = brand_of(tx, brand)
        asked = [_identifier_id(tx, of_brand, one) for one in (who, to) if one is not None]
        found = people.explain(tx, asked)
    names = {one.shown.id: f"{one.shown.kind} {one.shown.masked}" for one in found.identifiers}
    owners = {
        one.shown.id: ids.show("per", one.person_id) if one.person_id else None
        for one in found.identifiers
    }
    rows = [
        {
            "verdict": why.verdict,
            "rule": why.rule,
            "one": names.get(why.one_id),
            "other": names.get(why.other_id),
            "persons": "one" if owners.get(why.one_id) == owners.get(why.other_id) else "two",
            "first": why.first_at,
            "last": why.last_at,
        }
        for why in found.evidence
    ]
    if not as_json:
        for one in found.identifiers:
            typer.echo(
                f"{ids.show('idf', one.shown.id)}  {names[one.shown.id]}"
                f"  {owners[one.shown.id] or 'nobody'}  {one.standing}"
            )
        if to is not None:
            way = " > ".join(names.get(one, "?") for one in found.path)
            typer.echo(f"Way: {way}" if way else "No evidence joins the two.")
    showing.table(rows, as_json=as_json, nothing="Nothing was ever told of it with another one.")


@identity.command("merge")
def merge(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="PER_ID", help="Who goes.")],
    target: Annotated[str, typer.Argument(metavar="PER_ID", help="Who stays.")],
    *,
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Make one person of two, whatever the rules say; the same again changes nothing."""
    from huitong import identity as people
    from huitong.platform import clock, ids

    here, there = opening.id_of("per", source), opening.id_of("per", target)
    now = clock.now()
    with opening.opened() as platform:
        done = platform.database.do(
            _scope(context),
            lambda tx: people.merge(
                tx,
                source=here,
                target=there,
                reason=reason,
                key=f"{KEY}:{here}:{there}",
                actor=opening.actor(context),
                now=now,
            ),
            now=now,
        )
    told = {"merge": ids.show("mrg", done.id), "identifiers": len(done.identifier_ids)}
    showing.facts(told, as_json=as_json)


@identity.command("split")
def split(
    context: typer.Context,
    merge_id: Annotated[str, typer.Argument(metavar="MRG_ID", help="Which merge.")],
    *,
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Undo a merge for good: no record makes the two one again."""
    from huitong import identity as people
    from huitong.platform import clock, ids

    wanted, now, by = opening.id_of("mrg", merge_id), clock.now(), opening.actor(context)
    with opening.opened() as platform:
        done = platform.database.do(
            _scope(context),
            lambda tx: people.split(tx, wanted, now=now, actor=by, reason=reason),
            now=now,
        )
    told = {
        "person": ids.show("per", done.source_id),
        "from": ids.show("per", done.target_id),
        "split_at": done.split_at,
    }
    showing.facts(told, as_json=as_json)


@identity.command("undo")
def undo(
    context: typer.Context,
    who: Annotated[str, typer.Argument(metavar="ID|PHONE|EMAIL|CARD", help="The bad one.")],
    *,
    reason: Reason,
    brand: BrandCode = None,
    as_json: AsJson = False,
) -> None:
    """Let one identifier prove nothing from now on, and part whom only it held together."""
    from huitong import identity as people
    from huitong.platform import clock

    now, by = clock.now(), opening.actor(context)

    def work(tx: "Tx") -> "Undone":
        identifier_id = _identifier_id(tx, brand_of(tx, brand), who)
        return people.undo_identifier(tx, identifier_id, actor=by, reason=reason, now=now)

    with opening.opened() as platform:
        done = platform.database.do(_scope(context), work, now=now)
    showing.facts(
        {"anybody_parted": done.has_parted, "identifiers_left": done.left}, as_json=as_json
    )
    if done.left:
        typer.echo(
            f"{done.left} identifiers beside it could not be weighed, because another one glues"
            " them to more than is weighed at once: take that one out too.",
            err=True,
        )


@review.command("list")
def list_reviews(
    context: typer.Context,
    *,
    state: Annotated[str, typer.Option(help="open, accepted, rejected or moot.")] = "open",
    as_json: AsJson = False,
) -> None:
    """List what waits for a decision, the oldest first."""
    from huitong import identity as people
    from huitong.identity.model import ReviewState
    from huitong.platform import ids
    from huitong.platform.db import Scope

    if state not in {str(known) for known in ReviewState}:
        message = f"“{state}” is none of: {', '.join(map(str, ReviewState))}."
        raise typer.BadParameter(message, param_hint="--state")
    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        found = people.reviews(tx, state=ReviewState(state), limit=REVIEWS_SHOWN_MAX)
    rows = [
        {
            "id": ids.show("rev", one.id),
            "rule": one.rule,
            "one": f"{one.identifier.kind} {one.identifier.masked}",
            "person": ids.show("per", one.person_id),
            "other": f"{one.other.kind} {one.other.masked}",
            "other_person": ids.show("per", one.other_person_id),
            "opened": one.opened_at,
            "reason": one.reason,
            "decided_by": one.actor,
        }
        for one in found
    ]
    showing.table(rows, as_json=as_json, nothing=f"No review is {state}.")


@review.command("accept")
def accept(
    context: typer.Context,
    review_id: Annotated[str, typer.Argument(metavar="REV_ID", help="Which review.")],
    *,
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Make one person of the two sides of a review."""
    from huitong import identity as people

    _decide(context, review_id, people.accept_review, reason=reason, as_json=as_json)


@review.command("reject")
def reject(
    context: typer.Context,
    review_id: Annotated[str, typer.Argument(metavar="REV_ID", help="Which review.")],
    *,
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Keep the two sides of a review apart for good."""
    from huitong import identity as people

    _decide(context, review_id, people.reject_review, reason=reason, as_json=as_json)


def _decide(
    context: typer.Context,
    review_id: str,
    decide: "Callable[..., bool]",
    *,
    reason: str,
    as_json: bool,
) -> None:
    from huitong.platform import clock

    wanted, now = opening.id_of("rev", review_id), clock.now()
    with opening.opened() as platform:
        changed = platform.database.do(
            _scope(context),
            lambda tx: decide(tx, wanted, actor=opening.actor(context), reason=reason, now=now),
            now=now,
        )
    showing.facts({"anybody_changed": changed}, as_json=as_json)


def _scope(context: typer.Context) -> "Scope":
    from huitong.platform.db import Scope

    return Scope(context.obj)


def _identifier_id(tx: "ReadTx", brand: "Brand", who: str) -> int:
    """Find an identifier by our own id, else as the kind that the text looks like."""
    from huitong import identity as people
    from huitong.channels.model import IdentifierKind
    from huitong.identity.model import IdentifierNotFound

    if who.startswith("idf_"):
        return opening.id_of("idf", who)
    likely = IdentifierKind.EMAIL if "@" in who else IdentifierKind.PHONE
    for kind in (likely, IdentifierKind.POS_CARD):
        found = people.find(tx, brand=brand, kind=kind, value=who)
        if found is not None:
            return found.identifier_id
    raise IdentifierNotFound
