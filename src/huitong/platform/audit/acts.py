"""Everything that the audit tells of: the acts, and their names in the words of people."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What somebody can have done; an act that is not here cannot be recorded."""

    USER_ADD = "user.add"
    USER_PUT = "user.put"
    USER_LOCK = "user.lock"
    USER_UNLOCK = "user.unlock"
    USER_RESET = "user.reset"
    ROLE_PUT = "role.put"
    ROLE_DELETE = "role.delete"
    PASSWORD_PUT = "password.put"  # noqa: S105 - the name of an act
    SECOND_FACTOR_PUT = "second_factor.put"
    SESSION_OPEN = "session.open"
    SESSION_CHALLENGE = "session.challenge"
    SESSION_REFUSE = "session.refuse"
    SESSION_END = "session.end"
    KEY_ISSUE = "key.issue"
    KEY_ROTATE = "key.rotate"
    KEY_REVOKE = "key.revoke"
    GROUP_PUT = "group.put"
    BRAND_PUT = "brand.put"
    ENTITY_PUT = "legal_entity.put"
    STORE_PUT = "store.put"
    REGION_PUT = "region.put"
    STAFF_PUT = "staff.put"
    GUIDE_PHONE_PUT = "guide_phone.put"
    ACCOUNT_PUT = "account.put"
    TOUCHPOINT_PUT = "touchpoint.put"
    PROGRAMME_PUT = "programme.put"
    PROGRAMME_DRAFT = "programme.draft"
    PROGRAMME_POLICY_PUT = "programme_policy.put"
    CUT_OVER_PUT = "cut_over.put"
    POINTS_ADJUST = "points.adjust"
    POINTS_REVERSE = "points.reverse"
    TAG_PUT = "tag.put"
    TAG_ARCHIVE = "tag.archive"
    TAG_PACK_PUT = "tag_pack.put"
    TAG_GIVE = "tag.give"
    TAG_WITHDRAW = "tag.withdraw"
    SEGMENT_PUT = "segment.put"
    SEGMENT_ARCHIVE = "segment.archive"
    SEGMENT_EXPORT = "segment.export"
    SEGMENT_TAKE = "segment.take"
    MODEL_PUT = "model.put"
    REFRESH_ASK = "refresh.ask"
    MAPPING_PUT = "mapping.put"
    RECORD_FIX = "record.fix"
    RECORD_REMAP = "record.remap"
    RECORD_RETRY = "record.retry"
    RECORD_UNMASK = "record.unmask"
    IMPORT_ASK = "import.ask"
    REJECTS_TAKE = "rejects.take"
    IDENTITY_POLICY_PUT = "identity_policy.put"
    PERSON_MERGE = "person.merge"
    PERSON_SPLIT = "person.split"
    REVIEW_DECIDE = "review.decide"
    IDENTIFIER_UNDO = "identifier.undo"
    PERSONS_WEIGH = "persons.weigh"
    SUGGESTIONS_ASK = "suggestions.ask"
    CUSTOMER_PUT = "customer.put"
    CUSTOMER_ENROL = "customer.enrol"
    CUSTOMER_UNMASK = "customer.unmask"
    CUSTOMER_DIAL = "customer.dial"
    CUSTOMER_EXPORT = "customer.export"
    CUSTOMER_LEAVE = "customer.leave"
    CUSTOMER_STAY = "customer.stay"
    CONSENT_PUT = "consent.put"
    DOCUMENT_DECIDE = "document.decide"
    DOCUMENT_SHOW = "document.show"
    CONSENT_POLICY_PUT = "consent_policy.put"
    REQUEST_OPEN = "right_request.open"
    REQUEST_CLOSE = "right_request.close"
    EXIT_POLICY_PUT = "exit_policy.put"
    PERSON_EXPORT = "person.export"
    PERSON_ERASE = "person.erase"
    JOB_CANCEL = "job.cancel"
    JOB_RETRY = "job.retry"
    COMMAND_RUN = "command.run"
    AUDIT_EXPORT = "audit.export"


@dataclass(frozen=True, slots=True)
class ActName:
    """An act in the words of people."""

    chinese: str
    english: str


ACT_NAMES: Mapping[Act, ActName] = {
    Act.USER_ADD: ActName("新增用户", "Added a user"),
    Act.USER_PUT: ActName("修改用户", "Changed a user"),
    Act.USER_LOCK: ActName("停用用户", "Locked a user"),
    Act.USER_UNLOCK: ActName("恢复用户", "Unlocked a user"),
    Act.USER_RESET: ActName("重置用户密码", "Reset a user's password"),
    Act.ROLE_PUT: ActName("修改角色", "Changed a role"),
    Act.ROLE_DELETE: ActName("删除角色", "Deleted a role"),
    Act.PASSWORD_PUT: ActName("修改自己的密码", "Changed their password"),
    Act.SECOND_FACTOR_PUT: ActName("设置两步验证", "Changed their second factor"),
    Act.SESSION_OPEN: ActName("登录", "Signed in"),
    Act.SESSION_CHALLENGE: ActName(
        "密码正确，待两步验证", "Knew the password, was asked for a code"
    ),
    Act.SESSION_REFUSE: ActName("登录被拒", "Was refused to sign in"),
    Act.SESSION_END: ActName("退出登录", "Signed out"),
    Act.KEY_ISSUE: ActName("签发密钥", "Issued a key"),
    Act.KEY_ROTATE: ActName("轮换密钥", "Rotated a key"),
    Act.KEY_REVOKE: ActName("吊销密钥", "Revoked a key"),
    Act.GROUP_PUT: ActName("修改集团", "Changed the group"),
    Act.BRAND_PUT: ActName("修改品牌", "Changed a brand"),
    Act.ENTITY_PUT: ActName("修改法人主体", "Changed a legal entity"),
    Act.STORE_PUT: ActName("修改门店", "Changed a store"),
    Act.REGION_PUT: ActName("修改区域层级", "Changed a region"),
    Act.STAFF_PUT: ActName("修改员工", "Changed a member of staff"),
    Act.GUIDE_PHONE_PUT: ActName("设置导购登录手机号", "Changed the number a guide signs in with"),
    Act.ACCOUNT_PUT: ActName("修改渠道账号", "Changed a channel account"),
    Act.TOUCHPOINT_PUT: ActName("修改触点", "Changed a touchpoint"),
    Act.PROGRAMME_PUT: ActName("发布会员方案", "Published a programme"),
    Act.PROGRAMME_DRAFT: ActName("修改会员方案草稿", "Changed the draft of a programme"),
    Act.PROGRAMME_POLICY_PUT: ActName("修改方案审批方式", "Changed how programmes are approved"),
    Act.CUT_OVER_PUT: ActName("设置系统切换时间", "Decided the cut-over"),
    Act.POINTS_ADJUST: ActName("手工调整积分", "Adjusted points by hand"),
    Act.POINTS_REVERSE: ActName("冲正手工积分", "Reversed an adjustment of points"),
    Act.TAG_PUT: ActName("修改标签", "Changed a tag"),
    Act.TAG_ARCHIVE: ActName("停用标签", "Archived a tag"),
    Act.TAG_PACK_PUT: ActName("启用标签包", "Took over a pack of tags"),
    Act.TAG_GIVE: ActName("手工打标签", "Gave a tag by hand"),
    Act.TAG_WITHDRAW: ActName("手工撤销标签", "Took a tag back by hand"),
    Act.SEGMENT_PUT: ActName("修改人群", "Changed a segment"),
    Act.SEGMENT_ARCHIVE: ActName("停用人群", "Archived a segment"),
    Act.SEGMENT_EXPORT: ActName("申请导出人群", "Asked for a segment as a file"),
    Act.SEGMENT_TAKE: ActName("下载人群文件", "Took the file of a segment"),
    Act.MODEL_PUT: ActName("修改顾客模型", "Changed a model"),
    Act.REFRESH_ASK: ActName("发起数据刷新", "Asked for a refresh"),
    Act.MAPPING_PUT: ActName("修改字段映射", "Changed a mapping"),
    Act.RECORD_FIX: ActName("更正接入记录", "Put a record right"),
    Act.RECORD_REMAP: ActName("重新映射接入记录", "Read a record by another mapping"),
    Act.RECORD_RETRY: ActName("重试接入记录", "Tried a record again"),
    Act.RECORD_UNMASK: ActName("查看接入记录明文", "Saw a record as it came, unmasked"),
    Act.IMPORT_ASK: ActName("发起导入", "Asked for an import"),
    Act.REJECTS_TAKE: ActName("下载未通过数据文件", "Took the file of refused rows"),
    Act.IDENTITY_POLICY_PUT: ActName("修改识别策略", "Changed the rules of identity"),
    Act.PERSON_MERGE: ActName("合并自然人", "Merged persons"),
    Act.PERSON_SPLIT: ActName("拆分自然人", "Split persons"),
    Act.REVIEW_DECIDE: ActName("处理合并复核", "Decided a review of identity"),
    Act.IDENTIFIER_UNDO: ActName("停用标识", "Took an identifier out"),
    Act.PERSONS_WEIGH: ActName("重新判定全部自然人", "Had everybody weighed anew"),
    Act.SUGGESTIONS_ASK: ActName("查找疑似同一人", "Asked for pairs that are likely one"),
    Act.CUSTOMER_PUT: ActName("修改顾客资料", "Changed a customer"),
    Act.CUSTOMER_ENROL: ActName("办理入会", "Enrolled a customer"),
    Act.CUSTOMER_UNMASK: ActName("查看明文信息", "Saw a customer's data unmasked"),
    Act.CUSTOMER_DIAL: ActName("拨打顾客电话", "Called a customer"),
    Act.CUSTOMER_EXPORT: ActName("导出顾客", "Exported customers"),
    Act.CUSTOMER_LEAVE: ActName("办理退会", "Let a member leave"),
    Act.CUSTOMER_STAY: ActName("撤回退会", "Took a wish to leave back"),
    Act.CONSENT_PUT: ActName("登记授权同意", "Recorded a consent"),
    Act.DOCUMENT_DECIDE: ActName("审核会员证件", "Decided on a document"),
    Act.DOCUMENT_SHOW: ActName("查看证件原件", "Looked at a document"),
    Act.CONSENT_POLICY_PUT: ActName("新增授权文本版本", "Kept a version of a policy text"),
    Act.REQUEST_OPEN: ActName("登记权利请求", "Noted a request under the law"),
    Act.REQUEST_CLOSE: ActName("办结权利请求", "Closed a request under the law"),
    Act.EXIT_POLICY_PUT: ActName("修改退会规则", "Changed how members leave"),
    Act.PERSON_EXPORT: ActName("导出个人信息副本", "Exported a person's data"),
    Act.PERSON_ERASE: ActName("抹除个人信息", "Erased a person"),
    Act.JOB_CANCEL: ActName("取消任务", "Cancelled a job"),
    Act.JOB_RETRY: ActName("重试任务", "Retried a job"),
    Act.COMMAND_RUN: ActName("执行命令行命令", "Ran a command"),
    Act.AUDIT_EXPORT: ActName("导出审计日志", "Exported the audit"),
}
