import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from ui.components.canvas import SIDE, canvas, decoded

CELLS = SIDE * SIDE


def packed(greys: np.ndarray) -> str:
    """The browser's form: (count, grey) for each run of at most 255 equal cells."""
    pairs = bytearray()
    for grey in greys.ravel().tolist():
        if pairs and pairs[-1] == grey and pairs[-2] < 255:
            pairs[-2] += 1
        else:
            pairs += bytes((1, grey))
    return base64.b64encode(bytes(pairs)).decode("ascii")


def message(greys: np.ndarray, **changed: object) -> dict[str, object]:
    whole = {"ink": packed(greys), "finished": True, "strokes": 1}
    return whole | changed


def bar() -> np.ndarray:
    greys = np.zeros((SIDE, SIDE), dtype=np.uint8)
    greys[10:70, 40:44] = 255
    greys[10:70, 44] = 51
    return greys


def runs(*pairs: int) -> str:
    return base64.b64encode(bytes(pairs)).decode("ascii")


def test_ink_arrives_as_it_was_drawn() -> None:
    drawing = decoded(message(bar(), finished=False, strokes=3))
    assert drawing is not None
    assert (drawing.finished, drawing.strokes) == (False, 3)
    assert drawing.ink.dtype == np.float32
    np.testing.assert_array_equal(drawing.ink, bar().astype(np.float32) / 255)
    assert drawing.ink[30, 42] == 1
    assert drawing.ink[30, 44] == np.float32(0.2)
    assert drawing.ink[0, 0] == 0


def test_ink_cannot_be_written_on() -> None:
    drawing = decoded(message(bar()))
    assert drawing is not None
    with pytest.raises(ValueError, match="read-only"):
        drawing.ink[0, 0] = 1


def test_a_sheet_without_two_equal_neighbours_fits() -> None:
    greys = (1 + np.arange(CELLS) % 2 * 254).astype(np.uint8).reshape(SIDE, SIDE)
    drawing = decoded(message(greys))
    assert drawing is not None
    np.testing.assert_array_equal(drawing.ink, greys.astype(np.float32) / 255)


@given(
    seed=st.integers(0, 2**32 - 1), levels=st.integers(2, 256), block=st.sampled_from((1, 6, 84))
)
def test_any_picture_survives(seed: int, levels: int, block: int) -> None:
    cells = np.random.default_rng(seed).integers(0, levels, (SIDE // block, SIDE // block))
    greys = cells.repeat(block, axis=0).repeat(block, axis=1).astype(np.uint8)
    drawing = decoded(message(greys))
    ink = np.zeros((SIDE, SIDE), dtype=np.float32) if drawing is None else drawing.ink
    np.testing.assert_array_equal(ink, greys.astype(np.float32) / 255)


def test_an_empty_sheet_is_no_drawing() -> None:
    assert decoded(None) is None
    assert decoded(message(np.zeros((SIDE, SIDE), dtype=np.uint8))) is None


FULL = CELLS // 252  # runs of 252 cells that fill the sheet exactly
BAD_INK = {
    "nothing": "",
    "missing": None,
    "a number": 7,
    "bytes": b"AAAA",
    "not base64": "?" * 100,
    "not ASCII": "ä" * 100,
    "line breaks": "\n" + runs(*(252, 9) * FULL),
    "cut off": runs(*(252, 9) * FULL)[:-1],
    "an odd byte": runs(*(252, 9) * FULL, 1),
    "one cell short": runs(*(252, 9) * (FULL - 1), 251, 9),
    "one cell too many": runs(*(252, 9) * FULL, 1, 9),
    "a bomb": runs(*(255, 255) * 100_000),
    "empty runs without end": runs(*(252, 9) * FULL, *(0, 9) * 100_000),
}


@pytest.mark.parametrize("ink", BAD_INK.values(), ids=BAD_INK.keys())
def test_bad_ink_is_no_drawing(ink: object) -> None:
    assert decoded(message(bar(), ink=ink)) is None


def test_the_bad_ink_above_is_bad_only_where_it_says_so() -> None:
    assert decoded(message(bar(), ink=runs(*(252, 9) * FULL))) is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"finished": None},
        {"finished": 1},
        {"finished": "true"},
        {"strokes": 0},
        {"strokes": -1},
        {"strokes": True},
        {"strokes": 1.0},
        {"strokes": "1"},
        {"strokes": [1]},
    ],
)
def test_bad_fields_are_no_drawing(changed: dict[str, object]) -> None:
    assert decoded(message(bar(), **changed)) is None


@pytest.mark.parametrize("whole", ["ink", 5, True, [], {}, ["ink"], {"ink": packed(bar())}])
def test_a_message_of_another_kind_is_no_drawing(whole: object) -> None:
    assert decoded(whole) is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(anything | st.fixed_dictionaries(dict.fromkeys(message(bar()), anything)))
def test_nothing_that_json_can_carry_raises(whole: object) -> None:
    assert decoded(whole) is None


@pytest.mark.parametrize("brush", [2, 15])
def test_a_brush_that_the_slider_cannot_show_is_refused(brush: int) -> None:
    with pytest.raises(ValueError, match=f"got {brush}"):
        canvas("sheet", brush=brush)


def page() -> None:
    import streamlit as st

    from ui.components.canvas import canvas

    drawing = canvas("sheet")
    st.text("nothing" if drawing is None else f"{drawing.strokes} {drawing.ink.sum():.0f}")


def told(app: AppTest) -> str:
    assert not app.exception
    return app.text[0].value


def test_a_page_sees_what_is_drawn() -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    assert told(app) == "nothing"
    app.session_state["sheet"] = {"drawing": message(bar(), strokes=2)}
    assert told(app.run()) == "2 252"  # 60 × 4 cells of full ink and 60 of a fifth
    app.session_state["sheet"] = {"drawing": None}
    assert told(app.run()) == "nothing"


@pytest.mark.parametrize(
    "state", [{"drawing": "x" * 50}, {"other": 1}, {}, {"drawing": {"ink": 1}}]
)
def test_a_page_survives_a_hostile_browser(state: dict[str, object]) -> None:
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["sheet"] = state
    assert told(app.run()) == "nothing"
