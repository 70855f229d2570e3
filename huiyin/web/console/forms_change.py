"""Forms of the console for changes of the organisation and for trials of changed rules."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from huiyin.kernel.errors import Invalid
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.actions.trials import LARGEST
from huiyin.orders.split_lists import list_terms, read_lists
from huiyin.orgs import queries as orgs
from huiyin.orgs.actions import SplitTerm, Terms
from huiyin.orgs.models import Unit
from huiyin.orgs.states import ChangeKind, StaffMove
from huiyin.web.console.forms import HouseForm

_ANY = ("-", "—", "不限")


def find_unit(words: str) -> Unit:
    """Return the active unit of this code, name or short name. Raises ValidationError."""
    found = orgs.units_typed([words], every=True)[words]
    if len(found) == 1:
        return found[0]
    if found:
        raise forms.ValidationError(f"有几个单位叫“{words}”，请填单位编码")
    raise forms.ValidationError(f"没有在用的单位叫“{words}”，请填全称或编码")


class OneUnit(forms.CharField):
    """One unit, by code or exact name."""

    def clean(self, value: Any) -> Any:
        """Return the unit; None when nothing is typed."""
        typed = str(super().clean(value) or "").strip()
        return find_unit(typed) if typed else None


class ManyUnits(forms.CharField):
    """Several units, by code or exact name, parted by commas."""

    def clean(self, value: Any) -> Any:
        """Return the units in the order in which they are typed."""
        typed = str(super().clean(value) or "").replace("，", ",").replace("、", ",")
        return [find_unit(word) for word in map(str.strip, typed.split(",")) if word]


def _day(label: str, **more: Any) -> forms.DateField:
    messages = {"invalid": "日期格式不对"}
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=messages, **more)


class ChangeForm(HouseForm):
    """What every change of the organisation needs."""

    effective = _day("生效日期")
    basis = forms.CharField(label="依据的文件和文号", max_length=200)

    def terms(self) -> Terms:
        """Return the day, the basis and what becomes of the accounts."""
        asked = self.cleaned_data
        return Terms(asked["effective"], asked["basis"], StaffMove(asked.get("staff") or "move"))


class RenameForm(ChangeForm):
    """A unit gets another name."""

    unit = OneUnit(label="单位", max_length=80)
    name = forms.CharField(label="新的全称", max_length=80)
    short_name = forms.CharField(label="新的简称", max_length=40, required=False)
    field_order = ("unit", "name", "short_name", "effective", "basis")


class _Ending(ChangeForm):
    """A unit ends; its accounts go over or are closed."""

    staff = forms.ChoiceField(
        label="账号去向",
        choices=[(move.value, move.label) for move in StaffMove],
        error_messages={"invalid_choice": "没有这个选项"},
    )


class MergeForm(_Ending):
    """Units end and another takes over everything."""

    unit = ManyUnits(label="并入的单位", max_length=800)
    successor = OneUnit(label="承接单位", max_length=80)
    field_order = ("unit", "successor", "staff", "effective", "basis")


class SplitForm(_Ending):
    """A unit ends and several take over, by matter and place."""

    unit = OneUnit(label="拆分的单位", max_length=80)
    parts = forms.CharField(
        label="按分类、区划承接",
        max_length=6000,
        required=False,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false"}),
    )
    listed = forms.CharField(
        label="按工单承接",
        max_length=300_000,
        required=False,
        widget=forms.Textarea({"rows": 4, "spellcheck": "false", "class": "form-control num"}),
    )
    successor = OneUnit(label="其余由谁承接", max_length=80)
    field_order = ("unit", "parts", "listed", "successor", "staff", "effective", "basis")

    def clean_parts(self) -> list[SplitTerm]:
        """Return the rows: code of a matter, code of a place, unit."""
        lines = self.cleaned_data["parts"].splitlines()
        return [_part(line) for line in lines if line.strip()]

    def clean_listed(self) -> list[SplitTerm]:
        """Return the lists: for each unit the numbers of the orders that it takes over."""
        try:
            rows = read_lists(self.cleaned_data["listed"])
            return list_terms(rows, find_unit)
        except Invalid as refusal:
            raise forms.ValidationError(refusal.message) from refusal


def _part(line: str) -> SplitTerm:
    words = line.replace("，", " ").replace(",", " ").split()
    if len(words) != 3:
        raise forms.ValidationError(f"“{line[:40]}”看不懂，请写成 0404 371402 单位编码")
    category, region = ("" if word in _ANY else word for word in words[:2])
    if category and not any(each.code == category for each in knowledge.categories()):
        raise forms.ValidationError(f"没有编码为 {category[:20]} 的分类")
    if region and orgs.region(region) is None:
        raise forms.ValidationError(f"没有编码为 {region[:20]} 的区划")
    return SplitTerm(find_unit(words[2]), category, region)


FORMS: dict[ChangeKind, type[RenameForm | MergeForm | SplitForm]] = {
    ChangeKind.RENAME: RenameForm,
    ChangeKind.MERGE: MergeForm,
    ChangeKind.SPLIT: SplitForm,
}


class TrialForm(HouseForm):
    """A changed rules.toml and the days whose orders it is tried on."""

    file = forms.FileField(
        label="上传 rules.toml",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".toml,text/plain"}),
    )
    text = forms.CharField(
        label="或者粘贴全文",
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 10, "spellcheck": "false", "class": "form-control num"}),
    )
    first = _day("从")
    last = _day("到")
    as_of = _day("视同这一天的规则", required=False)

    @classmethod
    def of_last_quarter(cls, today: date) -> TrialForm:
        """Return the form as it is first shown: the last ninety days."""
        return cls(initial={"first": today - timedelta(days=89), "last": today})

    def clean_file(self) -> str:
        """Return the text of the file; empty when none is sent."""
        sent = self.cleaned_data["file"]
        if not sent:
            return ""
        if sent.size > LARGEST:
            raise forms.ValidationError(f"文件最大 {LARGEST // 1024} KB")
        try:
            return str(sent.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError("文件不是 UTF-8 编码的文本") from error

    def rules(self) -> str:
        """Return the file's text, or what was pasted."""
        pasted = str(self.cleaned_data["text"]).replace("\r\n", "\n")
        return str(self.cleaned_data["file"]) or pasted
