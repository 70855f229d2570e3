"""Forms of the console: they check form only, rules live in actions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from huiyin.channels.messaging.states import MEDIUM_LABELS, STATE_LABELS
from huiyin.dispatch.learning.rules import Costs
from huiyin.kernel.errors import Refused
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import KIND_LABELS, ArticleKind
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Unit
from huiyin.orgs.states import ROLE_LABELS, Perm, Role
from huiyin.worktime.calendar import SATURDAY

ANY: list[tuple[str, str]] = [("", "不限")]
_LONGEST_RANGE = 31


class HouseForm(forms.Form):
    """A form whose fields look like the staff pages and speak Chinese."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = f"请填写{field.label}"
            _dress(field)

    def refuse(self, error: Refused) -> int:
        """Put a refusal beside its fields, or on top; return its status."""
        fields: dict[str, str] = error.facts.get("fields", {})
        for name, words in fields.items():
            self.add_error(name if name in self.fields else None, words)
        if not fields:
            self.add_error(None, "。".join(filter(None, (error.message, error.remedy))))
        return error.status


def _dress(field: forms.Field) -> None:
    if isinstance(field.widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return
    if isinstance(field.widget, forms.CheckboxInput):
        field.widget.attrs.setdefault("class", "form-check-input")
        return
    select = isinstance(field.widget, forms.Select)
    field.widget.attrs.setdefault("class", "form-select" if select else "form-control")


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "日期格式不对"},
    )


def _choice(label: str, choices: Iterable[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[*ANY, *choices],
        required=False,
        error_messages={"invalid_choice": "没有这个选项"},
    )


class MessageFilterForm(HouseForm):
    """What the list of messages is narrowed to."""

    state = _choice("状态", [(s.value, label) for s, label in STATE_LABELS.items()])
    medium = _choice("方式", [(m.value, label) for m, label in MEDIUM_LABELS.items()])
    number = forms.CharField(label="工单编号", max_length=24, required=False)
    since = _day("从")
    until = _day("到")


class StaffFilterForm(HouseForm):
    """What the list of accounts is narrowed to."""

    q = forms.CharField(label="姓名、账号或单位", max_length=60, required=False)
    role = _choice("岗位", [(r.value, label) for r, label in ROLE_LABELS.items()])
    show = _choice(
        "状态",
        (("active", "启用"), ("closed", "已停用"), ("locked", "已锁定"), ("demo", "演示账号")),
    )


class RolesForm(HouseForm):
    """Which of the roles that fit the unit."""

    roles = forms.MultipleChoiceField(
        label="岗位",
        required=False,
        choices=[(r.value, label) for r, label in ROLE_LABELS.items()],
        error_messages={"invalid_choice": "没有这个岗位"},
    )

    def chosen(self) -> list[Role]:
        """Return the roles that were ticked."""
        return [Role(value) for value in self.cleaned_data["roles"]]


class TeamForm(HouseForm):
    """In which team of the unit somebody works."""

    team = forms.CharField(
        label="班组", max_length=20, required=False,
        error_messages={"max_length": "最多 %(limit_value)d 个字"},
    )  # fmt: skip


class WithdrawForm(HouseForm):
    """Why a signature is withdrawn."""

    why = forms.CharField(label="撤下的原因", max_length=100)


class PasswordForm(HouseForm):
    """A new password; empty has one made up."""

    password = forms.CharField(
        label="新密码",
        max_length=200,
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class AccountForm(RolesForm, PasswordForm):
    """A new account in a unit that is known already."""

    username = forms.CharField(
        label="账号", max_length=40, widget=forms.TextInput(attrs={"autocapitalize": "none"})
    )
    name = forms.CharField(label="姓名", max_length=40)
    field_order = ("username", "name", "roles", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = "初始密码"


class TokenForm(HouseForm):
    """What another system may do in an account's name, and how long."""

    name = forms.CharField(label="对接系统", max_length=60)
    scopes = forms.MultipleChoiceField(
        label="权限",
        error_messages={"required": "请至少选择一项权限", "invalid_choice": "没有这项权限"},
    )
    days = forms.TypedChoiceField(
        label="有效期",
        coerce=int,
        choices=(("30", "30 天"), ("90", "90 天"), ("365", "一年")),
        initial="365",
        error_messages={"invalid_choice": "请选择有效期"},
    )

    def __init__(self, *args: Any, perms: Iterable[Perm], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(p.value, PERM_LABELS[p]) for p in sorted(perms)]
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        scopes.choices = choices
        scopes.error_messages["required"] = "请至少选择一项权限"

    def chosen(self) -> list[Perm]:
        """Return the permissions that were ticked."""
        return [Perm(value) for value in self.cleaned_data["scopes"]]


PERM_LABELS = {
    Perm.DECIDE: "审批和裁定",
    Perm.INTAKE: "登记诉求",
    Perm.REVIEW: "审查",
    Perm.DISPATCH: "派单",
    Perm.HANDLE: "承办",
    Perm.SIGN_OFF: "签发回复",
    Perm.AUDIT: "审核回复",
    Perm.CALL_BACK: "回访",
    Perm.SUPERVISE: "督办",
    Perm.VOID: "申请作废",
    Perm.CONFIRM_VOID: "确认作废",
    Perm.SEE_ALL: "查看全部工单",
    Perm.REVEAL: "查看个人信息（留痕）",
    Perm.QUALITY: "质检",
    Perm.REPORTS: "查看报表",
    Perm.CONTENT: "管理动态和答复",
    Perm.STAFF: "管理账号",
    Perm.RULES: "管理日历和规则",
    Perm.MESSAGES: "管理消息",
    Perm.ACCESS_LOG: "查阅查看记录",
}


class ContactForm(HouseForm):
    """The person whom a unit names."""

    title = forms.CharField(label="职务", max_length=60)
    name = forms.CharField(label="姓名", max_length=40, required=False)
    phone = forms.CharField(
        label="电话",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def clean_phone(self) -> str:
        """Refuse what cannot be a telephone number."""
        phone: str = self.cleaned_data["phone"]
        if phone and not re.fullmatch(r"\+?[0-9][0-9 -]{4,18}", phone):
            raise forms.ValidationError("请填写电话号码，只用数字和横线")
        return phone


class AsOfForm(HouseForm):
    """On which day the rules are looked at."""

    as_of = _day("查看日期")
    q = forms.CharField(label="事项、单位或编码", max_length=60, required=False)


class ArticleForm(HouseForm):
    """News of the hotline; answers are written in the knowledge base."""

    kind = forms.ChoiceField(
        label="类别",
        choices=[(ArticleKind.NEWS.value, ArticleKind.NEWS.label)],
        error_messages={"invalid_choice": "没有这个类别"},
    )
    title = forms.CharField(label="标题", max_length=100)
    body = forms.CharField(
        label="正文", max_length=10_000, required=False, widget=forms.Textarea({"rows": 12})
    )
    category = forms.CharField(label="诉求分类", max_length=12, required=False)
    request_kind = _choice("诉求类型", [(k.value, label) for k, label in KIND_LABELS.items()])
    unit = forms.CharField(label="承办单位", max_length=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(c.code, c.full_name) for c in knowledge.categories()]
        self.fields["category"].widget = forms.Select(
            choices=[("", "不限"), *names], attrs={"class": "form-select"}
        )

    def clean_category(self) -> Any:
        """Return the category with this code."""
        code = self.cleaned_data["category"]
        found = knowledge.category(code) if code else None
        if code and found is None:
            raise forms.ValidationError("没有这个分类")
        return found

    def clean_unit(self) -> Unit | None:
        """Return the unit of this code or name."""
        words = self.cleaned_data["unit"]
        if not words:
            return None
        found = orgs.units_typed([words], every=True)[words]
        if len(found) != 1:
            raise forms.ValidationError(
                "有几个单位叫这个名称，请填单位编码" if found else "没有这个单位，请填全称或编码"
            )
        return found[0]


class YearForm(HouseForm):
    """The published table of one year."""

    year = forms.IntegerField(
        label="年份",
        min_value=orgs.FIRST_YEAR,
        max_value=orgs.LAST_YEAR,
        error_messages={
            "invalid": "请填写四位年份",
            "min_value": f"年份须在 {orgs.FIRST_YEAR} 至 {orgs.LAST_YEAR} 之间",
            "max_value": f"年份须在 {orgs.FIRST_YEAR} 至 {orgs.LAST_YEAR} 之间",
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    source = forms.CharField(label="文件名称和文号", max_length=200)
    closed = forms.CharField(
        label="放假日期", max_length=6000, widget=forms.Textarea({"rows": 8, "spellcheck": "false"})
    )
    opened = forms.CharField(
        label="调休上班日期",
        max_length=3000,
        required=False,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false"}),
    )

    def clean_closed(self) -> list[tuple[date, str]]:
        """Return the days off with their names."""
        return read_days(self.cleaned_data["closed"])

    def clean_opened(self) -> list[tuple[date, str]]:
        """Return the weekend days that are worked."""
        return read_days(self.cleaned_data["opened"])

    def weekdays_off(self) -> list[date]:
        """Return the days off that are not weekend days anyway."""
        return sorted({d for d, _ in self.cleaned_data["closed"] if d.weekday() < SATURDAY})

    def names(self) -> dict[str, str]:
        """Return the name of each day off that was given one."""
        return {d.isoformat(): name for d, name in self.cleaned_data["closed"] if name}


_LINE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:\s*(?:至|到|~|～)\s*(\d{4}-\d{2}-\d{2}))?(?:\s+(\S.{0,19}))?"
)


def read_days(raw: str) -> list[tuple[date, str]]:
    """Return the days of lines such as ``2027-10-01 至 2027-10-07 国庆节``.

    Raises:
        ValidationError: names the line that cannot be read.
    """
    days: list[tuple[date, str]] = []
    for line in filter(None, (part.strip() for part in raw.splitlines())):
        days += _days_of(line)
    return days


def _days_of(line: str) -> Sequence[tuple[date, str]]:
    match = _LINE.fullmatch(line)
    wrong = forms.ValidationError(f"“{line[:40]}”看不懂，请写成 2027-10-01 至 2027-10-07 国庆节")
    if match is None:
        raise wrong
    first, last, name = match.groups()
    try:
        begin = date.fromisoformat(first)
        end = date.fromisoformat(last) if last else begin
    except ValueError as error:
        raise wrong from error
    if not 0 <= (end - begin).days < _LONGEST_RANGE:
        raise forms.ValidationError(f"“{line[:40]}”的起止日期不对")
    return [(begin + timedelta(days=n), name or "") for n in range((end - begin).days + 1)]


class ReadingFilterForm(HouseForm):
    """What the access log is narrowed to."""

    reader = forms.CharField(label="查看人", max_length=40, required=False)
    subject = forms.CharField(label="工单编号", max_length=40, required=False)
    since = _day("从")
    until = _day("到")


class CostsForm(HouseForm):
    """What a decision by hand and a wrong dispatch may cost, to see what follows from it."""

    manual = forms.IntegerField(
        label="人工判断一件，分钟", min_value=0, max_value=1440,
        error_messages={"invalid": "请填整数", "min_value": "不小于 0", "max_value": "不超过 1440"},
    )  # fmt: skip
    wrong = forms.IntegerField(
        label="纠正一次错派，分钟", min_value=0, max_value=1440,
        error_messages={"invalid": "请填整数", "min_value": "不小于 0", "max_value": "不超过 1440"},
    )  # fmt: skip

    def __init__(self, data: Any, *, held: Costs) -> None:
        super().__init__(data, initial={"manual": round(held.manual), "wrong": round(held.wrong)})

    def costs(self, held: Costs) -> Costs:
        """Return the costs that were typed; those that hold when none were, or wrong ones."""
        if not (self.is_bound and self.is_valid()):
            return held
        clean = self.cleaned_data
        return Costs(float(clean["manual"]), float(clean["wrong"]))
