"""Forms of assessment: opening a round, asking, deciding, correcting, trying other rules."""

from __future__ import annotations

from typing import Any

from django import forms

from huiyin.assessment.definitions import templates
from huiyin.assessment.states import GROUNDS
from huiyin.knowledge import queries as knowledge
from huiyin.web.workbench.forms import note_field

_DAY = {"required": "请填写日期", "invalid": "日期格式不对"}


def _day(label: str, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, error_messages=_DAY)


def _schemes() -> list[tuple[str, str]]:
    return sorted({(row.code, row.name) for row in knowledge.scoring_schemes()})


class OpenForm(forms.Form):
    """Which days are assessed, by which scheme, and how the result is listed."""

    use_required_attribute = False

    first_day = _day("第一天")
    last_day = _day("最后一天")
    scheme = forms.ChoiceField(label="计分办法", choices=_schemes)
    template = forms.ChoiceField(
        label="样式", choices=lambda: [(t.code, t.name) for t in templates().values()]
    )
    title = forms.CharField(label="名称", required=False, max_length=60)


class AskForm(forms.Form):
    """A unit asks to leave an order out, or to look at a figure again."""

    use_required_attribute = False

    ground = forms.ChoiceField(
        label="剔除事由",
        required=False,
        choices=[("", "只对数字有异议")]
        + [(g.code, f"{g.code} {g.label}（{g.proof}）") for g in GROUNDS.values()],
    )
    number = forms.CharField(label="工单编号", required=False, max_length=20)
    reason = note_field("理由", rows=3)
    proof = forms.CharField(
        label="证明", max_length=300, error_messages={"required": "请写明证明材料或编号"}
    )


class CorrectForm(forms.Form):
    """An entry beside a fixed round."""

    use_required_attribute = False

    unit: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="单位", queryset=None, to_field_name="code",
        error_messages={"required": "请选择单位", "invalid_choice": "不在这一考核期内"},
    )  # fmt: skip
    points = forms.DecimalField(
        label="分数", max_digits=7, decimal_places=4, widget=forms.TextInput(),
        error_messages={"required": "请填写分数", "invalid": "请填写数字"},
    )  # fmt: skip
    reason = note_field("理由和依据", rows=2)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class TrialForm(forms.Form):
    """Other rules to try over this round and those before it."""

    use_required_attribute = False

    weights = forms.CharField(
        label="权重", required=False, max_length=300,
        help_text="写成 response=20 solved=40 satisfied=40，合计 100；不填的不变",
    )  # fmt: skip
    partly_solved = forms.IntegerField(
        label="部分解决算百分之几", required=False, min_value=0, max_value=100,
        widget=forms.TextInput(),
    )  # fmt: skip
    fairly_satisfied = forms.IntegerField(
        label="基本满意算百分之几", required=False, min_value=0, max_value=100,
        widget=forms.TextInput(),
    )  # fmt: skip
    least_valid = forms.IntegerField(
        label="最少有效回访件数", required=False, min_value=0, max_value=1000,
        widget=forms.TextInput(),
    )  # fmt: skip
    without_exclusions = forms.BooleanField(label="不剔除任何工单", required=False)
    kept_in = forms.MultipleChoiceField(
        label="不再作为剔除事由的", required=False,
        choices=[(g.code, f"{g.code} {g.label}") for g in GROUNDS.values()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "没有这种剔除事由"},
    )  # fmt: skip
    sign = forms.CharField(
        label="签收时限", required=False, max_length=20,
        help_text="写成 4h、2wh、7d 或 1wd：小时、工作小时、天、工作日；从派单起算，不填的不变",
    )  # fmt: skip
    contact = forms.CharField(label="联系时限", required=False, max_length=20)
    finish = forms.CharField(label="办理时限", required=False, max_length=20)
