"""Checks of the three trees of a profile: regions, units, categories."""

from collections.abc import Mapping

from huiyin.cities import vocabulary
from huiyin.cities.draft import Draft, Listing
from huiyin.cities.marks import note_doubles, note_unknown
from huiyin.cities.reading import WHOLE_FILE, Notebook
from huiyin.cities.shapes import Category, Region, Unit

_ABOVE = {"county": "city", "street": "county"}
_UNIT_ABOVE = {
    "county_bureau": ("county",),
    "sub_centre": ("county",),
    "township": ("county",),
    "community": ("township",),
}
_TOP_WITHOUT_COUNTIES = ("township",)
_LONGEST_ALIASES = 200
_WITHOUT_SUB_UNITS = ("vendor", "sub_centre", "community")

Tree = Listing[Region] | Listing[Unit] | Listing[Category]


def check_regions(draft: Draft, notebook: Notebook) -> None:
    """Check the territory: one city at the top, counties below it, streets and towns below them.

    A district or county with a hotline of its own has its streets and towns directly below it.
    """
    regions = draft.regions
    note_doubles(regions, lambda each: each.code, "编码", notebook)
    note_doubles(regions, lambda each: (each.parent, each.name), "同一上级下的名称", notebook)
    _check_parents(regions, notebook)
    levels = {each.code: each.level for each in regions.records}
    above_of = _ABOVE if "county" in levels.values() else {"street": "city"}
    for each in regions.records:
        if each.kind not in vocabulary.REGION_KINDS[each.level]:
            notebook.note(regions.file, each.line, f"{each.level} 级不能是“{each.kind}”")
        above = above_of.get(each.level)
        if above is None and each.parent:
            notebook.note(regions.file, each.line, "city 级没有上级")
        if above and levels.get(each.parent, above) != above:
            notebook.note(regions.file, each.line, f"{each.level} 级的上级应是 {above} 级")
    _check_top(draft, notebook)


def _check_top(draft: Draft, notebook: Notebook) -> None:
    """Check that the one region of city level is the city of city.toml."""
    regions = draft.regions
    tops = [each for each in regions.records if each.level == "city"]
    for extra in tops[1:]:
        notebook.note(regions.file, extra.line, "只能有一个 city 级区划")
    if draft.city and regions.is_whole and not regions.may_hold(draft.city.code):
        reason = f"缺少 city.toml 里的城市“{draft.city.code}”"
        notebook.note(regions.file, WHOLE_FILE, reason)


def check_units(draft: Draft, notebook: Notebook) -> None:
    """Check the register of units: codes, tree, types, regions and superiors."""
    units = draft.units
    note_doubles(units, lambda each: each.code, "编码", notebook)
    note_doubles(units, lambda each: each.name, "名称", notebook)
    _check_parents(units, notebook)
    note_unknown(units, lambda each: (each.region,), draft.regions, "区划", notebook)
    note_unknown(units, lambda each: (each.superior,), units, "业务上级", notebook)
    superiors = {u.code: u.superior for u in units.records if u.superior != u.code}
    _note_circles(units, superiors, "业务上级", notebook)
    _check_unit_types(units, notebook)
    centres = [each for each in units.records if each.type == "centre"]
    if units.is_whole and not centres:
        notebook.note(units.file, WHOLE_FILE, "缺少类型为 centre 的热线机构")
    for extra in centres[1:]:
        notebook.note(units.file, extra.line, "只能有一个 centre")


def _check_unit_types(units: Listing[Unit], notebook: Notebook) -> None:
    """Check that each type hangs where it may, and that no unit is its own superior."""
    types = {each.code: each.type for each in units.records}
    without_counties = "county" not in types.values()
    for each in units.records:
        above = types.get(each.parent)
        allowed = _UNIT_ABOVE.get(each.type)
        if without_counties and not each.parent and each.type in _TOP_WITHOUT_COUNTIES:
            continue
        if allowed and (not each.parent or (above and above not in allowed)):
            wanted = "、".join(allowed)
            notebook.note(units.file, each.line, f"{each.type} 的上级应是 {wanted}")
        if above in _WITHOUT_SUB_UNITS:
            notebook.note(units.file, each.line, f"{above} 不能有下级单位")
        if each.superior == each.code:
            notebook.note(units.file, each.line, "业务上级不能是自己")


def check_categories(draft: Draft, notebook: Notebook) -> None:
    """Check the tree of matters, whose codes contain their parents' codes."""
    categories = draft.categories
    note_doubles(categories, lambda each: each.code, "编码", notebook)
    note_doubles(categories, lambda each: (each.parent, each.name), "同一上级下的名称", notebook)
    _check_parents(categories, notebook)
    for each in categories.records:
        if each.parent != each.code[:-2]:
            wanted = each.code[:-2] or "空"
            notebook.note(categories.file, each.line, f"按编码，上级应是{wanted}")
        if each.name in each.aliases:
            notebook.note(categories.file, each.line, "别名与名称相同")
        if len(";".join(each.aliases)) > _LONGEST_ALIASES:
            notebook.note(categories.file, each.line, f"别名合计最多 {_LONGEST_ALIASES} 字")


def _check_parents(tree: Tree, notebook: Notebook) -> None:
    """Note parents that do not exist, and circles."""
    for each in tree.records:
        if each.parent and not tree.may_hold(each.parent):
            notebook.note(tree.file, each.line, f"上级“{each.parent}”不存在")
    _note_circles(tree, {each.code: each.parent for each in tree.records}, "上级", notebook)


def _note_circles(tree: Tree, above: Mapping[str, str], what: str, notebook: Notebook) -> None:
    """Note each circle of codes once, at its first line.

    Source: R-594 (handbook domain.md 1.2 (五): one way up, by territory and by duty).
    """
    lines = {each.code: each.line for each in tree.records}
    done: set[str] = set()
    for code in above:
        path: list[str] = []
        while code in above and code not in done and code not in path:
            path.append(code)
            code = above[code]
        if code in path:
            circle = path[path.index(code) :]
            first = min(circle, key=lines.__getitem__)
            notebook.note(tree.file, lines[first], f"{what}绕成了圈：{' → '.join([*circle, code])}")
        done.update(path)
