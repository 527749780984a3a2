"""Which functions of ours a function can call: from its source, by the names that its module knows.

What is handed on as a value and called elsewhere (events, appliers, handlers of jobs) is not
followed; what is passed to a call as an argument is.
"""

import ast
import functools
import inspect
import os
import sys
import textwrap
from collections.abc import Iterator
from types import FunctionType, ModuleType

OURS = "huitong."
REACHED_MAX = 5_000


def reached(start: FunctionType) -> set[FunctionType]:
    """Return every function of ours that `start` can call, itself included."""
    seen: set[FunctionType] = set()
    waiting = [start]
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        assert len(seen) < REACHED_MAX, "The walk does not end."
        waiting += named_in(function)
    return seen


@functools.cache
def named_in(function: FunctionType) -> tuple[FunctionType, ...]:
    """Return the functions of ours that the source of a function names."""
    return tuple(_named_in(function))


def _named_in(function: FunctionType) -> Iterator[FunctionType]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    known = dict(vars(sys.modules[function.__module__]))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            module = sys.modules.get(node.module) or __import__(node.module, fromlist=["*"])
            for alias in node.names:
                known[alias.asname or alias.name] = _member(module, alias.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            yield from _functions(_value(node, known))


def _member(module: ModuleType, name: str) -> object:
    found = getattr(module, name, None)
    return found if found is not None else sys.modules.get(f"{module.__name__}.{name}")


def _value(node: ast.expr, known: dict[str, object]) -> object:
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _value(node.value, known)
        return getattr(owner, node.attr, None) if isinstance(owner, ModuleType | type) else None
    return None


def _functions(value: object) -> Iterator[FunctionType]:
    value = inspect.unwrap(value) if callable(value) else value
    members = list(vars(value).values()) if isinstance(value, type) else [value]
    for member in members:
        plain = getattr(member, "__func__", member)
        if isinstance(plain, FunctionType) and _has_source(plain):
            yield plain


def _has_source(function: FunctionType) -> bool:
    """Tell our own functions from others and from those that dataclasses make."""
    ours = function.__module__.startswith(OURS)
    return ours and f"{os.sep}huitong{os.sep}" in function.__code__.co_filename
