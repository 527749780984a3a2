"""Writes of `loyalty`: programmes, settling of orders, spending, moving, forgetting."""

from huitong.loyalty.operations.adjusting import adjust_points, reverse_adjustment
from huitong.loyalty.operations.bringing import records_of
from huitong.loyalty.operations.cutting import freeze_openings, unfreeze_openings
from huitong.loyalty.operations.drafts import (
    Step,
    discard_draft,
    publish_draft,
    put_programme_policy,
    rebase_draft,
    save_draft,
    send_draft_back,
    start_draft,
    submit_draft,
)
from huitong.loyalty.operations.giving import (
    give_for_documents,
    join_gifts,
    part_gifts,
    welcome,
)
from huitong.loyalty.operations.moving import (
    erase,
    frozen_under,
    give_back,
    reassign,
    recompute_tiers,
)
from huitong.loyalty.operations.opening import apply_openings
from huitong.loyalty.operations.programmes import apply_programme
from huitong.loyalty.operations.reclassifying import (
    settle_classified_customers,
    settle_classified_orders,
)
from huitong.loyalty.operations.settling import (
    apply_fulfilments,
    apply_orders,
    apply_refunds,
    settle_customers,
    settle_enrolled,
)
from huitong.loyalty.operations.spending import spend_points

__all__ = [
    "Step",
    "adjust_points",
    "apply_fulfilments",
    "apply_openings",
    "apply_orders",
    "apply_programme",
    "apply_refunds",
    "discard_draft",
    "erase",
    "freeze_openings",
    "frozen_under",
    "give_back",
    "give_for_documents",
    "join_gifts",
    "part_gifts",
    "publish_draft",
    "put_programme_policy",
    "reassign",
    "rebase_draft",
    "recompute_tiers",
    "records_of",
    "reverse_adjustment",
    "save_draft",
    "send_draft_back",
    "settle_classified_customers",
    "settle_classified_orders",
    "settle_customers",
    "settle_enrolled",
    "spend_points",
    "start_draft",
    "submit_draft",
    "unfreeze_openings",
    "welcome",
]
