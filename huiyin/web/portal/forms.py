"""Forms of the portal: lengths and types only; what must hold is said by the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from huiyin.knowledge.models import Reason
from huiyin.orders.actions.beside import LONGEST_SUPPLEMENT
from huiyin.orders.actions.files import LARGEST, MOST_FILES
from huiyin.orders.actions.intake import LONGEST
from huiyin.orders.rules import SHORTEST_CONTENT
from huiyin.orders.states import Satisfaction, Solved
from huiyin.orgs.models import Region
from huiyin.web.portal import speech

REQUIRED = "请填写这一项"
LONGEST_COMMENT = 500


def _too_long(most: int) -> dict[str, str]:
    return {"required": REQUIRED, "max_length": f"最多 {most} 个字"}


class ManyFiles(forms.ClearableFileInput):
    """A file field that takes several files."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:  # noqa: ARG002
        """Return every file sent under the name, also those of a second field with it."""
        return list(files.getlist(name)) if files else []


class FilesField(forms.FileField):
    """Several files; each is checked again by its content when the request is taken in."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:  # noqa: ARG002
        """Return the files. Raises ValidationError for too many or too large ones."""
        files = [file for file in data if file]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"一次最多上传 {MOST_FILES} 个文件", code="too-large")
        for file in files:
            if file.size > LARGEST:
                raise forms.ValidationError(f"“{file.name}”超过 20 MB", code="too-large")
        return files


class SubmitForm(forms.Form):
    """What a citizen writes."""

    content = forms.CharField(
        min_length=SHORTEST_CONTENT,
        max_length=LONGEST["content"],
        error_messages={
            "required": "请写下发生了什么",
            "min_length": f"请写明发生了什么，至少 {SHORTEST_CONTENT} 个字",
            "max_length": f"最多 {LONGEST['content']} 个字",
        },
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    kind = forms.ChoiceField(
        choices=[(kind.value, words) for kind, words in speech.KINDS],
        error_messages={"required": "请选一种，拿不准就选“求助”"},
    )
    place = forms.CharField(
        required=False,
        max_length=LONGEST["place"],
        error_messages=_too_long(LONGEST["place"]),
    )
    region = forms.ChoiceField(required=False, error_messages={"invalid_choice": "请重新选择"})
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180)
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90)
    uploads = FilesField(required=False)
    name = forms.CharField(
        required=False, max_length=LONGEST["name"], error_messages=_too_long(LONGEST["name"])
    )
    phone = forms.CharField(
        required=False, max_length=LONGEST["phone"], error_messages=_too_long(LONGEST["phone"])
    )
    wants_reply = forms.BooleanField(required=False)
    confidential = forms.BooleanField(required=False)
    agreed = forms.CharField(error_messages={"required": "请先阅读并同意隐私告知"})
    to = forms.CharField(required=False, max_length=20)
    key = forms.CharField(max_length=80)

    def __init__(
        self, *args: Any, regions: list[tuple[Region, list[Region]]], privacy: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        codes = [(r.code, r.name) for county, streets in regions for r in (county, *streets)]
        self.fields["region"].choices = [("", ""), *codes]  # type: ignore[attr-defined]
        self.privacy = privacy

    def clean_agreed(self) -> str:
        """Return the version agreed to. Raises ValidationError when it is no longer in force."""
        version = str(self.cleaned_data["agreed"])
        if version != self.privacy:
            raise forms.ValidationError("隐私告知有更新，请重新阅读并同意")
        return version

    @property
    def lost_files(self) -> bool:
        """Tell whether files were sent that a browser will not send again by itself."""
        return bool(self.files)


class MoreForm(forms.Form):
    """What a citizen adds to a case."""

    words = forms.CharField(
        min_length=SHORTEST_CONTENT,
        max_length=LONGEST_SUPPLEMENT,
        error_messages={
            "required": "请写下新的情况",
            "min_length": f"请写明新的情况，至少 {SHORTEST_CONTENT} 个字",
            "max_length": f"最多 {LONGEST_SUPPLEMENT} 个字",
        },
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    uploads = FilesField(required=False)
    key = forms.CharField(max_length=80)


class AskForm(forms.Form):
    """Number and query code, as people type them."""

    number = forms.CharField(
        max_length=30, error_messages={"required": "请输入编号", "max_length": "编号是 14 位数字"}
    )
    code = forms.CharField(
        max_length=12,
        error_messages={"required": "请输入查询码", "max_length": "查询码是 6 位数字"},
    )


class RatingForm(forms.Form):
    """The two questions, and what the citizen adds."""

    solved = forms.ChoiceField(
        required=False, choices=[(s.value, s.label) for s in (Solved.YES, Solved.PARTLY, Solved.NO)]
    )
    satisfaction = forms.ChoiceField(
        required=False, choices=[(g.value, g.label) for g in Satisfaction]
    )
    reasons = forms.MultipleChoiceField(required=False)
    comment = forms.CharField(
        required=False,
        max_length=LONGEST_COMMENT,
        error_messages=_too_long(LONGEST_COMMENT),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, reasons: tuple[Reason, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reasons"].choices = [(r.code, r.name) for r in reasons]  # type: ignore[attr-defined]
