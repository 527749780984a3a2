"""Shapes what models found into what is answered; pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from huitong.segments.model.lifecycle import LifecycleModel, State
from huitong.segments.model.lifetime import LifetimeFit, LifetimeModel
from huitong.segments.model.model_answers import (
    CellCounted,
    Counted,
    HorizonCounted,
    LifecycleAnswer,
    LifetimeAnswer,
    ModelAnswer,
    NamingCounted,
    OrderAnswer,
    RfmAnswer,
    SegmentCounted,
    WeightedAnswer,
)
from huitong.segments.model.model_versions import Fitted, ModelRefresh, ModelVersion, OrderTold
from huitong.segments.model.rfm import RfmModel, RfmThresholds, all_cells
from huitong.segments.model.weighted import ScoreBand
from huitong.segments.rules.lifetime_scores import BASIS_POINTS
from huitong.segments.rules.model_states import BITMAPS_READ
from huitong.segments.rules.rfm import RfmGrid


def answer_of(version: ModelVersion, fitted: Fitted | None, done: ModelRefresh) -> ModelAnswer:
    """Return what a refresh found over all customers."""
    document, summary = version.document, done.summary
    if isinstance(document, RfmModel):
        assert isinstance(fitted, RfmThresholds), "Scores followed from thresholds."
        grid = RfmGrid(*(np.array(summary[name], np.int64) for name in RfmGrid._fields))
        return rfm_answer(
            version, fitted, grid, fit=done.fit, lake_version=done.lake_version, as_of=done.on_day
        )
    told = {
        "model": version.code,
        "as_of": done.on_day,
        "lake_version": done.lake_version,
        "model_version": done.model_version,
        "fit": done.fit,
    }
    counts = summary["customers"]
    if isinstance(document, LifecycleModel):
        return LifecycleAnswer(
            **told, states=_counted(document.states, counts), nobody_yet=counts[0]
        )
    if isinstance(document, LifetimeModel):
        assert isinstance(fitted, LifetimeFit), "What is expected followed from a fit."
        return LifetimeAnswer(
            **told,
            buyers=counts[0],
            alive=summary["alive_bp"][0] // BASIS_POINTS,
            horizons=_horizons(document, summary),
            fitted=fitted.model_dump(mode="json"),
        )
    return WeightedAnswer(
        **told,
        bitmap_version=summary[BITMAPS_READ][0],
        bands=_counted(document.bands, counts),
        unknown=counts[0],
    )


def rfm_answer(
    version: ModelVersion,
    thresholds: RfmThresholds,
    grid: RfmGrid,
    *,
    fit: int | None,
    lake_version: int,
    as_of: date,
) -> RfmAnswer:
    """Return the grid and the segments with the thresholds they are told by."""
    document = version.document
    assert isinstance(document, RfmModel), "The grid is of RFM."
    customers, amounts = grid.customers.tolist(), grid.amount_minor.tolist()
    return RfmAnswer(
        model=version.code,
        as_of=as_of,
        lake_version=lake_version,
        model_version=version.version,
        fit=fit,
        window_days=document.window_days,
        customers=sum(customers),
        buyers=sum(customers[1:]),
        amount_minor=sum(amounts[1:]),
        thresholds=thresholds,
        cells=tuple(
            CellCounted(
                recency=cell[0],
                frequency=cell[1],
                monetary=cell[2],
                customers=customers[code],
                amount_minor=amounts[code],
            )
            for code, cell in enumerate(all_cells(), start=1)
        ),
        namings=tuple(_naming(document, grid)),
    )


def orders_answer(orders: Sequence[OrderTold]) -> tuple[OrderAnswer, ...]:
    """Return a customer's orders with whether each counted."""
    return tuple(
        OrderAnswer(
            order_no=order.order_no,
            day=order.day,
            paid_minor=order.paid_minor,
            refunded_minor=order.refunded_minor,
            counted=order.left_out is None,
            left_out=order.left_out,
        )
        for order in orders
    )


def _naming(document: RfmModel, grid: RfmGrid) -> Iterator[NamingCounted]:
    for naming in document.namings:
        by = grid.of_segments(naming)
        yield NamingCounted(
            code=naming.code,
            names=naming.names,
            segments=tuple(
                SegmentCounted(
                    code=segment.code,
                    names=segment.names,
                    customers=int(by.customers[place]),
                    amount_minor=int(by.amount_minor[place]),
                )
                for place, segment in enumerate(naming.segments, start=1)
            ),
        )


def _counted(named: Sequence[State | ScoreBand], counts: Sequence[int]) -> tuple[Counted, ...]:
    return tuple(
        Counted(code=one.code, names=one.names, customers=counts[place])
        for place, one in enumerate(named, start=1)
    )


def _horizons(
    document: LifetimeModel, summary: Mapping[str, list[int]]
) -> tuple[HorizonCounted, ...]:
    return tuple(
        HorizonCounted(
            days=days,
            orders_milli=summary[f"orders_milli_{days}"][0],
            value_minor=summary[f"value_minor_{days}"][0],
        )
        for days in document.horizons_days
    )
