"""A model learns from messages, says how sure it is and why, and survives being stored."""

from __future__ import annotations

import numpy as np
import pytest

from huiyin.dispatch.learning import grams, machines, reading, training
from huiyin.dispatch.learning.classifier import Classifier, Guess, surer
from huiyin.dispatch.learning.machines import MOST_COUNTED, _lesson, taught
from huiyin.dispatch.learning.rules import Costs
from huiyin.dispatch.learning.samples import Sample
from huiyin.dispatch.learning.tests.messages import matters, samples
from huiyin.dispatch.learning.training import Trained, train
from huiyin.kernel.errors import Invalid


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(samples(160), Costs())


def assert_alike(some: list[Guess], others: list[Guess]) -> None:
    assert [(g.label, g.because) for g in some] == [(g.label, g.because) for g in others]
    assert [g.probability for g in some] == pytest.approx([g.probability for g in others])


@pytest.mark.rule("R-370")
def test_it_learns_and_tells_why(trained: Trained) -> None:
    assert trained.figures.macro_f1 > 0.9
    guess = trained.model.guess("", "和平里的暖气片冰凉，室温很低")
    assert guess.label == "供热"
    assert any("暖气" in word for word in guess.because)
    assert guess.probability + sum(p for _, p in guess.others) == pytest.approx(1)


def test_words_and_raw_text_look_alike(trained: Trained) -> None:
    raw = trained.model.guess("路灯不亮", "Ａ1区幸福路路灯不亮，請盡快處理")
    cut = trained.model.guess("", "路灯 不 亮 A1 区 幸福 路 路灯 不 亮， 请 尽快 处理")
    assert raw == cut
    assert grams.spelling("路灯", "路灯不亮") == grams.spelling("", "路灯不亮")


def test_the_latest_fifth_is_held_out_and_repeats_stay_on_one_side(trained: Trained) -> None:
    assert trained.hold_out_by == "time"
    latest = sorted(samples(160), key=lambda s: s.at)[-32:]
    assert {held.sample for held in trained.hold_out} == set(latest)
    plain = [Sample(s.title, s.detail, s.label) for s in samples(80)] * 2
    by_label = train(plain, Costs())
    assert by_label.hold_out_by == "label"
    held = {h.sample.detail for h in by_label.hold_out}
    assert len(by_label.hold_out) == 2 * len(held)


def test_stored_and_read_again_it_answers_the_same(trained: Trained) -> None:
    again = Classifier.from_bytes(trained.model.to_bytes())
    for sample in samples(10, seed=5):
        said = (sample.title, sample.detail)
        assert again.guess(*said) == trained.model.guess(*said)


def test_a_piece_weighs_by_what_it_tells_of_the_label() -> None:
    said = [
        Sample("", f"{greeting}，{thing}", label)
        for label, thing in (("供热", "暖气冰凉"), ("道路", "井盖丢失"))
        for greeting in ("尊敬的领导", "书记好", "尊敬的领导", "书记好")
    ]
    table = reading.read(said)
    kept, weights = reading.vocabulary(table, np.ones(len(said), bool))
    weight = {
        grams.shown(int(key)): float(each)
        for key, each in zip(table.keys[kept], weights, strict=True)
        if grams.family(np.array([key]))[0] == 0
    }
    assert weight["暖气"] > 3 * weight["书记"], "both stand in half of the messages"
    assert weight["书记"] > 0


def test_what_is_seen_in_few_messages_is_believed_less() -> None:
    told = reading.told(
        [(0.5, np.array([5, 10, 2, 100])), (0.5, np.array([5, 0, 0, 0]))],
        np.array([10, 10, 2, 100]),
        labels=2,
    )
    assert told[0] == pytest.approx(reading.TELLS_LEAST)
    assert told[0] < told[2] < told[1] < told[3] <= reading.TELLS_LEAST + 1


@pytest.mark.rule("R-372")
def test_how_sure_it_is_follows_from_what_was_measured() -> None:
    mixed = train(samples(600, seed=3, mixed=0.3), Costs())
    assert len(mixed.model.sureness) == 4
    guesses = [mixed.model.guess(s.title, s.detail) for s in samples(40, seed=9)]
    for guess in guesses:
        assert guess.probability >= max(p for _, p in guess.others)
        assert guess.probability + sum(p for _, p in guess.others) == pytest.approx(1)
    assert 0.5 < np.mean([guess.probability for guess in guesses]) < 0.95
    told = mixed.model.guesses([(s.title, s.detail) for s in samples(40, seed=9)])
    assert_alike(told, guesses)
    assert Classifier.from_bytes(mixed.model.to_bytes()).sureness == mixed.model.sureness


@pytest.mark.rule("R-372")
def test_a_label_that_is_heard_too_seldom_is_given_more() -> None:
    dice = np.random.default_rng(1)
    wanted = np.repeat([0, 1, 2], [300, 300, 60])
    scores = dice.normal(0, 0.5, (660, 3)) + np.eye(3)[wanted] - [0, 0, 0.6]
    shift = training._shift(scores, wanted)
    assert shift[2] > max(shift[0], shift[1])
    right = [(scores + more).argmax(axis=1) == wanted for more in (0, shift)]
    assert right[1].mean() > right[0].mean()
    assert training._shift(scores[:90], wanted[:90]).tolist() == [0, 0, 0], "too few to tell"


@pytest.mark.parametrize(
    ("odds", "scores", "sureness", "told"),
    [
        ([0.8, 0.15, 0.05], [1.0, 0.0, -1.0], (0.0, 0.0, 0.0, 0.0), [0.5, 0.375, 0.125]),
        ([0.8, 0.15, 0.05], [1.0, 0.0, -1.0], (-30.0, 0.0, 0.0, 0.0), [3 / 7, 3 / 7, 1 / 7]),
        ([0.4, 0.6], [0.0, 1.0], (0.0, 1.0, 0.5, 0.5), [0.1192, 0.8808]),
    ],
)
def test_the_best_label_stays_the_likeliest(odds, scores, sureness, told) -> None:
    found = surer(np.array(odds), np.array(scores), sureness)
    assert found == pytest.approx(told, abs=1e-4)
    assert found.argmax() == np.argmax(scores)


def test_many_messages_at_once_keep_their_places(trained: Trained) -> None:
    said = [(s.title, s.detail) for s in samples(150, seed=7)] + [("", ""), ("", "zzz")]
    together = trained.model.guesses(said)
    assert_alike(together, [trained.model.guess(*each) for each in said])
    assert trained.model.guesses([]) == []
    assert not any(g.because for g in trained.model.guesses(said, reasons=False))


@pytest.mark.rule("R-531")
def test_hundreds_of_labels_are_learned_from_samples(monkeypatch) -> None:
    monkeypatch.setattr(machines, "MOST_TAUGHT", 30_000)
    monkeypatch.setattr(machines, "FEWEST_TAUGHT", 100)
    found = train(matters(300, 5), Costs())
    assert len(found.model.labels) == 300
    assert found.figures.macro_f1 > 0.85
    assert found.figures.ece < 0.2
    assert len(found.model.to_bytes()) < 60_000_000


@pytest.mark.rule("R-531")
def test_a_lesson_holds_the_label_its_like_and_some_of_all_others() -> None:
    wanted = np.repeat(np.arange(10), 100)
    rows, counts = _lesson(wanted, wanted == 3, np.array([4, 5]), 120, seed=1)
    taught = wanted[rows]
    assert len(rows) == len(set(rows.tolist())) == 120
    assert [(taught == n).sum() for n in (3,)] == [60]
    assert np.isin(taught, [4, 5]).sum() == 30
    assert counts[taught == 3] == pytest.approx(100 / 60)
    assert counts[np.isin(taught, [4, 5])] == pytest.approx(200 / 30)
    assert set(counts[~np.isin(taught, [3, 4, 5])]) == {MOST_COUNTED}
    everything, _ = _lesson(wanted, wanted == 3, np.array([4, 5]), 5000, seed=1)
    assert len(everything) == 1000


@pytest.mark.rule("R-531")
def test_taught_on_samples_is_nearly_as_good_as_on_everything() -> None:
    said = samples(900, seed=3, mixed=0.1)
    table = reading.read(said)
    model = training._fit(table, np.ones(len(said), bool))
    seen = reading.weighed(model, table, np.ones(len(said), bool))
    right = []
    for most in (10**9, 1):
        columns = list(taught(seen, table.wanted, len(table.labels), most=most))
        scores = seen @ np.stack([column for column, _ in columns], axis=1)
        right.append((scores + [at for _, at in columns]).argmax(axis=1) == table.wanted)
    assert right[1].mean() > right[0].mean() - 0.02


@pytest.mark.parametrize("stored", [b"", b"no archive", b"PK\x03\x04broken"])
def test_what_is_no_model_is_refused(stored: bytes) -> None:
    with pytest.raises(Invalid):
        Classifier.from_bytes(stored)


def test_objects_in_a_file_are_never_loaded(trained: Trained) -> None:
    import io

    into = io.BytesIO()
    np.savez(into, head=np.array([{"a": 1}], dtype=object))
    with pytest.raises(Invalid):
        Classifier.from_bytes(into.getvalue())


@pytest.mark.parametrize("said", ["", "。。。", "\x00", "🙂"])
def test_a_message_without_anything_known_is_a_blind_guess(trained: Trained, said: str) -> None:
    assert trained.model.guess("", said).probability == 0.25


@pytest.mark.parametrize(
    "few",
    [
        [],
        samples(10),
        [Sample("", f"暖气不热{n}", "供热") for n in range(40)],
        [Sample("", f"暖气不热{n}", str(n)) for n in range(40)],
    ],
)
def test_too_little_is_refused(few: list[Sample]) -> None:
    with pytest.raises(Invalid):
        train(few, Costs())
