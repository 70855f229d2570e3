"""What an entry of the register needs. Pure."""

from __future__ import annotations

from datetime import date

from huiyin.kernel.errors import Invalid

LONGEST = {"giver": 40, "person": 40, "words": 500}


def check_entry(
    *, giver: str, person: str, words: str, on: date | None, today: date, has_unit: bool
) -> date:
    """Return the day of the thanks; refuse an entry that does not say when, whom and what for.

    Raises:
        Invalid: names every wrong field.

    Source: R-135 (requirements 51, 92, 214).
    """
    wrong = {}
    if not has_unit:
        wrong["unit"] = "请选择受表扬的单位"
    if len(words) < 2:
        wrong["words"] = "请写明感谢的事由"
    texts = {"giver": giver, "person": person, "words": words}
    wrong |= {
        name: f"最多 {most} 个字" for name, most in LONGEST.items() if len(texts[name]) > most
    }
    if on is None or on > today:
        wrong["on"] = "请填写日期，不能晚于今天"
    if wrong or on is None:
        raise Invalid("；".join(wrong.values()), fields=wrong)
    return on
