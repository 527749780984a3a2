"""`huitong customers`: enrol people, show one with all that belongs to them, review documents."""

from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, people, showing
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from huitong.channels.model import Identifier
    from huitong.platform.errors import Result

REVIEWS_SHOWN_MAX = 200

customers = typer.Typer(no_args_is_help=True, help="Customers: enrol, show, review documents.")
reviews = typer.Typer(no_args_is_help=True, help="Documents that members hand in.")

Who = Annotated[str, typer.Argument(metavar="ID|PHONE", help="cus_..., a phone, e-mail or card.")]
OfBrand = Annotated[
    str | None, typer.Option("--brand", help="The code of the brand; not needed when there is one.")
]
Handed = Annotated[list[str], typer.Argument(metavar="DOCUMENT...", help="sub_..., as listed.")]
Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Where, such as pos:main.")]
Identifiers = Annotated[
    list[str], typer.Argument(metavar="KIND=VALUE...", help="Such as phone=13800005678.")
]
Policy = Annotated[
    str, typer.Option(help="The version of the membership terms that they agreed to.")
]
Key = Annotated[
    str | None, typer.Option(help="Your name for this enrolment; a repeat changes nothing.")
]
By = Annotated[str, typer.Option("--by", help="Who decides; it is kept with the decision.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    customers.add_typer(reviews, name="reviews")
    customers.command("show")(people.show)
    app.add_typer(customers, name="customers")


@customers.command("enrol")
def enrol(
    context: typer.Context,
    account: Account,
    identifiers: Identifiers,
    *,
    policy: Policy,
    key: Key = None,
    name: Annotated[str | None, typer.Option(help="Their name.")] = None,
    card: Annotated[str | None, typer.Option(help="The number of their card.")] = None,
    store: Annotated[str | None, typer.Option(help="The code of the store.")] = None,
    guide: Annotated[str | None, typer.Option(help="The code of the guide.")] = None,
    touchpoint: Annotated[str | None, typer.Option(help="The code of the touchpoint.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make somebody a member; who is one already stays one."""
    from huitong import customers as people_of_brands
    from huitong import org
    from huitong.channels.model import ConsentGiven
    from huitong.customers.model import SERVICE_PURPOSE, Enrolment
    from huitong.platform import clock
    from huitong.platform.db import Scope, Tx

    now = clock.now()
    named = tuple(_identifier(text) for text in identifiers)
    channel, _, code = account.partition(":")
    consent = ConsentGiven(purpose=SERVICE_PURPOSE, policy_version=policy, given_at=now)

    def work(tx: Tx) -> "Sequence[Result[Mapping[str, int]]]":
        asked = Enrolment(
            key=key or f"cli:{now.isoformat()}:{'|'.join(identifiers)}"[:100],
            account=org.channel_account(tx, platform=channel, code=code),
            identifiers=named,
            consents=(consent,),
            enrolled_at=now,
            actor=opening.actor(context),
            name=name,
            card_no=card,
            store=store,
            guide=guide,
            touchpoint=touchpoint,
        )
        return people_of_brands.enrol(tx, [asked], now=now)

    with opening.opened() as platform:
        (result,) = platform.database.do(Scope(context.obj), work, now=now)
    showing.facts(_enrolled(_value(result)), as_json=as_json)


@reviews.command("list")
def list_reviews(
    context: typer.Context,
    *,
    brand: OfBrand = None,
    state: Annotated[str, typer.Option(help="open, approved or rejected.")] = "open",
    as_json: AsJson = False,
) -> None:
    """List the documents that wait, the oldest first."""
    from huitong import customers as people_of_brands
    from huitong.customers.model import CUSTOMER_PREFIX, SUBMISSION_PREFIX, SubmissionState
    from huitong.platform import ids
    from huitong.platform.db import Scope

    if state not in set(SubmissionState):
        message = f"“{state}” is none of {', '.join(SubmissionState)}."
        raise typer.BadParameter(message)
    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        found = people_of_brands.submissions(
            tx,
            brand_id=people.brand_of(tx, brand).id,
            state=SubmissionState(state),
            limit=REVIEWS_SHOWN_MAX,
        )
    rows = [
        {
            "document": ids.show(SUBMISSION_PREFIX, one.id),
            "kind": one.kind,
            "customer": ids.show(CUSTOMER_PREFIX, one.customer_id),
            "submitted_at": one.submitted_at,
            "state": str(one.state),
            "decided_by": one.decided_by,
            "reason": one.reason,
        }
        for one in found
    ]
    showing.table(rows, as_json=as_json, nothing=f"No document is {state}.")


@reviews.command("approve")
def approve(context: typer.Context, documents: Handed, *, by: By) -> None:
    """Approve documents; what the programme gives for them is given."""
    _decide(context, documents, state="approved", by=by, reason=None)


@reviews.command("reject")
def reject(
    context: typer.Context,
    documents: Handed,
    *,
    by: By,
    reason: Annotated[str, typer.Option(help="Why; the customer will ask.")],
) -> None:
    """Reject documents, with the reason."""
    _decide(context, documents, state="rejected", by=by, reason=reason)


def _decide(
    context: typer.Context,
    documents: list[str],
    *,
    state: str,
    by: str,
    reason: str | None,
) -> None:
    from huitong import customers as people_of_brands
    from huitong.customers.model import SUBMISSION_PREFIX, Review, SubmissionState
    from huitong.platform import clock, ids
    from huitong.platform.db import Scope
    from huitong.platform.errors import Refused

    now = clock.now()
    try:
        wanted = [ids.read(SUBMISSION_PREFIX, one) for one in documents]
    except ids.WrongId as wrong:
        raise typer.BadParameter(str(wrong)) from None
    decided = [Review(one, SubmissionState(state), by, reason) for one in wanted]
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        results = people_of_brands.review_documents(tx, decided, now=now)
    for document, result in zip(documents, results, strict=True):
        if isinstance(result, Refused):
            showing.complain(f"{document}: {result.reason}", code=result.code)
        else:
            typer.echo(f"{document} {state}")
    if any(isinstance(one, Refused) for one in results):
        raise typer.Exit(1)


def _identifier(text: str) -> "Identifier":
    from pydantic import ValidationError

    from huitong.channels.model import Identifier

    kind, sign, value = text.partition("=")
    try:
        return Identifier.model_validate({"kind": kind, "value": value if sign else ""})
    except ValidationError:
        message = f"“{text}” must be KIND=VALUE, such as phone=13800005678."
        raise typer.BadParameter(message) from None


def _enrolled(answer: "Mapping[str, int]") -> dict[str, object]:
    """Return who was enrolled, as people see it."""
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.platform import ids

    return {
        "customer": ids.show(CUSTOMER_PREFIX, answer["customer_id"]),
        "is_new": bool(answer["is_new"]),
    }


def _value(result: "Result[Mapping[str, int]]") -> "Mapping[str, int]":
    from huitong.platform.errors import Refused

    if isinstance(result, Refused):
        showing.complain(result.reason, code=result.code)
        raise typer.Exit(1)
    return result.value
