"""What a refresh keeps of each customer, as Parquet files in the lake's folder, shard by shard."""

from collections.abc import Sequence
from typing import Final

import duckdb
import numpy as np

from huitong.platform.lake import Folder, Place
from huitong.segments.model.model_versions import ModelRefresh
from huitong.segments.rules.lifecycle import Histories
from huitong.segments.rules.model_states import ShardState
from huitong.segments.tables import model_facts as tables

PLACE: Final = "place"


class StateFiles:
    """The files of one brand's models; a file is never changed."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Folder, place: Place) -> None:
        """Take the folder of the lake, and a connection of it."""
        self._connection = connection
        self._folder = folder
        # Beside the lake's own objects, which are swept by the lake's manifests.
        self._prefix = f"models/{place.prefix}"

    def prefix(self, code: str, refresh: int) -> str:
        """Return what the names of a refresh's files start with."""
        return f"{self._prefix}/{code}/{refresh}"

    def read(self, files: str, shard: int, *, with_history: bool) -> ShardState | None:
        """Return the state of a shard as a refresh left it; None of a shard it had not."""
        name = _state_file(files, shard)
        if not (self._folder.path / name).exists():
            return None
        read = self._read(name)
        sorting = np.argsort(read.pop(PLACE))
        columns = {column: values[sorting] for column, values in read.items()}
        if not with_history:
            return ShardState(columns)
        rows = self._read(_history_file(files, shard))
        sorting = np.lexsort((rows["day"], rows["customer"]))
        kept = (rows[name][sorting] for name in Histories._fields)
        return ShardState(columns, Histories(*kept))

    def write(self, files: str, shard: int, state: ShardState) -> None:
        """Store the state of a shard."""
        size = len(next(iter(state.columns.values())))
        self._write(
            _state_file(files, shard),
            {PLACE: np.arange(size, dtype=np.int32), **state.columns},
        )
        if state.history is not None:
            self._write(_history_file(files, shard), state.history._asdict())

    def sweep(self, kept: Sequence[ModelRefresh]) -> int:
        """Delete the files of refreshes that are not needed any more; return how many."""
        codes = {one.code for one in kept}
        still = {one.files for one in kept}
        gone = [
            one.name
            for code in sorted(codes)
            for one in self._folder.names(f"{self._prefix}/{code}")
            if one.name.rpartition("/")[0] not in still
        ]
        self._folder.delete(gone)
        return len(gone)

    def _read(self, name: str) -> dict[str, np.ndarray]:
        asked = {"file": self._folder.locate(name)}
        return dict(self._connection.execute(tables.READ_STATE, asked).fetchnumpy())

    def _write(self, name: str, columns: dict[str, np.ndarray]) -> None:
        self._connection.register("model_state", columns)
        with self._folder.drafting() as drafts:
            draft = drafts / "state"
            self._connection.execute(tables.WRITE_STATE, {"file": str(draft)})
            self._folder.put(name, draft)
        self._connection.unregister("model_state")


def _state_file(files: str, shard: int) -> str:
    return f"{files}/state-{shard:04}.parquet"


def _history_file(files: str, shard: int) -> str:
    return f"{files}/history-{shard:04}.parquet"
