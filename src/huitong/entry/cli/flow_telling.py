"""How a command tells how customers passed between the states of a lifecycle."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

from huitong.entry.cli import showing
from huitong.entry.cli.model_telling import CAUSES

if TYPE_CHECKING:
    from huitong.segments.model.model_answers import LifecycleFlows

NOBODY_YET = "none yet 尚无"


def flows(found: "LifecycleFlows", *, as_json: bool) -> None:
    """Print what each state gained and lost, every kind of change, and where customers ended."""
    if as_json:
        showing.facts(found.model_dump(mode="json"), as_json=True)
        return
    told = {
        "model": f"{found.model}, version {found.model_version}",
        "from": found.since,
        "until_before": found.until,
        "as_refreshed_on": found.as_of,
    }
    showing.facts(told, as_json=False)
    names = {one.code: f"{one.names.zh} {one.names.en}" for one in found.states}
    typer.echo("\nStates 各状态人数")
    showing.table(_states(found, names), as_json=False, nothing="")
    typer.echo("\nChanges 状态变化（次）")
    showing.table(_changes(found, names), as_json=False, nothing="Nothing changed. 无变化。")
    typer.echo("\nFrom the first day to the last 首尾对照（人）")
    showing.table(_passed(found, names), as_json=False, nothing="Nobody was in a state.")


def _states(found: "LifecycleFlows", names: Mapping[str, str]) -> list[Mapping[str, object]]:
    return [
        {
            "state": names[one.code],
            "at_first": one.at_since,
            "came": one.entered,
            "went": one.left,
            "at_last": one.at_until,
        }
        for one in found.states
    ]


def _changes(found: "LifecycleFlows", names: Mapping[str, str]) -> list[Mapping[str, object]]:
    return [
        {
            "from": names.get(one.before or "", NOBODY_YET),
            "to": names[one.after],
            "because": CAUSES[one.cause],
            "times": one.times,
        }
        for one in found.changes
    ]


def _passed(found: "LifecycleFlows", names: Mapping[str, str]) -> list[Mapping[str, object]]:
    return [
        {
            "from": names.get(one.before or "", NOBODY_YET),
            "to": names.get(one.after or "", NOBODY_YET),
            "customers": one.customers,
        }
        for one in found.passed
        if one.before or one.after
    ]
