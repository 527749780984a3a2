"""HTTP in: what a score would come to, and how customers passed between states."""

from datetime import date
from typing import Annotated

from fastapi import Query

from huitong.entry import model_file, model_results, modelling
from huitong.entry.model_routes import BrandCode, DocumentIn, ModelCode
from huitong.org.model import BrandNotFound
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, Router, Running
from huitong.platform.lake import LakeEmpty
from huitong.segments.model.bitmaps import NothingPublished
from huitong.segments.model.model_answers import LifecycleFlows, WeightedPreview
from huitong.segments.model.model_versions import (
    FlowsUnfit,
    ModelInvalid,
    ModelNotRefreshed,
    ModelOfOtherKind,
    ModelUnknown,
)
from huitong.segments.model.weighted import InputUnfit

router = Router(tag="models")


@router.route(
    "POST",
    "/v1/brands/{brand}/models/previews",
    permission=Permission.MODELS_READ,
    errors=[BrandNotFound, ModelInvalid, ModelOfOtherKind, InputUnfit, NothingPublished],
)
def preview(
    platform: Running, caller: Calling, brand: BrandCode, wanted: DocumentIn
) -> WeightedPreview:
    """Show what a weighted score would come to, and who would change the band; nothing is kept."""
    document = model_file.taken(wanted.kind, wanted.document)
    with platform.database.reading(caller.scope()) as tx:
        place = modelling.place_of(tx, brand)
        return model_results.preview(tx, document, brand_id=place.brand_id)


@router.route(
    "GET",
    "/v1/brands/{brand}/models/{model}/flows",
    permission=Permission.MODELS_READ,
    errors=[
        BrandNotFound, ModelUnknown, ModelOfOtherKind, ModelNotRefreshed, FlowsUnfit, LakeEmpty,
    ],
)  # fmt: skip
def show_flows(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    model: ModelCode,
    since: Annotated[date, Query(description="The first day that counts.")],
    until: Annotated[date, Query(description="The day after the last one that counts.")],
) -> LifecycleFlows:
    """Show how customers passed between the states of a lifecycle, by the last refresh."""
    return model_results.flows(platform, caller.scope(), brand, model, since=since, until=until)
