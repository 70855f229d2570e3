"""Kinds of units, roles and what each role may do: one table, read by policy and by the docs."""

from __future__ import annotations

from enum import StrEnum


class UnitKind(StrEnum):
    """What a unit is. The kind decides which roles its staff may hold, never a name."""

    CENTRE = "centre"
    VENDOR = "vendor"
    BUREAU = "bureau"
    COUNTY = "county"
    SUB_CENTRE = "sub_centre"
    COUNTY_BUREAU = "county_bureau"
    TOWNSHIP = "township"
    SUB_UNIT = "sub_unit"
    ENTERPRISE = "enterprise"
    COURT = "court"
    FINANCE = "finance"
    EXTERNAL = "external"
    COMMUNITY = "community"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return _UNIT_LABELS[self]


# Not part of the government: they see what they handle or have answered, nothing that went on
# elsewhere after it was taken from them (requirements 128, 132).
OUTSIDE = frozenset({UnitKind.COURT, UnitKind.FINANCE, UnitKind.EXTERNAL})

_UNIT_LABELS = {
    UnitKind.CENTRE: "热线中心",
    UnitKind.VENDOR: "外包服务商",
    UnitKind.BUREAU: "市直部门",
    UnitKind.COUNTY: "县市区",
    UnitKind.SUB_CENTRE: "县级热线机构",
    UnitKind.COUNTY_BUREAU: "县直部门",
    UnitKind.TOWNSHIP: "乡镇街道",
    UnitKind.SUB_UNIT: "下属单位",
    UnitKind.ENTERPRISE: "公共服务企业",
    UnitKind.COURT: "法院检察院",
    UnitKind.FINANCE: "金融保险机构",
    UnitKind.EXTERNAL: "驻地单位",
    UnitKind.COMMUNITY: "村居社区",
}


class ChangeKind(StrEnum):
    """How a unit changes at a date 机构调整."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"rename": "更名", "merge": "并入", "split": "拆分"}[self.value]


class ChangeState(StrEnum):
    """Where a planned change stands."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"planned": "待执行", "done": "已执行", "cancelled": "已取消"}[self.value]


class StaffMove(StrEnum):
    """What becomes of the accounts of a unit that ends."""

    MOVE = "move"
    CLOSE = "close"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"move": "随职责转入承接单位", "close": "停用，由承接单位另开"}[self.value]


class Perm(StrEnum):
    """What a person may do; the value is the name used in tokens and logs."""

    INTAKE = "order.intake"
    REVIEW = "order.review"
    DISPATCH = "order.dispatch"
    DECIDE = "order.decide"
    HANDLE = "order.handle"
    SIGN_OFF = "order.sign_off"
    AUDIT = "order.audit"
    CALL_BACK = "order.call_back"
    SUPERVISE = "order.supervise"
    VOID = "order.void"
    CONFIRM_VOID = "order.confirm_void"
    SEE_ALL = "order.see_all"
    REVEAL = "order.reveal"
    QUALITY = "quality.check"
    REPORTS = "reports.read"
    ASSESS = "assess.manage"
    CONTENT = "console.content"
    STAFF = "console.staff"
    RULES = "console.rules"
    MESSAGES = "console.messages"
    ACCESS_LOG = "console.access_log"


class Role(StrEnum):
    """Ten roles of the hotline (roles of requirement 12)."""

    AGENT = "agent"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    UNIT_LEADER = "unit_leader"
    CALLBACK = "callback"
    SUPERVISOR = "supervisor"
    QUALITY = "quality"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.AGENT: "受理员",
    Role.DISPATCHER: "派单员",
    Role.HANDLER: "承办人",
    Role.UNIT_LEADER: "单位负责人",
    Role.CALLBACK: "回访员",
    Role.SUPERVISOR: "督办员",
    Role.QUALITY: "质检员",
    Role.MANAGER: "中心负责人",
    Role.AUDITOR: "审核员",
    Role.ADMINISTRATOR: "系统管理员",
}

PERMS: dict[Role, frozenset[Perm]] = {
    Role.AGENT: frozenset({Perm.INTAKE, Perm.SEE_ALL, Perm.REVEAL}),
    Role.DISPATCHER: frozenset(
        {Perm.REVIEW, Perm.DISPATCH, Perm.DECIDE, Perm.VOID, Perm.SEE_ALL, Perm.REVEAL}
    ),
    Role.HANDLER: frozenset({Perm.HANDLE, Perm.REVEAL}),
    Role.UNIT_LEADER: frozenset({Perm.HANDLE, Perm.SIGN_OFF, Perm.REVEAL, Perm.REPORTS}),
    Role.CALLBACK: frozenset({Perm.CALL_BACK, Perm.SEE_ALL, Perm.REVEAL}),
    Role.SUPERVISOR: frozenset(
        {Perm.SUPERVISE, Perm.SEE_ALL, Perm.REVEAL, Perm.REPORTS, Perm.ASSESS}
    ),
    Role.QUALITY: frozenset({Perm.QUALITY, Perm.SEE_ALL}),
    Role.MANAGER: frozenset(
        {
            Perm.REVIEW,
            Perm.DECIDE,
            Perm.CONFIRM_VOID,
            Perm.SEE_ALL,
            Perm.REVEAL,
            Perm.REPORTS,
            Perm.CONTENT,
            Perm.MESSAGES,
            Perm.SUPERVISE,
            Perm.ASSESS,
        }
    ),
    Role.AUDITOR: frozenset({Perm.AUDIT, Perm.SEE_ALL, Perm.REVEAL}),
    Role.ADMINISTRATOR: frozenset(
        {Perm.STAFF, Perm.RULES, Perm.MESSAGES, Perm.CONTENT, Perm.ACCESS_LOG}
    ),
}

# Answering may be bought, supervising and deciding may not (requirement 2; handbook 1.2 clause 3).
VENDOR_ROLES = frozenset({Role.AGENT})
CENTRE_ROLES = frozenset(
    {
        Role.AGENT,
        Role.DISPATCHER,
        Role.CALLBACK,
        Role.SUPERVISOR,
        Role.QUALITY,
        Role.MANAGER,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
    }
)
UNIT_ROLES = frozenset({Role.HANDLER, Role.UNIT_LEADER})


def roles_for(kind: UnitKind) -> frozenset[Role]:
    """Return the roles that staff of a unit of this kind may hold."""
    if kind is UnitKind.VENDOR:
        return VENDOR_ROLES
    return CENTRE_ROLES if kind is UnitKind.CENTRE else UNIT_ROLES
