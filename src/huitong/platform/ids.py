"""64-bit ids that sort by the time of their block and carry their owner's bucket.

Layout, high to low: 39 bits block number, 12 bits place in the block, 12 bits bucket. Blocks come
from one database sequence, so two processes can never make the same id and no clock is trusted;
a block is let go after `BLOCK_AGE_SECONDS_MAX`, so ids sort by time to within that span.
"""

import time
from collections.abc import Callable, Sequence

BUCKET_BITS = 12
BUCKETS = 1 << BUCKET_BITS
PLACE_BITS = 12
PLACES = 1 << PLACE_BITS
ID_BITS = 63
BLOCK_AGE_SECONDS_MAX = 10.0

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_VALUE_OF = {character: value for value, character in enumerate(_ALPHABET)}
_TEXT_LENGTH = 13


class WrongId(ValueError):
    """The text is not an id of the asked kind."""


def bucket_of(identity: int) -> int:
    """Return the bucket (0 to 4095) that an id carries."""
    return identity & (BUCKETS - 1)


def bucket_of_digest(digest: bytes) -> int:
    """Return the bucket (0 to 4095) that a uniformly distributed digest falls into."""
    return int.from_bytes(digest[:2], "big") & (BUCKETS - 1)


def show(prefix: str, identity: int) -> str:
    """Return the id as the outside sees it: a typed prefix and thirteen characters."""
    digits = [_ALPHABET[(identity >> shift) & 31] for shift in range(60, -1, -5)]
    return f"{prefix}_{''.join(digits)}"


def read(prefix: str, text: str) -> int:
    """Return the id that `show` wrote.

    :raises WrongId: when the prefix or a character is not what `show` writes.
    """
    head, _, tail = text.partition("_")
    if head != prefix or len(tail) != _TEXT_LENGTH:
        message = f"“{text}” is not an id of the form {prefix}_ and {_TEXT_LENGTH} characters."
        raise WrongId(message)
    identity = 0
    for character in tail:
        if character not in _VALUE_OF:
            message = f"“{text}” has the character “{character}”, which no id has."
            raise WrongId(message)
        identity = identity << 5 | _VALUE_OF[character]
    if identity >> ID_BITS:
        message = f"“{text}” is larger than any id."
        raise WrongId(message)
    return identity


class IdMaker:
    """Makes ids from blocks leased out of a database sequence; one per session."""

    def __init__(self) -> None:
        """Start with no block; the first call leases one."""
        self._block = 0
        self._next_place = PLACES
        self._leased_at = 0.0

    def let_go(self) -> None:
        """Leave the rest of the block, so that the next id comes from a new one."""
        self._next_place = PLACES

    def make(self, buckets: Sequence[int], lease: Callable[[], int]) -> list[int]:
        """Return one new id per bucket, in order; `lease` answers the next block number."""
        made = []
        if time.monotonic() - self._leased_at > BLOCK_AGE_SECONDS_MAX:
            self.let_go()
        for bucket in buckets:
            if self._next_place == PLACES:
                self._block = lease()
                self._next_place = 0
                self._leased_at = time.monotonic()
            made.append((self._block << PLACE_BITS | self._next_place) << BUCKET_BITS | bucket)
            self._next_place += 1
        return made
