"""Forms of the roster and of the calculator: they check form only, rules live in actions."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from huiyin.callcentre.telephony.actions.roster import LONGEST_NOTE
from huiyin.callcentre.telephony.planning import MOST_CALLS, MOST_SECONDS
from huiyin.web.workbench.forms import moment_field

_SEPARATORS = re.compile(r"[\s,，、;；]+")


class ShiftForm(forms.Form):
    """People who are put on duty for some hours."""

    use_required_attribute = False

    staff = forms.CharField(
        label="账号", max_length=4000, help_text="一个或几个，用空格或换行分开",
        widget=forms.Textarea(attrs={"rows": 2}), error_messages={"required": "请填写账号"},
    )  # fmt: skip
    begins_at = moment_field("开始")
    ends_at = moment_field("结束")
    note = forms.CharField(
        label="说明（可不填）", max_length=LONGEST_NOTE, required=False,
        error_messages={"max_length": "最多 %(limit_value)d 个字"},
    )  # fmt: skip

    def clean_staff(self) -> list[str]:
        """Return the accounts."""
        return [word for word in _SEPARATORS.split(self.cleaned_data["staff"]) if word]


def _figure(label: str, least: float, most: float) -> Any:
    return forms.FloatField(
        label=label, min_value=least, max_value=most,
        widget=forms.NumberInput(attrs={"class": "form-control", "step": "any"}),
        error_messages={
            "required": f"请填写{label}", "invalid": "请填写数字",
            "min_value": "最小 %(limit_value)s", "max_value": "最大 %(limit_value)s",
        },
    )  # fmt: skip


class SizeForm(forms.Form):
    """What the calculator of agents and lines is asked."""

    use_required_attribute = False

    calls = _figure("每小时来电", 0.1, MOST_CALLS)
    talk = _figure("平均通话秒数", 1, MOST_SECONDS)
    target = _figure("规定秒数内应答的百分比", 1, 99)
