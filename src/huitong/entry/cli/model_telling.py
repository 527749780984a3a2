"""How commands tell what models found: the grid, counts by state, and why of one customer."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import typer

from huitong.entry.cli import opening, score_telling, showing

if TYPE_CHECKING:
    from huitong.segments.model.model_answers import (
        CellCounted,
        Counted,
        HorizonCounted,
        LifecycleWhy,
        LifetimeAnswer,
        LifetimeWhy,
        ModelAnswer,
        ModelWhy,
        RfmAnswer,
        RfmWhy,
    )
    from huitong.segments.model.model_versions import ModelKind

SCORE_MAX = 5

# Why an order did not count, in the words of people.
LEFT_OUT: Mapping[str | None, str] = {
    None: "-",
    "not_paid": "not paid 未付款",
    "closed": "closed 已关闭",
    "kind": "exchange, gift, recharge or bulk 非零售销售",
    "account": "its channel books no revenue 渠道不计收入",
    "class": "staff, reseller, brushing or bulk 员工、代购、刷单或团购",
    "window": "outside the window 不在统计期",
    "returned": "came back whole 整单退回",
}
AXES = {
    "recency_days": "recency, days ago 最近购买（天前）",
    "orders": "frequency, orders 频次（单）",
    "amount_minor": "money, fen 金额（分）",
}
CAUSES = {
    "known": "became known 首次出现",
    "purchase": "bought 购买",
    "silence": "was silent 沉默",
}


def answer(found: "ModelAnswer", *, as_json: bool) -> None:
    """Print what a model found over all customers."""
    from huitong.segments.model.model_answers import LifecycleAnswer, LifetimeAnswer, RfmAnswer

    if as_json:
        showing.facts(found.model_dump(mode="json"), as_json=True)
    elif isinstance(found, RfmAnswer):
        _rfm(found)
    elif isinstance(found, LifetimeAnswer):
        _lifetime(found)
    elif isinstance(found, LifecycleAnswer):
        showing.facts({**_about(found), "nobody_yet": found.nobody_yet}, as_json=False)
        _counted(found.states)
    else:
        showing.facts({**_about(found), "unknown": found.unknown}, as_json=False)
        _counted(found.bands)


def explain(
    context: typer.Context,
    model: str,
    customer: str,
    *,
    kinds: "Collection[ModelKind] | None" = None,
    on: date | None,
    as_json: bool,
) -> None:
    """Print why a customer stands where a model says."""
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.entry import modelling
    from huitong.platform import clock
    from huitong.platform.db import Scope
    from huitong.segments.model.model_versions import ModelKind

    customer_id = opening.id_of(CUSTOMER_PREFIX, customer)
    with (
        opening.opened() as platform,
        modelling.looked(
            platform,
            Scope(context.obj),
            customer_id,
            model,
            kinds=kinds or tuple(ModelKind),
            on=on,
            now=clock.now(),
        ) as seen,
    ):
        found = modelling.explain(seen, customer_id)
    why(found, as_json=as_json)


def why(found: "ModelWhy", *, as_json: bool) -> None:
    """Print why a customer stands where they do."""
    from huitong.segments.model.model_answers import LifecycleWhy, RfmWhy, WeightedWhy

    if as_json:
        showing.facts(found.model_dump(mode="json"), as_json=True)
        return
    if isinstance(found, WeightedWhy):
        score_telling.why(found)
        return
    if isinstance(found, RfmWhy):
        _rfm_why(found)
    elif isinstance(found, LifecycleWhy):
        _lifecycle_why(found)
    else:
        _lifetime_why(found)
    typer.echo("")
    rows = [
        {
            "order": order.order_no,
            "day": order.day,
            "paid_yuan": yuan(order.paid_minor),
            "refunded_yuan": yuan(order.refunded_minor),
            "counts": "yes 计入" if order.counted else "no 不计",
            "why_not": LEFT_OUT[order.left_out],
        }
        for order in found.orders
    ]
    showing.table(rows, as_json=False, nothing="The customer has no order.")


def yuan(minor: int) -> str:
    """Return fen as people write yuan."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100:,}.{abs(minor) % 100:02}"


def _about(found: "ModelAnswer | ModelWhy") -> dict[str, object]:
    return {
        "model": f"{found.model}, version {found.model_version}",
        "as_of": found.as_of,
        "lake_version": found.lake_version,
    }


def _rfm(found: "RfmAnswer") -> None:
    thresholds = found.thresholds
    kept = f"taken on {thresholds.taken_on} from {thresholds.customers:,} buyers"
    stored = f"stored as fit {found.fit}" if found.fit else "not stored (“huitong models fit rfm”)"
    told = {
        **_about(found),
        "window": f"{found.window_days} days",
        "customers": f"{found.customers:,}, of whom {found.buyers:,} bought in the window",
        "yuan": yuan(found.amount_minor),
        "thresholds": f"{kept}, {stored}",
    }
    showing.facts(told, as_json=False)
    typer.echo("")
    borders = (
        ("R  at most so many days ago 距今天数不超过", thresholds.recency_at_most_days),
        ("F  at least so many orders 订单数至少", thresholds.frequency_at_least),
        ("M  at least so many fen 金额（分）至少", thresholds.monetary_at_least_minor),
    )
    rows: list[dict[str, object]] = [
        {"score": axis, **{str(score): one for score, one in enumerate(given, start=2)}}
        for axis, given in borders
    ]
    showing.table(rows, as_json=False, nothing="")
    typer.echo("\nCustomers by recency (rows) and frequency 顾客数：最近购买（行）× 频次（列）")
    showing.table(list(_by_recency(found.cells)), as_json=False, nothing="")
    for naming in found.namings:
        typer.echo(f"\n{naming.names.zh} {naming.names.en}")
        rows = [
            {
                "segment": f"{segment.names.zh} {segment.names.en}",
                "customers": segment.customers,
                "share_%": _share(segment.customers, found.buyers),
                "yuan": yuan(segment.amount_minor),
                "of_yuan_%": _share(segment.amount_minor, found.amount_minor),
            }
            for segment in naming.segments
        ]
        showing.table(rows, as_json=False, nothing="")


def _by_recency(cells: "Sequence[CellCounted]") -> Iterator[dict[str, object]]:
    for recency in range(SCORE_MAX, 0, -1):
        here = [cell for cell in cells if cell.recency == recency]
        by_frequency = {
            f"F{frequency}": sum(cell.customers for cell in here if cell.frequency == frequency)
            for frequency in range(1, SCORE_MAX + 1)
        }
        yield {
            "R": f"R{recency}",
            **by_frequency,
            "all": sum(cell.customers for cell in here),
            "yuan": yuan(sum(cell.amount_minor for cell in here)),
        }


def _counted(counted: "Sequence[Counted]") -> None:
    typer.echo("")
    everyone = sum(one.customers for one in counted)
    rows = [
        {
            "value": f"{one.names.zh} {one.names.en}",
            "code": one.code,
            "customers": one.customers,
            "share_%": _share(one.customers, everyone),
        }
        for one in counted
    ]
    showing.table(rows, as_json=False, nothing="")


def _lifetime(found: "LifetimeAnswer") -> None:
    alive = f"{found.alive:,} ({_share(found.alive, found.buyers)} %)"
    told = {**_about(found), "buyers": found.buyers, "still_customers_about": alive}
    showing.facts(told, as_json=False)
    typer.echo("")
    _horizons(found.horizons)


def _horizons(horizons: "Sequence[HorizonCounted]") -> None:
    rows = [
        {
            "within_days": one.days,
            "expected_orders": _thousandths(one.orders_milli),
            "expected_yuan": yuan(one.value_minor),
        }
        for one in horizons
    ]
    showing.table(rows, as_json=False, nothing="Who never bought is not foreseen.")


def _rfm_why(found: "RfmWhy") -> None:
    segments = [f"{one.names.zh} {one.names.en}" for one in found.segments]
    taken = f"taken on {found.thresholds.taken_on}"
    told = {
        "customer": found.customer,
        **_about(found),
        "window": f"{found.window_days} days",
        "thresholds": f"{taken}, stored as fit {found.fit}"
        if found.fit
        else f"{taken}, not stored",
        "cell": "-".join(str(axis.score) for axis in found.axes) or "none",
        "segments": segments,
    }
    showing.facts(told, as_json=False)
    typer.echo("")
    rows = [
        {
            "axis": AXES[axis.axis],
            "value": axis.value,
            "score": axis.score,
            "reached": axis.reached_at,
            "next_score_at": axis.next_at,
        }
        for axis in found.axes
    ]
    showing.table(rows, as_json=False, nothing="Nothing was bought in the window.")


def _lifecycle_why(found: "LifecycleWhy") -> None:
    told = {
        "customer": found.customer,
        **_about(found),
        "state": found.state,
        "since": found.since,
        "next_if_silent": None
        if found.next_names is None
        else f"{found.next_names.zh} {found.next_names.en}",
        "on": found.next_on,
    }
    showing.facts(told, as_json=False)
    typer.echo("")
    rows = [
        {
            "since": one.on,
            "state": f"{one.names.zh} {one.names.en}",
            "before": one.before or "none 尚无",
            "because": CAUSES[one.cause],
        }
        for one in found.history
    ]
    showing.table(rows, as_json=False, nothing="The customer is in no state yet.")


def _lifetime_why(found: "LifetimeWhy") -> None:
    told = {
        "customer": found.customer,
        **_about(found),
        "bought_again_on_days": found.repeats,
        "first_bought": found.first_on,
        "last_bought": found.last_on,
        "still_a_customer_%": None if found.alive_bp is None else _hundredths(found.alive_bp),
        "own_mean_order_yuan": _yuan_or_none(found.own_order_minor),
        "weighs_%": None if found.own_weight_bp is None else _hundredths(found.own_weight_bp),
        "all_customers_mean_yuan": _yuan_or_none(found.mean_order_minor),
        "expected_order_yuan": _yuan_or_none(found.expected_order_minor),
    }
    showing.facts(told, as_json=False)
    typer.echo("")
    _horizons(found.horizons)


def _share(part: int, whole: int) -> str:
    tenths = part * 1_000 // whole if whole > 0 else 0
    return f"{tenths // 10}.{tenths % 10}"


def _hundredths(value: int) -> str:
    return f"{value // 100}.{value % 100:02}"


def _thousandths(value: int) -> str:
    return f"{value // 1_000:,}.{value % 1_000:03}"


def _yuan_or_none(minor: int | None) -> str | None:
    return None if minor is None else yuan(minor)
