"""Forms of a unit that handles an order: contact, report, reply."""

from __future__ import annotations

from typing import Any

from django import forms

from huiyin.orders import actions
from huiyin.orders.actions.handling import LONGEST
from huiyin.orders.rules import ReplyForm
from huiyin.orders.states import Outcome
from huiyin.web.workbench.forms import PhotosField, StepForm, moment_field, note_field

_OUTCOMES = [(o.value, o.label) for o in Outcome]


def _long(name: str, label: str, *, rows: int = 4, hint: str = "", required: bool = True) -> Any:
    return forms.CharField(
        label=label,
        max_length=LONGEST[name],
        required=required,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": f"请写明{label}", "max_length": "最多 %(limit_value)d 个字"},
    )


def _number() -> Any:
    return forms.CharField(
        label="联系所用的号码",
        max_length=20,
        help_text="本单位拨出的电话",
        widget=forms.TextInput(
            attrs={"inputmode": "tel", "autocomplete": "off", "data-remember": "contact-number"}
        ),
        error_messages={"required": "请填写联系所用的号码"},
    )


class Contact(StepForm):
    """Record that the citizen was contacted."""

    verb = "contact"
    at = moment_field("联系时间")
    number = _number()
    note = note_field("说了什么（可不填）", required=False)

    def start(self) -> dict[str, Any]:
        """Take it that the call has just ended."""
        return {"at": self.setting.now}

    def take(self) -> None:
        """Record it."""
        clean = self.cleaned_data
        actions.contact(
            self.setting.order.pk,
            at=clean["at"],
            number=clean["number"],
            note=clean["note"],
            **self.how,
        )


class SubReply(StepForm):
    """Report the result of an assisting or passed-down part."""

    verb = "sub_reply"
    intro = "报送给主办或上级单位，由其统一答复诉求人。"
    process = _long("process", "办理过程", rows=3)
    result = _long("result", "办理结果", rows=3)
    photos = PhotosField(label="现场照片")

    def take(self) -> None:
        """Report it."""
        clean = self.cleaned_data
        actions.sub_reply(
            self.setting.order.pk,
            process=clean["process"],
            result=clean["result"],
            files=clean["photos"],
            **self.how,
        )


class Reply(StepForm):
    """Reply for the lead unit."""

    verb, button = "reply", "提交回复"
    template = "workbench/_step_reply.html"
    outcome = forms.ChoiceField(
        label="办理结果", choices=_OUTCOMES, widget=forms.RadioSelect,
        error_messages={"required": "请选择办理结果", "invalid_choice": "请选择办理结果"},
    )  # fmt: skip
    public_answer = _long(
        "public_answer", "给诉求人的答复", rows=5, hint="诉求人会看到，请直接说结果"
    )
    process = _long("process", "办理过程", rows=3, hint="内部可见")
    result = _long("result", "结果说明", rows=2, hint="不填则与答复相同", required=False)
    basis = _long("basis", "政策依据或计划", rows=2, hint="未全部解决的必填", required=False)
    photos = PhotosField(label="现场照片")
    show_photos = forms.BooleanField(label="照片也给诉求人看", required=False, initial=True)
    contacted_at = moment_field("联系诉求人的时间")
    contact_number = _number()
    sign_off = forms.CharField(
        label="签发人",
        max_length=LONGEST["sign_off"],
        help_text="签发这份答复的负责人",
        widget=forms.TextInput(attrs={"data-remember": "sign-off", "autocomplete": "off"}),
        error_messages={"required": "请填写签发人"},
    )

    def start(self) -> dict[str, Any]:
        """Solved is what is hoped for; the contact is the one on record."""
        mine, staff = self.setting.mine, self.setting.actor.staff
        leader = staff is not None and "unit_leader" in staff.roles
        return {
            "outcome": Outcome.SOLVED.value,
            "contacted_at": mine.contacted_at if mine else None,
            "sign_off": staff.name if staff and leader else "",
        }

    def take(self) -> None:
        """Reply, with the photos, in one transaction."""
        clean = self.cleaned_data
        form = ReplyForm(
            outcome=Outcome(clean["outcome"]),
            process=clean["process"],
            result=clean["result"] or clean["public_answer"],
            public_answer=clean["public_answer"],
            contacted_at=clean["contacted_at"],
            contact_number=clean["contact_number"],
            sign_off=clean["sign_off"],
            basis=clean["basis"],
        )
        actions.reply(
            self.setting.order.pk,
            form,
            files=clean["photos"],
            show_files=clean["show_photos"],
            **self.how,
        )
