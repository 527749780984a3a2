"""One typed tree of conditions over customers, and the readers that must agree on what it means.

A document becomes a tree (`read_condition`), is held against a vocabulary (`check_condition`), and
is then read: for one customer with the reason (`holds`, `explain`), as SQL (`select_customers`), as
algebra over sets (`plan`, `evaluate`), and as a sentence (`sentence`).
"""

from huitong.platform.conditions.checking import (
    ANY_USE,
    Feature,
    Use,
    check_condition,
    problems_of,
)
from huitong.platform.conditions.days import AsOf
from huitong.platform.conditions.describing import describe
from huitong.platform.conditions.documents import (
    ConditionInvalid,
    Problem,
    condition_schema,
    read_condition,
    write_condition,
)
from huitong.platform.conditions.plans import (
    Alive,
    AtLeast,
    Computed,
    Join,
    Known,
    Meet,
    OfValue,
    Plan,
    Set,
    Sets,
    computed_leaves,
    evaluate,
    plan,
)
from huitong.platform.conditions.predicate import Candidate, Explained, explain, holds
from huitong.platform.conditions.queries import select_customers
from huitong.platform.conditions.ranges import Reading
from huitong.platform.conditions.sentences import sentence
from huitong.platform.conditions.tree import Condition
from huitong.platform.conditions.vocabulary import (
    NO_SEGMENTS,
    Column,
    Counter,
    Definitions,
    Fact,
    FactKind,
    Field,
    FieldType,
    Labelled,
    Language,
    Names,
    Population,
    Relation,
    Stored,
    Unit,
    Value,
    Vocabulary,
)

__all__ = [
    "ANY_USE",
    "NO_SEGMENTS",
    "Alive",
    "AsOf",
    "AtLeast",
    "Candidate",
    "Column",
    "Computed",
    "Condition",
    "ConditionInvalid",
    "Counter",
    "Definitions",
    "Explained",
    "Fact",
    "FactKind",
    "Feature",
    "Field",
    "FieldType",
    "Join",
    "Known",
    "Labelled",
    "Language",
    "Meet",
    "Names",
    "OfValue",
    "Plan",
    "Population",
    "Problem",
    "Reading",
    "Relation",
    "Set",
    "Sets",
    "Stored",
    "Unit",
    "Use",
    "Value",
    "Vocabulary",
    "check_condition",
    "computed_leaves",
    "condition_schema",
    "describe",
    "evaluate",
    "explain",
    "holds",
    "plan",
    "problems_of",
    "read_condition",
    "select_customers",
    "sentence",
    "write_condition",
]
