"""Forms of the knowledge base: an answer, a step with its reason, a document, a duty telephone."""

from __future__ import annotations

from typing import Any

from django import forms

from huiyin.kernel import papers
from huiyin.kernel.errors import Refused
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.actions import AnswerText, DocumentText
from huiyin.knowledge.actions.answers import LONGEST_BODY, LONGEST_TITLE
from huiyin.knowledge.article_states import DocumentKind, Visibility
from huiyin.knowledge.models import ArticleVersion, Category
from huiyin.knowledge.states import Kind
from huiyin.orgs.models import Unit
from huiyin.orgs.states import ROLE_LABELS, Role
from huiyin.web.workbench.forms import UnitField

_TOO_LONG = {"max_length": "最多 %(limit_value)d 个字"}


def _day(label: str, hint: str) -> Any:
    return forms.DateField(
        label=label, required=False, help_text=hint, error_messages={"invalid": "日期格式不对"},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


def _line(label: str, longest: int, hint: str = "", *, required: bool = False) -> Any:
    return forms.CharField(
        label=label, max_length=longest, required=required, help_text=hint,
        error_messages=_TOO_LONG | {"required": f"请填写{label}"},
    )  # fmt: skip


class AnswerForm(forms.Form):
    """A question with its answer, as an editor writes it."""

    use_required_attribute = False

    title = _line("问题", LONGEST_TITLE, "像市民那样问", required=True)
    body = forms.CharField(
        label="答复", max_length=LONGEST_BODY, required=False, error_messages=_TOO_LONG,
        help_text="只写文字，空一行就是新的一段", widget=forms.Textarea(attrs={"rows": 10}),
    )  # fmt: skip
    wordings = forms.CharField(
        label="其他问法", max_length=2200, required=False, error_messages=_TOO_LONG,
        help_text="每行一种，帮助查找", widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    category = forms.CharField(label="分类", max_length=12, required=False, help_text="选填")
    unit = UnitField(label="所属单位", required=False, help_text="由它审核；不填由热线中心审核")
    kind = forms.ChoiceField(
        label="诉求类型", required=False,
        choices=[("", "不限"), *((k.value, k.label) for k in Kind)],
        error_messages={"invalid_choice": "没有这个类型"},
    )  # fmt: skip
    visibility = forms.ChoiceField(
        label="谁能看", choices=[(v.value, v.label) for v in Visibility], initial="public",
        widget=forms.RadioSelect, error_messages={"invalid_choice": "请选择谁能看"},
    )  # fmt: skip
    source = _line("依据的文件", 40, "制度文件的编码，选填")
    clause = _line("条款", 60, "如 第三条")
    review_on = _day("核对日期", "到这一天提醒单位核对")
    expires_on = _day("有效期到", "当日起自动撤下")

    def clean_category(self) -> Category | None:
        """Return the category with this code."""
        code = self.cleaned_data["category"]
        found = knowledge.category(code) if code else None
        if code and found is None:
            raise forms.ValidationError("没有这个分类，请重新选择")
        return found

    def written(self) -> AnswerText:
        """Return what was written."""
        clean = self.cleaned_data
        unit: list[Unit] = clean["unit"]
        return AnswerText(
            title=clean["title"],
            body=clean["body"],
            wordings=tuple(clean["wordings"].splitlines()),
            request_kind=Kind(clean["kind"]) if clean["kind"] else None,
            category=clean["category"],
            unit=unit[0] if unit else None,
            visibility=Visibility(clean["visibility"]),
            source=clean["source"].strip(),
            clause=clean["clause"],
            review_on=clean["review_on"],
            expires_on=clean["expires_on"],
        )


def begun(version: ArticleVersion) -> dict[str, Any]:
    """Return what the form of an answer begins with."""
    names = ("title", "body", "visibility", "clause", "review_on", "expires_on")
    return {name: getattr(version, name) for name in names} | {
        "wordings": "\n".join(version.wordings),
        "category": version.category.code if version.category else "",
        "unit": version.unit.code if version.unit else "",
        "kind": version.request_kind,
        "source": version.source_code,
    }


class DocumentForm(forms.Form):
    """A document or its next version."""

    use_required_attribute = False

    code = _line("编码", 40, "字母、数字和连字符；换版本时不变", required=True)
    kind = forms.ChoiceField(
        label="种类", choices=[(k.value, k.label) for k in DocumentKind], initial="policy",
        widget=forms.RadioSelect, error_messages={"invalid_choice": "请选择种类"},
    )  # fmt: skip
    title = _line("标题", 200, required=True)
    number = _line("文号", 80)
    issuer = _line("发文单位", 100)
    issued_on = _day("发文日期", "")
    valid_from = forms.DateField(
        label="生效日期", error_messages={"required": "请填写生效日期", "invalid": "日期格式不对"},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="同一编码的上一版到前一天为止",
    )  # fmt: skip
    roles = forms.MultipleChoiceField(
        label="对应岗位", required=False, choices=[(r.value, n) for r, n in ROLE_LABELS.items()],
        widget=forms.CheckboxSelectMultiple, error_messages={"invalid_choice": "没有这个岗位"},
    )  # fmt: skip
    visibility = forms.ChoiceField(
        label="谁能看", choices=[(v.value, v.label) for v in Visibility], initial="staff",
        widget=forms.RadioSelect, error_messages={"invalid_choice": "请选择谁能看"},
    )  # fmt: skip
    file = forms.FileField(
        label="从文件读入正文", required=False, help_text="Word、文本或有文字的 PDF，扫描件不行",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".docx,.txt,.md,.pdf"}),
        error_messages={"empty": "这是空文件"},
    )  # fmt: skip
    body = forms.CharField(
        label="正文", max_length=100_000, widget=forms.Textarea(attrs={"rows": 14}),
        error_messages=_TOO_LONG, required=False, help_text="选了文件就不用填",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Take the text from the file, if there is one; a file beside a text is one too many."""
        clean = super().clean() or {}
        given, body = clean.get("file"), clean.get("body")
        if given and body:
            self.add_error("file", "正文和文件只填一样")
        elif given:
            try:
                clean["body"] = papers.words_of(given.name, given.read(papers.LARGEST + 1))
            except Refused as refusal:
                self.add_error("file", "；".join(filter(None, (refusal.message, refusal.remedy))))
        elif not body and "body" not in self.errors:
            self.add_error("body", "请填写正文，或选择文件")
        return clean

    def written(self) -> DocumentText:
        """Return what was written."""
        clean = self.cleaned_data
        names = ("code", "title", "body", "valid_from", "number", "issuer", "issued_on")
        return DocumentText(
            **{name: clean[name] for name in names},
            kind=DocumentKind(clean["kind"]),
            roles=tuple(Role(each) for each in clean["roles"]),
            visibility=Visibility(clean["visibility"]),
        )
