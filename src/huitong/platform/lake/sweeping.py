"""Deletes what no reader can need any more: old manifests, their files, what killed processes left.

A version stays readable for `KEPT` after a newer one was published; what was forgotten in the newer
one is on no disk of ours after that.
"""

from datetime import datetime, timedelta

from huitong.platform.lake import manifests
from huitong.platform.lake.model import Place
from huitong.platform.lake.store import Folder

KEPT = timedelta(hours=6)
# No refresh takes that long: a file that no manifest names by then belongs to none.
LEFT_BEHIND = timedelta(days=1)


def sweep(folder: Folder, place: Place, *, now: datetime, kept: timedelta = KEPT) -> int:
    """Delete what is not needed any more and return how many objects that were."""
    listed = folder.names(place.prefix)
    there = manifests.versions(folder, place)
    published_at = {one.name: one.written_at for one in listed}
    gone, still = [], set()
    for version, following in zip(there, [*there[1:], None], strict=True):
        files = {file.name for file in manifests.read(folder, place, version).files}
        if following is None or published_at[manifests.name_of(place, following)] > now - kept:
            still |= files
        else:
            gone.append((version, files))
    dropped = {name for _, files in gone for name in files} - still
    known = still | {manifests.name_of(place, version) for version in there}
    left = {
        one.name for one in listed if one.name not in known and one.written_at < now - LEFT_BEHIND
    }
    # The manifests go last: a sweep that is cut short is taken up by the next one.
    folder.delete(sorted(dropped | left))
    folder.delete([manifests.name_of(place, version) for version, _ in gone])
    folder.drop_drafts(before=now - LEFT_BEHIND)
    there_before = {one.name for one in listed}
    return len((dropped | left) & there_before) + len(gone)
