"""Small invented messages of four matters, as many as a test wants."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

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
