"""What the Judge pages save, say and accept; that they open is tested with all the other pages."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from model.data import mnist
from model.data.mnist import unseen
from model.evaluation.metrics import ChanceError, Evaluation
from model.evaluation.out_of_distribution import SIGNS, Foreign, OodSource
from model.synthesis.scribbles import SCRIBBLES
from tests.markup import rows_of
from ui.components.confusion import checked_pick, confusion
from ui.components.scatter import checked_pick as checked_place
from ui.judge import (
    adversarial,
    evaluate,
    evaluate_files,
    foreign_words,
    map,
    out_of_distribution,
    robustness,
)
from ui.state.language import Spoken

PAGE = Path(__file__).resolve().parents[2] / "pages" / "judge" / "robustness.py"


@pytest.fixture
def found() -> Evaluation:
    shares = np.full((20, 10), 0.02, np.float32)
    labels = np.repeat(np.arange(10, dtype=np.uint8), 2)
    said = labels.copy()
    said[5] = 7
    shares[np.arange(20), said] = 0.82
    return Evaluation(labels, shares)


def test_saved_tables_hold_every_number(found: Evaluation) -> None:
    lines = evaluate_files.answers_csv(found).splitlines()
    assert len(lines) == 21
    assert lines[6].startswith("5,2,7,")
    assert float(lines[6].split(",")[-3]) == pytest.approx(0.82)
    matrix = evaluate_files.confusion_csv(found).splitlines()
    assert matrix[3] == "2,0,0,1,0,0,0,0,1,0,0"
    scores = evaluate_files.scores_csv(found).splitlines()
    assert scores[3] == "2,2,0.5,1"
    assert scores[8] == "7,2,1,0.666666667"


def test_the_confusion_matrix_is_saved_as_it_is_shaded(found: Evaluation) -> None:
    picture = Image.open(io.BytesIO(evaluate_files.confusion_png(found, "500 test digits")))
    colours = np.asarray(picture.convert("RGB")).reshape(-1, 3).astype(int)
    wrong = (colours[:, 0] - colours[:, 1] > 80).sum()
    right = (colours[:, 1] - colours[:, 0] > 60).sum()
    assert 6 < right / wrong < 10  # one mistake; ten cells of right answers, one of them paler


def test_the_map_is_saved_with_one_s_own_digit() -> None:
    points = np.zeros((1000, 2), np.float32)
    answers = unseen().labels
    lines = map.map_csv(points, answers, np.array([1.5, -2])).splitlines()
    assert len(lines) == 1002
    assert lines[-1] == "own,,1.5,-2"
    assert len(map.map_csv(points, answers, None).splitlines()) == 1001


def test_the_thousand_unseen_digits_keep_their_names() -> None:
    data = mnist.embedded()
    digit = map.unseen_digit(503)
    np.testing.assert_array_equal(digit.pixels, data.test.inputs()[3])
    assert digit.source == f"test digit 3, a {data.test.labels[3]}"
    assert map.unseen_digit(3).source.startswith("validation digit 3")


def test_every_foreign_picture_is_saved_with_the_word_of_the_detector() -> None:
    shares = np.eye(10, dtype=np.float32)[[7, 4]]
    pictures = np.zeros((2, 28, 28), np.uint8)
    refused = np.array([True, False])
    letters = Foreign(OodSource.HAND, ("K", "M"), pictures, shares, refused)
    lines = out_of_distribution.elsewhere_csv([letters]).splitlines()
    assert lines[1:] == ["letters by hand,K,7,1,yes", "letters by hand,M,4,1,no"]
    (row,) = rows_of(out_of_distribution.table_row(letters))
    assert row[-1] == "50.0%"  # called no digit


def test_whatever_is_drawn_has_a_word() -> None:
    drawn = {*SIGNS[OodSource.SHAPES], *SIGNS[OodSource.DOODLES], *SCRIBBLES}
    assert drawn == set(foreign_words.NAMES)


@pytest.mark.usefixtures("inline_engine")
def test_the_open_tab_stays_open_in_another_language() -> None:
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    app.query_params["part"] = "Smallest change"
    app.run()
    assert app.segmented_control(key="attack_method").label == "Method"
    for language in ("xx", "en"):
        app.session_state["session"].pages[Spoken] = Spoken(language=language)
        app.run()
        assert not app.exception, app.exception
        there = [tab.label for tab in app.tabs]
        assert ("Smallest change" in there) is (language == "en")
        assert app.segmented_control(key="attack_method").value
        assert "".join(app.query_params["part"]) == "Smallest change"


def test_the_reach_of_a_change_is_said_in_words() -> None:
    from model.evaluation.corruptions import RANGES, Corruption, Point

    shares = [0.1, 0.5, 0.91, 0.95, 0.99, 0.97, 0.93, 0.6, 0.95]
    strengths = RANGES[Corruption.SHIFT].strengths
    points = [Point(s, 1000, share, 0.9) for s, share in zip(strengths, shares, strict=True)]
    words = robustness.reach_words(Corruption.SHIFT, points)
    assert words == "90% or more are read rightly from -4 to 4 pixels."
    bad = [Point(s, 1000, 0.2, 0.9) for s in strengths]
    assert "Even unchanged" in robustness.reach_words(Corruption.SHIFT, bad)


@pytest.mark.parametrize(
    "message", [None, [1], [1, 2, 3], [1, 10], [-1, 2], [True, 2], ["1", 2], "12", {"a": 1}]
)
def test_what_is_no_cell_counts_as_no_pick(message: object) -> None:
    assert checked_pick(message) is None
    assert checked_pick([3, 5]) == (3, 5)


@pytest.mark.parametrize("message", [None, -1, 10, 1.0, True, "3", [3]])
def test_what_is_no_point_counts_as_no_pick(message: object) -> None:
    assert checked_place(message, 10) is None
    assert checked_place(9, 10) == 9


def test_a_confusion_matrix_has_ten_rows() -> None:
    with pytest.raises(ValueError, match="shape"):
        confusion(np.zeros((3, 3), np.int64), key="small")


def test_a_calibration_error_within_chance_is_called_no_worse() -> None:
    chance = ChanceError(0.0022, 0.0049)
    assert "500 digits" in evaluate.chance_words(0.0036, chance, 500)
    assert "no worse than that" in evaluate.chance_words(0.0036, chance, 500)
    assert "more than chance" in evaluate.chance_words(0.0066, chance, 500)


def test_an_epsilon_is_said_as_finely_as_it_is_known() -> None:
    assert adversarial.epsilon_words(0.08) == "0.08"
    assert adversarial.epsilon_words(0.083) == "0.083"
