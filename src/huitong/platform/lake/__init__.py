"""The lake: what the database publishes, as Parquet files that are always one whole state of it."""

from huitong.platform.lake.connecting import Opened, connect
from huitong.platform.lake.manifests import current, newest
from huitong.platform.lake.model import (
    Catalogue,
    ColumnKind,
    Derived,
    Difference,
    File,
    FileTrouble,
    LakeDamaged,
    LakeEmpty,
    LakeMoved,
    LakeOfAnotherDatabase,
    LakeUrlUnusable,
    Manifest,
    Owner,
    Place,
    Published,
    Refreshed,
    RefreshedTable,
    TableState,
    Verified,
)
from huitong.platform.lake.refreshing import Sizes, compact, refresh
from huitong.platform.lake.store import Folder
from huitong.platform.lake.sweeping import sweep
from huitong.platform.lake.verifying import verify

__all__ = [
    "Catalogue",
    "ColumnKind",
    "Derived",
    "Difference",
    "File",
    "FileTrouble",
    "Folder",
    "LakeDamaged",
    "LakeEmpty",
    "LakeMoved",
    "LakeOfAnotherDatabase",
    "LakeUrlUnusable",
    "Manifest",
    "Opened",
    "Owner",
    "Place",
    "Published",
    "Refreshed",
    "RefreshedTable",
    "Sizes",
    "TableState",
    "Verified",
    "compact",
    "connect",
    "current",
    "newest",
    "refresh",
    "sweep",
    "verify",
]
