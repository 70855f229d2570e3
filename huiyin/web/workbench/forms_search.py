"""What is looked for, read from an address or from the box in the head of a page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from huiyin.orders.queries import OrderFilter
from huiyin.orders.states import State
from huiyin.web.workbench.forms_list import ListForm

SORTS = (("new", "最新登记的在前"), ("relevant", "最相关的在前"))
_UNUSED = ("scope", "queue", "case_class", "line", "number", "phone", "tag", "late")
FOLDED = ("state", "kind", "channel", "category", "unit", "region", "since", "until")


class SearchForm(ListForm):
    """The words, where to look, and the filters of orders; every one may be missing."""

    q = forms.CharField(label="要找什么", max_length=200, required=False)
    tab = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    region = forms.CharField(label="地区", max_length=12, required=False)
    sort = forms.ChoiceField(label="排序", choices=SORTS, required=False)

    def __init__(self, data: Any, *, actor: Any) -> None:
        super().__init__(data, actor=actor)
        for name in _UNUSED:
            self.fields.pop(name, None)

    @property
    def relevant(self) -> bool:
        """Tell whether the most relevant come first."""
        return bool(self.cleaned_data.get("sort") == "relevant")

    def wanted(self, now: datetime) -> OrderFilter:  # noqa: ARG002 - the form is that of lists
        """Return the filter that the address asks for."""
        clean = self.cleaned_data
        return OrderFilter(
            states=tuple(State(value) for value in clean["state"]),
            unit=clean["unit"],
            category=clean["category"],
            region=clean["region"],
            kind=clean["kind"],
            channel=clean["channel"],
            since=clean["since"],
            until=clean["until"],
        )

    @property
    def more(self) -> int:
        """Return how many of the folded filters are set."""
        return sum(bool(self.cleaned_data.get(name)) for name in FOLDED)
