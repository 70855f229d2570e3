"""What people say: whole sentences within the limits, our own or real messages."""

from __future__ import annotations

import os
import re
from pathlib import Path
from random import Random

import pytest

from huiyin.kernel.errors import Refused
from huiyin.knowledge.models import Category
from huiyin.knowledge.states import Kind
from huiyin.orders.states import Outcome
from huiyin.simulation import words

CODES = ("0404", "040401", "0105", "02", "0901", "1501", "2102", "77", "")


def category(code: str) -> Category:
    return Category(code=code, name="某类事项", full_name=f"某大类/{code}")


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("code", CODES)
def test_every_request_is_whole(kind: Kind, code: str) -> None:
    for seed in range(20):
        said = words.request(Random(seed), kind, category(code), "东关镇幸福小区")
        assert 5 <= len(said.content) <= 5000
        assert 2 <= len(said.title) <= 80
        assert not re.search(r"[{}]", said.title + said.content)


def test_the_longest_code_chooses_the_theme() -> None:
    said = {
        words.request(Random(seed), Kind.HELP, category("0404"), "东关镇").title
        for seed in range(20)
    }
    assert said == {"暖气不热", "供热管道漏水"}


def test_everything_that_staff_say_is_whole() -> None:
    slots = {"matter": "供热", "unit": "市住建局", "place": "东关镇"}
    bank = words._bank()
    for occasion in bank["staff"]:
        for seed in range(10):
            assert not re.search(r"[{}]", words.staff(Random(seed), occasion, **slots))
    assert {o.value for o in Outcome} == set(bank["outcomes"])


def test_the_bank_has_full_width_punctuation_only() -> None:
    text = words._FILE.read_text(encoding="utf-8")
    said = re.findall(r'"([^"]*)"', text)
    assert [s for s in said if re.search(r"[一-鿿][,;:!?()]|[,;:!?()][一-鿿]", s)] == []


def messages(folder: Path, text: str) -> Path:
    (folder / "messages").mkdir(parents=True)
    (folder / "messages/labelled_raw.csv").write_text(text, encoding="utf-8")
    return folder


def test_real_messages_are_read_cleaned_and_bounded(tmp_path: Path) -> None:
    found = words.RealMessages(
        messages(
            tmp_path,
            "row,title,time,detail,label\n"
            "1,标题,,路灯坏了三天没有人修,城乡建设\n"
            f"2,,,{'很长' * 4000},环境保护\n"
            "3,,,短,环境保护\n",
        )
    )
    assert found.labels() == ["城乡建设", "环境保护"]
    assert found.pick(Random(1), "城乡建设") == words.Said("标题", "路灯坏了三天没有人修")
    long = found.pick(Random(1), "环境保护")
    assert (len(long.content), len(long.title)) == (5000, 30)


@pytest.mark.parametrize("text", ["", "row,detail\n1,只有正文没有分类\n"])
def test_other_files_are_refused_in_one_line(tmp_path: Path, text: str) -> None:
    folder = messages(tmp_path, text) if text else tmp_path
    with pytest.raises(Refused, match="labelled_raw"):
        words.RealMessages(folder)


@pytest.mark.parametrize(
    ("label", "index"), [("城乡建设", 0), ("卫生计生", 2), ("劳动和社会保障", 1)]
)
def test_classes_of_different_lists_are_matched_by_name(label: str, index: int) -> None:
    names = ["城乡建设", "劳动和社会保障", "医疗卫生与医保", "党务群团及其他"]
    assert words.nearest(label, names) == index


def test_messages_are_read_by_class(tmp_path: Path) -> None:
    file = tmp_path / "messages/labelled_raw.csv"
    file.parent.mkdir()
    rows = [
        "label,title,detail",
        "城建,路灯不亮,我们小区门口的路灯坏了三天",
        "城建,,井盖没了，很危险",
    ]
    file.write_text("\n".join([*rows, "交通,短,短"]) + "\n", encoding="utf-8-sig")
    found = words.RealMessages(tmp_path)
    assert found.labels() == ["城建"], "a message of fewer than five characters is left out"
    titles = {found.pick(Random(seed), "城建").title for seed in range(20)}
    assert titles == {"路灯不亮", "井盖没了，很危险"}


def test_a_folder_without_messages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="labelled_raw"):
        words.RealMessages(tmp_path)


if os.environ.get("HUIYIN_DATA"):  # pragma: no cover - the real messages are nobody's to publish

    def test_the_real_messages_fit() -> None:
        found = words.RealMessages(Path(os.environ["HUIYIN_DATA"]))
        assert len(found.labels()) == 7
