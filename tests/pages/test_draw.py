"""The Draw page without an engine: networks answer right here, in the test's own process."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from model.data.mnist import embedded
from model.engine import InlineEngine, using_engine
from model.network.forward import probabilities
from model.network.shipped import shipped
from tests.markup import attributes, text_of
from ui.digit.sources import PictureFile, Sources
from ui.digit.test_digits import LastPick
from ui.state.properties import STEPS_OFF

pytestmark = pytest.mark.usefixtures("inline_engine")

PAGE = Path(__file__).resolve().parents[2] / "pages" / "start" / "draw.py"


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(PAGE), default_timeout=120)


def bodies(app: AppTest) -> str:
    return " ".join(block.proto.body for block in app.get("html"))


def marks(app: AppTest) -> set[tuple[str, str]]:
    return attributes(bodies(app))


def ink(*columns: int) -> dict[str, object]:
    """What the canvas sends for vertical strokes at these columns."""
    cells = np.zeros((84, 84), np.uint8)
    for column in columns:
        cells[15:70, column : column + 6] = 255
    return sent(cells)


def sent(cells: np.ndarray) -> dict[str, object]:
    """What the canvas sends for a sheet, (84, 84) uint8."""
    pairs = bytes(byte for cell in cells.ravel().tolist() for byte in (1, cell))
    packed = base64.b64encode(pairs).decode("ascii")
    return {"drawing": {"ink": packed, "finished": True, "strokes": 1}}


def photo() -> bytes:
    picture = np.full((200, 160), 210, np.uint8)
    picture[40:160, 74:86] = 40
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def test_a_blank_sheet_is_asked_to_be_drawn_on_and_has_no_prediction(app: AppTest) -> None:
    app.run()
    assert not app.exception
    assert "Draw a digit" in bodies(app)
    assert ("class", "ds-digit") not in marks(app)


def test_a_drawing_is_read_and_judged(app: AppTest) -> None:
    app.session_state["sheet"] = ink(39)
    app.run()
    assert not app.exception
    assert ("data-digit", "1") in marks(app)
    assert "runner-up" in bodies(app)
    assert app.session_state["session"].digit.source == "your drawing"


def test_a_letter_is_called_no_digit(app: AppTest) -> None:
    sheet = Image.new("L", (84, 84))
    for line in ((22, 12, 62, 72), (62, 12, 22, 72)):
        ImageDraw.Draw(sheet).line(line, fill=255, width=7)
    app.session_state["sheet"] = sent(np.asarray(sheet))
    app.run()
    assert not app.exception
    assert ("data-judgement", "not a digit") in marks(app)
    assert "This does not look like a digit" in bodies(app)
    assert text_of(bodies(app)).startswith("?")  # in the place of the answer
    app.session_state["sheet"]["drawing"]["finished"] = False
    app.run()
    assert ("data-judgement", "not yet a digit") in marks(app)


def test_a_stroke_that_has_just_begun_is_no_fault(app: AppTest) -> None:
    dot = np.zeros((84, 84), np.uint8)
    dot[40:43, 40:43] = 255
    app.session_state["sheet"] = sent(dot)
    app.session_state["sheet"]["drawing"]["finished"] = False
    app.run()
    assert "Draw a digit" in bodies(app)
    assert "No digit is found" not in bodies(app)
    app.session_state["sheet"]["drawing"]["finished"] = True
    app.run()
    assert "No digit is found" in bodies(app)


def test_a_digit_in_pieces_under_the_pen_stays_one_answer(app: AppTest) -> None:
    for finished, columns, number in (
        (True, (30,), False),
        (False, (15, 55), False),  # perhaps the second stroke of a 4
        (True, (15, 55), True),
        (False, (15, 55, 70), True),  # more is written beside a number
    ):
        app.session_state["sheet"] = ink(*columns)
        app.session_state["sheet"]["drawing"]["finished"] = finished
        app.run()
        assert not app.exception
        assert ("data-number" in dict(marks(app))) is number
        assert ("class", "ds-digit") in marks(app)


def test_one_movement_of_the_pen_asks_the_engine_once(app: AppTest) -> None:
    asked: list[str] = []
    noting = InlineEngine(before=lambda work, *_, **__: asked.append(work.__name__))
    with using_engine(noting):
        app.run()
        for columns, answer in (((39,), ("data-digit", "1")), ((15, 55), ("data-number", "11"))):
            app.session_state["sheet"] = ink(*columns)
            asked.clear()
            app.run()
            assert asked == ["read_ink"]
            assert answer in marks(app)
        app.run()  # the same sheet and the same network
        assert asked == ["read_ink"]


def test_two_strokes_far_apart_are_a_number_and_each_can_be_followed(app: AppTest) -> None:
    app.session_state["sheet"] = ink(15, 55)
    app.run()
    assert ("data-number", "11") in marks(app)
    app.session_state["digits"] = {"clicked": [1, 3, 3]}
    app.run()
    assert not app.exception
    assert app.session_state["session"].digit.source == "your drawing, digit 2 of 2"


def test_a_step_that_is_off_changes_what_the_network_receives(app: AppTest) -> None:
    app.session_state["sheet"] = ink(39)
    app.run()
    before = app.session_state["session"].digit.pixels
    app.session_state["session"].keep_value(STEPS_OFF, frozenset({"centre"}))
    app.run()
    after = app.session_state["session"].digit.pixels
    assert not np.array_equal(before, after)
    assert np.flatnonzero(after.any(axis=0))[0] < np.flatnonzero(before.any(axis=0))[0]


def test_an_upload_goes_through_all_steps_and_is_kept(app: AppTest) -> None:
    app.run()
    app.button_group(key="source").set_value("Upload").run()
    assert "Choose a picture" in bodies(app)
    app.file_uploader(key="upload").upload("one.png", photo(), "image/png").run()
    assert not app.exception
    assert ("data-digit", "1") in marks(app)
    assert app.session_state["session"].pages[Sources].pictures["Upload"].name == "one.png"
    app.button_group(key="source").set_value("Draw").run()
    assert "Draw a digit" in bodies(app)
    app.button_group(key="source").set_value("Upload").run()
    assert ("data-digit", "1") in marks(app)


def test_pictures_of_one_person_take_no_more_than_so_much(app: AppTest) -> None:
    large = photo() + bytes(16_000_000)  # what follows the end of a PNG is not looked at
    app.run()
    mine = app.session_state["session"].pages[Sources]
    mine.pictures["Camera"] = PictureFile("photo.png", large, "taken")
    app.button_group(key="source").set_value("Upload").run()
    app.file_uploader(key="upload").upload("small.png", photo(), "image/png").run()
    assert {*mine.pictures} == {"Camera", "Upload"}  # there is room for both
    assert not app.toast
    app.file_uploader(key="upload").upload("large.png", large, "image/png").run()
    assert not app.exception
    assert ("data-digit", "1") in marks(app)
    assert [*mine.pictures] == ["Upload"]
    told = "There is room for 30 MB: an older picture was removed."
    assert [toast.value for toast in app.toast] == [told]
    app.button_group(key="source").set_value("Camera").run()
    assert "Take a photo" in bodies(app)


def test_a_broken_upload_gets_a_sentence(app: AppTest) -> None:
    app.run()
    app.button_group(key="source").set_value("Upload").run()
    app.file_uploader(key="upload").upload("no.png", photo()[:60], "image/png").run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.error[0].value.endswith(".")


def test_a_picked_test_digit_tells_its_label_and_is_never_taught(app: AppTest) -> None:
    app.run()
    app.button_group(key="source").set_value("Test digits").run()
    assert "Pick a digit" in bodies(app)
    app.button(key="draw_surprise").click().run()
    place = app.session_state["session"].pages[LastPick].place
    assert app.session_state["session"].digit.label == embedded().test.labels[place]
    assert any("never taught" in caption.value for caption in app.caption)
    app.button_group(key="draw_label").set_value(4).run()
    app.button(key="draw_surprise").click().run()
    assert app.session_state["session"].digit.label == 4


def test_the_misread_digits_are_those_that_the_network_misreads(app: AppTest) -> None:
    app.run()
    app.button_group(key="source").set_value("Test digits").run()
    app.toggle(key="draw_wrong").set_value(True).run()
    assert not app.exception
    test = embedded().test
    wrong = np.flatnonzero(probabilities(shipped(), test.inputs()).argmax(axis=1) != test.labels)
    assert any(f"{len(wrong)} of the 500" in caption.value for caption in app.caption)


def test_a_correction_is_kept_removed_and_brought_back(app: AppTest) -> None:
    app.session_state["sheet"] = ink(39)
    app.run()
    app.button_group(key="was_0").set_value(7).run()
    mine = app.session_state["session"]
    assert [each.label for each in mine.kept] == [7]
    np.testing.assert_array_equal(mine.kept[0].pixels, mine.digit.pixels)
    assert app.button(key="teach").label == "Teach it 1 digit"
    assert app.button(key="teach_remove").disabled
    app.session_state["kept_1"] = {"clicked": [0, 2, 2]}
    app.run()
    app.button(key="teach_remove").click().run()
    assert app.session_state["session"].kept == ()
    app.button(key="teach_undo").click().run()
    assert len(app.session_state["session"].kept) == 1
    app.button(key="teach_undo").click().run()
    assert not app.session_state["session"].kept
    assert not app.exception
