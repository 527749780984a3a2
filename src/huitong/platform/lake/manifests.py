"""Manifests: which files are the lake of a brand, in numbered versions of which the newest counts.

A reader opens one and is not concerned by later ones; a writer publishes the next number, which
only one writer can get.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from huitong.platform.lake.model import (
    MANIFEST_FORMAT,
    File,
    LakeEmpty,
    LakeMoved,
    Manifest,
    Place,
    TableState,
    Touched,
)
from huitong.platform.lake.store import Folder

MANIFESTS = "manifests"


def name_of(place: Place, version: int) -> str:
    """Return the name of a version's manifest; names sort as their versions do."""
    return f"{place.prefix}/{MANIFESTS}/{version:012}.json"


def versions(folder: Folder, place: Place) -> list[int]:
    """Return the versions that there are, oldest first."""
    listed = folder.names(f"{place.prefix}/{MANIFESTS}")
    return [int(one.name.rpartition("/")[2].removesuffix(".json")) for one in listed]


def newest(folder: Folder, place: Place) -> Manifest | None:
    """Return the newest manifest, or None when the brand was never refreshed."""
    for version in reversed(versions(folder, place)):
        return read(folder, place, version)
    return None


def current(folder: Folder, place: Place) -> Manifest:
    """Return the newest manifest.

    :raises LakeEmpty: when the brand was never refreshed.
    """
    found = newest(folder, place)
    if found is None:
        raise LakeEmpty(brand_id=place.brand_id)
    return found


def read(folder: Folder, place: Place, version: int) -> Manifest:
    """Return one version's manifest."""
    return _manifest(orjson.loads(folder.get(name_of(place, version))))


def publish(folder: Folder, place: Place, manifest: Manifest) -> None:
    """Make a manifest the newest one.

    :raises LakeMoved: when another writer has taken its number.
    """
    content = orjson.dumps({"format": MANIFEST_FORMAT, **asdict(manifest)})
    if not folder.put_new(name_of(place, manifest.version), content):
        raise LakeMoved(version=manifest.version)


def _manifest(told: dict[str, Any]) -> Manifest:
    assert told["format"] == MANIFEST_FORMAT, "A newer release says how older manifests are read."
    return Manifest(
        version=told["version"],
        origin=told["origin"],
        snapshot=told["snapshot"],
        as_of=datetime.fromisoformat(told["as_of"]),
        time_zone=told["time_zone"],
        tables={
            name: TableState(
                state["fingerprint"],
                tuple(File(**file) for file in state["sorted"]),
                tuple(File(**file) for file in state["recent"]),
            )
            for name, state in told["tables"].items()
        },
        touched=tuple(Touched(one["version"], File(**one["file"])) for one in told["touched"]),
        touched_after=told["touched_after"],
    )
