"""The form in which a page's texts are kept: one line each, compressed."""

import json
import re
import unicodedata
import zlib
from collections.abc import Sequence

# Level 1 halves the time of level 6 on order pages and leaves a few per cent more bytes.
COMPRESSION_LEVEL = 1
GAPS = re.compile(r"[\s\-‐-―·()]+")
UNPACKED_BYTES_MAX = 256 * 1024 * 1024


def pack(texts: Sequence[bytes]) -> bytes:
    """Return the texts of a page as one compressed block.

    A line break inside a text becomes a space: between the parts of a JSON text they are the same.
    """
    return zlib.compress(
        b"\n".join([text.replace(b"\n", b" ") for text in texts]), COMPRESSION_LEVEL
    )


def unpack(packed: bytes) -> list[bytes]:
    """Return the texts of a page by their places."""
    reader = zlib.decompressobj()
    content = reader.decompress(packed, UNPACKED_BYTES_MAX)
    assert not reader.unconsumed_tail, "A page is far smaller than the limit of its block."
    return content.split(b"\n")


def plain(text: bytes) -> str:
    """Return a text with its characters as people read them: escapes of JSON are resolved."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text.decode(errors="replace")


def tight(text: str) -> str:
    """Return a text in which all spellings of a number look the same: width, case and gaps gone."""
    return GAPS.sub("", unicodedata.normalize("NFKC", text)).casefold()
