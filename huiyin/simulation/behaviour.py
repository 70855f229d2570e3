"""How people behave in a simulated city: every share and delay in one place, with its source.

Shares lie between 0 and 1. Where the handbook prints a range, the figure here lies inside it;
figures without a printed range are marked "own default". A city gives its own in the
``simulation.toml`` of its profile; what it leaves out stays as it is here.

Source: handbook domain.md 8.2 "Typical ratios for synthetic data", 5.3 load shape, 3.4 types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from huiyin.callcentre.calls.states import CallOutcome
from huiyin.knowledge.states import Kind, Urgency
from huiyin.orders.states import Channel, Outcome

# 5.3: peaks 9-11 and 14-16 (Beijing 2019), 10-11 and 14-15 (other cities); 8.2: the peak hour has
# 9-11 % of the day. Twenty-four figures, midnight first; only their proportions count.
HOURS: tuple[float, ...] = (
    0.6, 0.4, 0.3, 0.3, 0.4, 0.8, 1.8, 4.0, 7.6, 9.8, 9.9, 7.0,
    4.6, 5.2, 9.0, 8.6, 7.2, 5.4, 4.4, 4.0, 3.4, 2.6, 1.6, 1.1,
)  # fmt: skip

# Twelve figures, January first; only their proportions count. Own default: no season.
MONTHS: tuple[float, ...] = (1.0,) * 12

# What becomes of incoming calls that make no order. Own default; 3.2 wants 95 % of all answered.
CALLS: Mapping[CallOutcome, float] = {
    CallOutcome.ANSWERED: 0.45,
    CallOutcome.PROGRESS: 0.25,
    CallOutcome.PRESSED: 0.05,
    CallOutcome.INVALID: 0.19,
    CallOutcome.ABANDONED: 0.06,
}

# 8.2: phone 85-91 %; the others in the proportions of Yichun, May 2023 (phone 90.67, WeChat and
# Weibo 7.09, 110 0.68, upper level 0.83), with web and app after Beijing 2020 (web 9.29).
CHANNELS: Mapping[Channel, float] = {
    Channel.PHONE: 0.88,
    Channel.WECHAT: 0.055,
    Channel.WEB: 0.035,
    Channel.APP: 0.015,
    Channel.POLICE: 0.007,
    Channel.UPPER: 0.008,
}

# 8.2: inquiries 45-65 %; 3.4: help 28.98-30.30 (Tangshan, one city week), complaint and report
# 5.31, suggestion 0.6-14.75, thanks 0.21.
KINDS: Mapping[Kind, float] = {
    Kind.INQUIRY: 0.55,
    Kind.HELP: 0.28,
    Kind.COMPLAINT: 0.09,
    Kind.REPORT: 0.02,
    Kind.SUGGESTION: 0.04,
    Kind.PRAISE: 0.005,
    Kind.OTHER: 0.015,
}

# 3.4: Beijing 2020 without the epidemic (98.0 market, 64.8 public services, 61.2 housing, 59.8
# health, 54.8 construction, 47.2 traffic, 46.5 order, 35.7 labour, 35.1 schools); Dezhou 2012-2016
# names farming, city management, civil affairs and environment besides. By first level of the tree.
FIELDS: Mapping[str, float] = {
    "01": 54.8, "02": 25.0, "03": 36.2, "04": 64.8, "05": 40.0, "06": 47.2, "07": 30.0, "08": 98.0,
    "09": 35.7, "10": 59.8, "11": 35.1, "12": 20.0, "13": 46.5, "14": 45.0, "15": 8.0, "16": 5.0,
    "17": 8.0, "18": 10.0, "19": 6.0, "20": 6.0, "21": 2.0,
}  # fmt: skip

# 8.2: direct answer 60-85 %, Dezhou 66.75 and 71.91 %; inquiries on the spot above 97 % (Shanghai).
# With the kinds above about 69 % of all requests.
ANSWERED: Mapping[Kind, float] = {
    Kind.INQUIRY: 0.94,
    Kind.HELP: 0.44,
    Kind.COMPLAINT: 0.28,
    Kind.REPORT: 0.0,
    Kind.SUGGESTION: 0.50,
    Kind.PRAISE: 0.8,
    Kind.OTHER: 0.6,
}

# Own default; 8.2 gives solved 75-97 % as the citizen says it.
OUTCOMES: Mapping[Outcome, float] = {
    Outcome.SOLVED: 0.78,
    Outcome.PARTLY: 0.06,
    Outcome.EXPLAINED: 0.11,
    Outcome.PLANNED: 0.03,
    Outcome.NOT_SOLVED: 0.02,
}

# By what the unit reports, how likely the citizen is content. 8.2: satisfied 71-98 %, Dezhou 91.2
# and 71 %; with the outcomes above about 93 %, so that redo lies near its 5-8 %.
CONTENT: Mapping[Outcome, float] = {
    Outcome.SOLVED: 0.985,
    Outcome.PARTLY: 0.80,
    Outcome.EXPLAINED: 0.80,
    Outcome.PLANNED: 0.75,
    Outcome.NOT_SOLVED: 0.30,
}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The habits of one city's people.

    Attributes:
        hours, channels, kinds, fields, urgencies: what is asked, when and how; proportions.
        months: how busy each month is; proportions.
        calls: what becomes of calls that make no order; proportions.
        monday, weekend: how much busier or calmer such a day is than another.
        anonymous: of web requests, without name and telephone.
        confidential: of reports, marked as confidential.
        answered: by kind, closed by the agent on the spot.
        referred, transferred: of all requests, told another way, or handed to 110 and the like.
        voided: of work orders, withdrawn before they are dispatched.
        dispatched_late: of work orders, dispatched after the limit.
        assisted, supervised: of dispatches, with an assisting or a supervising unit.
        wrong_unit: of dispatches, to a unit that is not responsible; ``wrong_returned`` of them
            come back, ``right_returned`` of the others are tried to be returned as well.
        granted_wrong, granted_right: of those returns, granted.
        signed_late, never_signed: of dispatches.
        unread: of dispatches, lie unopened for ``unread_days`` on average, or until the unit is
            called.
        urged: of the calls that the platform asks for, are made.
        contacted_late, not_contacted: of signed orders; the latter name the contact only in the
            reply.
        passed_down: of orders of a unit with sub-units.
        replied_late: of rounds, replied after the limit; ``days_late`` on average.
        outcomes, content: what units report and how citizens take it.
        rejected: of replies, sent back by the audit.
        rated: of citizens asked, answer on the web before anybody calls.
        reached: of calls, the citizen answers.
        no_callback: of orders, the citizen asks not to be called.
        stubborn: factor on being content from the second round on.
        partly: of citizens who are content, call it solved in part.
        extended, suspended, terminated: of work in the first round, ends in such an application;
            ``agreed`` of all applications are granted.
        conferred: of work orders, discussed before the dispatch; ``contested``: of refused returns.
        merged: of work orders, about the same event as an earlier one; ``again``: of an earlier
            caller, about the same matter.
        filed: of replies that solve nothing, put on file by the unit.
        improved: of unsatisfied endings, the unit improves something and asks for the write-off.
        handled_again: of replies sent back, within the round where the city has such an outcome.
    """

    hours: tuple[float, ...] = HOURS
    channels: Mapping[Channel, float] = field(default_factory=lambda: CHANNELS)
    kinds: Mapping[Kind, float] = field(default_factory=lambda: KINDS)
    fields: Mapping[str, float] = field(default_factory=lambda: FIELDS)
    # Own default: emergencies are rare, they are mostly handed on by telephone.
    urgencies: Mapping[Urgency, float] = field(
        default_factory=lambda: {
            Urgency.NORMAL: 0.955,
            Urgency.URGENT: 0.04,
            Urgency.EMERGENCY: 0.005,
        }
    )
    months: tuple[float, ...] = MONTHS
    calls: Mapping[CallOutcome, float] = field(default_factory=lambda: CALLS)
    monday: float = 1.15  # 5.3: Monday and after holidays higher; the figure is our own default
    weekend: float = 0.8  # own default
    anonymous: float = 0.02  # own default
    confidential: float = 0.5  # own default
    answered: Mapping[Kind, float] = field(default_factory=lambda: ANSWERED)
    referred: float = 0.03  # own default
    transferred: float = 0.005  # 8.2: 36,000 of some 3 million a year, both ways (Zhengzhou 2024)
    voided: float = 0.01  # own default
    dispatched_late: float = 0.01  # 8.2: Zhengzhou dispatches in five minutes; own default
    assisted: float = 0.12  # own default
    supervised: float = 0.04  # own default
    wrong_unit: float = 0.05  # 8.2: return 3-8 % of dispatches
    wrong_returned: float = 0.9
    right_returned: float = 0.01
    granted_wrong: float = 0.95  # own default
    granted_right: float = 0.1  # own default
    signed_late: float = 0.02  # 2.3: public figures of signing stay near 98-100 %
    never_signed: float = 0.003  # own default
    unread: float = 0.0  # own default
    unread_days: float = 6.0  # own default
    urged: float = 0.9  # own default
    contacted_late: float = 0.04  # own default
    not_contacted: float = 0.02  # own default
    passed_down: float = 0.3  # own default
    replied_late: float = 0.025  # 8.2: overdue 1-15 %; Dezhou on time 96.37 and 98.35 %
    days_late: float = 2.0  # own default
    outcomes: Mapping[Outcome, float] = field(default_factory=lambda: OUTCOMES)
    content: Mapping[Outcome, float] = field(default_factory=lambda: CONTENT)
    rejected: float = 0.01  # 8.2: redo 5-8 %, most of it by unsatisfied citizens
    stubborn: float = 0.6  # own default
    rated: float = 0.2  # own default
    reached: float = 0.75  # own default
    no_callback: float = 0.01  # own default
    partly: float = 0.08  # own default
    # What 2.8 and 4.3 allow beside the plain way. The handbook prints no shares; all own default.
    extended: float = 0.02
    suspended: float = 0.004
    terminated: float = 0.004
    agreed: float = 0.85
    conferred: float = 0.003
    contested: float = 0.3
    merged: float = 0.01
    again: float = 0.008
    filed: float = 0.05
    improved: float = 0.1
    handled_again: float = 0.3


DEFAULT = Behaviour()


def lively(behaviour: Behaviour) -> Behaviour:
    """Return the same people with fewer easy questions and more trouble, for demonstrations.

    A few days of it fill every list.
    """
    return replace(
        behaviour,
        answered={kind: share * 0.75 for kind, share in behaviour.answered.items()},
        voided=0.02,
        dispatched_late=0.06,
        assisted=0.2,
        supervised=0.1,
        wrong_unit=0.08,
        signed_late=0.08,
        never_signed=0.05,
        contacted_late=0.1,
        replied_late=0.1,
        rejected=0.05,
        content={outcome: share * 0.92 for outcome, share in behaviour.content.items()},
    )


LIVELY = lively(DEFAULT)


# The figures of a year that a city may have published; ``yearly`` says how each is counted.
FIGURES = (
    "calls", "requests", "dispatched", "answered_by_agents", "connected", "answered_promptly",
    "answered_on_spot", "transferred_of_calls", "completed", "on_time_sign", "on_time", "overdue",
    "returned", "redone", "urged", "called_back", "solved", "satisfied", "first_satisfied",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Published:
    """One figure that a city has published, and where; it is only ever shown beside ours."""

    key: str
    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Habitat:
    """What a profile's ``simulation.toml`` says: the size of a year, habits, published figures.

    Attributes:
        first: the first day of the year.
        requests, calls: requests by every channel, and incoming calls, of that year.
    """

    first: date
    requests: int
    calls: int
    behaviour: Behaviour = DEFAULT
    published: tuple[Published, ...] = ()
