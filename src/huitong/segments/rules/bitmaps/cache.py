"""What a process keeps of sets in memory, shared by its threads, within so many bytes."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import TypeVar

Kept = TypeVar("Kept")

BYTES_MAX = 2 << 30


class SetCache:
    """Values by key and signature, those used longest ago dropped first.

    A value is used only where the signature is that of the asker: other versions never mix.
    """

    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        """Keep `bytes_max` bytes at most, as the values' own sizes are told."""
        self.bytes_max = bytes_max
        self.bytes = 0
        self._kept: OrderedDict[Hashable, tuple[Hashable, object, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, signature: Hashable, kind: type[Kept]) -> Kept | None:
        """Return the value of a key with this very signature."""
        found = self.latest(key, kind)
        return found[1] if found and found[0] == signature else None

    def latest(self, key: Hashable, kind: type[Kept]) -> tuple[Hashable, Kept] | None:
        """Return the value that is kept of a key, with its signature."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
        signature, value, _ = found
        assert isinstance(value, kind), "A key holds one kind of value."
        return signature, value

    def put(self, key: Hashable, signature: Hashable, value: object, size: int) -> None:
        """Keep a value of `size` bytes instead of what the key held; one larger than all is not."""
        with self._lock:
            self._drop(key)
            if size > self.bytes_max:
                return
            self._kept[key] = (signature, value, size)
            self.bytes += size
            while self.bytes > self.bytes_max:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self.bytes -= found[2]
