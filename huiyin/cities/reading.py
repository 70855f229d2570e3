"""Reading the files of a profile: text, CSV and TOML with line numbers, and the list of problems.

A profile is written by hand, so nothing stops at the first mistake: every reader here notes what is
wrong and goes on.
"""

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WHOLE_FILE = 0

_TABLE = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*=")
_REMARK = re.compile(r"\A(?:#[^\n]*\n)+")
_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a profile: the file, its line (0 for the whole file) and the reason."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        place = f"{self.file} 第 {self.line} 行" if self.line else self.file
        return f"{place}：{self.reason}"


class ProfileError(Exception):
    """A profile that is refused, with all its problems."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass
class Notebook:
    """Collects problems while a profile is read."""

    problems: list[Problem] = field(default_factory=list)

    def note(self, file: str, line: int, reason: str) -> None:
        """Write one problem down."""
        self.problems.append(Problem(file, line, reason))


@dataclass(frozen=True)
class Field:
    """One column or key: its name, how it is read, and what stands in when it is left out."""

    name: str
    parse: Callable[[object], object]
    required: bool = True
    default: object = None


@dataclass(frozen=True)
class Raw:
    """One record as it stands in the file, before its fields are read."""

    file: str
    line: int
    values: Mapping[str, object]
    lines: Mapping[str, int] = field(default_factory=dict)
    is_broken: bool = False

    def line_of(self, name: str) -> int:
        """Return the line of one field, or of the record where the file does not tell."""
        return self.lines.get(name, self.line)


def convert(raw: Raw, fields: Sequence[Field], notebook: Notebook) -> dict[str, Any] | None:
    """Read every field of ``raw``; return keyword arguments, or None when one was wrong.

    A dotted name (a key inside a table) becomes a name with an underscore. A broken record has been
    noted already.
    """
    if raw.is_broken:
        return None
    known = {each.name for each in fields}
    before = len(notebook.problems)
    for name in raw.values:
        if name not in known:
            notebook.note(raw.file, raw.line_of(name), f"不认识的项“{name}”")
    read: dict[str, Any] = {"line": raw.line}
    for each in fields:
        value = raw.values.get(each.name)
        if value is None or value == "":
            if each.required:
                notebook.note(raw.file, raw.line_of(each.name), f"{each.name}：不能为空")
            value = each.default
        else:
            try:
                value = each.parse(value)
            except ValueError as error:
                notebook.note(raw.file, raw.line_of(each.name), f"{each.name}：{error}")
        read[_argument(each.name)] = value
    return read if len(notebook.problems) == before else None


def _argument(name: str) -> str:
    """Return a key as the name of a field; ``class`` is no name in Python."""
    return "case_class" if name == "class" else name.replace(".", "_")


def read_text(path: Path, notebook: Notebook) -> str | None:
    """Return the text of a UTF-8 file, with or without a byte order mark, or None."""
    try:
        data = path.read_bytes()
    except OSError:
        notebook.note(path.name, WHOLE_FILE, "缺少这个文件，或者无法读取")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        notebook.note(path.name, line, "不是 UTF-8 编码（用表格软件时请另存为“CSV UTF-8”）")
        return None


def read_csv(path: Path, fields: Sequence[Field], notebook: Notebook) -> list[Raw] | None:
    """Return the rows of a CSV file, or None when its text or its heading cannot be used.

    A row with too few or too many cells is noted and marked as broken; blank rows are passed over.
    """
    text = read_text(path, notebook)
    rows = _rows(path.name, text, notebook) if text is not None else None
    if rows is None:
        return None
    if not rows:
        notebook.note(path.name, WHOLE_FILE, "文件是空的")
        return None
    top, *body = rows
    heading = top[1]
    if not _is_heading(path.name, top, fields, notebook):
        return None
    found = []
    for line, cells in body:
        is_broken = len(cells) != len(heading)
        if is_broken:
            notebook.note(path.name, line, f"应有 {len(heading)} 列，这里有 {len(cells)} 列")
        values = dict(zip(heading, cells, strict=False))
        found.append(Raw(path.name, line, values, is_broken=is_broken))
    return found


def _rows(file: str, text: str, notebook: Notebook) -> list[tuple[int, list[str]]] | None:
    """Return the first line and the cells of each row; None when quotes do not close.

    Lines that begin with # are remarks for people.
    """
    remarks = _REMARK.sub(lambda found: "\n" * found[0].count("\n"), text)
    reader = csv.reader(io.StringIO(remarks, newline=""), strict=True)
    found, line = [], 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                found.append((line, stripped))
            line = reader.line_num + 1
    except csv.Error:
        notebook.note(file, line, "引号不成对，或者不是合法的 CSV")
        return None
    return found


def _is_heading(
    file: str, top: tuple[int, list[str]], fields: Sequence[Field], notebook: Notebook
) -> bool:
    """Note unknown, doubled and missing columns; say whether the rows can be read."""
    line, heading = top
    known = [each.name for each in fields]
    wrong = [f"不认识的列“{name}”" for name in heading if name not in known]
    wrong += [f"列“{name}”出现了两次" for name in known if heading.count(name) > 1]
    wrong += [
        f"缺少列“{each.name}”" for each in fields if each.required and each.name not in heading
    ]
    for reason in wrong:
        notebook.note(file, line, reason)
    return not wrong


@dataclass(frozen=True)
class TomlFile:
    """A parsed TOML file, and on which lines its tables and keys stand."""

    name: str
    data: Mapping[str, Any]
    places: Sequence[tuple[str, int, Mapping[str, int]]]

    def as_one(self) -> Raw:
        """Return the whole file as one record; keys inside tables get dotted names."""
        values: dict[str, object] = {}
        for key, value in self.data.items():
            if isinstance(value, dict):
                values.update({f"{key}.{inner}": held for inner, held in value.items()})
            else:
                values[key] = value
        lines = {
            f"{table}.{key}" if table else key: line
            for table, _, keys in self.places
            for key, line in keys.items()
        }
        return Raw(self.name, WHOLE_FILE, values, lines)

    def tables(self, name: str) -> list[Raw]:
        """Return the records written as ``[[name]]``, each with its lines."""
        held = self.data.get(name, [])
        found = [(line, keys) for table, line, keys in self.places if table == name]
        if len(found) != len(held):
            found = [(WHOLE_FILE, {}) for _ in held]
        return [
            Raw(self.name, line, values, keys)
            for (line, keys), values in zip(found, held, strict=True)
        ]

    def line_of(self, name: str) -> int:
        """Return the first line where a table or a top-level key of that name stands."""
        for table, line, keys in self.places:
            if table == name:
                return line
            if not table and name in keys:
                return keys[name]
        return WHOLE_FILE


def read_toml(
    path: Path, notebook: Notebook, *, arrays: Sequence[str] | None = None
) -> TomlFile | None:
    """Return a TOML file with its lines, or None when it cannot be read.

    Args:
        path: the file.
        notebook: where problems are written down.
        arrays: when given, the only names allowed, each an array of tables ``[[name]]``.
    """
    text = read_text(path, notebook)
    if text is None:
        return None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        notebook.note(path.name, line, "不是合法的 TOML（检查引号、等号、括号和重复的键）")
        return None
    file = TomlFile(path.name, data, list(_places(text)))
    if arrays is None:
        return file
    wrong = [name for name in data if name not in arrays or not _is_array(data[name])]
    for name in wrong:
        hint = "、".join(f"[[{each}]]" for each in arrays)
        notebook.note(path.name, file.line_of(name), f"不认识的项“{name}”，这里只能写 {hint}")
    return None if wrong else file


def _is_array(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _places(text: str) -> Iterator[tuple[str, int, dict[str, int]]]:
    """Yield each table's name, line and the lines of its keys; the top of the file has no name."""
    table, start = "", WHOLE_FILE
    keys: dict[str, int] = {}
    for number, line in _lines_outside_texts(text):
        heading = _TABLE.match(line)
        if heading:
            yield table, start, keys
            table, start, keys = heading[2], number, {}
            continue
        key = _KEY.match(line)
        if key:
            keys[key[1]] = number
    yield table, start, keys


def _lines_outside_texts(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines that do not lie inside a text of several lines."""
    closing = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not closing:
            yield number, line
        for quotes in ('"""', "'''"):
            if closing in ("", quotes) and line.count(quotes) % 2:
                closing = "" if closing else quotes
