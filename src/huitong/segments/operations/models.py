"""Stores documents of models, what was fitted by them, and what refreshes computed."""

from collections.abc import Mapping
from datetime import date, datetime

import orjson

from huitong.platform.db import Tx
from huitong.segments.model.model_versions import (
    Document,
    Fitted,
    ModelChanged,
    ModelFit,
    ModelInvalid,
    ModelKind,
    ModelOfOtherKind,
    ModelRefresh,
    ModelVersion,
)
from huitong.segments.model.weighted import WeightedModel
from huitong.segments.queries import models as queries
from huitong.segments.queries.model_inputs import input_words
from huitong.segments.rules.model_fields import fields_of
from huitong.segments.tables import models as tables


def put_model(
    tx: Tx,
    document: Document,
    *,
    kind: ModelKind,
    brand_id: int,
    actor: str,
    now: datetime,
    expected_version: int | None = None,
) -> ModelVersion:
    """Put a document into effect and return its version; the same document again changes nothing.

    `expected_version` is the version that the change was made on; None asks for no check.

    :raises ModelOfOtherKind: when the brand has a model of that code and another kind.
    :raises ModelChanged: when the model is not at `expected_version` any more.
    :raises ModelInvalid: when another model fills a field of the same name.
    :raises InputUnfit: when a score reads a tag that is not there, or as what it is not.
    """
    known = {one.code: one for one in queries.models(tx, brand_id=brand_id)}
    newest = known.get(document.code)
    version = newest.version if newest else 0
    if newest is not None and newest.kind is not kind:
        raise ModelOfOtherKind(model=document.code, found=newest.kind, wanted=kind)
    if newest is not None and newest.version and newest.document == document:
        return newest
    if expected_version not in {None, version}:
        raise ModelChanged(model=document.code)
    _refuse_taken_fields(document, known)
    if isinstance(document, WeightedModel):
        input_words(tx, brand_id=brand_id).fields(document)
    inserted = tx.execute(
        tables.INSERT_VERSION,
        {
            "group_id": tx.scope.group_id,
            "brand_id": brand_id,
            "code": document.code,
            "version": version + 1,
            "kind": kind,
            "document": document.model_dump_json(),
            "actor": actor,
            "now": now,
        },
    )
    if not inserted:
        raise ModelChanged(model=document.code)
    return ModelVersion(document.code, kind, version + 1, document, actor, now)


def keep_model(
    tx: Tx, of: ModelVersion, *, brand_id: int, actor: str, now: datetime
) -> ModelVersion:
    """Store a document that came with Huitong, so that what it computes can always be explained."""
    if of.version:
        return of
    return put_model(
        tx, of.document, kind=of.kind, brand_id=brand_id, actor=actor, now=now, expected_version=0
    )


def keep_fit(
    tx: Tx,
    fitted: Fitted,
    *,
    of: ModelVersion,
    brand_id: int,
    taken_on: date,
    lake_version: int,
    actor: str,
    now: datetime,
) -> ModelFit:
    """Store what was taken from the customers; they are scored by it from the next refresh on.

    :raises ModelChanged: when somebody else took another one at the same moment.
    """
    of = keep_model(tx, of, brand_id=brand_id, actor=actor, now=now)
    asked = {"group_id": tx.scope.group_id, "brand_id": brand_id, "code": of.code}
    last = tx.row(tables.LAST_FIT, asked)
    assert last is not None, "An aggregate always answers."
    found = ModelFit(of.code, last[0] + 1, of.version, fitted, taken_on, lake_version, actor, now)
    inserted = tx.execute(
        tables.INSERT_FIT,
        {
            **asked,
            "fit": found.fit,
            "model_version": of.version,
            "fitted": fitted.model_dump_json(),
            "taken_on": taken_on,
            "lake_version": lake_version,
            "actor": actor,
            "now": now,
        },
    )
    if not inserted:
        raise ModelChanged(model=of.code)
    return found


def keep_refresh(tx: Tx, done: ModelRefresh, *, brand_id: int) -> None:
    """Store what a refresh computed, in the transaction that publishes its bitmaps."""
    tx.execute(
        tables.INSERT_REFRESH,
        {
            "group_id": tx.scope.group_id,
            "brand_id": brand_id,
            "code": done.code,
            "refresh": done.refresh,
            "kind": done.kind,
            "model_version": done.model_version,
            "fit": done.fit,
            "lake_version": done.lake_version,
            "on_day": done.on_day,
            "ordinals": done.ordinals,
            "evaluated": done.evaluated,
            "is_full": done.is_full,
            "files": done.files,
            "summary": orjson.dumps(dict(done.summary)).decode(),
            "now": done.refreshed_at,
        },
    )


def _refuse_taken_fields(document: Document, known: Mapping[str, ModelVersion]) -> None:
    taken = {
        field.field: one.code
        for one in known.values()
        if one.code != document.code
        for field in fields_of(one.document)
    }
    for field in fields_of(document):
        if field.field in taken:
            told = (
                f"“{field.field}” is a field of the model {taken[field.field]}; take another code"
            )
            raise ModelInvalid(problems=told)
