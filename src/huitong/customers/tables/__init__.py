"""The rows of `customers` and the named SQL that reads and writes them, by what they hold."""

from huitong.customers.tables import (
    belongings,
    cards,
    classes,
    consents,
    facets,
    merging,
    names,
    people,
    relations,
    requests,
    statements,
    submissions,
)

__all__ = [
    "belongings",
    "cards",
    "classes",
    "consents",
    "facets",
    "merging",
    "names",
    "people",
    "relations",
    "requests",
    "statements",
    "submissions",
]
