"""A reading is the sum of its parts: each is asked on its own here, and has to say the same."""

import io
import pickle

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pillow_heif import register_heif_opener

from model.data import mnist
from model.evaluation import reading
from model.evaluation.reading import (
    PHOTO_SIDE,
    STEP_SIDE,
    Reading,
    known_rules,
    read_digit,
    read_ink,
    read_picture,
)
from model.evaluation.verdict import Judgement, judge, rules_for
from model.network import Network
from model.network.activations import forward_pass
from model.network.digit_detector import Detector, detector
from model.network.forward import probabilities
from model.network.shipped import shipped
from model.preprocessing.image_file import PictureError, open_picture
from model.preprocessing.pipeline import Preprocessed, from_ink, preprocess


def sheet(*columns: int) -> np.ndarray:
    """Ink with a vertical stroke at each of these columns, the second one longer."""
    ink = np.zeros((84, 84), np.float32)
    for place, column in enumerate(columns):
        ink[20 - 10 * place : 65, column : column + 6] = 1
    return ink


def file_of(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def photo_of_a_one(width: int, height: int) -> bytes:
    picture = Image.new("RGB", (width, height), (210, 205, 190))
    ImageDraw.Draw(picture).line(
        (width * 0.52, height * 0.2, width * 0.48, height * 0.8),
        fill=(40, 40, 60),
        width=width // 16,
    )
    return file_of(picture)


def check(said: Reading, network: Network, prepared: Preprocessed, *, finished: bool) -> None:
    """Ask every part on its own."""
    digits = np.stack([each.digit for each in prepared.digits])
    np.testing.assert_array_equal(said.digits, digits)
    answers = probabilities(network, digits)
    np.testing.assert_allclose(said.probabilities, answers, atol=1e-6)
    detected = [detector().answers(digit[None])[0] for digit in digits]
    rules = rules_for(network)
    for verdict, row, seen in zip(said.verdicts, answers, detected, strict=True):
        expected = judge(row, seen, rules, finished=finished)
        assert (verdict.judgement, verdict.digit, verdict.runner_up) == (
            expected.judgement,
            expected.digit,
            expected.runner_up,
        )
        assert verdict.probability == pytest.approx(expected.probability, abs=1e-6)
    assert said.followed is not None
    assert said.inside is not None
    alone = forward_pass(network, digits[said.followed])
    np.testing.assert_array_equal(said.inside.digit, alone.digit)
    for ours, theirs in zip(said.inside.layers, alone.layers, strict=True):
        assert ours.layer == theirs.layer
        np.testing.assert_array_equal(ours.before, theirs.before)
        np.testing.assert_array_equal(ours.after, theirs.after)


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize("columns", [(38,), (15, 55)])
@pytest.mark.parametrize("off", [(), ("crop", "centre")])
def test_a_drawing_is_read_as_by_its_parts(
    columns: tuple[int, ...], off: tuple[str, ...], finished: bool
) -> None:
    ink = sheet(*columns)
    prepared = from_ink(ink, off=frozenset(off))
    said = read_ink(shipped(), ink, off, finished=finished)
    check(said, shipped(), prepared, finished=finished)
    assert said.prepared is not None
    assert [step.key for step in said.prepared.steps] == [step.key for step in prepared.steps]
    assert [digit.box for digit in said.prepared.digits] == [digit.box for digit in prepared.digits]


def test_the_largest_digit_is_followed_unless_another_is_asked_for() -> None:
    ink = sheet(15, 55)
    assert read_ink(shipped(), ink).followed == 1
    other = read_ink(shipped(), ink, followed=0)
    assert other.followed == 0
    check(other, shipped(), from_ink(ink), finished=True)
    assert read_ink(shipped(), ink, followed=2).followed == 1


def test_a_stroke_that_is_not_finished_is_not_called_strange() -> None:
    cross = Image.new("L", (84, 84))
    for line in ((22, 12, 62, 72), (62, 12, 22, 72)):
        ImageDraw.Draw(cross).line(line, fill=255, width=7)
    ink = np.asarray(cross, np.float32) / 255
    (verdict,) = read_ink(shipped(), ink).verdicts
    assert verdict.judgement is Judgement.STRANGE
    (verdict,) = read_ink(shipped(), ink, finished=False).verdicts
    assert verdict.judgement is Judgement.UNFINISHED


def test_ink_without_a_digit_has_the_problem_and_no_answer() -> None:
    said = read_ink(shipped(), np.zeros((84, 84), np.float32))
    assert said.digits.shape == (0, 28, 28)
    assert said.probabilities.shape == (0, 10)
    assert said.verdicts == ()
    assert said.followed is None
    assert said.inside is None
    assert said.prepared is not None
    assert said.prepared.problem


def test_a_picture_is_read_as_by_its_parts() -> None:
    content = photo_of_a_one(160, 200)
    prepared = preprocess(open_picture(content))
    said = read_picture(shipped(), content)
    check(said, shipped(), prepared, finished=True)
    assert said.prepared is not None
    assert said.prepared.digits[0].box == prepared.digits[0].box
    for ours, theirs in zip(said.prepared.steps, prepared.steps, strict=True):
        np.testing.assert_array_equal(ours.picture, theirs.picture)


def test_a_large_picture_comes_back_small_and_its_boxes_are_of_the_picture() -> None:
    content = photo_of_a_one(1500, 2000)
    picture = open_picture(content)
    prepared = preprocess(picture)
    said = read_picture(shipped(), content)
    check(said, shipped(), prepared, finished=True)
    assert said.photo is not None
    assert (said.photo.height, said.photo.width) == picture.shape[:2] == (800, 600)
    copy = Image.open(io.BytesIO(said.photo.jpeg))
    assert (copy.format, copy.size) == ("JPEG", (PHOTO_SIDE * 3 // 4, PHOTO_SIDE))
    assert said.prepared is not None
    assert said.prepared.digits[0].box == prepared.digits[0].box
    for ours, theirs in zip(said.prepared.steps, prepared.steps, strict=True):
        assert ours.picture.shape == (STEP_SIDE, STEP_SIDE * 3 // 4)
        assert ours.picture.dtype == np.float32
        assert ours.picture.mean() == pytest.approx(theirs.picture.mean(), abs=0.005)
    assert len(pickle.dumps(said)) < 2_000_000


@pytest.mark.parametrize("format_name", ["JPEG", "HEIF"])
@pytest.mark.parametrize("orientation", [3, 6, 7])
def test_the_preview_is_as_upright_as_what_is_read(orientation: int, format_name: str) -> None:
    register_heif_opener()
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    whole = Image.open(io.BytesIO(photo_of_a_one(300, 400)))
    whole.save(file, format_name, exif=exif.tobytes())
    said, picture = read_picture(shipped(), file.getvalue()), open_picture(file.getvalue())
    assert said.photo is not None
    preview = Image.open(io.BytesIO(said.photo.jpeg)).resize(picture.shape[1::-1])
    assert np.abs(np.asarray(preview, float) - picture).mean() < 3


def test_a_file_that_is_no_picture_says_why() -> None:
    with pytest.raises(PictureError):
        read_picture(shipped(), photo_of_a_one(160, 200)[:60])


def test_a_digit_is_read_as_it_is() -> None:
    digit = mnist.embedded().test.inputs()[3]
    said = read_digit(shipped(), digit)
    np.testing.assert_array_equal(said.digits, digit[None])
    np.testing.assert_array_equal(
        said.probabilities, forward_pass(shipped(), digit).probabilities[None]
    )
    (verdict,) = said.verdicts
    (detected,) = detector().answers(digit[None])
    assert verdict == judge(said.probabilities[0], detected, rules_for(shipped()))
    assert said.prepared is None
    with pytest.raises(ValueError, match=r"0 \(paper\) to 1"):
        read_digit(shipped(), digit * 2)


def test_the_rules_of_a_network_and_the_steps_of_a_picture_cost_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def measured(network: Network):
        asked.append(network.origin)
        return rules_for(network)

    def opened(content: bytes):
        asked.append("picture")
        return open_picture(content)

    monkeypatch.setattr(reading, "rules_for", measured)
    monkeypatch.setattr(reading, "open_picture", opened)
    weights = {name: array + np.float32(0.001) for name, array in shipped().weights.items()}
    other = Network(shipped().config, weights, "another")
    content = photo_of_a_one(100, 101)
    for _ in range(2):
        read_picture(other, content)
        assert known_rules(other) == rules_for(other)
    assert asked == ["picture", "another"]
    read_picture(other, content, ("centre",))
    assert asked == ["picture", "another", "picture"]


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the detector has judged: each picture's pixels."""
    seen: list[bytes] = []
    answers = Detector.answers

    def noted(self: Detector, pictures: np.ndarray) -> np.ndarray:
        seen.extend(picture.tobytes() for picture in pictures)
        return answers(self, pictures)

    monkeypatch.setattr(Detector, "answers", noted)
    return seen


@pytest.mark.parametrize("columns", [(38,), (15, 55)])
def test_the_detector_judges_each_digit_once(columns: tuple[int, ...], judged: list[bytes]) -> None:
    said = read_ink(shipped(), sheet(*columns))
    assert len(said.digits) == len(columns)
    assert all(judged.count(digit.tobytes()) == 1 for digit in said.digits)
    judged.clear()
    read_digit(shipped(), said.digits[0])
    assert len(judged) == 1


def test_a_reading_of_a_drawing_is_light() -> None:
    assert len(pickle.dumps(read_ink(shipped(), sheet(38)))) < 500_000
