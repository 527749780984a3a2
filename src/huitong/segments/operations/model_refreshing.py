"""Computes models of a brand from its lake and publishes them: all customers, or who changed.

Only customers with changed facts, who are due by the day, or who are new are computed again, unless
the document, what was fitted, or the day's direction says that everybody must be.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from huitong.platform.db import Tx
from huitong.platform.errors import DomainError
from huitong.segments.model.bitmaps import PartKey, Version
from huitong.segments.model.lifetime import LifetimeModel
from huitong.segments.model.model_versions import (
    FITS,
    Fitted,
    ModelFit,
    ModelKind,
    ModelRefresh,
    ModelSkipped,
    ModelsRefreshed,
    ModelVersion,
)
from huitong.segments.operations import bitmaps, ordinals
from huitong.segments.operations import models as storing
from huitong.segments.operations.model_brand import Brand
from huitong.segments.operations.model_fitting import fitted_by
from huitong.segments.operations.model_weighing import refresh_scores
from huitong.segments.queries import models as stored
from huitong.segments.queries.model_facts import ModelFacts
from huitong.segments.queries.model_files import StateFiles
from huitong.segments.rules.bitmaps.parts import SHARD_BITS, SHARD_SIZE, shard_count
from huitong.segments.rules.model_fields import parts_of, summary_of
from huitong.segments.rules.model_states import ShardState, is_due, only, patched, state_of

__all__ = ["Brand", "Tell", "fit_model", "refresh_models", "say_nothing"]

Tell = Callable[[int, int], None]

ALLOTTED_AT_ONCE = 50_000


def say_nothing(_done: int, _all: int) -> None:
    """Let a refresh tell nobody how far it is."""


@dataclass(frozen=True, slots=True)
class _Planned:
    """A model with what it is computed by; `wanted` are ordinals, None is everybody."""

    version: ModelVersion
    fit: ModelFit | None
    former: ModelRefresh | None
    wanted: NDArray[np.int64] | None = None

    @property
    def fitted(self) -> Fitted | None:
        return None if self.fit is None else self.fit.fitted


def fit_model(brand: Brand, version: ModelVersion) -> ModelFit:
    """Take thresholds or parameters from the customers of the lake, and store them.

    :raises NobodyBought: when no customer bought in the window of RFM.
    :raises LifetimeUnfit: when the purchases cannot carry a fit.
    """
    fitted = fitted_by(brand.facts(), version.document, today=brand.today)
    with brand.database.transaction(brand.scope, now=brand.now) as tx:
        return storing.keep_fit(
            tx,
            fitted,
            of=version,
            brand_id=brand.place.brand_id,
            taken_on=brand.today,
            lake_version=brand.opened.manifest.version,
            actor=brand.actor,
            now=brand.now,
        )


def refresh_models(
    brand: Brand,
    *,
    codes: Collection[str] | None = None,
    full: bool = False,
    tell: Tell = say_nothing,
) -> ModelsRefreshed:
    """Compute models of facts and publish them as one version of the bitmaps, then the scores.

    A weighted score reads tags and what the other models found. What was never fitted is fitted
    first; a model that cannot be is skipped, with the reason. The same lake, tags, day, documents
    and fits again change nothing.

    :raises VersionAbandoned: when another refresh of the brand's tags or models took over.
    """
    known, fits, former = _known(brand, codes)
    scores = [one for one in known if one.kind is ModelKind.WEIGHTED]
    of_facts = [one for one in known if one.kind is not ModelKind.WEIGHTED]
    planned, skipped = _plan(brand, of_facts, fits, former)
    done = _refresh_of_facts(brand, planned, full=full, tell=tell) if planned else []
    weighed, left_out = refresh_scores(brand, scores, former, full=full)
    return ModelsRefreshed([*done, *weighed], [*skipped, *left_out])


def _refresh_of_facts(
    brand: Brand, planned: list[_Planned], *, full: bool, tell: Tell
) -> list[ModelRefresh]:
    if not full and all(_stands(brand, one) for one in planned):
        return [one.former for one in planned if one.former]
    places = _places(brand)
    if not full:
        planned = [_with_wanted(brand, one, places) for one in planned]
    key = _key(brand, planned)
    with brand.database.transaction(brand.scope, now=brand.now) as tx:
        version = bitmaps.begin(tx, brand_id=brand.place.brand_id, key=key, now=brand.now)
    _place(places.facts, planned)
    files = brand.files()
    done = [_begun(brand, one, version, files, places.ordinals) for one in planned]
    for shard in range(shard_count(places.ordinals)):
        tell(shard, shard_count(places.ordinals))
        done = _refresh_shard(brand, places, planned, done, version=version, shard=shard)
    with brand.database.transaction(brand.scope, now=brand.now) as tx:
        bitmaps.publish(tx, version=version, now=brand.now)
        for refresh in done:
            storing.keep_refresh(tx, refresh, brand_id=brand.place.brand_id)
    files.sweep([*done, *(one.former for one in planned if one.former)])
    tell(1, 1)
    return done


@dataclass(frozen=True, slots=True)
class _Places:
    """The reader that knows who has which ordinal, and how many ordinals there are."""

    facts: ModelFacts
    ordinals: int


def _known(
    brand: Brand, codes: Collection[str] | None
) -> tuple[list[ModelVersion], Mapping[str, ModelFit | None], Mapping[str, ModelRefresh]]:
    """Return the models that are meant, how they were fitted, and what they computed last."""
    brand_id = brand.place.brand_id
    with brand.database.reading(brand.scope) as tx:
        known = (
            stored.models(tx, brand_id=brand_id)
            if codes is None
            else [stored.model(tx, code, brand_id=brand_id) for code in sorted(set(codes))]
        )
        fits = {one.code: stored.newest_fit(tx, one, brand_id=brand_id) for one in known}
        former = stored.model_refreshes(tx, brand_id=brand_id)
    return known, fits, former


def _plan(
    brand: Brand,
    known: Sequence[ModelVersion],
    fits: Mapping[str, ModelFit | None],
    former: Mapping[str, ModelRefresh],
) -> tuple[list[_Planned], list[ModelSkipped]]:
    planned, skipped = [], []
    for version in known:
        try:
            fit = fits[version.code]
            if fit is None and version.kind in FITS:
                fit = fit_model(brand, version)
        except DomainError as refused:
            skipped.append(ModelSkipped(version.code, str(refused)))
            continue
        kept = _kept(brand, version, fit)
        planned.append(_Planned(kept, fit, former.get(version.code)))
    return planned, skipped


def _kept(brand: Brand, version: ModelVersion, fit: ModelFit | None) -> ModelVersion:
    """Return the model as stored: one that came with Huitong is stored by its first use."""
    if fit is not None:
        return replace(version, version=fit.model_version)
    with brand.database.transaction(brand.scope, now=brand.now) as tx:
        return storing.keep_model(
            tx, version, brand_id=brand.place.brand_id, actor=brand.actor, now=brand.now
        )


def _places(brand: Brand) -> _Places:
    """Return who has which ordinal, after everybody who lives was given one."""
    facts, brand_id = brand.facts(), brand.place.brand_id
    with brand.database.reading(brand.scope) as tx:
        ids, places = stored.ordinals_of_brand(tx, brand_id=brand_id)
    facts.know_ordinals(ids, places)
    fresh = facts.without_ordinal().tolist()
    for first in range(0, len(fresh), ALLOTTED_AT_ONCE):
        batch = fresh[first : first + ALLOTTED_AT_ONCE]
        with brand.database.transaction(brand.scope, now=brand.now) as tx:
            ordinals.allot(tx, batch, brand_id=brand_id)
    if fresh:
        with brand.database.reading(brand.scope) as tx:
            ids, places = stored.ordinals_of_brand(tx, brand_id=brand_id)
        facts.know_ordinals(ids, places)
    return _Places(facts, int(places.max(initial=-1)) + 1)


def _with_wanted(brand: Brand, planned: _Planned, places: _Places) -> _Planned:
    """Return the model with who has to be computed again."""
    former = planned.former
    if former is None or not _goes_on(brand, planned, former):
        return planned
    touched = brand.opened.touched_since(former.lake_version)
    if touched is None:
        return planned
    files = brand.files()
    fresh = np.arange(former.ordinals, places.ordinals, dtype=np.int64)
    wanted = [places.facts.ordinals_touched(touched), fresh]
    for shard in range(shard_count(former.ordinals)):
        kept = files.read(former.files, shard, with_history=False)
        if kept is None:
            return planned
        wanted.append(np.flatnonzero(is_due(kept, today=brand.today)) + (shard << SHARD_BITS))
    return replace(planned, wanted=np.unique(np.concatenate(wanted)))


def _goes_on(brand: Brand, planned: _Planned, former: ModelRefresh) -> bool:
    """Tell whether what a former refresh computed still stands for who did not change."""
    if former.lake_version > brand.opened.manifest.version:
        # The lake was begun anew: what it says of who was touched begins anew too.
        return False
    same = (former.model_version, former.fit) == (
        planned.version.version,
        None if planned.fit is None else planned.fit.fit,
    )
    if isinstance(planned.version.document, LifetimeModel):
        # Whoever does not buy is less likely a customer every day.
        return same and former.on_day == brand.today
    return same and former.on_day <= brand.today


def _place(facts: ModelFacts, planned: Sequence[_Planned]) -> None:
    """Read the facts of everybody, or of those alone who are computed again by any model."""
    wanted = [one.wanted for one in planned]
    some = [one for one in wanted if one is not None]
    if len(some) < len(wanted):
        facts.place_everybody()
    else:
        facts.place_wanted(np.unique(np.concatenate(some)))


def _begun(
    brand: Brand, planned: _Planned, version: Version, files: StateFiles, count: int
) -> ModelRefresh:
    code = planned.version.code
    return ModelRefresh(
        code=code,
        refresh=version.version,
        kind=planned.version.kind,
        model_version=planned.version.version,
        fit=None if planned.fit is None else planned.fit.fit,
        lake_version=brand.opened.manifest.version,
        on_day=brand.today,
        ordinals=count,
        evaluated=0,
        is_full=planned.wanted is None,
        files=files.prefix(code, version.version),
        summary={},
        refreshed_at=brand.now,
    )


def _refresh_shard(
    brand: Brand,
    places: _Places,
    planned: Sequence[_Planned],
    done: Sequence[ModelRefresh],
    *,
    version: Version,
    shard: int,
) -> list[ModelRefresh]:
    """Compute one shard by every model, write its files and parts, and add up what came out."""
    customers = min(places.ordinals - (shard << SHARD_BITS), SHARD_SIZE)
    purchases = places.facts.purchases(shard)
    known = places.facts.known_days(shard, places=customers)
    files, added = brand.files(), []
    for one, refresh in zip(planned, done, strict=True):
        document = one.version.document
        mine = _in_shard(one.wanted, shard, customers)
        fresh = state_of(
            document,
            one.fitted,
            only(purchases, mine, customers=customers),
            known[mine],
            today=brand.today,
        )
        state = _whole(files, one, fresh, mine, shard=shard, customers=customers)
        files.write(refresh.files, shard, state)
        with brand.database.transaction(brand.scope, now=brand.now) as tx:
            _write_fields(tx, version, one.version, state, shard)
        summary = _added(refresh.summary, summary_of(document, state.columns))
        added.append(replace(refresh, summary=summary, evaluated=refresh.evaluated + len(mine)))
    return added


def _in_shard(wanted: NDArray[np.int64] | None, shard: int, customers: int) -> NDArray[np.int64]:
    if wanted is None:
        return np.arange(customers, dtype=np.int64)
    places = wanted - (shard << SHARD_BITS)
    return places[(places >= 0) & (places < customers)]


def _whole(
    files: StateFiles,
    planned: _Planned,
    fresh: ShardState,
    mine: NDArray[np.int64],
    *,
    shard: int,
    customers: int,
) -> ShardState:
    """Return the state of the whole shard: what is fresh in the place of what was."""
    former = planned.former
    if planned.wanted is None or former is None:
        return fresh
    with_history = fresh.history is not None
    before = files.read(former.files, shard, with_history=with_history)
    # A shard that had nobody before is all new.
    return fresh if before is None else patched(before, fresh, mine, customers=customers)


def _write_fields(
    tx: Tx, version: Version, of: ModelVersion, state: ShardState, shard: int
) -> None:
    for field, parts in parts_of(of.document, state.columns).items():
        told = {PartKey(code, shard): part for code, part in parts.items()}
        bitmaps.write_field(tx, told, version=version, field=field, whole_shards=[shard])


def _added(one: Mapping[str, list[int]], other: Mapping[str, list[int]]) -> Mapping[str, list[int]]:
    if not one:
        return other
    return {
        name: [left + right for left, right in zip(one[name], other[name], strict=True)]
        for name in other
    }


def _stands(brand: Brand, planned: _Planned) -> bool:
    """Tell whether the last refresh already is of this lake and day, by this document and fit."""
    former = planned.former
    if former is None or not _goes_on(brand, planned, former):
        return False
    now = (brand.opened.manifest.version, brand.today)
    return (former.lake_version, former.on_day) == now


def _key(brand: Brand, planned: Sequence[_Planned]) -> str:
    """Return a name for a version of the bitmaps that no other refresh has."""
    after = max((one.former.refresh for one in planned if one.former), default=0)
    codes = " ".join(one.version.code for one in planned)
    lake_version = brand.opened.manifest.version
    return f"models {codes}: lake {lake_version}, {brand.now.isoformat()}, after {after}"
