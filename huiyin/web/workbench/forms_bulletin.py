"""Forms of bulletins: which one is drafted, and what its editor writes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from huiyin.assessment.bulletins.rules import LONGEST, Kind
from huiyin.assessment.bulletins.states import Audience
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Staff
from huiyin.web.workbench.forms import UnitField
from huiyin.web.workbench.forms_coordination import Plain, long_field
from huiyin.web.workbench.forms_group import OrderField

_LONGEST_LINES = 6000


def _day(label: str, hint: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label, required=False, widget=widget, help_text=hint,
        error_messages={"invalid": "日期格式不对"},
    )  # fmt: skip


class DraftForm(Plain):
    """Which kind of bulletin, about which days, of which county."""

    kind = forms.ChoiceField(
        label="种类", error_messages={"required": "请选择种类", "invalid_choice": "请选择种类"}
    )
    first_day = _day("从", "定期的填期间内任意一天；专报等没有期间的不填")
    last_day = _day("到", "定期的不填")
    county = UnitField(label="县区", required=False, help_text="只有县区的通报、报告要选")
    title = forms.CharField(
        label="标题", required=False, max_length=LONGEST["title"], help_text="不填则用种类和期间"
    )

    order = OrderField(
        label="列入的工单", required=False, max_length=24, help_text="可不填，拟稿后还可以加"
    )

    def offer(self, kinds: Iterable[Kind]) -> None:
        """Offer the kinds of the city."""
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (each.code, f"{'县区' if each.scope == 'county' else ''}{each.name}"
                        f"（{each.rhythm.label}）")
            for each in kinds
        ]  # fmt: skip

    def clean_county(self) -> Any:
        """Return the county, if one is named."""
        return next(iter(self.cleaned_data["county"]), None)


class EditForm(Plain):
    """What the editor writes, to whom it goes, and which orders stand in it."""

    title = forms.CharField(
        label="标题", max_length=LONGEST["title"], error_messages={"required": "请填写标题"}
    )
    text = long_field("正文", LONGEST["text"], rows=10, hint="空行分段")
    cases = forms.CharField(
        label="列入的工单", required=False, max_length=_LONGEST_LINES,
        help_text="每行一件：编号，空一格，再写说明", widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    audience = forms.ChoiceField(
        label="发给谁", choices=[(each.value, each.label) for each in Audience],
        widget=forms.RadioSelect, error_messages={"required": "请选择发给谁"},
    )  # fmt: skip
    units = UnitField(label="另外选定的单位", many=True, required=False, help_text="可填几个")
    leaders = forms.CharField(
        label="领导账号", required=False, max_length=400, help_text="可填几个，用逗号分开"
    )

    def clean_leaders(self) -> list[Staff]:
        """Return the accounts that are named; raises ValidationError for an unknown one."""
        typed = str(self.cleaned_data["leaders"]).replace("，", ",").replace("、", ",")
        found = []
        for word in (each.strip() for each in typed.split(",")):
            if word:
                staff = orgs.staff_named(word)
                if staff is None or not staff.is_active:
                    raise forms.ValidationError(f"没有账号“{word[:20]}”")
                found.append(staff)
        return found

    def clean_cases(self) -> list[tuple[str, str]]:
        """Return number and remark of each order that is named."""
        field = OrderField(required=False, max_length=24)
        lines = [line.strip() for line in str(self.cleaned_data["cases"]).splitlines()]
        found = []
        for line in filter(None, lines):
            word, _, remark = line.partition(" ")
            found.append((field.clean(word), remark.strip()))
        return found
