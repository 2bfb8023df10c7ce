"""The filmstrip's cards: which pictures they send, and what their switches may say."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from model.evaluation.pictures import step_png
from model.evaluation.reading import STEP_SIDE, read_digit, read_ink, read_picture
from model.network.shipped import shipped
from model.preprocessing.pipeline import STEPS
from ui.components.canvas import DrawnSheet
from ui.components.filmstrip import CARD, SHARP, switched_off
from ui.digit.found import Found
from ui.digit.sources import Given, PictureFile
from ui.draw.steps import frames, look
from ui.locale.sentence import Sentence
from ui.state.session import ChosenDigit

KEYS = [str(key) for key in STEPS]


def opened(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def drawn(*columns: int) -> Found:
    ink = np.zeros((84, 84), np.float32)
    for column in columns:
        ink[20:60, column : column + 6] = 1
    given = Given(DrawnSheet(ink, finished=True, strokes=len(columns)), Sentence("your drawing"))
    return Found(given, read_ink(shipped(), ink))


def uploaded(picture: np.ndarray) -> Found:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    given = Given(PictureFile("one.png", file.getvalue(), "digest"), Sentence("your picture"))
    return Found(given, read_picture(shipped(), file.getvalue()))


def test_ink_is_black_on_white_paper_and_light_is_as_it_came() -> None:
    picture = np.array([[0.0, 1.0]], np.float32)
    assert opened(step_png("ink", picture, look()))[0, :, 0].tolist() == [255, 0]
    assert opened(step_png("light", picture, look()))[0, :, 0].tolist() == [0, 255]


def test_numbers_have_the_colours_of_the_app_with_zero_white() -> None:
    colours = opened(step_png("normalise", np.array([[0.0, 1.0]], np.float32), look()))
    assert colours[0, 0].tolist() == [255, 255, 255]
    assert colours[0, 1].tolist() != [0, 0, 0]
    assert len(set(colours[0, 1].tolist())) == 3


def test_no_picture_is_larger_than_a_card_can_show() -> None:
    large = np.zeros((700, 1000), np.float32)
    assert opened(step_png("light", large, look())).shape[:2] == (
        round(CARD * SHARP * 0.7),
        CARD * SHARP,
    )
    assert opened(step_png("ink", large[:28, :20], look())).shape[:2] == (28, 20)


@pytest.mark.parametrize(
    ("state", "off"),
    [
        ({"off": ["crop", "grey"]}, {"crop", "grey"}),
        ({"off": []}, set()),
        ({"off": ["crop", "unknown", 3, None, ["x"]]}, {"crop"}),
        ({"off": None}, set()),
        (None, set()),
        ("crop", set()),
    ],
)
def test_only_known_steps_can_be_switched_off(state: object, off: set[str]) -> None:
    assert switched_off(state, KEYS) == off


@pytest.mark.parametrize("off", [7, "crop", {"crop": 1}, True])
def test_a_list_that_is_none_is_nothing(off: object) -> None:
    assert switched_off({"off": off}, KEYS) == frozenset()


def test_a_drawing_shows_the_steps_that_apply_and_ends_with_its_digit() -> None:
    found = drawn(40)
    cards = frames(found, 0)
    assert [card.key for card in cards] == ["digits", *KEYS[KEYS.index("crop") :]]
    assert cards[-1].png == step_png("normalise", found.digits[0], look())
    assert all(not card.boxes for card in cards)  # one digit needs no outline
    assert [card.open for card in cards] == [None] * (len(cards) - 1) + [False]
    assert frames(found, 0, numbers_open=True)[-1].open


def test_a_photo_shows_all_steps() -> None:
    picture = np.full((200, 160), 220, np.uint8)
    picture[50:150, 70:84] = 30
    cards = frames(uploaded(picture), 0)
    assert [card.key for card in cards] == KEYS
    paper = [int(opened(card.png)[0, 0, 0]) for card in cards[:3]]
    assert paper[0] == 220  # as it came; in even light, and as paper without ink, it is white
    assert paper[1:] == [255, 255]


def test_several_digits_are_outlined_and_the_followed_one_is_marked() -> None:
    found = drawn(15, 55)
    card = next(card for card in frames(found, 1) if card.key == "digits")
    assert card.boxes == found.boxes
    assert len(card.boxes) == 2
    assert card.selected == 1


def test_the_outlines_fit_a_large_picture_that_is_shown_small() -> None:
    picture = np.full((800, 600), 220, np.uint8)
    for column in (150, 400):
        picture[200:600, column : column + 50] = 30
    found = uploaded(picture)
    card = next(card for card in frames(found, 1) if card.key == "digits")
    assert max(card.shape) == STEP_SIDE
    assert len(card.boxes) == 2
    small = STEP_SIDE / 800
    np.testing.assert_allclose(card.boxes, np.array(found.boxes) * small)
    ink = 1 - opened(card.png)[:, :, 0] / 255
    for top, left, bottom, right in card.boxes:
        inside = ink[round(top) : round(bottom), round(left) : round(right)]
        assert inside.mean() > 0.8


def test_a_test_digit_is_one_card_without_a_switch() -> None:
    digit = np.zeros((28, 28), np.float32)
    given = Given(
        ChosenDigit(digit, Sentence("test digit 3, a 4"), 4), Sentence("test digit 3, a 4")
    )
    (card,) = frames(Found(given, read_digit(shipped(), digit)), 0)
    assert card.on is None
    assert card.png == step_png("normalise", digit, look())


def test_the_strip_of_a_drawing_is_light() -> None:
    size = sum(len(base64.b64encode(card.png)) for card in frames(drawn(40), 0))
    assert size < 12_000


def test_what_the_worker_made_is_what_the_page_would_make_itself() -> None:
    ink = np.zeros((84, 84), np.float32)
    ink[20:60, 20:26] = ink[20:60, 55:70] = 1
    for place in (0, 1):
        made = read_ink(shipped(), ink, followed=place, look=look())
        plain = read_ink(shipped(), ink, followed=place)
        assert made.inside is None
        assert made.pictures is not None
        given = Given(DrawnSheet(ink, finished=True, strokes=2), Sentence("your drawing"))
        for other in (0, 1):
            ours, theirs = frames(Found(given, made), other), frames(Found(given, plain), other)
            assert [card.png for card in ours] == [card.png for card in theirs]
        assert plain.inside is not None
        for maps, output in zip(made.pictures.strongest, plain.inside.maps, strict=True):
            means = output.after.mean(axis=(0, 1))
            assert maps.layer == output.layer.name
            assert means[list(maps.channels)] == pytest.approx(sorted(means)[::-1][:8])
