"""The story of "Why convolution?", and what its sentences say of figures made up for them."""

from collections.abc import Sequence

import pytest

from model.experiments import Part
from model.experiments.measured import measured
from model.experiments.why import EXPERIMENT
from tests.pages.experiment_page import opened, texts
from ui.experiment.why import (
    digits_words,
    faq_words,
    guess_words,
    learner_table,
    mixed_words,
    moved_words,
)

pytestmark = pytest.mark.usefixtures("inline_engine")

FIGURES = {
    ("cnn", "kept"): (0.97, 0.98),
    ("dense", "kept"): (0.92, 0.94),
    ("random", "kept"): (0.94, 0.95),
    ("hog", "kept"): (0.97, 0.975),
    ("pixels", "kept"): (0.92, 0.93),
    ("cnn", "once"): (0.90, 0.91),
    ("dense", "once"): (0.91, 0.93),
    ("cnn", "each"): (0.2, 0.22),
    ("dense", "each"): (0.15, 0.2),
    ("random", "each"): (0.15, 0.2),
    ("hog", "each"): (0.15, 0.2),
    ("pixels", "each"): (0.15, 0.2),
    ("ink", "each"): (0.21, 0.23),
}


def parts(**others: Sequence[float]) -> list[Part]:
    """Parts with the figures above; `cnn_once=(0.9, 0.9)` replaces some."""
    figures = FIGURES | {tuple(name.split("_")): values for name, values in others.items()}
    return [
        Part(
            f"{learner}-{pixels}-4000-{seed}",
            {
                "learner": learner,
                "pixels": pixels,
                "count": 4000,
                "seed": seed,
                "accuracy": value,
                "parameters": 93_322,
                **{f"shift{shift}": max(0.1, value - shift * 0.14) for shift in range(7)},
            },
        )
        for (learner, pixels), values in figures.items()
        for seed, value in enumerate(values)
    ]


def test_the_page_asks_shows_and_answers() -> None:
    result = measured(EXPERIMENT)
    assert result is not None
    app = opened("why")
    assert not app.exception
    assert "The chart opens with your guess." in texts(app)
    assert digits_words(result.parts) not in texts(app)
    app.radio(key="why_choice").set_value("The CNN").run()
    app.button(key="why_guess").click().run()
    assert not app.exception
    shown = texts(app)
    assert digits_words(result.parts) in shown
    assert "Your guess: The CNN." in shown
    assert "Measured by us" in shown
    for view, words in (
        ("Moved digits", moved_words(result.parts)),
        ("Mixed pixels", mixed_words(result.parts)),
    ):
        app.button_group(key="why_view").set_value(view).run()
        assert not app.exception
        assert words
        assert words in texts(app)
    app.button_group(key="why_view").set_value("What was learned").run()
    assert not app.exception
    assert len(app.get("image")) == 4


def test_who_is_better_in_each_repetition_is_told_from_who_may_be_lucky() -> None:
    words = digits_words(parts())
    assert "dense network 93.0%: the CNN is better in each repetition" in words
    assert "97.2%: the bands overlap" in words
    assert "the CNN is worse in each repetition" in digits_words(parts(hog_kept=(0.99, 0.995)))


def test_the_dense_network_must_not_notice_and_the_page_says_when_it_does() -> None:
    assert "the dense network does not notice: 93.0% before, 92.0% after" in mixed_words(parts())
    assert "the CNN reads worse: 97.5% before, 90.5% after" in mixed_words(parts())
    assert "the dense network reads worse" in mixed_words(parts(dense_once=(0.8, 0.85)))
    assert "the CNN does not notice" in mixed_words(parts(cnn_once=(0.975, 0.98)))


def test_chance_is_called_chance_and_a_broken_learner_broken() -> None:
    assert "nothing else reads 22%" in mixed_words(parts())
    assert "cannot explain" not in mixed_words(parts())
    assert "cannot explain" in mixed_words(parts(cnn_each=(0.4, 0.5)))
    guessing = {f"{each}_each": (0.1, 0.11) for each in ("cnn", "dense", "random", "hog", "pixels")}
    assert "all are at chance" in mixed_words(parts(**guessing))
    for words in (digits_words, mixed_words, moved_words):
        assert "something is wrong with this run" in words(parts(dense_kept=(0.09, 0.11)))


def test_who_falls_last_is_named_only_outside_of_the_band() -> None:
    assert "the CNN and the HOG + SVM lie within one band" in moved_words(parts())
    better = moved_words(parts(hog_kept=(0.99, 0.995)))
    assert "the HOG + SVM falls last" in better
    assert "Moved by 6" in better


def test_the_guess_stands_beside_what_was_measured() -> None:
    assert guess_words(parts(), 1).endswith("**The dense network**. That was your guess.")
    assert "Your guess: None of them." in guess_words(parts(), 3)
    assert "**None of them**" in guess_words(parts(dense_once=(0.5, 0.6)), None)
    assert guess_words(parts()[:4], 1) == ""


@pytest.mark.parametrize("count", [0, 4])
def test_with_few_parts_nothing_is_said_too_early(count: int) -> None:
    some = parts()[:count]
    assert digits_words(some) == moved_words(some) == mixed_words(some) == ""
    assert all(faq_words(some))
    assert learner_table(some).count("\n") == 6
