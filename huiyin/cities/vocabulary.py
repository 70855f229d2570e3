"""The words that a profile may use: types of units, clocks, selectors, parameters, roles.

A word that is not here is refused, so that a slip never becomes a rule that nobody reads.
"""

from collections.abc import Mapping
from types import MappingProxyType

from huiyin.cities import parsers
from huiyin.cities.parsers import Parse

REGION_LEVELS = ("city", "county", "street")
REGION_KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"city": ("市",), "county": ("区", "县", "市"), "street": ("街道", "镇", "乡")}
)

UNIT_TYPES = (
    "centre",
    "vendor",
    "bureau",
    "county",
    "county_bureau",
    "township",
    "sub_unit",
    "enterprise",
    "court",
    "external",
    "community",
)
LEAD_LEVELS = ("city", "county", "township")

CLOCKS = (
    "accept",
    "missed_call",
    "dispatch",
    "sign",
    "contact",
    "finish",
    "return",
    "return_review",
    "dispute",
    "extension",
    "extension_review",
    "reply_review",
    "callback",
    "urge",
    "supervision",
    "knowledge_update",
)
REQUEST_KINDS = ("inquiry", "help", "complaint", "report", "suggestion", "praise", "other")
URGENCIES = ("normal", "urgent", "emergency")
CHANNELS = (
    "phone",
    "web",
    "wechat",
    "app",
    "sms",
    "mailbox",
    "email",
    "weibo",
    "police",
    "province",
    "media",
    "grid",
    "visit",
    "leader",
)

PARAMETERS: Mapping[str, Parse] = MappingProxyType(
    {
        "review.before_dispatch": parsers.flag,
        "dispatch.community_guard": parsers.flag,
        "dispute.after_returns": parsers.whole(1, 9),
        "return.max_times": parsers.whole(0, 9),
        "return.suggested_unit_required": parsers.flag,
        "return.review_time_added_back": parsers.flag,
        "extension.max_times": parsers.whole(0, 9),
        "extension.notify_citizen": parsers.flag,
        "reply.contact_required": parsers.flag,
        "reply.basis_required_when_unsolved": parsers.flag,
        "reply.signoff_required": parsers.flag,
        "callback.order": parsers.one_of(("audit_then_callback", "callback_then_audit")),
        "callback.scope": parsers.one_of(("all", "dispatched", "sample", "none")),
        "callback.sms": parsers.whole(0, 9),
        "callback.attempts": parsers.whole(1, 9),
        "callback.days": parsers.whole(1, 9),
        "callback.quiet_hours": parsers.quiet,
        "round.max": parsers.whole(1, 99),
        "urge.at_percent": parsers.wholes(1, 999),
        "archive.after_days": parsers.whole(0, 3650),
        "duplicate.metres": parsers.whole(0, 5000),
        "duplicate.days": parsers.whole(0, 365),
        "retention.recording_months": parsers.whole(6, 1200),
    }
)

REASON_GROUPS = (
    "refer",
    "refuse",
    "return",
    "extension",
    "no_callback",
    "void",
    "unsatisfied",
    "callback_failed",
)
PROOFS = (
    "note",
    "transfer_log",
    "procedure_number",
    "earlier_order",
    "suggested_unit",
    "second_person",
    "police_clue",
)

MESSAGES = (
    "registered",
    "dispatched",
    "progress",
    "extended",
    "replied_rating_link",
    "closed",
    "redo",
    "referred",
)
# The longest text that each placeholder can become; a message must fit with all of them.
PLACEHOLDERS: Mapping[str, int] = MappingProxyType(
    {"number": 16, "code": 6, "link": 40, "unit": 12, "due": 12, "promise": 20}
)
SMS_SIZES: Mapping[int, int] = MappingProxyType({1: 70, 2: 134})

ROLES = (
    "agent",
    "dispatcher",
    "handler",
    "unit_leader",
    "callback",
    "supervisor",
    "quality",
    "manager",
    "auditor",
    "administrator",
)
# Answering may be bought, handling may not (国办函〔2025〕66号, clause 3).
VENDOR_ROLES = ("agent",)
