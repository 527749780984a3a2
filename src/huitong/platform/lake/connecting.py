"""Opens a brand's lake for reading: DuckDB with one view for each table, of one version."""
# ruff: noqa: S608 - The statements are made of quoted names of ours alone.

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from shutil import rmtree
from typing import TYPE_CHECKING

from huitong.platform.lake import engine, manifests
from huitong.platform.lake.model import Catalogue, Manifest, Place
from huitong.platform.lake.store import DRAFTS, Folder

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Opened:
    """One version of a brand's lake; a later refresh changes nothing in it.

    `connection` has a view for each table, by its name; use one `cursor()` of it for each thread.
    """

    connection: "duckdb.DuckDBPyConnection"
    folder: Folder
    manifest: Manifest

    def ranges(self, table: str) -> list[tuple[int, int]]:
        """Return the ranges of buckets that a table's sorted files hold, to go over it by parts."""
        files = self.manifest.tables[table].sorted
        return [(file.bucket_from, file.bucket_end) for file in files]

    def touched_since(self, version: int) -> str | None:
        """Return a query of the customers whose facts changed after a version, or None if unknown.

        It answers `customer_id`, each once. None means that everybody has to be looked at: the lake
        was read anew since, or the version is older than what is kept.
        """
        if version < self.manifest.touched_after:
            return None
        files = [one.file for one in self.manifest.touched if one.version > version]
        if not files:
            return "SELECT CAST(NULL AS BIGINT) AS customer_id WHERE false"
        return f"SELECT DISTINCT customer_id FROM {engine.files_of(self.folder, files)}"


@contextmanager
def connect(
    folder: Folder,
    place: Place,
    catalogue: Catalogue,
    *,
    memory_mb: int = engine.MEMORY_MB,
    threads: int | None = None,
    version: int | None = None,
) -> Iterator[Opened]:
    """Open a brand's lake for the block: its newest version, or the given one while it is kept.

    What does not fit into `memory_mb` goes to the lake's disk until the block ends.

    :raises LakeEmpty: when the brand was never refreshed.
    """
    manifest = (
        manifests.current(folder, place)
        if version is None
        else manifests.read(folder, place, version)
    )
    spill = folder.path / DRAFTS / f"read-{secrets.token_hex(8)}"
    try:
        with engine.opened(spill, memory_mb=memory_mb, threads=threads) as connection:
            with engine.naming_damage(manifest.files, folder):
                engine.define(connection, folder, catalogue.tables, manifest.tables)
            engine.define_macros(connection, catalogue.macros)
            yield Opened(connection, folder, manifest)
    finally:
        rmtree(spill, ignore_errors=True)
