"""Checks of the dated rules of a profile: limits, parameters, classes, lines, weights."""

from collections.abc import Mapping
from typing import Any

from huiyin.cities import vocabulary
from huiyin.cities.draft import Draft
from huiyin.cities.indicator_tables import OWN
from huiyin.cities.marks import note_doubles, note_overlaps, note_unknown
from huiyin.cities.reading import WHOLE_FILE, Notebook
from huiyin.cities.shapes import ParameterRule

_NAMES_A_UNIT = "dispatch.supervising_unit"
_OWN_INDICATORS = "assessment.indicators"
_LISTS_CATEGORIES = "dispatch.community_list"


def check_rules(draft: Draft, notebook: Notebook) -> None:
    """Check every file of dated rules."""
    for each in (
        _check_limits,
        _check_parameters,
        _check_ladder,
        _check_classes,
        _check_lines,
        _check_scoring,
    ):
        each(draft, notebook)


def _check_limits(draft: Draft, notebook: Notebook) -> None:
    """Check that limits do not contradict each other and that none is missing."""
    limits = draft.limits
    note_overlaps(limits, lambda each: each.code, "编码", notebook)
    note_overlaps(limits, lambda each: each.selectors, "时钟和条件", notebook)
    note_unknown(limits, lambda each: (each.category,), draft.categories, "分类", notebook)
    note_unknown(limits, lambda each: (each.case_class,), draft.classes, "类别", notebook)
    general = {each.clock for each in limits.records if not any(each.selectors[1:])}
    if not limits.is_whole or limits.broken:
        return
    for clock in vocabulary.GENERAL_LIMITS:
        if clock not in general:
            notebook.note(limits.file, WHOLE_FILE, f"缺少 {clock} 的一般时限（不带条件）")


def _check_parameters(draft: Draft, notebook: Notebook) -> None:
    """Check the values of parameters, and that each is given."""
    parameters = draft.parameters
    note_overlaps(parameters, lambda each: each.key, "参数", notebook)
    for each in parameters.records:
        try:
            vocabulary.PARAMETERS[each.key](each.value)
        except ValueError as error:
            notebook.note(parameters.file, each.line, f"value：{error}")
            continue
        if each.key == _LISTS_CATEGORIES:
            _check_codes(each.value, each.line, draft, notebook)
        named = each.key == _NAMES_A_UNIT and str(each.value)
        if named and not draft.units.may_hold(named):
            notebook.note(parameters.file, each.line, f"单位“{named}”不存在")
    for key in vocabulary.PARAMETERS:
        if key not in vocabulary.OPTIONAL_PARAMETERS and not parameters.may_hold(key):
            notebook.note(parameters.file, WHOLE_FILE, f"缺少参数 {key}")


def _check_ladder(draft: Draft, notebook: Notebook) -> None:
    """Check that the ladder drafts only kinds that the city has, and looks only at its tags.

    Source: R-420 (handbook domain.md 2.8).
    """
    rows = draft.parameters.records
    kinds = {row["code"] for each in rows if each.key == "mandate.kinds" for row in _rows(each)}
    tags = {each.code for each in draft.tags.records}
    for each in rows:
        value: object = each.value
        risky = value if each.key == "risk.tags" and isinstance(value, list | tuple) else ()
        for tag in risky:
            if draft.tags.is_whole and tag not in tags:
                notebook.note(draft.parameters.file, each.line, f"没有标签“{tag}”")
        for row in _rows(each) if each.key == "escalation.steps" else ():
            if row.get("kind") and kinds and row["kind"] not in kinds:
                notebook.note(draft.parameters.file, each.line, f"没有督办类型“{row['kind']}”")
            if row.get("when") == "tag" and draft.tags.is_whole and row.get("than") not in tags:
                notebook.note(draft.parameters.file, each.line, f"没有标签“{row.get('than')}”")


def _rows(each: ParameterRule) -> list[Mapping[str, Any]]:
    value = each.value
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _check_codes(codes: object, line: int, draft: Draft, notebook: Notebook) -> None:
    """Check that what communities may be given is what the city's tree of matters knows.

    Source: R-134 (handbook domain.md 2.1 art. 17).
    """
    for code in codes if isinstance(codes, list | tuple) else ():
        if not draft.categories.may_hold(str(code)):
            notebook.note(draft.parameters.file, line, f"分类“{code}”不存在")


def _check_classes(draft: Draft, notebook: Notebook) -> None:
    """Check the classes: no two with the same conditions, and one for everything else.

    Source: R-165 (requirements 17, 105; handbook domain.md 2.2).
    """
    classes = draft.classes
    note_overlaps(classes, lambda each: each.code, "编码", notebook)
    chosen = [each for each in classes.records if not each.by_hand]
    by_rule = type(classes)(classes.file, tuple(chosen), classes.seen, classes.is_whole)
    note_overlaps(by_rule, lambda each: each.conditions, "条件", notebook)
    note_unknown(classes, lambda each: each.categories, draft.categories, "分类", notebook)
    is_complete = classes.is_whole and not classes.broken
    if is_complete and classes.records and not any(not any(e.conditions) for e in chosen):
        notebook.note(classes.file, WHOLE_FILE, "缺少一般类别（不带条件，也不是手工选择）")


def _check_lines(draft: Draft, notebook: Notebook) -> None:
    """Check the merged lines.

    Source: R-166 (requirements 61, 94; handbook domain.md 1.1 row 1).
    """
    lines = draft.lines
    note_doubles(lines, lambda each: each.code, "编码", notebook)
    note_doubles(lines, lambda each: each.name, "名称", notebook)
    note_unknown(lines, lambda each: (each.owner,), draft.units, "政策主管单位", notebook)


def _check_scoring(draft: Draft, notebook: Notebook) -> None:
    """Check that no two weightings of one scheme hold on one day, and that there is one.

    Source: R-171 (requirement 175; handbook domain.md 2.3, 2.10).
    """
    scoring = draft.scoring
    note_overlaps(scoring, lambda each: each.code, "编码", notebook)
    if scoring.is_whole and not scoring.seen:
        notebook.note(scoring.file, WHOLE_FILE, "缺少计分办法（[[scheme]]）")
    own = {
        row["key"]
        for each in draft.parameters.records
        if each.key == _OWN_INDICATORS and isinstance(each.value, list | tuple)
        for row in each.value
        if isinstance(row, Mapping) and "key" in row
    }
    for scheme in scoring.records:
        for key in scheme.weights:
            if OWN.fullmatch(key) and key not in own:
                words = f"weights：没有自定的指标“{key}”（参数 {_OWN_INDICATORS}）"
                notebook.note(scoring.file, scheme.line, words)
