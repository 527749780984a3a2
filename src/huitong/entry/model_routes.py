"""HTTP in: the models of a brand, what they found, why of one customer, and refreshing them."""

from datetime import date
from typing import Annotated, Any, TypeAlias

from fastapi import Path, Query, Response
from pydantic import BaseModel, Field

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.entry import model_file, modelling
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock, jobs
from huitong.platform.audit import Act
from huitong.platform.auth import Permission
from huitong.platform.http import (
    Calling,
    ExpectedVersion,
    IdText,
    JobAsked,
    Narrowing,
    RequestKey,
    Router,
    Running,
    etag,
)
from huitong.platform.jobs import JobKeyTaken
from huitong.platform.lake import LakeEmpty
from huitong.segments.model.bitmaps import NothingPublished
from huitong.segments.model.model_answers import (
    LifecycleAnswer,
    LifecycleWhy,
    LifetimeAnswer,
    LifetimeWhy,
    ModelListed,
    RfmAnswer,
    RfmWhy,
    WeightedAnswer,
    WeightedWhy,
)
from huitong.segments.model.model_versions import (
    FITS,
    CustomerUnknown,
    ModelChanged,
    ModelInvalid,
    ModelKind,
    ModelNotFitted,
    ModelNotRefreshed,
    ModelOfOtherKind,
    ModelOnlyOfNow,
    ModelUnknown,
)
from huitong.segments.model.weighted import InputUnfit
from huitong.segments.operations import models as operations
from huitong.segments.queries import models as stored

router = Router(tag="models")

BrandCode: TypeAlias = Annotated[str, Path(max_length=100, description="The brand's code.")]
ModelCode: TypeAlias = Annotated[str, Path(max_length=50, description="The model's code.")]
CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]
OnDay: TypeAlias = Annotated[
    date | None, Query(description="As of this day of the brand's zone instead of today.")
]


class ModelsOut(BaseModel):
    """The models of a brand."""

    items: list[ModelListed]


class DocumentOut(BaseModel):
    """A document as in effect; version 0 is the one that comes with Huitong."""

    kind: ModelKind
    version: int
    document: dict[str, Any]


class DocumentIn(BaseModel):
    """A document to put into effect."""

    kind: ModelKind
    document: dict[str, Any] = Field(description="As `huitong models export` prints it.")


class RefreshIn(BaseModel):
    """What is to be computed; all models of the brand where none is named."""

    models: list[str] = Field([], max_length=50)
    anew: list[str] = Field(
        [], max_length=50, description="Take thresholds or parameters of these anew before."
    )
    full: bool = False


@router.route(
    "GET",
    "/v1/brands/{brand}/models",
    permission=Permission.MODELS_READ,
    errors=[BrandNotFound],
)
def list_models(platform: Running, caller: Calling, brand: BrandCode) -> ModelsOut:
    """List the models of a brand with how they were fitted and refreshed last."""
    with platform.database.reading(caller.scope()) as tx:
        place = modelling.place_of(tx, brand)
        return ModelsOut(items=modelling.listed(tx, brand_id=place.brand_id))


@router.route(
    "GET",
    "/v1/brands/{brand}/models/{model}",
    permission=Permission.MODELS_READ,
    errors=[BrandNotFound, ModelUnknown],
)
def show_document(
    platform: Running, caller: Calling, brand: BrandCode, model: ModelCode, response: Response
) -> DocumentOut:
    """Show a document as in effect; `ETag` is its version."""
    with platform.database.reading(caller.scope()) as tx:
        place = modelling.place_of(tx, brand)
        found = stored.model(tx, model, brand_id=place.brand_id)
    response.headers["ETag"] = etag(found.version)
    return DocumentOut(
        kind=found.kind, version=found.version, document=found.document.model_dump(mode="json")
    )


@router.route(
    "PUT",
    "/v1/brands/{brand}/models",
    permission=Permission.MODELS_WRITE,
    errors=[BrandNotFound, ModelInvalid, ModelOfOtherKind, ModelChanged, InputUnfit],
)
def put_document(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    wanted: DocumentIn,
    expected: ExpectedVersion,
    response: Response,
) -> DocumentOut:
    """Put a document into effect; `If-Match` is its version as read, `"0"` for the first one."""
    document = model_file.taken(wanted.kind, wanted.document)
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brand_id = modelling.place_of(tx, brand).brand_id
        put = operations.put_model(
            tx,
            document,
            kind=wanted.kind,
            brand_id=brand_id,
            actor=caller.actor(),
            expected_version=expected,
            now=now,
        )
        audit.record(
            tx,
            by=caller,
            act=Act.MODEL_PUT,
            subject=f"model:{brand}/{document.code}",
            before={"version": expected},
            after={"version": put.version, "document": wanted.document},
            brand_id=brand_id,
            now=now,
        )
    response.headers["ETag"] = etag(put.version)
    return DocumentOut(kind=put.kind, version=put.version, document=wanted.document)


@router.route(
    "GET",
    "/v1/brands/{brand}/rfm",
    permission=Permission.MODELS_READ,
    errors=[BrandNotFound, ModelUnknown, ModelOfOtherKind, ModelNotRefreshed],
)
def show_rfm(
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    model: Annotated[str, Query(max_length=50, description="Which RFM model.")] = "rfm",
) -> RfmAnswer:
    """Show the grid and the named segments of the last refresh, with counts and fen."""
    with platform.database.reading(caller.scope()) as tx:
        place = modelling.place_of(tx, brand)
        stored.model(tx, model, brand_id=place.brand_id, kinds=[ModelKind.RFM])
        found = modelling.answer(tx, model, brand_id=place.brand_id)
    assert isinstance(found, RfmAnswer), "The kind was asked for."
    return found


@router.route(
    "GET",
    "/v1/brands/{brand}/models/{model}/result",
    permission=Permission.MODELS_READ,
    errors=[BrandNotFound, ModelUnknown, ModelNotRefreshed],
)
def show_result(
    platform: Running, caller: Calling, brand: BrandCode, model: ModelCode
) -> RfmAnswer | LifecycleAnswer | LifetimeAnswer | WeightedAnswer:
    """Show what the last refresh of a model found over all customers."""
    with platform.database.reading(caller.scope()) as tx:
        place = modelling.place_of(tx, brand)
        return modelling.answer(tx, model, brand_id=place.brand_id)


@router.route(
    "GET",
    "/v1/customers/{customer_id}/models/{model}",
    permission=Permission.MODELS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[
        CustomerUnknown,
        ModelUnknown,
        ModelNotFitted,
        ModelOnlyOfNow,
        NothingPublished,
        InputUnfit,
        LakeEmpty,
    ],
)
def explain(
    platform: Running,
    caller: Calling,
    customer_id: Annotated[CustomerId, Path()],
    model: ModelCode,
    on: OnDay = None,
) -> RfmWhy | LifecycleWhy | LifetimeWhy | WeightedWhy:
    """Tell why a customer stands where: facts, thresholds, history, the orders that counted."""
    with modelling.looked(
        platform, caller.scope(), customer_id, model, on=on, now=clock.now()
    ) as seen:
        return modelling.explain(seen, customer_id)


@router.route(
    "POST",
    "/v1/brands/{brand}/models/refreshes",
    permission=Permission.MODELS_WRITE,
    errors=[BrandNotFound, ModelUnknown, ModelOfOtherKind, JobKeyTaken],
)
def ask_to_refresh(
    platform: Running, caller: Calling, brand: BrandCode, wanted: RefreshIn, key: RequestKey
) -> JobAsked:
    """Have a worker compute models from the lake as it is, and publish them."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        place = modelling.place_of(tx, brand)
        for code in wanted.models:
            stored.model(tx, code, brand_id=place.brand_id)
        for code in wanted.anew:
            stored.model(tx, code, brand_id=place.brand_id, kinds=list(FITS))
        asked = modelling.wanted_refresh(
            caller.own_key(key),
            brand=brand,
            models=wanted.models,
            anew=wanted.anew,
            full=wanted.full,
            actor=caller.actor(),
            brand_id=place.brand_id,
        )
        return JobAsked.of(jobs.ask(tx, asked, now=now))
