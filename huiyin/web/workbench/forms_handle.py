"""Forms of a unit that handles an order: contact, explain, report, reply."""

from __future__ import annotations

from typing import Any

from django import forms

from huiyin.followup.replychecks import queries as replychecks
from huiyin.followup.replychecks.queries import Advice
from huiyin.followup.replychecks.rules import Said
from huiyin.orders import actions, reply_queries
from huiyin.orders.actions.replying import LONGEST, LONGEST_EXPLANATION, LONGEST_MATTER_RESULT
from huiyin.orders.rules import MatterAnswer, ReplyForm
from huiyin.orders.states import Outcome
from huiyin.web.workbench.forms import Noted, PhotosField, StepForm, moment_field, note_field

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


class Explain(StepForm):
    """Write down one explanation to the citizen."""

    verb, button = "explain", "记录"
    intro = "说明原因、法律政策依据和计划。次数自动累计，回复“解释说明”本身也算一次。"
    said = forms.CharField(
        label="解释内容",
        max_length=LONGEST_EXPLANATION,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明解释内容", "max_length": "最多 %(limit_value)d 个字"},
    )
    basis = _long("basis", "政策依据", rows=2)

    def take(self) -> None:
        """Store it."""
        clean = self.cleaned_data
        actions.explain(self.setting.order.pk, said=clean["said"], basis=clean["basis"], **self.how)


class Progress(Noted):
    """Tell the hotline and the citizen how far it is."""

    verb, asks, button = "progress", "进展", "反馈"
    intro = "诉求人看得到。办理时限照常计算，还不是回复。"


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


class ReplyFields(StepForm):
    """What a reply holds, for the one who replies and the one who drafts."""

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
    planned_on = forms.DateField(
        label="计划完成日期",
        required=False,
        help_text="列入计划的必填",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "日期格式不对"},
    )
    enforcement = forms.CharField(
        label="执法文书号",
        max_length=LONGEST["enforcement"],
        required=False,
        help_text="有立案或处罚的填写",
    )
    contacted_at = moment_field("联系诉求人的时间")
    contact_number = _number()
    sign_off = forms.CharField(
        label="签发人",
        max_length=LONGEST["sign_off"],
        help_text="签发这份答复的负责人",
        widget=forms.TextInput(attrs={"data-remember": "sign-off", "autocomplete": "off"}),
        error_messages={"required": "请填写签发人"},
    )

    def shape(self) -> None:
        """Ask for what the city asks for, and for the result of each listed matter."""
        mine = self.setting.mine
        since = mine.dispatched_at if mine else None
        order = self.setting.order
        needs = reply_queries.needs_of(order, since=since, at=self.setting.now)
        self.fields["contacted_at"].required = needs.contact
        self.fields["contact_number"].required = needs.contact
        self.fields["sign_off"].required = needs.sign_off
        if needs.evidence and "photos" in self.fields:
            self.fields["photos"].help_text = "已解决、部分解决的必传，能看出办理结果"
        self.matters = list(reply_queries.matters_of(order))
        for matter in self.matters:
            self.fields[f"m{matter.seq}_outcome"] = forms.ChoiceField(
                label="结果", choices=_OUTCOMES, initial=Outcome.SOLVED.value
            )
            self.fields[f"m{matter.seq}_result"] = forms.CharField(
                label="说明",
                max_length=LONGEST_MATTER_RESULT,
                required=needs.per_matter,
                widget=forms.Textarea(attrs={"rows": 2}),
                error_messages={
                    "required": f"请写明第 {matter.seq} 项的办理结果",
                    "max_length": "最多 %(limit_value)d 个字",
                },
            )

    @property
    def each_matter(self) -> list[tuple[str, Any, Any]]:
        """Return the words and the two fields of each matter, for the template."""
        return [
            (f"{m.seq}. {m.text}", self[f"m{m.seq}_outcome"], self[f"m{m.seq}_result"])
            for m in self.matters
        ]

    def start(self) -> dict[str, Any]:
        """Solved is what is hoped for; the contact is the one on record."""
        mine, staff = self.setting.mine, self.setting.actor.staff
        leader = staff is not None and "unit_leader" in staff.roles
        return {
            "outcome": Outcome.SOLVED.value,
            "contacted_at": mine.contacted_at if mine else None,
            "sign_off": staff.name if staff and leader else "",
        }

    def advice(self) -> Advice | None:
        """Return a look at what has been written so far, whole or not."""
        self.is_valid()
        clean, mine = self.cleaned_data, self.setting.mine
        words = {
            name: str(clean.get(name) or self.data.get(name, ""))[: LONGEST[name]]
            for name in ("public_answer", "process", "result", "basis")
        }
        said = Said(
            self.setting.order.title,
            self.setting.order.content,
            words["public_answer"],
            process=words["process"],
            result=words["result"],
            basis=words["basis"],
            contacted=clean.get("contacted_at") is not None,
            dated=clean.get("planned_on") is not None,
            whole=True,
        )
        unit = mine.unit_id if mine else 0
        return replychecks.advice_before(said, self.setting.order, unit, self.setting.now)

    def reply_form(self) -> ReplyForm:
        """Return the fields as the actions take them."""
        clean = self.cleaned_data
        answers = tuple(
            MatterAnswer(
                m.seq, Outcome(clean[f"m{m.seq}_outcome"]), clean.get(f"m{m.seq}_result") or ""
            )
            for m in self.matters
        )
        return ReplyForm(
            outcome=Outcome(clean["outcome"]),
            process=clean["process"],
            result=clean["result"] or clean["public_answer"],
            public_answer=clean["public_answer"],
            contacted_at=clean["contacted_at"],
            contact_number=clean["contact_number"],
            sign_off=clean["sign_off"],
            basis=clean["basis"],
            answers=answers,
            planned_on=clean["planned_on"],
            enforcement=clean["enforcement"],
        )


class Reply(ReplyFields):
    """Reply for the lead unit."""

    verb, button = "reply", "提交回复"
    photos = PhotosField(label="现场照片")
    show_photos = forms.BooleanField(label="照片也给诉求人看", required=False, initial=True)

    def take(self) -> None:
        """Reply, with the photos, in one transaction."""
        actions.reply(
            self.setting.order.pk,
            self.reply_form(),
            files=self.cleaned_data["photos"],
            show_files=self.cleaned_data["show_photos"],
            **self.how,
        )
