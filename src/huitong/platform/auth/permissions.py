"""Everything that a caller can be allowed to do, in code and in the words of people."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """Everything that a caller can be allowed to do; routes name one, keys hold some."""

    INBOX_READ = "inbox.read"
    INBOX_WRITE = "inbox.write"
    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_WRITE = "customers.write"
    CUSTOMERS_UNMASK = "customers.unmask"
    CUSTOMERS_DIAL = "customers.dial"
    DOCUMENTS_REVIEW = "documents.review"
    CONSENTS_WRITE = "consents.write"
    RIGHTS_EXPORT = "rights.export"
    RIGHTS_WRITE = "rights.write"
    RIGHTS_ERASE = "rights.erase"
    IDENTITY_READ = "identity.read"
    IDENTITY_WRITE = "identity.write"
    ORDERS_READ = "orders.read"
    SIGNALS_READ = "signals.read"
    POINTS_READ = "points.read"
    POINTS_ADJUST = "points.adjust"
    POINTS_ADJUST_LARGE = "points.adjust_large"
    PROGRAMME_READ = "programme.read"
    PROGRAMME_WRITE = "programme.write"
    PROGRAMME_PUBLISH = "programme.publish"
    PROGRAMME_UNGUARD = "programme.unguard"
    METRICS_READ = "metrics.read"
    MODELS_READ = "models.read"
    MODELS_WRITE = "models.write"
    TAGS_READ = "tags.read"
    TAGS_WRITE = "tags.write"
    TAGS_GIVE = "tags.give"
    TAGS_SENSITIVE = "tags.sensitive"
    SEGMENTS_READ = "segments.read"
    SEGMENTS_WRITE = "segments.write"
    SEGMENTS_EXPORT = "segments.export"
    JOBS_READ = "jobs.read"
    JOBS_WRITE = "jobs.write"
    ORG_READ = "org.read"
    ORG_WRITE = "org.write"
    AUDIT_READ = "audit.read"
    AUDIT_EXPORT = "audit.export"
    USERS_READ = "users.read"
    USERS_WRITE = "users.write"
    ROLES_WRITE = "roles.write"
    KEYS_READ = "keys.read"
    KEYS_WRITE = "keys.write"
    ACCOUNT_OWN = "account.own"
    GUIDE_READ = "guide.read"
    GUIDE_WRITE = "guide.write"
    MY_READ = "my.read"
    MY_WRITE = "my.write"


@dataclass(frozen=True, slots=True)
class PermissionName:
    """A permission in the words of people."""

    chinese: str
    english: str


PERMISSION_NAMES: Mapping[Permission, PermissionName] = {
    Permission.INBOX_READ: PermissionName("查看数据接入", "See what was taken in"),
    Permission.INBOX_WRITE: PermissionName("写入与重试接入数据", "Send records in and retry them"),
    Permission.CUSTOMERS_READ: PermissionName("查看顾客（脱敏）", "See customers, masked"),
    Permission.CUSTOMERS_WRITE: PermissionName("办理入会与修改顾客", "Enrol and change customers"),
    Permission.CUSTOMERS_UNMASK: PermissionName(
        "查看顾客明文信息", "See phone, name, e-mail and birthday unmasked"
    ),
    Permission.CUSTOMERS_DIAL: PermissionName(
        "拨打顾客电话（不显示号码）", "Call customers without seeing the number"
    ),
    Permission.DOCUMENTS_REVIEW: PermissionName("审核会员证件", "Review members' documents"),
    Permission.CONSENTS_WRITE: PermissionName("登记授权同意", "Record consents"),
    Permission.RIGHTS_EXPORT: PermissionName(
        "导出个人信息副本（明文）", "Export all data of a person, unmasked"
    ),
    Permission.RIGHTS_WRITE: PermissionName("办理退会", "Let members leave"),
    Permission.RIGHTS_ERASE: PermissionName("抹除个人信息", "Erase persons for good"),
    Permission.IDENTITY_READ: PermissionName(
        "查看身份合并证据（脱敏）", "See why records are one person, masked"
    ),
    Permission.IDENTITY_WRITE: PermissionName("合并与拆分自然人", "Merge and split persons"),
    Permission.ORDERS_READ: PermissionName("查看订单", "See orders"),
    Permission.SIGNALS_READ: PermissionName("查看行为信号", "See what people do without buying"),
    Permission.POINTS_READ: PermissionName("查看积分与明细", "See points and their history"),
    Permission.POINTS_ADJUST: PermissionName(
        "手工调整积分", "Give and take points by hand, within the limit"
    ),
    Permission.POINTS_ADJUST_LARGE: PermissionName(
        "手工调整大额积分", "Give and take points by hand, beyond the limit"
    ),
    Permission.PROGRAMME_READ: PermissionName("查看会员方案", "See the programme"),
    Permission.PROGRAMME_WRITE: PermissionName("修改会员方案", "Change the programme"),
    Permission.PROGRAMME_PUBLISH: PermissionName(
        "审批与发布会员方案", "Approve programmes and put them into effect"
    ),
    Permission.PROGRAMME_UNGUARD: PermissionName(
        "关闭方案的双人复核", "Turn off that programmes need a second person"
    ),
    Permission.METRICS_READ: PermissionName("查看经营指标", "See the figures of a brand"),
    Permission.MODELS_READ: PermissionName(
        "查看顾客模型", "See what models say of customers, and why"
    ),
    Permission.MODELS_WRITE: PermissionName(
        "修改与刷新顾客模型", "Change models of customers and refresh them"
    ),
    Permission.TAGS_READ: PermissionName("查看标签定义与分布", "See tags and how many have each"),
    Permission.TAGS_WRITE: PermissionName("修改标签定义", "Change definitions of tags"),
    Permission.TAGS_GIVE: PermissionName("给顾客打标签", "Give customers tags by hand"),
    Permission.TAGS_SENSITIVE: PermissionName(
        "查看敏感标签", "See sensitive tags of single customers"
    ),
    Permission.SEGMENTS_READ: PermissionName("查看人群与画像", "See segments and portraits"),
    Permission.SEGMENTS_WRITE: PermissionName("修改人群", "Change segments"),
    Permission.SEGMENTS_EXPORT: PermissionName("导出人群名单（脱敏）", "Export segments, masked"),
    Permission.JOBS_READ: PermissionName("查看任务进度", "See jobs and their progress"),
    Permission.JOBS_WRITE: PermissionName("取消与重试任务", "Cancel and retry jobs"),
    Permission.ORG_READ: PermissionName(
        "查看组织、门店与员工", "See the organisation, its stores and staff"
    ),
    Permission.ORG_WRITE: PermissionName(
        "修改组织、门店与员工", "Change the organisation, its stores and staff"
    ),
    Permission.AUDIT_READ: PermissionName("查看审计日志", "See who did what"),
    Permission.AUDIT_EXPORT: PermissionName("导出审计日志", "Export who did what"),
    Permission.USERS_READ: PermissionName("查看用户与角色", "See users and roles"),
    Permission.USERS_WRITE: PermissionName(
        "管理用户与授权", "Add users, give them roles, reset and lock them"
    ),
    Permission.ROLES_WRITE: PermissionName("修改角色权限", "Change what roles may do"),
    Permission.KEYS_READ: PermissionName("查看接口密钥", "See machine keys"),
    Permission.KEYS_WRITE: PermissionName(
        "签发、轮换与吊销接口密钥", "Issue, rotate and revoke machine keys"
    ),
    Permission.ACCOUNT_OWN: PermissionName("管理本人账号", "Look after one's own account"),
    Permission.GUIDE_READ: PermissionName(
        "导购查看自己服务的顾客（脱敏）", "See the customers one serves as a guide, masked"
    ),
    Permission.GUIDE_WRITE: PermissionName(
        "导购服务顾客与记录", "Serve customers as a guide and note it"
    ),
    Permission.MY_READ: PermissionName("会员查看本人数据", "See one's own data as a member"),
    Permission.MY_WRITE: PermissionName("会员修改本人数据", "Change one's own data as a member"),
}


class CallerKind(StrEnum):
    """What stands behind a call: a program, or a person at one of the three front ends."""

    KEY = "key"
    USER = "user"
    GUIDE = "guide"
    MEMBER = "member"


OF_GUIDES = frozenset({Permission.GUIDE_READ, Permission.GUIDE_WRITE})
OF_MEMBERS = frozenset({Permission.MY_READ, Permission.MY_WRITE})
# Nobody is given these: a user has the first, a member the others, by being one.
NOT_GIVEN = frozenset({Permission.ACCOUNT_OWN, *OF_MEMBERS})


def kinds_of(permission: Permission) -> frozenset[CallerKind]:
    """Return the kinds of callers that a permission is any good to; other kinds are refused."""
    if permission in OF_MEMBERS:
        return frozenset({CallerKind.MEMBER})
    if permission in OF_GUIDES:
        return frozenset({CallerKind.GUIDE})
    if permission is Permission.ACCOUNT_OWN:
        return frozenset({CallerKind.USER})
    return frozenset({CallerKind.KEY, CallerKind.USER})


# What a program can be allowed to do.
OF_KEYS = frozenset(one for one in Permission if CallerKind.KEY in kinds_of(one))

# The role that nobody may be the last to lose, and that always holds everything.
GROUP_ADMIN = "group_admin"
# What a guide may do in the workbench is what the role of this code says.
GUIDE = "guide"


@dataclass(frozen=True, slots=True)
class NewRole:
    """A role as it is entered, keyed by its code."""

    code: str
    chinese: str
    english: str
    permissions: frozenset[Permission]
