"""Computes what is known of the demo's members: tags, models, and an audience."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import yaml

from huitong import org, segments
from huitong.entry import refreshing
from huitong.entry.holding import BrandBeingRefreshed
from huitong.entry.refreshing import FIGURES, PartDone
from huitong.platform import clock
from huitong.platform.assembly import Platform
from huitong.platform.db import Scope, Tx
from huitong.segments.model.lifecycle import LifecycleModel
from huitong.segments.model.model_versions import Document, ModelKind
from huitong.segments.model.rfm import Quantiles
from huitong.segments.operations.models import put_model
from huitong.segments.queries.models import model_versions
from huitong.segments.rules.rfm_names import shipped_model

ACTOR = "demo"
AUDIENCE = Path(__file__).with_name("regulars.yaml")
LIFECYCLE = Path(__file__).with_name("lifecycle.yaml")
# Everybody buys often, so that only shares tell them apart.
FREQUENCY = Quantiles()


def understand(platform: Platform, scope: Scope, *, brand: str, say: Callable[[str], None]) -> bool:
    """Compute what is known of the households, keep an audience, and say what came of it.

    Returns whether nothing was refused. A repeat computes what changed.
    """
    now = clock.now()
    with platform.database.transaction(scope, now=now) as tx:
        found = org.brand(tx, code=brand)
        _describe(tx, found.id, now)
    begun, told = time.monotonic(), list[PartDone]()
    wanted = refreshing.Refresh(platform.database, platform.settings, found, now, actor=ACTOR)
    try:
        refreshing.refresh(wanted, done=told.append)
    except BrandBeingRefreshed as held:
        say(f"\n{held}")
        return True
    say(f"\nWhat is known of members was computed in {time.monotonic() - begun:.1f} s.")
    for part in told:
        for line in _lines(part):
            say(line)
    return all(part.refused is None for part in told)


def _describe(tx: Tx, brand_id: int, now: datetime) -> None:
    """Keep the audience and the models of a grocer; what somebody changed stays as they left it."""
    audience = segments.read_segment(yaml.safe_load(AUDIENCE.read_text("utf-8")))
    if audience.code not in segments.segments_of(tx, brand_id=brand_id):
        segments.put_segment(
            tx,
            brand_id=brand_id,
            document=audience,
            expected_version=None,
            actor=ACTOR,
            now=now,
        )
    lifecycle = yaml.safe_load(LIFECYCLE.read_text("utf-8"))
    models: tuple[tuple[ModelKind, Document], ...] = (
        (ModelKind.RFM, shipped_model().model_copy(update={"frequency": FREQUENCY})),
        (ModelKind.LIFECYCLE, LifecycleModel.model_validate(lifecycle)),
    )
    for kind, document in models:
        if not model_versions(tx, document.code, brand_id=brand_id):
            put_model(tx, document, kind=kind, brand_id=brand_id, actor=ACTOR, now=now)


def _lines(part: PartDone) -> Iterator[str]:
    told = [f"{FIGURES[name]} {count:,}" for name, count in part.figures.items() if count]
    yield f"  {part.part:<10} {part.refused or ', '.join(told) or 'nothing new'}"
    for one in part.left_out:
        yield f"  {'':<10} {one}"
