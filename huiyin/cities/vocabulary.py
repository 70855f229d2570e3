"""The words that a profile may use, most of them the engine's own.

A word that is not here is refused, so that a slip never becomes a rule that nobody reads.
"""

from collections.abc import Mapping
from types import MappingProxyType

from huiyin.callcentre.telephony.states import SurgeAct
from huiyin.channels.messaging import rules as messages
from huiyin.channels.messaging.states import TEMPLATE_KEYS
from huiyin.cities import bulletin_tables, indicator_tables, ladder_tables, parsers, tables
from huiyin.cities.parsers import Parse
from huiyin.knowledge.article_states import DocumentKind, Visibility
from huiyin.knowledge.states import (
    ClockKind,
    Indicator,
    Kind,
    LeadLevel,
    LineMode,
    ReasonGroup,
    Urgency,
)
from huiyin.orders.states import (
    AuditOutcome,
    Channel,
)
from huiyin.orgs.states import Role, UnitKind

REGION_LEVELS = ("city", "county", "street")
REGION_KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "city": ("市", "区", "县"),
        "county": ("区", "县", "市"),
        "street": ("街道", "镇", "乡", "地区", "农场", "开发区"),
    }
)
ANY_REGION_KIND = tuple(dict.fromkeys(kind for kinds in REGION_KINDS.values() for kind in kinds))

UNIT_TYPES = tuple(kind.value for kind in UnitKind)
LEAD_LEVELS = tuple(level.value for level in LeadLevel)
ROLES = tuple(role.value for role in Role)

# Limits that are no clocks of an order: how long an extension may be, how fast an urging, a
# supervision order, a missed call and a change of policy are answered.
OTHER_LIMITS = (
    "extension",
    "urge",
    "dispute",
    "supervision",
    "missed_call",
    "knowledge_update",
)
CLOCKS = (*(clock.value for clock in ClockKind), *OTHER_LIMITS)
REQUEST_KINDS = tuple(kind.value for kind in Kind)
URGENCIES = tuple(urgency.value for urgency in Urgency)
VISIBILITIES = tuple(each.value for each in Visibility)
DOCUMENT_KINDS = tuple(each.value for each in DocumentKind)
LINE_MODES = tuple(mode.value for mode in LineMode)
SURGE_ACTS = tuple(act.value for act in SurgeAct)
SKILL_KEYS = r"[0-9]=(general|enterprise|dialect|foreign)"
BARRED = r"[+\d]\d{0,9}"  # how numbers begin that are never called
HALF_HOURS = r"([01]\d|2[0-3]):[03]0-([01]\d|2[0-3]):[03]0"
INDICATORS = tuple(indicator.value for indicator in Indicator)
CHANNELS = tuple(channel.value for channel in Channel)
# Every request passes these, so each needs a limit without a selector.
_NOT_EVERYWHERE = frozenset(
    {ClockKind.SUPERVISION, ClockKind.WHISTLE, ClockKind.RAISING, ClockKind.FEEDBACK}
)
GENERAL_LIMITS = (
    *(clock.value for clock in ClockKind if clock not in _NOT_EVERYWHERE), "extension",
)  # fmt: skip

PARAMETERS: Mapping[str, Parse] = MappingProxyType(
    {
        "review.before_dispatch": parsers.flag,
        "review.spared": parsers.listed(parsers.one_of(URGENCIES)),
        "dispatch.community_guard": parsers.flag,
        "dispatch.supervising_unit_required": parsers.flag,
        "dispatch.supervising_unit": parsers.unit_or_none,
        "dispatch.community_list": parsers.codes,
        "pass_down.share": parsers.whole(1, 100),
        "whistle.callers": parsers.listed(parsers.one_of(UNIT_TYPES)),
        "ruling.two_persons": parsers.flag,
        "raising.max_times": parsers.whole(0, 9),
        "raising.new_deadline": parsers.flag,
        "warn.amber_percent": parsers.whole(1, 99),
        "dispute.after_returns": parsers.whole(1, 9),
        "return.max_times": parsers.whole(0, 9),
        "return.needs_suggestion": parsers.flag,
        "return.review_time_added_back": parsers.flag,
        "extension.max_times": parsers.whole(0, 9),
        "extension.notify_citizen": parsers.flag,
        "reply.contact_required": parsers.flag,
        "reply.basis_required_when_unsolved": parsers.flag,
        "reply.signoff_required": parsers.flag,
        "reply.each_matter": parsers.flag,
        "reply.dual_feedback": parsers.flag,
        "reply.evidence_required": parsers.flag,
        "reply.explanations": parsers.whole(1, 9),
        "audit.scorecard": tables.scorecard,
        "audit.score_required": parsers.flag,
        "audit.pass_mark": parsers.whole(0, 100),
        "audit.outcomes": tables.choices(AuditOutcome),
        "callback.order": parsers.one_of(("audit_then_callback", "callback_then_audit")),
        "callback.scope": parsers.one_of(("all", "dispatched", "sample", "none")),
        "callback.sample_share": parsers.whole(0, 100),
        "callback.script": tables.scripts,
        "callback.workdays_only": parsers.flag,
        "callback.reasons_required": parsers.flag,
        "answer.by_office": parsers.flag,
        "local_callback.required": parsers.flag,
        "local_callback.second_handlings": parsers.whole(0, 9),
        "step.checklists": tables.checklists,
        "callback.sms": parsers.whole(0, 9),
        "callback.call_after_sms_hours": parsers.whole(0, 168),
        "callback.attempts": parsers.whole(1, 9),
        "callback.days": parsers.whole(1, 9),
        "callback.quiet_hours": parsers.quiet,
        "redo.max_rounds": parsers.whole(1, 99),
        "redo.automatic": parsers.flag,
        "urge.at_percent": parsers.wholes(1, 999),
        "urge.unread_days": parsers.whole(0, 30),
        "urge.call_when_overdue": parsers.flag,
        "risk.tags": ladder_tables.risk_tags,
        "letter.weekdays": parsers.wholes(1, 7),
        "letter.least": parsers.whole(1, 999),
        "letter.soon_hours": parsers.whole(0, 240),
        "escalation.steps": ladder_tables.escalation_steps,
        "mandate.kinds": ladder_tables.mandate_kinds,
        "mandate.methods": ladder_tables.mandate_methods,
        "mandate.max_extensions": parsers.whole(0, 9),
        "task.remind_before_days": parsers.wholes(0, 90),
        "task.remind_late_days": parsers.whole(0, 90),
        "assessment.population": tables.inhabitants,
        "assessment.indicators": indicator_tables.own_indicators,
        "assessment.targets": bulletin_tables.targets,
        "bulletin.kinds": bulletin_tables.kinds,
        "archive.after_days": parsers.whole(0, 3650),
        "duplicate.metres": parsers.whole(0, 5000),
        "duplicate.days": parsers.whole(0, 365),
        "duplicate.like_percent": parsers.whole(1, 100),
        "duplicate.like_here_percent": parsers.whole(1, 100),
        "suggest.duplicates": parsers.flag,
        "suggest.replies": parsers.flag,
        "assistant.summary": parsers.flag,
        "assistant.order": parsers.flag,
        "assistant.answer": parsers.flag,
        "suggest.incidents": parsers.flag,
        "suggest.filings": parsers.flag,
        "incident.least": parsers.whole(2, 99),
        "incident.hours": parsers.whole(1, 720),
        "filing.valid_months": parsers.whole(1, 36),
        "filing.warn_days": parsers.whole(1, 365),
        "write_off.days": parsers.whole(1, 365),
        "intake.scripts": tables.scripts,
        "report.groups": tables.groups,
        "suggest.articles": parsers.flag,
        "suggest.articles_least": parsers.whole(5, 95),
        "knowledge.review_days": parsers.whole(0, 365),
        "knowledge.frequent_days": parsers.whole(7, 365),
        "knowledge.frequent_least": parsers.whole(2, 100_000),
        "suggest.kind": parsers.flag,
        "suggest.category": parsers.flag,
        "suggest.urgency": parsers.flag,
        "suggest.place": parsers.flag,
        "suggest.tags": parsers.flag,
        "suggest.unit": parsers.flag,
        "suggest.costs": tables.costs,
        "suggest.learn_after": parsers.whole(0, 1_000_000),
        "messaging.events": messages.read_events,
        "messaging.quiet_hours": parsers.quiet,
        "messaging.at_once": messages.read_templates,
        "messaging.keep_days": parsers.whole(1, 3650),
        "retention.recording_months": parsers.whole(6, 1200),
        "telephony.ring_seconds": parsers.whole(5, 120),
        "telephony.wrap_seconds": parsers.whole(0, 600),
        "telephony.overflow_seconds": parsers.whole(0, 3600),
        "telephony.longest_wait_seconds": parsers.whole(30, 7200),
        "telephony.announce_seconds": parsers.whole(0, 600),
        "telephony.break_share": parsers.whole(0, 100),
        "telephony.break_minutes": parsers.whole(0, 480),
        "telephony.answer_within_seconds": parsers.whole(1, 300),
        "telephony.short_call_seconds": parsers.whole(0, 60),
        "telephony.repeated_hours": parsers.whole(0, 168),
        "telephony.connect_target": parsers.whole(1, 100),
        "telephony.session_hours": parsers.whole(1, 24),
        "telephony.surge_blue": parsers.listed(parsers.one_of(SURGE_ACTS)),
        "telephony.surge_yellow": parsers.listed(parsers.one_of(SURGE_ACTS)),
        "telephony.surge_red": parsers.listed(parsers.one_of(SURGE_ACTS)),
        "telephony.level_target": parsers.whole(1, 99),
        "telephony.away_share": parsers.whole(0, 90),
        "telephony.blocked_share": parsers.whole(1, 50),
        "telephony.least_agents": parsers.whole(0, 999),
        "telephony.people_per_line": parsers.whole(1000, 10_000_000),
        "telephony.shifts": parsers.listed(parsers.pattern(HALF_HOURS, "08:00-16:00")),
        "telephony.shift_hours": parsers.whole(1, 24),
        "telephony.rest_hours": parsers.whole(0, 24),
        "telephony.keys": parsers.listed(parsers.pattern(SKILL_KEYS, "2=enterprise")),
        "telephony.barred_prefixes": parsers.listed(parsers.pattern(BARRED, "00")),
        "telephony.daily_target": parsers.whole(0, 999),
        "telephony.script_emotional": parsers.text(500),
        "telephony.script_abusive": parsers.text(500),
        "missed.attempts": parsers.whole(1, 9),
        "missed.within_minutes": parsers.whole(1, 1440),
        "missed.quiet_hours": parsers.quiet,
    }
)

# A profile may leave these out; what then holds stands beside each reading of them.
OPTIONAL_PARAMETERS = frozenset(
    {
        "assessment.population",
        "assessment.indicators",
        "assessment.targets",
        "bulletin.kinds",
        "risk.tags",
        "letter.weekdays",
        "letter.least",
        "letter.soon_hours",
        "escalation.steps",
        "mandate.kinds",
        "mandate.methods",
        "mandate.max_extensions",
        "task.remind_before_days",
        "task.remind_late_days",
        "review.spared",
        "whistle.callers",
        "ruling.two_persons",
        "raising.max_times",
        "raising.new_deadline",
        "duplicate.like_percent",
        "duplicate.like_here_percent",
        "suggest.duplicates",
        "suggest.replies",
        "assistant.summary",
        "assistant.order",
        "assistant.answer",
        "suggest.incidents",
        "suggest.filings",
        "incident.least",
        "incident.hours",
        "reply.each_matter",
        "reply.dual_feedback",
        "reply.evidence_required",
        "reply.explanations",
        "audit.scorecard",
        "audit.score_required",
        "audit.pass_mark",
        "audit.outcomes",
        "callback.sample_share",
        "callback.script",
        "callback.call_after_sms_hours",
        "callback.workdays_only",
        "callback.reasons_required",
        "step.checklists",
        "answer.by_office",
        "local_callback.required",
        "local_callback.second_handlings",
        "telephony.ring_seconds",
        "telephony.wrap_seconds",
        "telephony.overflow_seconds",
        "telephony.longest_wait_seconds",
        "telephony.announce_seconds",
        "telephony.break_share",
        "telephony.break_minutes",
        "telephony.answer_within_seconds",
        "telephony.short_call_seconds",
        "telephony.repeated_hours",
        "telephony.connect_target",
        "telephony.session_hours",
        "telephony.surge_blue",
        "telephony.surge_yellow",
        "telephony.surge_red",
        "telephony.level_target",
        "telephony.away_share",
        "telephony.blocked_share",
        "telephony.least_agents",
        "telephony.people_per_line",
        "telephony.shifts",
        "telephony.shift_hours",
        "telephony.rest_hours",
        "telephony.keys",
        "telephony.barred_prefixes",
        "telephony.daily_target",
        "telephony.script_emotional",
        "telephony.script_abusive",
        "missed.attempts",
        "missed.within_minutes",
        "missed.quiet_hours",
        "intake.scripts",
        "report.groups",
        "suggest.articles",
        "suggest.articles_least",
        "knowledge.review_days",
        "knowledge.frequent_days",
        "knowledge.frequent_least",
        "suggest.kind",
        "suggest.category",
        "suggest.urgency",
        "suggest.place",
        "suggest.tags",
        "suggest.unit",
        "suggest.costs",
        "suggest.learn_after",
    }
)

REASON_GROUPS = (*(group.value for group in ReasonGroup), "extension")
REASON_GROUPS = tuple(group.value for group in ReasonGroup)
PROOFS = (
    "note",
    "transfer_log",
    "procedure_number",
    "earlier_order",
    "suggested_unit",
    "second_person",
    "police_clue",
)

MESSAGES = TEMPLATE_KEYS
# The longest text that each placeholder can become; a message must fit with all of them.
PLACEHOLDERS: Mapping[str, int] = MappingProxyType(
    {
        "number": 16,
        "code": 6,
        "link": 60,
        "unit": 12,
        "due": 12,
        "promise": 20,
        "title": 20,
        "city": 10,
        "hotline": 12,
        "contact": 30,
    }
)
SMS_SIZES: Mapping[int, int] = MappingProxyType({1: 70, 2: 134})
