"""`huitong points`: give and take points by hand, with a reason, and undo it."""

from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from huitong.loyalty.model.adjusting import Adjusted, AdjustmentReason
    from huitong.platform.errors import Result

points = typer.Typer(no_args_is_help=True, help="Points moved by hand.")

Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="As cus_…, merged ones too.")]
Note = Annotated[str, typer.Option(help="What happened, in a sentence; the member may read it.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(points, name="points")


@points.command("adjust")
def adjust(
    context: typer.Context,
    customer: Customer,
    amount: Annotated[
        int, typer.Argument(metavar="POINTS", help="Given above zero; taken below, after “--”.")
    ],
    *,
    reason: Annotated[
        str,
        typer.Option(help="goodwill, missing_order, correction, promotion, misuse or other."),
    ],
    note: Note,
    key: Annotated[
        str, typer.Option(help="New for each adjustment, the same for each repeat of it.")
    ],
    as_far_as_there: Annotated[
        bool, typer.Option("--as-far-as-there", help="Take what is there when it is less.")
    ] = False,
    large: Annotated[
        bool, typer.Option("--large", help="More than 5,000 points at once, up to 1,000,000.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Give or take points by hand; a repeat under the key changes nothing."""
    from huitong import customers, loyalty
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.loyalty.model.adjusting import Adjustment
    from huitong.platform import clock
    from huitong.platform.db import Scope

    now, actor = clock.now(), opening.actor(context)
    wanted = _reason(reason)
    customer_id = opening.id_of(CUSTOMER_PREFIX, customer)
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        adjustment = Adjustment(
            key=f"cli:{key}",
            customer_id=customers.today_of(tx, customer_id=customer_id),
            points=amount,
            reason=wanted,
            note=note,
            actor=actor,
            may_large=large,
            as_far_as_there=as_far_as_there,
        )
        (result,) = loyalty.adjust_points(tx, [adjustment], now=now)
    _tell(_done(result), as_json=as_json)


@points.command("reverse")
def reverse(
    context: typer.Context,
    customer: Customer,
    operation: Annotated[str, typer.Argument(metavar="OPERATION", help="As op_…")],
    *,
    note: Note,
    as_json: AsJson = False,
) -> None:
    """Undo an adjustment by hand by a counter operation, once; both stay in the history."""
    from huitong import customers, loyalty
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.loyalty.operations.adjusting import OPERATION_PREFIX
    from huitong.platform import clock
    from huitong.platform.db import Scope

    now = clock.now()
    customer_id = opening.id_of(CUSTOMER_PREFIX, customer)
    operation_id = opening.id_of(OPERATION_PREFIX, operation)
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        done = loyalty.reverse_adjustment(
            tx,
            customer_id=customers.today_of(tx, customer_id=customer_id),
            operation_id=operation_id,
            actor=opening.actor(context),
            note=note,
            now=now,
        )
    _tell(done, as_json=as_json)


def _reason(given: str) -> "AdjustmentReason":
    from huitong.loyalty.model.adjusting import AdjustmentReason

    known = [one.value for one in AdjustmentReason]
    if given not in known:
        message = f"“{given}” is no reason: choose from {', '.join(known)}."
        raise typer.BadParameter(message, param_hint="--reason")
    return AdjustmentReason(given)


def _done(result: "Result[Adjusted]") -> "Adjusted":
    from huitong.platform.errors import Refused

    if isinstance(result, Refused):
        showing.complain(result.reason, code=result.code)
        raise typer.Exit(1)
    return result.value


def _tell(done: "Adjusted", *, as_json: bool) -> None:
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.loyalty.operations.adjusting import OPERATION_PREFIX
    from huitong.platform import ids

    told = {
        "operation": ids.show(OPERATION_PREFIX, done.operation_id),
        "customer": ids.show(CUSTOMER_PREFIX, done.customer_id),
        "points": done.points,
        "was_done_before": done.replayed,
    }
    showing.facts(told, as_json=as_json)
