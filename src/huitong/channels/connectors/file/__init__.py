"""The file connector: CSV, Excel, Parquet and NDJSON files in, by canonical names or a mapping."""

from huitong.channels.connectors.file.checking import Checked, check_file
from huitong.channels.connectors.file.importing import Import, import_file
from huitong.channels.connectors.file.mapping import Mapping, load_mapping, read_mapping
from huitong.channels.connectors.file.remapping import refixed, remapped
from huitong.channels.connectors.file.tally import ImportReport, Progress, rejects_of
from huitong.channels.connectors.file.templates import (
    Guess,
    find_mapping,
    guess_mappings,
    own_mappings,
    shipped_document,
    shipped_mappings,
)

__all__ = [
    "Checked",
    "Guess",
    "Import",
    "ImportReport",
    "Mapping",
    "Progress",
    "check_file",
    "find_mapping",
    "guess_mappings",
    "import_file",
    "load_mapping",
    "own_mappings",
    "read_mapping",
    "refixed",
    "rejects_of",
    "remapped",
    "shipped_document",
    "shipped_mappings",
]
