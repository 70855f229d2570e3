"""Small invented messages of four matters, as many as a test wants."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from huiyin.dispatch.learning.models import ModelVersion
from huiyin.dispatch.learning.samples import Sample

WORDS = {
    "供热": ("暖气不热", "家里暖气片冰凉", "供热管道漏水", "热力公司没有供暖", "室温只有十四度"),
    "道路": ("路面有个大坑", "人行道地砖松动", "井盖丢失", "路灯不亮", "马路塌陷"),
    "噪声": ("广场音乐太吵", "工地夜里施工", "饭店油烟机轰鸣", "歌厅扰民睡不着", "装修声音大"),
    "教育": (
        "小学入学要什么材料",
        "老师课外收费补课",
        "幼儿园学费上涨",
        "学校食堂饭凉",
        "校车超员",
    ),
}
PLACES = ("新湖小区", "东关村", "幸福路", "和平里", "南门外", "向阳街", "北园")
ENDS = ("请尽快处理", "希望有人管", "已经好几天了", "打了电话没人来", "谢谢")
START = datetime(2026, 1, 1)  # noqa: DTZ001 - only the order counts


def samples(count: int = 120, *, seed: int = 1, mixed: float = 0.0) -> list[Sample]:
    """Return messages with their labels, of which the share ``mixed`` are labelled at random."""
    dice = random.Random(seed)  # noqa: S311 - a fixed sequence is wanted
    made = []
    for at in range(count):
        label = dice.choice(list(WORDS))
        said = dice.sample(WORDS[label], 2)
        detail = (
            f"{dice.choice(PLACES)}{said[0]}，{said[1]}，{dice.choice(ENDS)}。{at + 100 * seed}号"
        )
        if dice.random() < mixed:
            label = dice.choice(list(WORDS))
        made.append(Sample(said[0], detail, label, START + timedelta(hours=at)))
    return made


def matters(labels: int, each: int, *, seed: int = 1) -> list[Sample]:
    """Return messages of hundreds of matters, each with a thing and a fault of its own."""
    dice = random.Random(seed)  # noqa: S311 - a fixed sequence is wanted
    signs = [chr(0x4E00 + 7 * at) for at in range(2 * labels)]
    made = []
    for at in range(labels * each):
        label = at % labels
        thing = "".join(signs[2 * (label % 60) : 2 * (label % 60) + 2])
        fault = "".join(signs[2 * (60 + label // 60) : 2 * (60 + label // 60) + 2])
        own = "".join(signs[2 * label : 2 * label + 2])
        said = f"{dice.choice(PLACES)}{thing}{fault}{own}，{dice.choice(ENDS)}。{at}号"
        made.append(Sample(f"{own}{fault}", said, f"{label:04}"))
    dice.shuffle(made)
    return made


def model_version(**changes: object) -> ModelVersion:
    """Return a stored version with figures and without data; nothing can be asked of it."""
    ModelVersion.objects.filter(state=changes.get("state", "active")).delete()
    figures = {
        "rows": 40, "macro_f1": 0.9, "accuracy": 0.91, "recall": {"0404": 0.88, "0105": 0.92},
        "precision": {"0404": 0.9, "0105": 0.9}, "ece": 0.02, "accuracy_at_90": 0.95,
        "accepted_share": 0.8, "accepted_accuracy": 0.96, "cost_by_hand": 600.0,
        "cost_with_model": 210.0, "threshold_at_90": 0.62,
        "acceptance": [
            {"threshold": 0.5, "share": 0.95, "accuracy": 0.92},
            {"threshold": 0.8, "share": 0.8, "accuracy": 0.99},
            {"threshold": 0.95, "share": 0.4, "accuracy": 1.0},
        ],
    }  # fmt: skip
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    values: dict[str, object] = {
        "purpose": "category", "number": ModelVersion.objects.count() + 100, "state": "active",
        "source": "已办结的工单", "made_at": moment, "made_by": "t", "state_at": moment,
        "state_by": "t", "why": "此前没有模型", "rows": 200, "hold_out_by": "time",
        "macro_f1": 0.9, "figures": figures, "labels": ["0105", "0404"], "seconds": 2.5,
        "size": 1_000_000, "stored": b"", "seen": b"",
    }  # fmt: skip
    return ModelVersion.objects.create(**(values | changes))
