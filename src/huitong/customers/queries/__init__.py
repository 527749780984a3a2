"""Reads of customers."""

from huitong.customers.queries.comparing import (
    agreement,
    of_persons,
    profiles_of,
)
from huitong.customers.queries.exporting import (
    customers_of_person,
    export,
)
from huitong.customers.queries.leaving import (
    due_exits,
    exit_policies,
    exits_of,
    exits_of_families,
    unsettled_exits,
)
from huitong.customers.queries.naming import (
    find_by_name,
    name_indexes,
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
    may_for,
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
from huitong.customers.queries.requests import (
    ended_requests,
    find_requests,
    request_counts,
    waiting_requests,
)
from huitong.customers.queries.showing import (
    card_holder,
    card_index,
    find_by_card,
    find_by_identifier,
    find_by_persons,
    find_customers,
    find_proved,
    find_today,
    living,
    records_of,
    show,
    status_counts,
    today_of,
)
from huitong.customers.queries.statements import (
    fields_of,
    profile_history,
    statements_of,
    trust_of,
)
from huitong.customers.queries.submissions import (
    document_of,
    find_submissions,
    submission_counts,
    submissions,
)
from huitong.customers.queries.timing import (
    count_living,
    documents_of,
    merges_into,
    met_at,
    newest,
)

__all__ = [
    "agreement",
    "belongings_of",
    "card_holder",
    "card_index",
    "classifications_of",
    "consent_policies",
    "consents_of",
    "count_living",
    "customers_of_person",
    "document_of",
    "documents_of",
    "due_exits",
    "ended_requests",
    "exit_policies",
    "exits_of",
    "exits_of_families",
    "export",
    "families",
    "fields_of",
    "find_by_card",
    "find_by_identifier",
    "find_by_name",
    "find_by_persons",
    "find_customers",
    "find_proved",
    "find_requests",
    "find_submissions",
    "find_today",
    "living",
    "may",
    "may_for",
    "merges_into",
    "met_at",
    "name_indexes",
    "newest",
    "of_persons",
    "own_customers",
    "parents_after",
    "profile_history",
    "profiles_of",
    "receipts_of",
    "records_of",
    "relations_of",
    "relations_of_staff",
    "request_counts",
    "show",
    "statements_of",
    "status_counts",
    "subject_of",
    "submission_counts",
    "submissions",
    "today_of",
    "trust_of",
    "unsettled_exits",
    "visible",
    "waiting_requests",
]
