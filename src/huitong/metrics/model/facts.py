"""What metrics are measured on: facts of the lake, their columns, and what they can be cut by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from huitong.metrics.model.definitions import Names


class Grain(StrEnum):
    """The lengths of time that figures are cut by, in the brand's days; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS_SINCE = "months_since"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a fact: an expression over its relations, and which of these it needs."""

    sql: str
    joins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """A query that facts are made of, and the other such queries that it reads."""

    sql: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Join:
    """How more is known of a fact's row, at most one row each: what is joined, by which keys."""

    table: str
    on: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that metrics measure: rows of a relation, each counting on the day `dated`.

    `joins` maps an alias to what is joined under it, only where a column asks for it; `classes` is
    the column of the kinds of sale or buyer that a metric may exclude.
    """

    names: Names
    meaning: Names
    source: Relation
    dated: str
    columns: Mapping[str, Column]
    joins: Mapping[str, Join] = field(default_factory=dict)
    classes: str | None = None


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something that figures are cut by; facts that know it have a column of its code."""

    names: Names
    labels: Mapping[str, Names] = field(default_factory=dict)
