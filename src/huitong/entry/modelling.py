"""Keeps the models of every brand up to date: after the lake, when asked, for one who asks why."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from huitong import customers, org
from huitong.entry import laking
from huitong.entry.holding import ATTEMPTS_MAX, holding
from huitong.org.model import BrandNotFound
from huitong.platform import clock
from huitong.platform.assembly import Platform
from huitong.platform.db import Database, ReadTx, Scope
from huitong.platform.jobs import JobHandler, Json, Run, WantedJob
from huitong.platform.lake import LakeEmpty, Opened, Place
from huitong.segments.model.lifetime import LifetimeModel
from huitong.segments.model.model_answers import (
    CalibrationAnswer,
    ModelAnswer,
    ModelListed,
    ModelWhy,
    RfmAnswer,
    WeightedWhy,
)
from huitong.segments.model.model_versions import (
    FITS,
    CustomerUnknown,
    Fitted,
    ModelFit,
    ModelKind,
    ModelNotFitted,
    ModelNotRefreshed,
    ModelOfOtherKind,
    ModelOnlyOfNow,
    ModelsRefreshed,
    ModelVersion,
)
from huitong.segments.model.rfm import RfmModel, RfmThresholds
from huitong.segments.operations.model_refreshing import (
    Brand,
    Tell,
    fit_model,
    refresh_models,
    say_nothing,
)
from huitong.segments.queries import model_rfm, model_scores, model_whys
from huitong.segments.queries import models as stored
from huitong.segments.queries.forgotten import is_forgotten
from huitong.segments.queries.model_facts import ModelFacts
from huitong.segments.queries.model_rfm import RfmScored
from huitong.segments.rules.model_answers import answer_of, rfm_answer

REFRESH = "segments.refresh_models"
SCHEDULE = "schedule"

OpenLake = Callable[[Place], AbstractContextManager[Opened]]


@dataclass(frozen=True, slots=True)
class Looked:
    """A model of a brand with its opened lake, and the day it is looked at.

    `fit` and `fitted` are None where nothing is stored. Scores are told from `database`.
    """

    database: Database
    scope: Scope
    version: ModelVersion
    fit: int | None
    fitted: Fitted | None
    place: Place
    opened: Opened
    today: date

    def facts(self) -> ModelFacts:
        """Return the reader of the lake."""
        return ModelFacts(self.opened.connection, zone=self.place.time_zone)


def place_of(tx: ReadTx, brand: str) -> Place:
    """Return the lake of a brand.

    :raises BrandNotFound: when the group has no such brand.
    """
    found = org.brand(tx, code=brand)
    if tx.scope.brand_ids is not None and found.id not in tx.scope.brand_ids:
        # The lake knows no row-level security: whoever may not see the brand does not know it.
        raise BrandNotFound(brand_code=brand)
    return Place(found.group_id, found.id, found.time_zone)


def place_of_customer(tx: ReadTx, customer_id: int) -> Place:
    """Return the lake of the brand that a customer belongs to.

    :raises CustomerUnknown: when the group has no such customer.
    """
    found = customers.find_customers(tx, customer_ids=[customer_id]).get(customer_id)
    brands = {brand.id: brand for brand in org.brands(tx)}
    if found is None or found.brand_id not in brands:
        raise CustomerUnknown
    brand = brands[found.brand_id]
    return Place(brand.group_id, brand.id, brand.time_zone)


def today_of(place: Place, now: datetime) -> date:
    """Return which day it is in the brand's zone."""
    return now.astimezone(ZoneInfo(place.time_zone)).date()


@contextmanager
def looked(
    platform: Platform,
    scope: Scope,
    brand: str | int,
    code: str,
    *,
    kinds: Collection[ModelKind] = tuple(ModelKind),
    on: date | None,
    now: datetime,
) -> Iterator[Looked]:
    """Open the lake of a brand, by its code or one of its customers, with a model of it.

    :raises ModelUnknown: when the brand has no such model.
    :raises ModelOnlyOfNow: when a score is asked for as of a day.
    """
    with platform.database.reading(scope) as tx:
        place = place_of(tx, brand) if isinstance(brand, str) else place_of_customer(tx, brand)
        version = stored.model(tx, code, brand_id=place.brand_id, kinds=list(kinds))
        fit = stored.newest_fit(tx, version, brand_id=place.brand_id)
    if on is not None and version.kind is ModelKind.WEIGHTED:
        raise ModelOnlyOfNow(model=code)
    with platform.open_lake(place) as opened:
        yield Looked(
            platform.database,
            scope,
            version,
            None if fit is None else fit.fit,
            None if fit is None else fit.fitted,
            place,
            opened,
            on or today_of(place, now),
        )


def score_rfm(seen: Looked) -> tuple[RfmAnswer, RfmScored]:
    """Return the grid of RFM straight from the lake, by stored thresholds or those of the day.

    :raises NobodyBought: when nothing is stored and nobody bought in the window.
    """
    document, fitted = seen.version.document, seen.fitted
    assert isinstance(document, RfmModel), "The kind was asked for."
    assert fitted is None or isinstance(fitted, RfmThresholds), "By the same kind."
    scored = model_rfm.score_brand(seen.facts(), document, fitted, today=seen.today)
    answer = rfm_answer(
        seen.version,
        scored.thresholds,
        scored.grid,
        fit=seen.fit,
        lake_version=seen.opened.manifest.version,
        as_of=seen.today,
    )
    return answer, scored


def explain(seen: Looked, customer_id: int) -> ModelWhy:
    """Return why a customer stands where a model says.

    Where RFM was never fitted it is told by thresholds of this very day.

    :raises CustomerUnknown: when the lake has no such customer, or an erased one.
    :raises ModelNotFitted: when lifetime value was never fitted.
    :raises NothingPublished: when a score reads tags, and none were computed yet.
    """
    with seen.database.reading(seen.scope) as tx:
        if is_forgotten(tx, customer_id):
            raise CustomerUnknown
    if seen.version.kind is ModelKind.WEIGHTED:
        return _explain_score(seen, customer_id)
    fitted = seen.fitted
    if fitted is None and seen.version.kind is ModelKind.RFM:
        fitted = score_rfm(seen)[0].thresholds
    elif fitted is None and seen.version.kind in FITS:
        raise ModelNotFitted(model=seen.version.code)
    return model_whys.why(
        seen.facts(),
        seen.version,
        fitted,
        customer_id=customer_id,
        today=seen.today,
        told={"fit": seen.fit, "lake_version": seen.opened.manifest.version},
    )


def _explain_score(seen: Looked, customer_id: int) -> WeightedWhy:
    living = seen.facts().place_one(customer_id)
    with seen.database.reading(seen.scope) as tx:
        return model_scores.why_scored(
            tx,
            seen.version,
            brand_id=seen.place.brand_id,
            customer_id=living,
            today=seen.today,
            lake_version=seen.opened.manifest.version,
        )


def calibrate(seen: Looked, *, cut: date) -> list[CalibrationAnswer]:
    """Return what lifetime value foresaw at a day beside what came until the day looked at."""
    document = seen.version.document
    assert isinstance(document, LifetimeModel), "The kind was asked for."
    return model_whys.calibrate(seen.facts(), document, cut=cut, until=seen.today)


def fit(platform: Platform, seen: Looked, *, actor: str, now: datetime) -> ModelFit:
    """Take thresholds or parameters from the lake and store them; the next refresh applies them.

    :raises ModelOfOtherKind: when the model needs nothing taken.
    """
    if seen.version.kind not in FITS:
        wanted = ", ".join(FITS)
        raise ModelOfOtherKind(model=seen.version.code, found=seen.version.kind, wanted=wanted)
    return fit_model(
        Brand(platform.database, seen.place, seen.opened, seen.today, now, actor), seen.version
    )


def refresh(
    database: Database,
    open_lake: OpenLake,
    place: Place,
    *,
    codes: Collection[str] | None = None,
    on: date | None = None,
    full: bool = False,
    actor: str,
    now: datetime,
    tell: Tell = say_nothing,
) -> ModelsRefreshed:
    """Compute the models of a brand from its lake as it is, and publish them.

    :raises BrandBeingRefreshed: when somebody else refreshes the brand.
    :raises LakeEmpty: when the brand's lake was never refreshed.
    """
    with holding(database, place, now=now):
        return refresh_held(
            database,
            open_lake,
            place,
            codes=codes,
            on=on,
            full=full,
            actor=actor,
            now=now,
            tell=tell,
        )


def refresh_held(
    database: Database,
    open_lake: OpenLake,
    place: Place,
    *,
    codes: Collection[str] | None = None,
    on: date | None = None,
    full: bool = False,
    actor: str,
    now: datetime,
    tell: Tell = say_nothing,
) -> ModelsRefreshed:
    """Do what `refresh` does for a brand that the caller holds.

    :raises LakeEmpty: when the brand's lake was never refreshed.
    """
    with open_lake(place) as opened:
        today = on or today_of(place, now)
        brand = Brand(database, place, opened, today, now, actor)
        return refresh_models(brand, codes=codes, full=full, tell=tell)


def wanted_refresh(
    key: str,
    *,
    brand: str | None = None,
    models: Sequence[str] = (),
    anew: Sequence[str] = (),
    full: bool = False,
    actor: str,
    brand_id: int | None = None,
) -> WantedJob:
    """Return the job that refreshes models: of one brand or all, after taking some fits `anew`."""
    asked: Json = {
        "brand": brand,
        "models": list(models),
        "anew": list(anew),
        "full": full,
        "actor": actor,
    }
    return WantedJob(REFRESH, key, asked, attempts_max=ATTEMPTS_MAX, brand_id=brand_id)


def handlers(open_lake: OpenLake) -> Mapping[str, JobHandler]:
    """Return what a worker runs for models."""
    return {REFRESH: refreshing(open_lake)}


def refreshing(open_lake: OpenLake) -> JobHandler:
    """Return the job that refreshes models, brand by brand; a brand without a lake is passed over.

    A brand that somebody else refreshes is waited for by further attempts. What the job is asked
    for is written by `wanted_refresh`; without anything it is every brand.
    """

    def refresh_models_of_brands(run: Run) -> Json:
        now, asked = clock.now(), run.job.arguments
        with run.database.reading(run.scope) as tx:
            places = laking.places(tx)
        if asked.get("brand") is not None:
            places = {code: place for code, place in places.items() if code == asked["brand"]}
        evaluated, skipped = 0, []
        for done, (code, place) in enumerate(places.items()):
            if done >= run.job.done_steps:
                found = _refresh_one(run, open_lake, place, now)
                evaluated += sum(one.evaluated for one in found.done)
                skipped += [f"{code}: {one.why}" for one in found.skipped]
                with run.transaction(now=now) as tx:
                    run.step(tx, done_steps=done + 1, all_steps=len(places), now=clock.now())
        return {"evaluated_count": evaluated, "skipped": skipped}

    return refresh_models_of_brands


def _refresh_one(run: Run, open_lake: OpenLake, place: Place, now: datetime) -> ModelsRefreshed:
    asked = run.job.arguments
    actor = str(asked.get("actor") or SCHEDULE)
    codes = cast("list[str]", asked.get("models") or [])
    anew = cast("list[str]", asked.get("anew") or [])
    try:
        with holding(run.database, place, now=now), open_lake(place) as opened:
            brand = Brand(run.database, place, opened, today_of(place, now), now, actor)
            for code in anew:
                with run.database.reading(brand.scope) as tx:
                    version = stored.model(tx, code, brand_id=place.brand_id, kinds=list(FITS))
                fit_model(brand, version)
            return refresh_models(brand, codes=codes or None, full=bool(asked.get("full")))
    except LakeEmpty:
        return ModelsRefreshed([], [])


def answer(tx: ReadTx, code: str, *, brand_id: int) -> ModelAnswer:
    """Return what the last refresh of a model found over all customers.

    :raises ModelUnknown: when the brand has no such model.
    :raises ModelNotRefreshed: when it has no results yet.
    """
    version = stored.model(tx, code, brand_id=brand_id)
    done = stored.model_refreshes(tx, brand_id=brand_id).get(code)
    if done is None:
        raise ModelNotRefreshed(model=code)
    # What was computed is told by the document of its time.
    by_version = {one.version: one for one in stored.model_versions(tx, code, brand_id=brand_id)}
    then = by_version.get(done.model_version, version)
    fitted = None if done.fit is None else stored.find_fit(tx, then, done.fit, brand_id=brand_id)
    return answer_of(then, None if fitted is None else fitted.fitted, done)


def listed(tx: ReadTx, *, brand_id: int) -> list[ModelListed]:
    """Return the models of a brand with how they were fitted and refreshed last."""
    refreshes = stored.model_refreshes(tx, brand_id=brand_id)
    found = []
    for version in stored.models(tx, brand_id=brand_id):
        fit = stored.newest_fit(tx, version, brand_id=brand_id)
        done = refreshes.get(version.code)
        told: Mapping[str, object] = {
            "fit": None if fit is None else fit.fit,
            "fitted_on": None if fit is None else fit.taken_on,
            "refresh": None if done is None else done.refresh,
            "as_of": None if done is None else done.on_day,
            "lake_version": None if done is None else done.lake_version,
            "evaluated": None if done is None else done.evaluated,
            "is_full": None if done is None else done.is_full,
        }
        about = {
            "code": version.code,
            "kind": version.kind,
            "names": version.document.names,
            "version": version.version,
        }
        found.append(ModelListed.model_validate({**about, **told}))
    return found
