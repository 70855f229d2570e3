"""What a list is narrowed to, read from its address."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms

from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import KIND_LABELS
from huiyin.orders import numbers
from huiyin.orders.queries import OrderFilter
from huiyin.orders.search_queries import with_words
from huiyin.orders.states import CHANNEL_LABELS, FACES, FINAL, OPEN, State
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.web.workbench.queues import queue_of

SCOPES = (("open", "在办"), ("done", "已办结"), ("all", "全部"))
SORTS = (("wait", "时限最近的在前"), ("new", "最新登记的在前"))
_ANY = [("", "不限")]


def _tags() -> list[tuple[str, str]]:
    return _ANY + [(tag.code, tag.name) for tag in knowledge.tags()]


def _classes() -> list[tuple[str, str]]:
    return _ANY + list(knowledge.class_names().items())


def _lines() -> list[tuple[str, str]]:
    return _ANY + [(row.code, row.name) for row in knowledge.every_line()]


_IF_THE_CITY_HAS_ANY = {"case_class": _classes, "line": _lines, "tag": _tags}


class ListForm(forms.Form):
    """The filters of the list of orders; every one may be missing."""

    use_required_attribute = False

    q = forms.CharField(label="编号或关键词", max_length=60, required=False)
    scope = forms.ChoiceField(label="范围", choices=SCOPES, required=False)
    queue = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    state = forms.MultipleChoiceField(
        label="状态", choices=[(s.value, f.label) for s, f in FACES.items()], required=False
    )
    unit = forms.CharField(label="承办单位（含下级）", max_length=80, required=False)
    category = forms.CharField(label="分类", max_length=12, required=False)
    region = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label="类型",
        choices=_ANY + [(k.value, label) for k, label in KIND_LABELS.items()],
        required=False,
    )
    channel = forms.ChoiceField(
        label="来源",
        choices=_ANY + [(c.value, label) for c, label in CHANNEL_LABELS.items()],
        required=False,
    )
    case_class = forms.ChoiceField(label="工单类别", choices=_classes, required=False)
    line = forms.ChoiceField(label="归并热线", choices=_lines, required=False)
    number = forms.CharField(label="工单编号", max_length=24, required=False)
    phone = forms.CharField(label="诉求人电话", max_length=20, required=False)
    since = forms.DateField(
        label="登记从", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "日期格式不对"},
    )  # fmt: skip
    until = forms.DateField(
        label="登记到", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "日期格式不对"},
    )  # fmt: skip
    tag = forms.ChoiceField(label="标签", choices=_tags, required=False)
    late = forms.BooleanField(label="只看超期", required=False)
    sort = forms.ChoiceField(label="排序", choices=SORTS, required=False)

    def __init__(self, data: Any, *, actor: Actor) -> None:
        super().__init__(data)
        self.actor = actor
        for name, rows in _IF_THE_CITY_HAS_ANY.items():
            if rows() == _ANY:
                del self.fields[name]
        for name, field in self.fields.items():
            if name not in ("state", "late", "queue"):
                select = isinstance(field, forms.ChoiceField)
                field.widget.attrs["class"] = "form-select" if select else "form-control"

    def clean_unit(self) -> Any:
        """Return the unit that was named by code or name."""
        typed = self.cleaned_data["unit"].strip()
        if not typed:
            return None
        found = orgs.units_typed([typed])[typed]
        if not found:
            raise forms.ValidationError("没有这个单位")
        return found[0]

    def clean_category(self) -> Any:
        """Return the category with this code."""
        code = self.cleaned_data["category"]
        found = knowledge.category(code) if code else None
        if code and found is None:
            raise forms.ValidationError("没有这个分类")
        return found

    def clean_region(self) -> Any:
        """Return the place with this code."""
        code = self.cleaned_data["region"]
        found = orgs.region(code) if code else None
        if code and found is None:
            raise forms.ValidationError("没有这个地区")
        return found

    def clean_queue(self) -> Any:
        """Return the queue, when it is one of the person's own."""
        key = self.cleaned_data["queue"]
        return queue_of(self.actor, key) if key else None

    @property
    def newest(self) -> bool:
        """Tell whether the newest come first."""
        clean = self.cleaned_data
        return clean.get("sort") == "new" or clean.get("scope") == "done"

    def wanted(self, now: datetime) -> OrderFilter:
        """Return the filter that the address asks for. Without words no query of orders."""
        clean = self.cleaned_data
        base = clean["queue"].wanted(now) if clean["queue"] else OrderFilter()
        number = clean["number"] or (clean["q"] if numbers.read(clean["q"]) else "")
        asked = replace(
            base,
            states=base.states or self._states(searched=bool(number or clean["phone"])),
            number=number,
            phone=clean["phone"],
            unit=clean["unit"],
            category=clean["category"],
            region=clean["region"],
            kind=clean["kind"],
            channel=clean["channel"],
            case_class=clean.get("case_class", ""),
            line=clean.get("line", ""),
            tag=clean.get("tag", ""),
            since=clean["since"],
            until=clean["until"],
            late_at=now if clean["late"] else base.late_at,
            held=base.held or self._held(searched=bool(number or clean["phone"])),
        )
        return asked if number else with_words(self.actor, asked, clean["q"])

    def _held(self, *, searched: bool) -> bool:
        """Tell whether a unit asks for what it has in hand: what is open, with no states chosen."""
        clean = self.cleaned_data
        if clean["state"] or clean["queue"] or searched:
            return False
        return clean["scope"] in ("", "open")

    def _states(self, *, searched: bool) -> tuple[State, ...]:
        """Return the chosen states; by default open ones, or all when one person is sought."""
        clean = self.cleaned_data
        if clean["state"]:
            return tuple(State(value) for value in clean["state"])
        if clean["queue"] or clean["scope"] == "all" or (searched and not clean["scope"]):
            return ()
        wanted = FINAL if clean["scope"] == "done" else OPEN
        return tuple(state for state in State if state in wanted)

    @property
    def more(self) -> int:
        """Return how many of the folded filters are set."""
        folded = (
            "unit", "category", "kind", "channel", "case_class", "line", "number", "phone", "since",
            "until", "tag",
        )  # fmt: skip
        return sum(bool(self.cleaned_data.get(name)) for name in (*folded, "late", "state"))
