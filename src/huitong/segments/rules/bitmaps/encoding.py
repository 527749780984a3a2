"""The bytes of a part, as they are kept and exchanged: raw words, or Roaring's portable format.

From one member in 32 on a part is kept as its raw words, little end first. Roaring is smaller up to
one in 16, but above one in 32 its lists of members are measured to be joined at 32 µs and more,
raw words at 5 to 14 µs, and raw words need no decoding.
"""

from array import array
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from pyroaring import BitMap

from huitong.segments.rules.bitmaps.parts import (
    SHARD_SIZE,
    WORDS,
    Part,
    frozen,
    ids_of,
    part_of_ids,
    part_of_words,
    size_of,
    words_of,
)

DENSE_SIZE_MIN = SHARD_SIZE // 32
LITTLE_WORD = np.dtype("<u8")


class Encoding(IntEnum):
    """How the bytes of a part are to be read."""

    NOTHING = 0
    ROARING = 1
    WORDS = 2


@dataclass(frozen=True, slots=True)
class Encoded:
    """A part as it is kept: the bytes, how to read them, and how many members they say."""

    encoding: Encoding
    size: int
    content: bytes


def encode(part: Part) -> Encoded:
    """Return the bytes of a part."""
    size = size_of(part)
    if not size:
        return Encoded(Encoding.NOTHING, 0, b"")
    if size >= DENSE_SIZE_MIN:
        words = words_of(part).astype(LITTLE_WORD, copy=False)
        return Encoded(Encoding.WORDS, size, words.tobytes())
    return Encoded(Encoding.ROARING, size, roaring_of(part).serialize())


def decode(encoded: Encoded) -> Part:
    """Return the part that the bytes mean, closed to writing."""
    if encoded.encoding is Encoding.NOTHING:
        return None
    if encoded.encoding is Encoding.WORDS:
        words = np.frombuffer(encoded.content, LITTLE_WORD).astype(np.uint64, copy=False)
        assert len(words) == WORDS, "A shard has 16,384 words."
        part = part_of_words(words)
    else:
        bitmap = BitMap.deserialize(encoded.content)
        part = part_of_ids(np.frombuffer(bitmap.to_array(), np.uint32))
    assert size_of(part) == encoded.size, "The bytes say as many members as were counted."
    return frozen(part)


def roaring_of(part: Part) -> BitMap:
    """Return a part as a Roaring bitmap, runs where they are shorter."""
    bitmap = BitMap(array("I", ids_of(part).tobytes()))
    bitmap.run_optimize()
    return bitmap
