"""What models would come to before they are in effect, and what passed between two days."""

from datetime import date

from huitong.entry import modelling
from huitong.platform.assembly import Platform
from huitong.platform.db import ReadTx, Scope
from huitong.segments.model.model_answers import LifecycleFlows, WeightedPreview
from huitong.segments.model.model_versions import (
    DOCUMENTS,
    Document,
    ModelKind,
    ModelNotRefreshed,
    ModelOfOtherKind,
)
from huitong.segments.model.weighted import WeightedModel
from huitong.segments.queries import model_scores
from huitong.segments.queries import models as stored
from huitong.segments.queries.model_files import StateFiles
from huitong.segments.queries.model_flows import flows_between


def preview(tx: ReadTx, document: Document, *, brand_id: int) -> WeightedPreview:
    """Return what a score would come to by the tags as they are, and who would change the band.

    :raises ModelOfOtherKind: when the document is no weighted score.
    :raises InputUnfit: when it reads a tag that is not there, or as what it is not.
    :raises NothingPublished: when no tags were computed yet.
    """
    if not isinstance(document, WeightedModel):
        found = next(kind for kind, one in DOCUMENTS.items() if isinstance(document, one))
        raise ModelOfOtherKind(model=document.code, found=found, wanted=ModelKind.WEIGHTED)
    return model_scores.preview_scores(tx, document, brand_id=brand_id)


def flows(
    platform: Platform, scope: Scope, brand: str, code: str, *, since: date, until: date
) -> LifecycleFlows:
    """Return how customers passed between states of a lifecycle, from a day on until another one.

    :raises ModelUnknown: when the brand has no such model.
    :raises ModelOfOtherKind: when the model is no lifecycle.
    :raises ModelNotRefreshed: when it has no results yet.
    :raises FlowsUnfit: when the days are not a span of the past.
    """
    with platform.database.reading(scope) as tx:
        place = modelling.place_of(tx, brand)
        stored.model(tx, code, brand_id=place.brand_id, kinds=[ModelKind.LIFECYCLE])
        done = stored.model_refreshes(tx, brand_id=place.brand_id).get(code)
        if done is None:
            raise ModelNotRefreshed(model=code)
        # What was computed is told by the document of its time.
        known = stored.published_versions(tx, brand_id=place.brand_id)
        version = next(one for one in known if one.code == code)
    with platform.open_lake(place) as opened:
        files = StateFiles(opened.connection, opened.folder, place)
        return flows_between(files, version, done, since=since, until=until)
