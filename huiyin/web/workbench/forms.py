"""The form of a step: fields, what it says, and the action that it calls.

Forms check form only (lengths, types); rules live in the actions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import CaseClass, Line, Reason
from huiyin.knowledge.states import ReasonGroup
from huiyin.orders import actions
from huiyin.orders.actions.files import Upload
from huiyin.orders.models import Assignment, WorkOrder
from huiyin.orders.states import BY_VERB, Step
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a step is taken: on which order, by whom, with which part in it, when."""

    order: WorkOrder
    actor: Actor
    mine: Assignment | None
    now: datetime


def note_field(label: str, *, required: bool = True, rows: int = 3, hint: str = "") -> Any:
    """Return a field for a few sentences."""
    return forms.CharField(
        label=label,
        max_length=LONGEST_NOTE,
        required=required,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": f"请写明{label}", "max_length": "最多 %(limit_value)d 个字"},
    )


def moment_field(label: str, *, required: bool = True) -> Any:
    """Return a field for a day and a time."""
    return forms.DateTimeField(
        label=label,
        required=required,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": f"请填写{label}", "invalid": "时间格式不对"},
    )


class UnitField(forms.CharField):
    """One unit or several, by code or exact name; a name of several units is asked back."""

    def __init__(self, *, many: bool = False, **more: Any) -> None:
        self.many = many
        super().__init__(max_length=400, **more)
        self.widget.attrs["data-units"] = "/desk/units"
        if many:
            self.widget.attrs["data-many"] = ""

    def clean(self, value: Any) -> list[Unit]:
        """Return the units that were named."""
        typed = str(super().clean(value) or "").replace("，", ",").replace("、", ",")
        words = [w.strip() for w in typed.split(",") if w.strip()]
        found = orgs.units_typed(words) if words else {}
        chosen = []
        for word in words:
            if len(found[word]) != 1:
                raise forms.ValidationError(_ask_back(word, found[word]))
            chosen.append(found[word][0])
        if not self.many and len(chosen) > 1:
            raise forms.ValidationError("只能选一个单位")
        return chosen


def _ask_back(word: str, found: list[Unit]) -> str:
    if not found:
        near = [str(u) for u in orgs.units_to_assign(word)[:3]]
        return f"没有叫“{word}”的单位" + (f"，是不是：{'、'.join(near)}" if near else "")
    named = "、".join(f"{u.name}（{u.code}）" for u in found[:5])
    return f"有几个单位叫“{word}”，请填写编码：{named}"


class ReasonField(forms.ChoiceField):
    """One reason of a group."""

    def __init__(self, group: ReasonGroup, **more: Any) -> None:
        self.group = group
        more.setdefault(
            "error_messages", {"required": "请选择原因", "invalid_choice": "请选择原因"}
        )
        super().__init__(choices=self._rows, **more)

    def _rows(self) -> list[tuple[str, str]]:
        return [("", "请选择"), *((r.code, r.name) for r in knowledge.reasons(self.group))]

    def clean(self, value: Any) -> Reason | None:
        """Return the reason with this code."""
        return knowledge.reason(self.group, str(super().clean(value)))


class LineField(forms.ChoiceField):
    """One of the merged lines, or none."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("label", "归并热线")
        more.setdefault("error_messages", {"invalid_choice": "没有这条热线，请重新选择"})
        super().__init__(choices=self._rows, required=False, **more)

    @property
    def offered(self) -> bool:
        """Tell whether the city has any."""
        return bool(knowledge.lines())

    def _rows(self) -> list[tuple[str, str]]:
        return [("", "12345"), *((line.code, line.name) for line in knowledge.lines())]

    def clean(self, value: Any) -> Line | None:
        """Return the line with this code."""
        return knowledge.line(str(super().clean(value)))


class ClassField(forms.ChoiceField):
    """A class of orders that is in force, chosen by hand; ``offer`` says which there are."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("label", "工单类别")
        more.setdefault("help_text", "不选则按分类和紧急程度确定")
        more.setdefault("error_messages", {"invalid_choice": "没有这个类别，请重新选择"})
        super().__init__(required=False, **more)
        self._held: dict[str, CaseClass] = {}

    @property
    def offered(self) -> bool:
        """Tell whether the city has any."""
        return bool(self._held)

    def offer(self, classes: Iterable[CaseClass], held: CaseClass | None = None) -> None:
        """Offer these classes; ``held`` is what the order has and keeps when none is chosen."""
        self._held = {each.code: each for each in classes}
        self.help_text = f"现在是{held}；不选则不变" if held else self.help_text
        self.choices = [
            ("", "不变" if held else "自动"),
            *((each.code, each.name) for each in self._held.values()),
        ]

    def clean(self, value: Any) -> CaseClass | None:
        """Return the class with this code."""
        return self._held.get(str(super().clean(value)))


class Photos(forms.ClearableFileInput):
    """A field for several files that also opens the camera of a phone."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class PhotosField(forms.FileField):
    """Several files, read into memory; what they are is checked by the action."""

    def __init__(self, widget: Photos | None = None, **more: Any) -> None:
        super().__init__(required=False, widget=widget or Photos(), **more)

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:  # noqa: ARG002 - Django asks so
        """Return the files as they came."""
        files: Iterable[UploadedFile[Any]] = (
            data if isinstance(data, list) else [data] if data else []
        )
        return [Upload(str(f.name), f.read()) for f in files]


class StepForm(forms.Form):
    """What every step has: the order, the person, and which state of it they had before them."""

    verb: ClassVar[str]
    intro: ClassVar[str] = ""
    button: ClassVar[str] = ""
    look: ClassVar[Literal["", "red"]] = ""
    template: ClassVar[str] = "workbench/_step_fields.html"
    use_required_attribute = False

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        setting: Setting,
        data: Any = None,
        files: MultiValueDict[str, UploadedFile[Any]] | None = None,
    ) -> None:
        self.setting = setting
        super().__init__(data, files, initial={"seen": setting.order.event_count})
        self.initial.update(self.start())
        self.shape()

    def shape(self) -> None:
        """Fit the fields to the order and the person; before anything is checked."""

    def start(self) -> dict[str, Any]:
        """Return what the fields hold at first."""
        return {}

    def facts(self) -> dict[str, Any]:
        """Return what else the form's page shows."""
        return {}

    @property
    def step(self) -> Step:
        """Return the step of the table."""
        return BY_VERB[self.verb]

    @property
    def submit_label(self) -> str:
        """Return the word on the button."""
        return self.button or self.step.label

    @property
    def how(self) -> dict[str, Any]:
        """Return the arguments that every action takes."""
        return {"by": self.setting.actor, "now": self.setting.now}

    def take(self) -> None:
        """Call the action with the cleaned fields."""
        raise NotImplementedError


def dress(form: forms.BaseForm) -> None:
    """Give each field the look of the house, and mark those that are wrong; last before drawing."""
    for name, field in form.fields.items():
        widget, wrong = field.widget, form.is_bound and name in form.errors
        if isinstance(widget, forms.Textarea | forms.TextInput | forms.DateTimeInput | Photos):
            widget.attrs["class"] = "form-control"
        elif isinstance(widget, forms.CheckboxInput):
            widget.attrs["class"] = "form-check-input"
        elif isinstance(widget, forms.Select) and not isinstance(widget, forms.RadioSelect):
            widget.attrs["class"] = "form-select"
        if wrong and "class" in widget.attrs:
            widget.attrs["class"] += " is-invalid"


class Bare(StepForm):
    """A step that needs nothing but a yes."""

    def take(self) -> None:
        """Call the action of the same name."""
        getattr(actions, self.verb)(self.setting.order.pk, **self.how)


class Noted(StepForm):
    """A step that needs one reason in words."""

    note = note_field("说明")
    needed: ClassVar[bool] = True
    asks: ClassVar[str] = "说明"

    def shape(self) -> None:
        """Ask for the note in the step's own words."""
        field = self.fields["note"]
        field.label, field.required = self.asks, self.needed
        field.error_messages["required"] = f"请写明{self.asks}"

    def take(self) -> None:
        """Call the action of the same name with the note."""
        getattr(actions, self.verb)(
            self.setting.order.pk, note=self.cleaned_data["note"], **self.how
        )


class Approve(Bare):
    """Let a reviewed order go on."""

    verb, intro = "approve", "内容和分类都齐全，可以派单。"


class SendBack(Noted):
    """Send an order back to be completed."""

    verb, asks = "send_back", "要补充的内容"


class Sign(Bare):
    """Sign for an order."""

    verb, intro = "sign", "签收后由本单位主办。办理时限从派单时算起，不因签收晚而顺延。"


class SubSign(Bare):
    """Sign for an assisting or passed-down part."""

    verb, intro = "sub_sign", "签收后请在要求的时间内办理并报送结果。"


class AskVoid(Noted):
    """Ask to void an order."""

    verb, asks, look = "ask_void", "作废原因", "red"
    intro = "须由中心负责人确认后才作废；确认前照常办理。"


class ConfirmVoid(Noted):
    """Confirm a void."""

    verb, asks, needed, look = "confirm_void", "说明（可不填）", False, "red"
    intro = "确认后工单作废，不再办理，历史保留。"


class RefuseVoid(Noted):
    """Refuse a void."""

    verb, asks = "refuse_void", "驳回理由"
    intro = "驳回后工单照常办理；仍要作废的，须重新申请。"


class AddNote(Noted):
    """Add a remark."""

    verb, asks = "note", "要补充的内容"
    intro = "补充记录不改变工单状态，诉求人看不到。"

    def take(self) -> None:
        """Add the remark."""
        actions.add_note(self.setting.order.pk, note=self.cleaned_data["note"], **self.how)
