"""Runs the command line in a process of its own that is quick to start: a fork of a ready one.

Importing the product takes longer than most of these imports, and the tests start dozens.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

# What every import needs; and the program that runs the tests, or else each fork would load it.
READY = [
    "__main__",
    "huitong.entry.cli",
    "huitong.entry.wiring",
    "huitong.channels.connectors.file",
    "rich.console",
    "rich.table",
    "structlog",
]


def start(
    arguments: Sequence[str], *, settings: Mapping[str, str], folder: Path, said: Path
) -> ForkServerProcess:
    """Start `huitong` with these arguments and settings; what it says goes into a file."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(READY)
    process = context.Process(target=_run, args=(arguments, settings, folder, said))
    process.start()
    return process


def _run(arguments: Sequence[str], settings: Mapping[str, str], folder: Path, said: Path) -> None:
    from huitong.entry import cli  # noqa: PLC0415 - The process that forks has it ready.

    os.environ.update(settings)
    os.chdir(folder)
    tempfile.tempdir = settings["TMPDIR"]
    with said.open("w") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    sys.argv = ["huitong", *arguments]
    cli.main()
