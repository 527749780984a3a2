"""The words of a brand, kept in the process for as long as they are the same.

Reading them takes a hundred times as long as counting by tags: every definition, every word of an
open tag and every segment is looked at. What they are made of is immutable by version, so one
statement tells whether anything has changed.
"""

from huitong import org
from huitong.platform.db import ReadTx
from huitong.segments.queries.vocabulary import Speech, speech_of
from huitong.segments.rules.bitmaps import SetCache
from huitong.segments.tables import vocabulary as tables

# Measured over 4,000 values: their names, and the dictionaries that hold them.
BYTES_A_VALUE = 240


def speech_kept(tx: ReadTx, *, brand_id: int, cache: SetCache) -> Speech:
    """Return what conditions of a brand may say now, read only where something has changed."""
    asked = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    row = tx.row(tables.MARK_OF_WORDS, asked)
    assert row is not None, "A query without FROM always answers."
    stores = tuple((store.code, store.name) for store in org.stores(tx))
    key, mark = ("speech", tx.scope.group_id, brand_id), (tuple(row), stores)
    kept = cache.get(key, mark, Speech)
    if kept is None:
        kept = speech_of(tx, brand_id=brand_id)
        cache.put(key, mark, kept, BYTES_A_VALUE * _values_of(kept))
    return kept


def _values_of(speech: Speech) -> int:
    fields = speech.words.vocabulary.fields
    return sum(1 + len(field.values) for field in fields) + len(speech.segments.conditions)
