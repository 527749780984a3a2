"""The shared texts of a workbook."""

import os
import zipfile
from array import array
from pathlib import Path
from typing import Self

from huitong.channels.connectors.file.workbook.cells import Said, unescaped
from huitong.channels.connectors.file.workbook.xml import blocks, local_name, new_parser


class Texts:
    """The shared texts of a workbook, kept in a file: they may be larger than the memory."""

    def __init__(self, path: Path) -> None:
        """Open an empty store; use as a context manager."""
        self._file = path.open("w+b")
        self._ends = array("Q", [0])
        # How many characters each had before it was cut.
        self._lengths = array("Q")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, text: Said) -> None:
        """Keep one more text, of a long one its beginning."""
        said = text.text().encode(errors="replace")
        self._lengths.append(text.length)
        self._file.write(said)
        self._ends.append(self._ends[-1] + len(said))

    def close_writing(self) -> None:
        """Make what was kept readable."""
        self._file.flush()

    def length_at(self, place: int) -> int:
        """Return how many characters the text at a place had; 0 where the workbook has none."""
        return self._lengths[place] if 0 <= place < len(self._lengths) else 0

    def at(self, place: int) -> str:
        """Return the text at a place; an empty one where the workbook has none."""
        if not 0 <= place < len(self._ends) - 1:
            return ""
        start, end = self._ends[place], self._ends[place + 1]
        return unescaped(os.pread(self._file.fileno(), end - start, start).decode())


def read_texts(parts: zipfile.ZipFile, part: str, texts: Texts) -> None:
    """Keep the shared texts of a workbook, in order."""
    said = Said()
    depth = {"t": 0, "rPh": 0}

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal said
        local = local_name(name)
        if local == "si":
            said = Said()
        elif local in depth:
            depth[local] += 1

    def end(name: str) -> None:
        local = local_name(name)
        if local == "si":
            texts.add(said)
        elif local in depth:
            depth[local] -= 1

    def characters(text: str) -> None:
        if depth["t"] and not depth["rPh"]:  # rPh tells how to pronounce a text.
            said.add(text)

    parser = new_parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    for _ in blocks(parts, part, parser):
        pass
    texts.close_writing()
