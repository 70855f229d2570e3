"""A copy of a shipped profile that a test may break."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from huiyin.cities.profile import Problem, ProfileError, path_of, read


@dataclass(frozen=True)
class Copy:
    """A profile in a temporary folder."""

    folder: Path

    def text(self, file: str) -> str:
        return (self.folder / file).read_text(encoding="utf-8")

    def write(self, file: str, text: str) -> None:
        (self.folder / file).write_text(text, encoding="utf-8")

    def change(self, file: str, old: str, new: str) -> None:
        """Replace the first ``old``, which must be there."""
        text = self.text(file)
        assert old in text, f"{old!r} is not in {file}"
        self.write(file, text.replace(old, new, 1))

    def add(self, file: str, more: str) -> None:
        self.write(file, self.text(file) + more)

    def line(self, file: str, needle: str) -> int:
        """Return the line where ``needle`` first stands, counted from 1."""
        text = self.text(file)
        assert needle in text, f"{needle!r} is not in {file}"
        return text[: text.index(needle)].count("\n") + 1

    def table_line(self, file: str, needle: str) -> int:
        """Return the line of the ``[[table]]`` in which ``needle`` first stands."""
        text = self.text(file)
        return text[: text.rindex("[[", 0, text.index(needle))].count("\n") + 1

    def problems(self) -> list[Problem]:
        """Return the problems for which the profile is refused."""
        with pytest.raises(ProfileError) as caught:
            read(self.folder)
        return caught.value.problems


def copy_of(name: str, tmp_path: Path) -> Copy:
    """Copy a shipped profile into ``tmp_path``."""
    return Copy(Path(shutil.copytree(path_of(name), tmp_path / name)))
