"""How customers passed between the states of a lifecycle, from the history of its last refresh."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from huitong.segments.model.lifecycle import LifecycleModel
from huitong.segments.model.model_answers import (
    LifecycleFlows,
    StateChanged,
    StatePassed,
    StateStock,
)
from huitong.segments.model.model_versions import FlowsUnfit, ModelRefresh, ModelVersion
from huitong.segments.queries.model_files import StateFiles
from huitong.segments.rules.bitmaps.parts import shard_count
from huitong.segments.rules.lifecycle import CAUSES
from huitong.segments.rules.lifecycle_flows import Flows, added, flows, no_flows
from huitong.segments.rules.model_states import IS_LIVING
from huitong.segments.rules.rfm import day_number


def flows_between(
    files: StateFiles, version: ModelVersion, done: ModelRefresh, *, since: date, until: date
) -> LifecycleFlows:
    """Return who was in which state at two days, and every change from `since` on before `until`.

    :raises FlowsUnfit: when the days are not a span that ends by the day after the last refresh's.
    """
    document = version.document
    assert isinstance(document, LifecycleModel), "Flows are of states."
    last = date.fromordinal(done.on_day.toordinal() + 1)
    if not since < until <= last:
        raise FlowsUnfit(since=str(since), until=str(until), last=str(last))
    states = len(document.states)
    found = no_flows(states)
    for shard in range(shard_count(done.ordinals)):
        kept = files.read(done.files, shard, with_history=True)
        assert kept is not None, "A refresh keeps all its shards."
        assert kept.history is not None, "A lifecycle has a history."
        living = np.asarray(kept.columns[IS_LIVING], np.bool_)
        here = flows(
            kept.history,
            living,
            states=states,
            since_day=day_number(since),
            until_day=day_number(until),
        )
        found = added(found, here)
    return LifecycleFlows(
        model=version.code,
        as_of=done.on_day,
        lake_version=done.lake_version,
        model_version=version.version,
        fit=None,
        since=since,
        until=until,
        states=tuple(_stocks(document, found)),
        changes=tuple(_changes(document, found)),
        passed=tuple(_passed(document, found)),
    )


def _codes(document: LifecycleModel) -> list[str | None]:
    return [None, *(state.code for state in document.states)]


def _stocks(document: LifecycleModel, found: Flows) -> Iterator[StateStock]:
    changes = found.changes.sum(axis=2)
    for place, state in enumerate(document.states, start=1):
        yield StateStock(
            code=state.code,
            names=state.names,
            at_since=int(found.stands[place].sum()),
            entered=int(changes[:, place].sum()),
            left=int(changes[place].sum()),
            at_until=int(found.stands[:, place].sum()),
        )


def _changes(document: LifecycleModel, found: Flows) -> Iterator[StateChanged]:
    codes = _codes(document)
    for before, after, cause in np.argwhere(found.changes).tolist():
        yield StateChanged(
            before=codes[before],
            after=str(codes[after]),
            cause=CAUSES[cause],
            times=int(found.changes[before, after, cause]),
        )


def _passed(document: LifecycleModel, found: Flows) -> Iterator[StatePassed]:
    codes = _codes(document)
    for before, after in np.argwhere(found.stands).tolist():
        yield StatePassed(
            before=codes[before],
            after=codes[after],
            customers=int(found.stands[before, after]),
        )
