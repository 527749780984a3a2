"""Reads of stored models: documents in effect, what was fitted by them, refreshes, places."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from huitong.platform.db import ReadTx
from huitong.segments.model.model_versions import (
    DOCUMENTS,
    FITS,
    Document,
    ModelFit,
    ModelKind,
    ModelOfOtherKind,
    ModelRefresh,
    ModelUnknown,
    ModelVersion,
)
from huitong.segments.rules.lifecycle_story import shipped_lifecycle
from huitong.segments.rules.lifetime_scores import shipped_lifetime
from huitong.segments.rules.model_fields import ModelField, fields_of
from huitong.segments.rules.rfm_names import shipped_model
from huitong.segments.tables import models as tables

COPY_HEADER_BYTES: Final = 19
COPY_TRAILER_BYTES: Final = 2
COPIED: Final = np.dtype(
    [
        ("fields", ">i2"),
        ("id_bytes", ">i4"),
        ("id", ">i8"),
        ("place_bytes", ">i4"),
        ("place", ">i4"),
    ]
)


def models(tx: ReadTx, *, brand_id: int) -> list[ModelVersion]:
    """Return the models of a brand as in effect, those that come with Huitong among them."""
    stored = {one.code: one for one in _versions(tx, tables.NEWEST_VERSIONS, brand_id, code=None)}
    shipped: dict[ModelKind, Document] = {
        ModelKind.RFM: shipped_model(),
        ModelKind.LIFECYCLE: shipped_lifecycle(),
        ModelKind.LIFETIME: shipped_lifetime(),
    }
    for kind, document in shipped.items():
        stored.setdefault(document.code, ModelVersion(document.code, kind, 0, document))
    return [stored[code] for code in sorted(stored)]


def model(
    tx: ReadTx, code: str, *, brand_id: int, kinds: Sequence[ModelKind] = tuple(ModelKind)
) -> ModelVersion:
    """Return a model of a brand as in effect.

    :raises ModelUnknown: when the brand has none of that code.
    :raises ModelOfOtherKind: when it is of none of the kinds.
    """
    known = {one.code: one for one in models(tx, brand_id=brand_id)}
    if code not in known:
        raise ModelUnknown(model=code, known=", ".join(known))
    found = known[code]
    if found.kind not in kinds:
        raise ModelOfOtherKind(model=code, found=found.kind, wanted=", ".join(kinds))
    return found


def model_versions(tx: ReadTx, code: str, *, brand_id: int) -> list[ModelVersion]:
    """Return every stored document of a model, the newest first."""
    return _versions(tx, tables.LIST_VERSIONS, brand_id, code=code)


def newest_fit(tx: ReadTx, of: ModelVersion, *, brand_id: int) -> ModelFit | None:
    """Return what was taken last by a version of a model, if anything was."""
    row = tx.row(
        tables.NEWEST_FIT,
        {
            "group_id": tx.scope.group_id,
            "brand_id": brand_id,
            "code": of.code,
            "model_version": of.version,
        },
    )
    return None if row is None else _fit(of.kind, row)


def find_fit(tx: ReadTx, of: ModelVersion, fit: int, *, brand_id: int) -> ModelFit | None:
    """Return what was taken for a model by its number."""
    asked = {"group_id": tx.scope.group_id, "brand_id": brand_id, "code": of.code, "fit": fit}
    row = tx.row(tables.FIND_FIT, asked)
    return None if row is None else _fit(of.kind, row)


def model_refreshes(tx: ReadTx, *, brand_id: int) -> dict[str, ModelRefresh]:
    """Return what each model computed last, by its code."""
    asked = {"group_id": tx.scope.group_id, "brand_id": brand_id, "code": None}
    rows = tx.rows(tables.NEWEST_REFRESHES, asked)
    return {row[0]: ModelRefresh(row[0], row[1], ModelKind(row[2]), *row[3:]) for row in rows}


def model_fields(of: ModelVersion) -> tuple[ModelField, ...]:
    """Return the fields of bitmaps that a model fills, with what their numbers mean."""
    return fields_of(of.document)


def published_versions(tx: ReadTx, *, brand_id: int) -> list[ModelVersion]:
    """Return the models that were refreshed, each by the document that its results are of."""
    return _versions(tx, tables.PUBLISHED_VERSIONS, brand_id, code=None)


def published_fields(tx: ReadTx, *, brand_id: int) -> list[ModelField]:
    """Return the fields that models filled by their last refreshes, with the values of then."""
    versions = published_versions(tx, brand_id=brand_id)
    return [field for version in versions for field in model_fields(version)]


def ordinals_of_brand(tx: ReadTx, *, brand_id: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return every customer who has an ordinal, and the ordinals: ten millions in seconds."""
    asked = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    copied = b"".join(bytes(block) for block in tx.copied_out(tables.COPY_ORDINALS, asked))
    rows = np.frombuffer(copied[COPY_HEADER_BYTES:-COPY_TRAILER_BYTES], COPIED)
    return rows["id"].astype(np.int64), rows["place"].astype(np.int32)


def _versions(tx: ReadTx, sql: str, brand_id: int, *, code: str | None) -> list[ModelVersion]:
    asked = {"group_id": tx.scope.group_id, "brand_id": brand_id, "code": code}
    return [
        ModelVersion(
            name,
            ModelKind(kind),
            version,
            DOCUMENTS[ModelKind(kind)].model_validate(document),
            put_by,
            put_at,
        )
        for name, kind, version, document, put_by, put_at in tx.rows(sql, asked)
    ]


def _fit(kind: ModelKind, row: Sequence[Any]) -> ModelFit:
    code, number, version, fitted, *rest = row
    return ModelFit(code, number, version, FITS[kind].model_validate(fitted), *rest)
