import base64
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from ui.components.maps import (
    BUDGET,
    Clicked,
    OutlinedDigit,
    big_map,
    checked_click,
    encoded,
    map_grid,
)

APP = Path(__file__).resolve().parents[2] / "browser" / "maps_app.py"
MOST = {"float32": None, "int16": 32767, "int8": 127}


def array(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype=dtype)


def decoded(message: dict) -> np.ndarray:
    """Return (height, width, channels) as the browser works it out."""
    shape = (message["channels"], message["height"], message["width"])
    raw = array(message["values"], np.dtype(message["form"]).newbyteorder("<").str)
    values = raw.reshape(shape).astype(np.float64)
    most = MOST[message["form"]]
    if most is not None:
        unit = np.maximum(-array(message["lowest"], "<f4"), array(message["highest"], "<f4"))
        values *= unit[:, None, None].astype(np.float64) / most
    return np.moveaxis(values, 0, 2)


SHAPES = st.sampled_from([(1, 1, 1), (3, 3, 64), (11, 11, 64), (26, 26, 32), (28, 28, 128)])


@settings(max_examples=30, deadline=None)
@given(SHAPES, st.floats(1e-6, 1e6), st.integers(0, 2**32 - 1), st.booleans())
def test_rounding_stays_in_its_bound_and_zero_alone_is_zero(shape, size, seed, relu):
    maps = (np.random.default_rng(seed).normal(size=shape) * size).astype(np.float32)
    maps = np.maximum(maps, 0) if relu else maps
    message = encoded(maps, None)
    back = decoded(message)
    most = MOST[message["form"]]
    bound = 0 if most is None else np.abs(maps).max(axis=(0, 1)) / most * (1 + 1e-6)
    assert (np.abs(back - maps) <= bound).all()
    np.testing.assert_array_equal(np.sign(back), np.sign(maps))
    np.testing.assert_array_equal(array(message["lowest"], "<f4"), maps.min(axis=(0, 1)))
    np.testing.assert_array_equal(array(message["highest"], "<f4"), maps.max(axis=(0, 1)))


@pytest.mark.parametrize(
    ("shape", "form"),
    [((11, 11, 64), "float32"), ((26, 26, 32), "int16"), ((26, 26, 64), "int8")],
)
def test_takes_the_best_form_within_the_budget(shape, form):
    message = encoded(np.ones(shape, dtype=np.float32), None)
    assert message["form"] == form
    assert len(base64.b64decode(message["values"])) <= BUDGET


def test_exact_values_are_sent_as_they_are():
    maps = np.random.default_rng(0).normal(size=(28, 28, 64)).astype(np.float32)
    np.testing.assert_array_equal(decoded(encoded(maps, None, exact=True)), maps)


def test_64_maps_of_26_by_26_stay_under_100_kb():
    maps = np.random.default_rng(0).normal(size=(26, 26, 64)).astype(np.float32)
    assert len(json.dumps(encoded(maps, None))) < 100_000


def test_scale():
    maps = np.array([[[1.0, -3.0]]], dtype=np.float32)
    assert array(encoded(maps, None)["scales"], "<f4").tolist() == [3]
    assert array(encoded(maps, 5)["scales"], "<f4").tolist() == [5]
    assert array(encoded(maps, np.array([1, 2]))["scales"], "<f4").tolist() == [1, 2]
    for wrong in (-1.0, np.inf, np.nan, np.array([1.0, 2.0, 3.0])):
        with pytest.raises(ValueError, match="scale"):
            encoded(maps, wrong)


@pytest.mark.parametrize(
    "message",
    [
        None,
        "0,0,0",
        [],
        [1, 2],
        [0, 0, 0, 0],
        [0, 0, 0.0],
        [True, 0, 0],
        ["0", 0, 0],
        [-1, 0, 0],
        [4, 0, 0],
        [0, 2, 0],
        [0, 0, 3],
        [10**40, 0, 0],
        {"channel": 0},
        [[0], 0, 0],
    ],
)
def test_a_hostile_or_outdated_pick_is_no_pick(message):
    assert checked_click(message, (2, 3, 4)) is None


def test_a_pick_inside_is_a_pick():
    assert checked_click([3, 1, 2], (2, 3, 4)) == Clicked(channel=3, row=1, column=2)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"labels": ["a"]}, "2 labels"),
        ({"selected": 2}, "selected map 2"),
        ({"selected": -1}, "selected map -1"),
        ({"place": (3, 0)}, "outside"),
        ({"place": (0, -1)}, "outside"),
        ({"scale": -1}, "scale"),
    ],
)
def test_a_grid_refuses_what_does_not_fit(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        map_grid(np.zeros((3, 3, 2)), key="k", **options)


def test_a_big_map_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="height, width"):
        big_map(np.zeros((3, 3, 2)), key="k", scale=None)
    with pytest.raises(ValueError, match="finite"):
        big_map(np.full((3, 3), np.inf), key="k", scale=None)
    with pytest.raises(ValueError, match="does not meet"):
        big_map(np.zeros((3, 3)), key="k", scale=None, window=(3, 0, 5, 2))
    with pytest.raises(ValueError, match="outside"):
        big_map(np.zeros((3, 3)), key="k", scale=None, place=(0, 3))


def test_a_drawing_is_sent_as_it_is_with_its_two_numbers():
    pixels = np.random.default_rng(1).random((28, 28)).astype(np.float32)
    message = OutlinedDigit(pixels, field=10, jump=4).message()
    np.testing.assert_array_equal(decoded(message["maps"])[:, :, 0], pixels)
    assert (message["field"], message["jump"]) == (10, 4)
    assert len(json.dumps(message)) < 10_000


def run(form: str, **state: object) -> list[str]:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["form"] = form
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    return [text.value for text in app.text]


def test_python_gets_the_pick():
    assert "many: None" in run("many")
    assert f"many: {Clicked(63, 25, 0)}" in run("many", many={"clicked": [63, 25, 0]})
    assert f"big: {Clicked(0, 27, 3)}" in run("big", big={"clicked": [0, 27, 3]})


def test_a_bad_pick_is_met_without_a_traceback():
    assert "many: None" in run("many", many={"clicked": [64, 0, 0]})
    assert "many: None" in run("many", many={"clicked": "everything"})
    assert "many: None" in run("many", many={})
