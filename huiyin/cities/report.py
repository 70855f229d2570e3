"""What a load of a city profile did, told for people and counted for programs."""

from __future__ import annotations

from dataclasses import dataclass

from huiyin.kernel.compare import Changes

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Report:
    """The city, and what was done to each kind of rows, in the order of the work.

    After a ``preview`` it is what would have been done.
    """

    profile: str
    city: str
    kinds: tuple[Changes, ...]
    preview: bool = False

    @property
    def changed(self) -> bool:
        """Tell whether anything was changed."""
        return not all(kind.is_empty for kind in self.kinds)

    @property
    def lines(self) -> tuple[str, ...]:
        """Return one line for the whole and one for each kind that was changed, with examples."""
        if not self.changed:
            return (f"{self.city}（{self.profile}）：没有变化",)
        told = (_line(kind) for kind in self.kinds if not kind.is_empty)
        done = "将更新如下，现在什么也没有改" if self.preview else "已更新"
        return (f"{self.city}（{self.profile}）：{done}", *told)

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Return the numbers of each kind, by its Chinese name."""
        return {
            kind.kind: {
                "added": len(kind.added),
                "changed": len(kind.changed),
                "ended": len(kind.ended),
                "unchanged": kind.unchanged,
            }
            for kind in self.kinds
        }


def _line(kind: Changes) -> str:
    groups = (("新增", kind.added), ("修改", kind.changed), ("停用", kind.ended))
    told = [f"{verb} {len(names)}（{_examples(names)}）" for verb, names in groups if names]
    rest = [f"未变 {kind.unchanged}"] if kind.unchanged else []
    return f"{kind.kind}：{'，'.join([*told, *rest])}"


def _examples(names: tuple[str, ...]) -> str:
    shown = "、".join(names[:EXAMPLES])
    return f"{shown} 等" if len(names) > EXAMPLES else shown
