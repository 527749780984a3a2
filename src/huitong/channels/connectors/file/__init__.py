"""The file connector: CSV, Parquet and NDJSON files in, by canonical names or a mapping."""

from huitong.channels.connectors.file.importing import (
    Import,
    ImportReport,
    Progress,
    check_file,
    import_file,
    rejects_of,
)
from huitong.channels.connectors.file.mapping import Mapping, load_mapping

__all__ = [
    "Import",
    "ImportReport",
    "Mapping",
    "Progress",
    "check_file",
    "import_file",
    "load_mapping",
    "rejects_of",
]
