"""The standard roles of a retail group, as sets of permissions; a group changes them as it likes.

What somebody may do is said here, where they may do it is the data scope they are given: a store
manager and a regional supervisor may do much the same, in one store and in all of a region.
"""

from collections.abc import Collection, Sequence

from huitong.platform.auth.permissions import (
    GROUP_ADMIN,
    GUIDE,
    NOT_GIVEN,
    OF_GUIDES,
    NewRole,
    Permission,
)

P = Permission

# What nearly everybody at a desk looks at.
_SEE = (
    P.CUSTOMERS_READ,
    P.ORDERS_READ,
    P.SIGNALS_READ,
    P.POINTS_READ,
    P.PROGRAMME_READ,
    P.METRICS_READ,
    P.MODELS_READ,
    P.TAGS_READ,
    P.SEGMENTS_READ,
    P.ORG_READ,
    P.JOBS_READ,
)
# What a store sees of its own customers.
_SEE_OWN = (
    P.CUSTOMERS_READ,
    P.ORDERS_READ,
    P.SIGNALS_READ,
    P.POINTS_READ,
    P.TAGS_READ,
    P.ORG_READ,
)
# What people do for a customer who stands or calls there.
_SERVE = (P.CUSTOMERS_WRITE, P.CUSTOMERS_DIAL, P.CONSENTS_WRITE, P.TAGS_GIVE)


def _role(code: str, chinese: str, english: str, permissions: Collection[Permission]) -> NewRole:
    return NewRole(code, chinese, english, frozenset(permissions))


STANDARD_ROLES: Sequence[NewRole] = (
    _role(GROUP_ADMIN, "集团管理员", "Group administrator", frozenset(Permission) - NOT_GIVEN),
    _role(
        "brand_operator",
        "品牌运营",
        "Brand operator",
        (
            *_SEE,
            *_SERVE,
            P.IDENTITY_READ,
            P.INBOX_READ,
            P.INBOX_WRITE,
            P.CUSTOMERS_UNMASK,
            P.POINTS_ADJUST,
            P.PROGRAMME_WRITE,
            P.MODELS_WRITE,
            P.TAGS_WRITE,
            # Who plans for mothers asks by the stage of a child; who defines tags sees them anyway.
            P.TAGS_SENSITIVE,
            P.SEGMENTS_WRITE,
            P.SEGMENTS_EXPORT,
            P.JOBS_WRITE,
        ),
    ),
    _role(
        "approver",
        "审批人",
        "Approver",
        (
            *_SEE,
            P.IDENTITY_READ,
            P.IDENTITY_WRITE,
            P.DOCUMENTS_REVIEW,
            P.POINTS_ADJUST,
            P.POINTS_ADJUST_LARGE,
            P.PROGRAMME_WRITE,
            P.PROGRAMME_PUBLISH,
        ),
    ),
    _role("analyst", "数据分析", "Analyst", (*_SEE, P.SEGMENTS_WRITE, P.SEGMENTS_EXPORT)),
    _role(
        "regional_supervisor",
        "区域督导",
        "Regional supervisor",
        (*_SEE_OWN, *_SERVE, P.METRICS_READ, P.SEGMENTS_READ),
    ),
    _role("dealer", "经销商", "Dealer", (*_SEE_OWN, P.METRICS_READ)),
    _role("store_manager", "店长", "Store manager", (*_SEE_OWN, *_SERVE, P.METRICS_READ)),
    _role(GUIDE, "导购", "Guide", OF_GUIDES),
    _role(
        "cashier",
        "收银员",
        "Cashier",
        (P.CUSTOMERS_READ, P.CUSTOMERS_WRITE, P.POINTS_READ, P.PROGRAMME_READ),
    ),
    _role(
        "customer_service",
        "客服",
        "Customer service",
        (
            *_SEE_OWN,
            *_SERVE,
            P.CUSTOMERS_UNMASK,
            P.PROGRAMME_READ,
            P.IDENTITY_READ,
            P.RIGHTS_WRITE,
            P.RIGHTS_EXPORT,
        ),
    ),
    _role(
        "finance",
        "财务",
        "Finance",
        (P.ORDERS_READ, P.POINTS_READ, P.PROGRAMME_READ, P.METRICS_READ, P.JOBS_READ),
    ),
    _role(
        "integrator",
        "系统集成",
        "Integrator",
        (
            P.INBOX_READ,
            P.INBOX_WRITE,
            P.ORG_READ,
            P.ORG_WRITE,
            P.JOBS_READ,
            P.JOBS_WRITE,
            P.KEYS_READ,
            P.KEYS_WRITE,
        ),
    ),
    _role(
        "auditor",
        "审计员",
        "Auditor",
        (
            *_SEE,
            P.IDENTITY_READ,
            P.INBOX_READ,
            P.USERS_READ,
            P.KEYS_READ,
            P.AUDIT_READ,
            P.AUDIT_EXPORT,
        ),
    ),
)
