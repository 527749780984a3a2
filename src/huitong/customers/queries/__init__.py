"""Reads of customers."""

from huitong.customers.queries.exporting import (
    customers_of_person,
    export,
)
from huitong.customers.queries.leaving import (
    due_exits,
    exit_policies,
    exits_of,
    unsettled_exits,
)
from huitong.customers.queries.owned import (
    belongings_of,
    classifications_of,
    parents_after,
)
from huitong.customers.queries.permitting import (
    consent_policies,
    consents_of,
    may,
    receipts_of,
    subject_of,
)
from huitong.customers.queries.relations import (
    families,
    own_customers,
    relations_of,
    relations_of_staff,
    visible,
)
from huitong.customers.queries.showing import (
    card_index,
    find_by_card,
    find_by_identifier,
    find_by_persons,
    find_customers,
    living,
    records_of,
    show,
    status_counts,
)
from huitong.customers.queries.statements import (
    fields_of,
    profile_history,
    statements_of,
    trust_of,
)
from huitong.customers.queries.submissions import (
    document_of,
    submissions,
)

__all__ = [
    "belongings_of",
    "card_index",
    "classifications_of",
    "consent_policies",
    "consents_of",
    "customers_of_person",
    "document_of",
    "due_exits",
    "exit_policies",
    "exits_of",
    "export",
    "families",
    "fields_of",
    "find_by_card",
    "find_by_identifier",
    "find_by_persons",
    "find_customers",
    "living",
    "may",
    "own_customers",
    "parents_after",
    "profile_history",
    "receipts_of",
    "records_of",
    "relations_of",
    "relations_of_staff",
    "show",
    "statements_of",
    "status_counts",
    "subject_of",
    "submissions",
    "trust_of",
    "unsettled_exits",
    "visible",
]
