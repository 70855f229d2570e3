"""All checks that look at more than one field or file of a profile.

Each check notes what it finds and never stops another.
"""

from huiyin.cities import vocabulary
from huiyin.cities.draft import Draft
from huiyin.cities.marks import note_doubles, note_overlaps, note_unknown
from huiyin.cities.message_checks import check_messages
from huiyin.cities.reading import WHOLE_FILE, Notebook
from huiyin.cities.rule_checks import check_rules
from huiyin.cities.tree_checks import check_categories, check_regions, check_units
from huiyin.orgs.states import Role, UnitKind, roles_for

_YEARS = (2000, 2100)
_NEVER_LEAD = ("centre", "vendor")


def check(draft: Draft, notebook: Notebook) -> None:
    """Check a whole profile."""
    for each in (
        _check_city,
        check_regions,
        check_units,
        check_categories,
        _check_catalogue,
        _check_owners,
        check_rules,
        _check_reasons,
        _check_tags,
        check_messages,
        _check_articles,
        _check_library,
        _check_duties,
        _check_accounts,
    ):
        each(draft, notebook)


def _check_city(draft: Draft, notebook: Notebook) -> None:
    """Check the city's own days: in our time, and none both a holiday and a working day."""
    if draft.city is None:
        return
    closed, opened = draft.city.working_time_closed_days, draft.city.working_time_opened_days
    for day in sorted(closed | opened):
        if not _YEARS[0] <= day.year <= _YEARS[1]:
            reason = f"{day} 不在 {_YEARS[0]} 到 {_YEARS[1]} 年之间"
            notebook.note("city.toml", WHOLE_FILE, reason)
    if closed & opened:
        reason = "同一天不能既放假又上班（closed_days 与 opened_days 重复）"
        notebook.note("city.toml", WHOLE_FILE, reason)


def _check_catalogue(draft: Draft, notebook: Notebook) -> None:
    """Check the entries: categories and units exist, the lead can lead at its level."""
    items = draft.catalogue
    note_overlaps(items, lambda each: each.code, "编码", notebook)
    note_unknown(items, lambda each: (each.category,), draft.categories, "分类", notebook)
    note_unknown(items, lambda each: (each.lead,), draft.units, "主办单位", notebook)
    note_unknown(items, lambda each: each.assist, draft.units, "协办单位", notebook)
    types = {unit.code: unit.type for unit in draft.units.records}
    guided = {unit.superior for unit in draft.units.records}
    for each in items.records:
        if types.get(each.lead) in _NEVER_LEAD:
            reason = f"{types[each.lead]} 不承办诉求，不能主办"
            notebook.note(items.file, each.line, reason)
        if each.lead in each.assist:
            notebook.note(items.file, each.line, "主办单位不能同时协办")
        if each.lead_level == "county" and each.lead in types and each.lead not in guided:
            reason = f"没有哪个县级单位以“{each.lead}”为业务上级，lead_level 不能是 county"
            notebook.note(items.file, each.line, reason)
    _check_places(draft, notebook)


def _check_places(draft: Draft, notebook: Notebook) -> None:
    """Check the places of the catalogue: known, less than the city, none inside another.

    Source: R-510 (requirement 211; handbook domain.md 1.2 (五), 2.1 art. 11).
    """
    items, regions = draft.catalogue, {each.code: each for each in draft.regions.records}
    note_unknown(items, lambda each: each.regions, draft.regions, "地点", notebook)
    for each in items.records:
        named = [regions[code] for code in each.regions if code in regions]
        wrong = [f"“{p.name}”是全市，regions 应空着" for p in named if p.level == "city"]
        wrong += [
            f"“{p.name}”已经包含在“{regions[p.parent].name}”里，只写一个"
            for p in named
            if p.level != "city" and p.parent in each.regions and p.parent in regions
        ]
        for reason in wrong:
            notebook.note(items.file, each.line, reason)


def _check_owners(draft: Draft, notebook: Notebook) -> None:
    """Check that every narrowest category has a lead unit, its own or that of one above it.

    An entry that has an end is none: the category would lose its owner on that day. Neither is one
    that holds only in some places: elsewhere nobody would be responsible.

    Source: R-168, R-510 (requirement 211; handbook domain.md 1.2 (五), 2.6).
    """
    categories, items = draft.categories, draft.catalogue
    is_complete = items.is_whole and not items.broken
    if draft.city is None or not is_complete:
        return
    led = {e.category for e in items.records if e.valid_to is None and not e.regions}
    led |= set(draft.city.catalogue_without_owner)
    above = {each.parent for each in categories.records}
    for each in categories.records:
        levels = (each.code[:length] for length in range(2, len(each.code) + 1, 2))
        if each.code not in above and led.isdisjoint(levels):
            reason = f"“{each.name}”没有主办单位：派单目录里没有它，也没有它的上级"
            notebook.note(categories.file, each.line, reason)


def _check_reasons(draft: Draft, notebook: Notebook) -> None:
    """Check that reasons are told apart and that no group is empty."""
    reasons = draft.reasons
    note_doubles(reasons, lambda each: (each.group, each.code), "同组编码", notebook)
    held = {each.group for each in reasons.records}
    for group in vocabulary.REASON_GROUPS:
        if reasons.is_whole and group not in held:
            notebook.note(reasons.file, WHOLE_FILE, f"{group} 组没有任何理由")


def _check_tags(draft: Draft, notebook: Notebook) -> None:
    """Check that no tag stands twice and that tags of one group are told apart by name."""
    note_doubles(draft.tags, lambda each: each.code, "编码", notebook)
    note_doubles(draft.tags, lambda each: (each.group, each.name), "同组名称", notebook)


def _check_articles(draft: Draft, notebook: Notebook) -> None:
    """Check news and selected answers."""
    note_doubles(draft.news, lambda each: each.code, "编码", notebook)
    note_doubles(draft.answers, lambda each: each.code, "编码", notebook)
    news = {each.code: each.line for each in draft.news.records}
    for each in draft.answers.records:
        if each.code in news:
            reason = f"编码与第 {news[each.code]} 行的动态重复"
            notebook.note(draft.answers.file, each.line, reason)
    note_unknown(draft.answers, lambda each: (each.category,), draft.categories, "分类", notebook)
    note_unknown(draft.answers, lambda each: (each.unit,), draft.units, "单位", notebook)


def _check_library(draft: Draft, notebook: Notebook) -> None:
    """Check the documents: one version at a time, units exist, answers follow one that exists.

    Source: R-357 (requirements 15, 101, 119; handbook domain.md 2.9).
    """
    documents = draft.documents
    note_overlaps(documents, lambda each: each.code, "编码", notebook)
    note_unknown(documents, lambda each: (each.unit,) if each.unit else (), draft.units, "单位",
                 notebook)  # fmt: skip
    note_unknown(
        draft.answers,
        lambda each: (each.source,) if each.source else (),
        documents,
        "文件",
        notebook,
    )


def _check_duties(draft: Draft, notebook: Notebook) -> None:
    """Check the duty directory: units and categories exist, no entry stands twice.

    Source: R-355 (requirement 81; handbook domain.md 1.2 (二)).
    """
    duties = draft.duties
    note_doubles(duties, lambda each: each.code, "编码", notebook)
    note_unknown(duties, lambda each: (each.unit,), draft.units, "单位", notebook)
    note_unknown(duties, lambda each: each.categories, draft.categories, "分类", notebook)


def _check_accounts(draft: Draft, notebook: Notebook) -> None:
    """Check the demonstration accounts: units exist, every role is there and fits its unit."""
    accounts = draft.accounts
    note_doubles(accounts, lambda each: each.username, "用户名", notebook)
    note_unknown(accounts, lambda each: (each.unit,), draft.units, "单位", notebook)
    kinds = {unit.code: UnitKind(unit.type) for unit in draft.units.records}
    for each in accounts.records:
        kind = kinds.get(each.unit)
        if kind and each.role not in roles_for(kind):
            reason = f"{kind.label}的人员不能担任{Role(each.role).label}"
            notebook.note(accounts.file, each.line, reason)
    held = {each.role for each in accounts.records}
    is_complete = accounts.is_whole and len(accounts.records) == len(accounts.seen)
    for role in vocabulary.ROLES:
        if is_complete and role not in held:
            notebook.note(accounts.file, WHOLE_FILE, f"缺少角色 {role} 的演示账号")
