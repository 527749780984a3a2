"""Writes of customers: taking records, merging and splitting, forgetting."""

from huitong.customers.operations.admitting import Sees
from huitong.customers.operations.cards import (
    replace_cards,
    set_card_states,
)
from huitong.customers.operations.carving import carve
from huitong.customers.operations.consents import (
    give_back_consents,
    put_consent_policy,
    receipt_for,
    state_consents,
)
from huitong.customers.operations.enrolling import (
    enrol,
    review_documents,
    submit_documents,
)
from huitong.customers.operations.facets import (
    fold_due_facets,
)
from huitong.customers.operations.following import apply_fans
from huitong.customers.operations.forgetting import (
    erase,
)
from huitong.customers.operations.leaving import (
    cancel_exits,
    finish_exits,
    put_exit_policy,
    request_exits,
    settle_exits,
)
from huitong.customers.operations.locking import (
    lock_customers,
    lock_living,
)
from huitong.customers.operations.merging import (
    give_back,
    reassign,
)
from huitong.customers.operations.opening import apply_openings
from huitong.customers.operations.owned import (
    add_belongings,
    change_belongings,
    classify_customers,
    remove_belongings,
    withdraw_classifications,
)
from huitong.customers.operations.profiles import (
    correct,
    trust_sources,
    withdraw_corrections,
)
from huitong.customers.operations.relations import (
    end_relations,
    link_own_customers,
    move_relations,
    relate,
)
from huitong.customers.operations.right_requests import (
    answer_requests,
    close_request,
    open_requests,
)
from huitong.customers.operations.taking import (
    apply_customers,
)

__all__ = [
    "Sees",
    "add_belongings",
    "answer_requests",
    "apply_customers",
    "apply_fans",
    "apply_openings",
    "cancel_exits",
    "carve",
    "change_belongings",
    "classify_customers",
    "close_request",
    "correct",
    "end_relations",
    "enrol",
    "erase",
    "finish_exits",
    "fold_due_facets",
    "give_back",
    "give_back_consents",
    "link_own_customers",
    "lock_customers",
    "lock_living",
    "move_relations",
    "open_requests",
    "put_consent_policy",
    "put_exit_policy",
    "reassign",
    "receipt_for",
    "relate",
    "remove_belongings",
    "replace_cards",
    "request_exits",
    "review_documents",
    "set_card_states",
    "settle_exits",
    "state_consents",
    "submit_documents",
    "trust_sources",
    "withdraw_classifications",
    "withdraw_corrections",
]
