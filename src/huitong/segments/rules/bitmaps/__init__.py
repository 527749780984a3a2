"""Sets of customers as bits over dense ordinals, shard by shard: build, combine, count, keep."""

from huitong.segments.rules.bitmaps.algebra import Node, both, either, without
from huitong.segments.rules.bitmaps.building import (
    parts_of_codes,
    parts_of_masks,
    parts_of_numbers,
    retag,
)
from huitong.segments.rules.bitmaps.cache import SetCache
from huitong.segments.rules.bitmaps.columns import EMPTY, Column, Leaf, column_of_ordinals
from huitong.segments.rules.bitmaps.encoding import Encoded, Encoding, decode, encode
from huitong.segments.rules.bitmaps.members import page_of, sample_of
from huitong.segments.rules.bitmaps.numbers import KNOWN, NEGATIVE, Numbers, Total
from huitong.segments.rules.bitmaps.parts import SHARD_BITS, SHARD_SIZE, Part, shard_count
from huitong.segments.rules.bitmaps.portrait import counts_inside, index_against, overlap

__all__ = [
    "EMPTY",
    "KNOWN",
    "NEGATIVE",
    "SHARD_BITS",
    "SHARD_SIZE",
    "Column",
    "Encoded",
    "Encoding",
    "Leaf",
    "Node",
    "Numbers",
    "Part",
    "SetCache",
    "Total",
    "both",
    "column_of_ordinals",
    "counts_inside",
    "decode",
    "either",
    "encode",
    "index_against",
    "overlap",
    "page_of",
    "parts_of_codes",
    "parts_of_masks",
    "parts_of_numbers",
    "retag",
    "sample_of",
    "shard_count",
    "without",
]
