"""Turns loops over arrays into machine code where numba is installed (`huitong[identity]`)."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

IS_AVAILABLE = find_spec("numba") is not None


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return a loop as machine code, kept on disk; without numba it stays Python.

    Nothing is counted as referenced: with tuples of arrays handed from function to function, that
    counting took two thirds of the time. So a loop must not make arrays of its own, unless by
    `compiled_with_arrays`.
    """
    return _compiled(function, counts_references=False)


def compiled_with_arrays(function: Callable[P, R]) -> Callable[P, R]:
    """Return a loop that makes arrays of its own as machine code."""
    return _compiled(function, counts_references=True)


def _compiled(function: Callable[P, R], *, counts_references: bool) -> Callable[P, R]:
    if not IS_AVAILABLE:
        return function
    import numba  # noqa: PLC0415 - An extra that takes half a second to import.

    # The types of numba do not know `_nrt`, which is what the counting is called.
    options: Any = {"cache": True, "nogil": True, "_nrt": counts_references}
    made: Callable[P, R] = numba.njit(**options)(function)
    return made
