"""Forms inside a unit: the draft, the leader's signature, the own call-back; and the telling."""

from __future__ import annotations

from typing import Any

from django import forms

from huiyin.orders import actions, reply_queries
from huiyin.orders.actions.replying import LONGEST
from huiyin.orders.reply_states import Told
from huiyin.web.workbench.forms import Noted, PhotosField, StepForm, note_field
from huiyin.web.workbench.forms_handle import ReplyFields


class DraftReply(ReplyFields):
    """Send the draft of a reply to the leader."""

    verb, button = "draft_reply", "送签"
    intro = "本单位实行签批：负责人签发后才发出，办理期限照常计算。"
    photos = PhotosField(label="现场照片")

    def shape(self) -> None:
        """The leader's name comes with the signature."""
        super().shape()
        self.fields["sign_off"].help_text = "由谁签发"

    def take(self) -> None:
        """Send it to the leader."""
        actions.draft_reply(
            self.setting.order.pk,
            self.reply_form(),
            files=self.cleaned_data["photos"],
            **self.how,
        )


class ReturnDraft(Noted):
    """Return a draft."""

    verb, asks = "return_draft", "退回原因"
    intro = "退回承办人修改，办理期限照常计算。"


class SignReply(StepForm):
    """Sign a draft."""

    verb, button = "sign_reply", "签发"
    template = "workbench/_step_sign.html"
    sign_off = forms.CharField(
        label="签发人",
        max_length=LONGEST["sign_off"],
        error_messages={"required": "请填写签发人"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def start(self) -> dict[str, Any]:
        """The one who signs is the one who is here."""
        return {"sign_off": self.setting.actor.label}

    def facts(self) -> dict[str, Any]:
        """Return the draft in the clear, but for the number."""
        draft = reply_queries.waiting_draft(self.setting.order)
        return {"draft": draft, "drafted": actions.form_of(draft) if draft else None}

    def take(self) -> None:
        """Sign it."""
        name = self.cleaned_data["sign_off"]
        actions.sign_reply(self.setting.order.pk, sign_off=name, **self.how)


class LocalCall(StepForm):
    """Record the unit's own call-back."""

    verb, button = "local_call", "记录"
    intro = "回复之前自行回访；不满意的二次办理后再回访。"
    content = forms.ChoiceField(
        label="诉求人满意吗？", choices=(("yes", "满意"), ("no", "不满意")),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择是否满意", "invalid_choice": "请选择是否满意"},
    )  # fmt: skip
    number = forms.CharField(
        label="回访所用的号码",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    note = note_field("诉求人的意见", required=False, hint="不满意的必填")

    def take(self) -> None:
        """Record it."""
        clean = self.cleaned_data
        actions.local_call(
            self.setting.order.pk,
            content=clean["content"] == "yes",
            number=clean["number"],
            note=clean["note"],
            **self.how,
        )


class Tell(StepForm):
    """Record that the hotline told the citizen the answer."""

    verb, button = "tell", "登记"
    intro = "由热线把办理结果告诉诉求人，登记后再回访。"
    how = forms.ChoiceField(  # type: ignore[assignment]  # a field, not the property
        label="怎样告知", choices=[(t.value, t.label) for t in (Told.PHONE, Told.SMS)],
        widget=forms.RadioSelect, initial=Told.PHONE.value,
        error_messages={"required": "请选择怎样告知", "invalid_choice": "请选择怎样告知"},
    )  # fmt: skip
    note = note_field("说明（可不填）", required=False)

    def take(self) -> None:
        """Record it."""
        clean = self.cleaned_data
        how = Told(clean["how"])
        setting = self.setting
        by, now = setting.actor, setting.now
        actions.tell(setting.order.pk, by=by, how=how, note=clean["note"], now=now)
