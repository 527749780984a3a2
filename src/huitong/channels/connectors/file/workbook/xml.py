"""The XML of a workbook's parts, read as a stream with everything limited."""

import zipfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from xml.parsers import expat

BLOCK_BYTES = 1 << 18
SMALL_PART_BYTES_MAX = 32 << 20
# The parser holds a tag or a comment whole, so none may be longer.
TAG_BYTES_MAX = 4 << 20


class Wrong(Exception):
    """The workbook cannot be read; the text says why and what to do."""


def elements(
    parts: zipfile.ZipFile, part: str, *, ends: bool = False
) -> list[tuple[str, dict[str, str]]]:
    """Return the elements of a small part in order; with `ends` also “/name” where one closes."""
    if parts.getinfo(part).file_size > SMALL_PART_BYTES_MAX:
        message = "its list of styles or sheets is larger than any workbook's"
        raise Wrong(message)
    found: list[tuple[str, dict[str, str]]] = []
    parser = new_parser()
    parser.StartElementHandler = lambda name, at: found.append((local_name(name), at))
    if ends:
        parser.EndElementHandler = lambda name: found.append((f"/{local_name(name)}", {}))
    parser.Parse(parts.read(part), True)  # noqa: FBT003 - expat's own signature
    return found


def blocks(parts: zipfile.ZipFile, part: str, parser: expat.XMLParserType) -> Iterator[None]:
    """Read a part through a parser, and yield after each block of it."""
    fed = 0
    with parts.open(part) as file:
        while True:
            block = file.read(BLOCK_BYTES)
            parser.Parse(block, not block)
            fed += len(block)
            yield
            if not block:
                return
            if fed - parser.CurrentByteIndex > TAG_BYTES_MAX:
                message = f"a tag or a comment in it is longer than {TAG_BYTES_MAX >> 20} MB"
                raise Wrong(message)


def new_parser() -> expat.XMLParserType:
    """Return a parser that meets no document type: entities are how XML is made to explode."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        message = "it declares a document type, which no workbook does"
        raise Wrong(message)

    declared: Callable[..., None] = refuse
    parser.StartDoctypeDeclHandler = declared
    return parser


@lru_cache(maxsize=1_000)
def local_name(name: str) -> str:
    """Return a name without the prefix of its namespace."""
    return name.rpartition(":")[2]
