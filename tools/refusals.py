"""Lists every refusal that the platform can answer, for those who write its texts.

`python tools/refusals.py` prints code, facts and the English sentence, a line each.
"""

import dataclasses
import importlib
import pkgutil
import sys
from collections.abc import Iterator

import huitong
from huitong.platform.errors import DomainError

LEFT_OUT = ("huitong.entry.migrations",)


def refusals() -> list[type[DomainError]]:
    """Return every kind of refusal by its code."""
    for module in pkgutil.walk_packages(huitong.__path__, "huitong."):
        if not module.name.startswith(LEFT_OUT) and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = {one.code: one for one in _below(DomainError) if hasattr(one, "code")}
    return [found[code] for code in sorted(found)]


def facts_of(refusal: type[DomainError]) -> list[str]:
    """Return the names that a text of the refusal may use."""
    return [field.name for field in dataclasses.fields(refusal)]


def _below(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith("huitong."):
            yield one
            yield from _below(one)


if __name__ == "__main__":
    for refusal in refusals():
        print(refusal.code, ",".join(facts_of(refusal)) or "-", refusal.sentence, sep="\t")
    sys.exit(0)
