"""The story of "Will it hold elsewhere?", and what its sentences say of made-up figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from model.classroom.digits.handwriting import bring
from model.classroom.lifecycle import open_class
from model.data.mnist import load
from model.experiments import Part
from model.experiments.elsewhere import EXPERIMENT, LABELS
from model.experiments.learners.far_digits import FarKind
from model.experiments.measured import measured
from tests.pages.experiment_page import opened, texts
from ui.experiment.elsewhere import far_words, guess_words
from ui.experiment.without_labels import confusion, labels_words, turns_words
from ui.state.classroom.store import database

pytestmark = pytest.mark.usefixtures("inline_engine")
Pair = tuple[float, float]


def far(figures: Mapping[FarKind, tuple[Pair, Pair]], sure: float | None = 0.7) -> list[Part]:
    """Of each kind: with and without our preprocessing, two seeds each."""
    return [
        Part(
            f"far-{kind}-{seed}",
            {
                "kind": kind.value,
                "seed": seed,
                "accuracy": ours[seed],
                "plain": plain[seed],
                "sure_wrong": sure,
                "plain_sure_wrong": sure,
            },
        )
        for kind, (ours, plain) in figures.items()
        for seed in range(2)
    ]


FAR: dict[FarKind, tuple[Pair, Pair]] = {
    FarKind.TEST: ((0.97, 0.98), (0.97, 0.98)),
    FarKind.SMALL: ((0.86, 0.87), (0.55, 0.57)),
    FarKind.PRINTED: ((0.9, 0.92), (0.62, 0.64)),
    FarKind.PEN: ((0.97, 0.98), (0.42, 0.44)),
}


def labelled(gains: Mapping[str, Sequence[float]]) -> list[Part]:
    """Of each task, how much more than 0.8 is read at each number of labels; two seeds."""
    return [
        Part(
            f"{task}-{labels}-{seed}",
            {"task": task, "labels": labels, "seed": seed, "tuned": value, "probe": value},
        )
        for task, several in ({"scratch": (0, 0, 0, 0)} | dict(gains)).items()
        for labels, gain in zip(LABELS, several, strict=True)
        for seed, value in enumerate((0.79 + gain, 0.81 + gain))
    ]


def turned(matrix: np.ndarray, worst: Sequence[int] = (0, 1, 6, 8)) -> list[Part]:
    values = {f"turned{i}said{j}": float(matrix[i, j]) for i in range(4) for j in range(4)}
    digits = {f"digit{d}": 0.7 if d in worst else 0.9 + d / 1000 for d in range(10)}
    accuracy = float(np.trace(matrix) / 4)
    return [
        Part(f"task-rotation-{n}", {"task": "rotation", "accuracy": accuracy, **values, **digits})
        for n in range(2)
    ]


def test_the_page_asks_shows_and_tells_all_three_stories() -> None:
    result = measured(EXPERIMENT)
    assert result is not None
    app = opened("elsewhere")
    assert not app.exception
    assert far_words(result.parts) not in texts(app)
    app.button(key="elsewhere_guess").click().run()
    assert not app.exception
    assert far_words(result.parts) in texts(app)
    assert "Your guess: 50%." in texts(app)
    assert len(app.get("image")) == len(FarKind)
    app.button_group(key="elsewhere_view").set_value("Without labels").run()
    assert not app.exception
    assert labels_words(result.parts, "tuned") in texts(app)
    app.button_group(key="elsewhere_how").set_value("probe").run()
    assert labels_words(result.parts, "probe") in texts(app)
    app.button_group(key="elsewhere_view").set_value("Which way is up?").run()
    assert not app.exception
    assert turns_words(result.parts) in texts(app)


def test_the_network_on_all_pages_and_the_digits_of_one_s_class(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("elsewhere", gate="open")
    app.button_group(key="elsewhere_view").set_value("Your network").run()
    assert not app.exception
    assert "the one on all pages. It is read once" in texts(app)
    assert "Digits of your class stand here, too, once it has written some." in texts(app)

    mine = open_class(database())
    test = load("embedded").test.take(np.arange(8))
    bring(database(), mine.class_id, test, [False] * 7 + [True])
    monkeypatch.setattr("ui.experiment.elsewhere.my_class", lambda: mine.class_id)
    app.run()
    assert not app.exception
    assert "Of the 7 digits that your class has written it reads 100%." in texts(app)


def test_preprocessing_helps_where_the_bands_say_so() -> None:
    words = far_words(far(FAR))
    assert (
        "worst with digits that lie anywhere on a sheet, if they are only made small: 43%" in words
    )
    assert "helps each time, in each repetition" in words
    assert "70% sure on average: confidence does not tell" in words
    assert "it notices" in far_words(far(FAR, sure=0.3))
    level = FAR | {FarKind.SMALL: ((0.5, 0.6), (0.55, 0.57))}
    assert "helps for certain only here: printed and drawn by rule" in far_words(far(level))
    none = dict.fromkeys(FarKind, ((0.9, 0.92), (0.91, 0.93)))
    assert "no difference beyond the bands" in far_words(far(none))
    assert "something is wrong with this run" in far_words(
        far(FAR | {FarKind.TEST: ((0.1, 0.11), (0.1, 0.1))})
    )
    assert far_words(far(FAR)[:6]) == ""


def test_small_gains_and_losses_without_labels_are_called_so() -> None:
    some = {"rotation": (-0.1, 0, 0, 0), "denoising": (0, 0, 0, 0), "contrast": (0.2, 0.1, 0, 0.01)}
    words = labels_words(labelled(some), "tuned")
    assert "2 are better in each repetition, 1 worse, and 9 lie within the band" in words
    assert (
        "largest gain is 20 points, contrast (SimCLR) with 10 labels: 100% instead of 80%" in words
    )
    assert "With 500 labels at most 1 points are left" in words
    little = {"rotation": (0,) * 4, "denoising": (0,) * 4, "contrast": (0.01, 0, 0, 0)}
    assert "even that lies within the band" in labels_words(labelled(little), "probe")
    nothing = dict.fromkeys(("rotation", "denoising", "contrast"), (-0.05,) * 4)
    assert "gains nothing here" in labels_words(labelled(nothing), "tuned")
    assert labels_words(labelled(nothing)[: -1 * len(LABELS) * 2], "tuned") == ""


def test_a_task_whose_answer_the_picture_does_not_hold_is_told_by_its_half_turns() -> None:
    half = 0.8 * np.eye(4) + 0.15 * np.roll(np.eye(4), 2, axis=1) + 0.0125
    np.testing.assert_allclose(confusion(turned(half)), half)
    words = turns_words(turned(half))
    assert "Hardest are 0, 1, 6 and 8; easiest is 9" in words
    assert "Most mistakes are half turns (16% of all pictures)" in words
    quarter = 0.8 * np.eye(4) + 0.2 * np.roll(np.eye(4), 1, axis=1)
    assert "not mostly half turns" in turns_words(turned(quarter))
    assert "was not learned" in turns_words(turned(np.full((4, 4), 0.25)))
    assert turns_words([]) == ""


def test_the_guess_stands_beside_the_printed_digits() -> None:
    assert guess_words(far(FAR), 0.9).endswith("**63%** are read rightly. Your guess: 90%.")
    assert "guess" not in guess_words(far(FAR), None)
    assert guess_words([], 0.9) == ""
