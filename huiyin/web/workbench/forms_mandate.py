"""Forms of supervision orders: writing one, its steps, the ledger's filter, the teams."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms

from huiyin.followup.mandates import queries
from huiyin.followup.mandates.rules import LONGEST_DEMANDS, LONGEST_NOTE, LONGEST_TITLE
from huiyin.followup.mandates.states import MandateState, MandateStep
from huiyin.orgs.models import Staff
from huiyin.web.workbench.forms import PhotosField, UnitField, moment_field

SHOWN = (
    ("open", "未结束"), ("review", "待审核"), ("late", "反馈超期"), ("checks", "该检查"),
    ("all", "全部"),
)  # fmt: skip
WITH_TIME = {"ask_extension": "延期到", "send_back": "重新反馈的时限（不填按类型计算）"}
WITH_FILES = frozenset({"reply", "act"})
_SEPARATORS = re.compile(r"[\s,，、;；]+")


def split(typed: str) -> list[str]:
    """Return the words of a field that takes several."""
    return [word for word in _SEPARATORS.split(typed) if word]


class WriteForm(forms.Form):
    """What is asked of which unit about which orders."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label="督办类型", widget=forms.RadioSelect,
        error_messages={"required": "请选择督办类型", "invalid_choice": "请选择督办类型"},
    )  # fmt: skip
    orders = forms.CharField(
        label="工单编号", max_length=4000, required=False, help_text="一件或几件，用空格或换行分开",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    unit = UnitField(label="被督办单位", required=False)
    title = forms.CharField(label="事项", max_length=LONGEST_TITLE, required=False)
    demands = forms.CharField(
        label="督办要求", max_length=LONGEST_DEMANDS, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"max_length": "最多 %(limit_value)d 个字"},
    )  # fmt: skip
    due_at = moment_field("反馈时限（不填按类型计算）", required=False)
    supervising = UnitField(
        label="检查单位（可不填）", required=False, help_text="定期检查督促的单位；不填由督办组检查"
    )
    team = forms.ChoiceField(label="督办组（可不填）", required=False)

    def __init__(self, data: Any = None, *, now: datetime, **more: Any) -> None:
        super().__init__(data, **more)
        self.about = queries.kinds(now)
        kind, team = self.fields["kind"], self.fields["team"]
        kind.choices = [(each.code, each.name) for each in self.about]  # type: ignore[attr-defined]
        team.choices = [("", "自动"), *((str(t.pk), t.name) for t in queries.teams())]  # type: ignore[attr-defined]

    def clean_orders(self) -> list[str]:
        """Return the numbers as they were typed."""
        return split(self.cleaned_data["orders"])

    def clean_unit(self) -> Any:
        """Return the one unit."""
        return next(iter(self.cleaned_data["unit"]), None)

    def clean_supervising(self) -> Any:
        """Return the one unit."""
        return next(iter(self.cleaned_data["supervising"]), None)

    def clean_team(self) -> int | None:
        """Return the key of the team."""
        return int(self.cleaned_data["team"]) if self.cleaned_data["team"] else None


class MandateStepForm(forms.Form):
    """Words, and where a step needs it a time, a method or files."""

    use_required_attribute = False

    def __init__(self, step: MandateStep, data: Any = None, files: Any = None, *, now: datetime):
        super().__init__(data, files)
        if step.verb == "act":
            known = [(each.code, each.name) for each in queries.methods(now)]
            self.fields["method"] = forms.ChoiceField(
                label="措施", choices=known, widget=forms.RadioSelect, required=False
            )
        if step.note:
            label = step.note if step.needed else f"{step.note}（可不填）"
            self.fields["note"] = forms.CharField(
                label=label, max_length=LONGEST_NOTE, required=False,
                widget=forms.Textarea(attrs={"rows": 4}),
                error_messages={"max_length": "最多 %(limit_value)d 个字"},
            )  # fmt: skip
        if step.verb in WITH_TIME:
            self.fields["until"] = moment_field(WITH_TIME[step.verb], required=False)
        if step.verb in WITH_FILES:
            self.fields["photos"] = PhotosField(label="附件", help_text="可不传，照片或 PDF")


class LedgerForm(forms.Form):
    """What the ledger is narrowed to."""

    show = forms.ChoiceField(choices=SHOWN, required=False)
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "不限"), *((s.value, s.label) for s in MandateState)],
    )
    kind = forms.ChoiceField(label="类型", required=False)
    unit = UnitField(label="被督办单位", required=False)
    team = forms.ChoiceField(label="督办组", required=False)
    q = forms.CharField(max_length=60, required=False)

    def __init__(self, data: Any, *, now: datetime) -> None:
        super().__init__(data)
        kinds = [("", "不限"), *((each.code, each.name) for each in queries.kinds(now))]
        teams = [("", "不限"), *((str(each.pk), each.name) for each in queries.teams())]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["team"].choices = teams  # type: ignore[attr-defined]

    def wanted(self) -> queries.MandateFilter:
        """Return the filter; what cannot be read is left out."""
        clean = self.cleaned_data if self.is_valid() else {}
        return queries.MandateFilter(
            show=clean.get("show") or "open",
            state=clean.get("state", ""),
            kind=clean.get("kind", ""),
            unit=next(iter(clean.get("unit", [])), None),
            team=int(clean["team"]) if clean.get("team") else None,
            words=clean.get("q", ""),
        )


class TeamForm(forms.Form):
    """A supervision team."""

    use_required_attribute = False

    name = forms.CharField(label="名称", max_length=40, required=False)
    members = forms.MultipleChoiceField(
        label="成员", required=False, widget=forms.CheckboxSelectMultiple
    )
    units = UnitField(label="负责的单位（含下级）", required=False, many=True)
    categories = forms.CharField(
        label="负责的分类编码", max_length=400, required=False, help_text="如 04、0404，用空格分开"
    )
    active = forms.BooleanField(label="在用", required=False, initial=True)

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.people = {str(each.pk): each for each in queries.supervisors()}
        self.fields["members"].choices = [(k, v.name) for k, v in self.people.items()]  # type: ignore[attr-defined]

    def clean_members(self) -> list[Staff]:
        """Return the people."""
        return [self.people[key] for key in self.cleaned_data["members"]]

    def clean_categories(self) -> list[str]:
        """Return the codes."""
        return split(self.cleaned_data["categories"])
