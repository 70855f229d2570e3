"""The tables of the supervision in a profile: what makes no sense is refused."""

from __future__ import annotations

import pytest

from huiyin.cities import ladder_tables

ROW = {
    "code": "unread", "level": 1, "name": "未签收", "when": "unread_days", "than": 1,
    "to": ["unit_head"], "action": "notify", "kind": "", "within": "1wd",
}  # fmt: skip
KIND = {
    "code": "internal", "name": "内部督办", "series": "督", "limit": "", "check_days": 0,
    "about": "发给承办单位",
}  # fmt: skip


@pytest.mark.rule("R-420")
def test_what_makes_sense_passes() -> None:
    assert ladder_tables.escalation_steps([ROW]) == [ROW]
    assert ladder_tables.mandate_kinds([KIND]) == [KIND]
    assert ladder_tables.mandate_methods([{"code": "site", "name": "现场"}])


@pytest.mark.rule("R-410")
@pytest.mark.parametrize(
    "wrong", [{"code": "1"}, {"name": ""}, {"series": ""}, {"limit": "soon"}, {"check_days": 61}]
)
def test_a_kind_that_makes_no_sense_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="."):
        ladder_tables.mandate_kinds([KIND | wrong])
    with pytest.raises(ValueError, match="不重复"):
        ladder_tables.mandate_kinds([KIND, KIND])


@pytest.mark.rule("R-420")
@pytest.mark.parametrize(
    "wrong",
    [
        {"level": 0}, {"when": "bored"}, {"than": 0}, {"than": "x"}, {"when": "tag", "than": 3},
        {"to": []}, {"to": ["king"]}, {"action": "mandate"}, {"kind": "internal"},
        {"within": "soon"}, {"code": "A"}, {"name": ""}, {"more": 1},
    ],
)  # fmt: skip
def test_a_row_that_makes_no_sense_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="."):
        ladder_tables.escalation_steps([ROW | wrong])
