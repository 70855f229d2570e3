"""Forms for orders that hang together: merging, splitting off, links."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from huiyin.dispatch.duplicates.queries import likely_duplicates
from huiyin.orders import actions, numbers, queries
from huiyin.orders.kinds import LinkKind
from huiyin.web.workbench.forms import Noted, StepForm, note_field

KINDS = [(k.value, k.label) for k in LinkKind if k is not LinkKind.MERGED]


class OrderField(forms.CharField):
    """Another order, by its number as people type it."""

    def clean(self, value: Any) -> str:
        """Return the number in its one form."""
        typed = str(super().clean(value) or "")
        found = numbers.read(typed)
        if typed and found is None:
            raise forms.ValidationError("编号不对，请核对 14 位数字")
        return found or ""


class Other(StepForm):
    """A step that names another order which the person may see."""

    field: ClassVar[str]

    def clean(self) -> dict[str, Any]:
        """Look the other order up."""
        clean = super().clean() or self.cleaned_data
        if number := clean.get(self.field):
            clean["key"] = queries.visible_key(self.setting.actor, number)
            if clean["key"] is None:
                self.add_error(self.field, "没有找到这件工单")
        return clean


class Merge(Other):
    """Merge an order into the main order of the same event."""

    verb, field = "merge", "main"
    template = "workbench/_step_merge.html"
    intro = "并入后本单办结，诉求人跟着主单得到结果；主单未办结前可以拆出。"
    main = OrderField(
        label="主单编号", max_length=24, error_messages={"required": "请填写主单编号"}
    )
    note = note_field("为什么是同一件事（可不填）", required=False, rows=2)

    def facts(self) -> dict[str, Any]:
        """Return the orders that are likely the same event and still open."""
        found = likely_duplicates(self.setting.order, self.setting.now)
        return {"mains": [each for each in found if each.order.closed_at is None]}

    def take(self) -> None:
        """Merge it."""
        clean = self.cleaned_data
        actions.merge(self.setting.order.pk, main=clean["key"], note=clean["note"], **self.how)


class Join(Merge):
    """Let a draft join the order of the same event."""

    verb, button = "join", "并入"
    intro = "并入后本件办结，不再派单；诉求人跟着主单得到结果。"

    def take(self) -> None:
        """Join it."""
        clean = self.cleaned_data
        actions.join(self.setting.order.pk, main=clean["key"], note=clean["note"], **self.how)


class SplitOff(Noted):
    """Take a merged order out of its group again."""

    verb, asks = "split_off", "拆出原因"
    intro = "拆出后本单回到待派单，单独办理。"


class Link(Other):
    """Link an order with another one."""

    verb, field = "link", "other"
    intro = "关联不改变工单状态，两件工单的页面都能看到。"
    other = OrderField(
        label="另一件的编号", max_length=24, error_messages={"required": "请填写另一件的编号"}
    )
    kind = forms.ChoiceField(
        label="那一件是本单的", choices=KINDS, widget=forms.RadioSelect, initial="related",
        error_messages={"required": "请选择关系", "invalid_choice": "请选择关系"},
    )  # fmt: skip
    note = note_field("说明（可不填）", required=False, rows=2)

    def take(self) -> None:
        """Link them."""
        clean = self.cleaned_data
        actions.link(
            self.setting.order.pk,
            other=clean["key"],
            kind=LinkKind(clean["kind"]),
            note=clean["note"],
            **self.how,
        )
