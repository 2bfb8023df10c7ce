"""The numbers of feature maps in the browser: as Python sent them, coloured and written."""

import json

import numpy as np
import pytest

from model.evaluation.pictures import REACH, ZERO, ramp_indices
from ui.components.maps import encoded
from ui.style.colours import ramp

pytestmark = pytest.mark.browser
RNG = np.random.default_rng(0)
STEPS = {"float32": 0, "int16": 1 / 32767, "int8": 1 / 127}


@pytest.mark.parametrize(
    ("shape", "form"),
    [((3, 5, 4), "float32"), ((26, 26, 32), "int16"), ((26, 26, 64), "int8")],
)
def test_maps_arrive_as_they_were_sent(javascript, shape: tuple[int, int, int], form: str) -> None:
    maps = RNG.normal(0, 3, shape).astype(np.float32)
    maps[:, :, 2] = 0
    message = json.loads(json.dumps(encoded(maps, None)))
    assert message["form"] == form
    (got,) = javascript("maps/numbers.js", "decode")([message])
    largest = np.abs(maps).max(axis=(0, 1))
    for number, channel in enumerate(got["channels"]):
        values = channel["values"].reshape(shape[:2])
        step = STEPS[form] * largest[number]
        np.testing.assert_allclose(values, maps[:, :, number], rtol=1e-6, atol=1.0001 * step + 1e-7)
        np.testing.assert_array_equal(np.sign(values), np.sign(maps[:, :, number]))
        assert channel["step"] == pytest.approx(step, rel=1e-6)
        assert channel["lowest"] == maps[:, :, number].min()
        assert channel["highest"] == maps[:, :, number].max()
        assert channel["scale"] == np.abs(maps).max()
    np.testing.assert_array_equal(got["ramp"], ramp())
    assert got["ownScales"] is False


def test_each_map_has_its_own_scale_where_python_says_so(javascript) -> None:
    maps = RNG.normal(size=(2, 2, 3)).astype(np.float32)
    scales = np.array([1, 2.5, 0], np.float32)
    (got,) = javascript("maps/numbers.js", "decode")(
        [json.loads(json.dumps(encoded(maps, scales)))]
    )
    assert got["ownScales"] is True
    assert [channel["scale"] for channel in got["channels"]] == scales.tolist()


def test_a_number_has_the_colour_that_python_gives_it(javascript) -> None:
    scales = np.array([0.01, 1, 30], np.float32)
    values = np.concatenate([RNG.normal(size=400), [-9, -1, 0, 1, 9]]).astype(np.float32)
    at = javascript("maps/numbers.js", "colourIndex")
    for scale in scales:
        got = np.array(at(*[[float(value), float(scale)] for value in values]))
        exact = np.clip(values / scale, -1, 1) * REACH
        halfway = np.abs(np.abs(exact % 1) - 0.5) < 1e-4  # two rows are as near
        expected = ramp_indices(values, scale)
        np.testing.assert_array_equal(got[~halfway], expected[~halfway])
        assert (got[exact == 0] == ZERO).all()
    assert at([-1, 0], [0, 0], [1, 0]) == [ZERO] * 3  # maps of nothing but zeros


def test_values_are_written_with_the_digits_that_are_known(javascript) -> None:
    fround = float(np.float32(1e-4))
    expected = {
        (0,): "0",
        (-1.23456,): "−1.235",
        (12345.6,): "12346",
        (0.99996,): "1.000",
        (fround,): "0.0001000",
        (-2.5e-9,): "−2.500 × 10⁻⁹",
        (0.7312, 0.01): "≈ 0.73",
        (-0.7312, 0.00001): "−0.7312",
        (300, 2): "≈ 300",
    }
    got = javascript("maps/numbers.js", "exactly")(*[list(row) for row in expected])
    assert got == list(expected.values())


def test_what_is_written_is_the_value_to_four_digits(javascript) -> None:
    values = (RNG.normal(size=300) * 10.0 ** RNG.integers(-9, 9, 300)).tolist()
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    texts = javascript("maps/numbers.js", "exactly")(*[[value] for value in values])
    read = [float(text.replace(" × 10", "e").translate(raised)) for text in texts]
    np.testing.assert_allclose(read, values, rtol=5.01e-4)


def test_a_cell_has_two_decimals_and_its_0_is_exactly_zero(javascript) -> None:
    got = javascript("maps/numbers.js", "briefly")([0], [-0.004], [0.0049], [-0.126], [12])
    assert got == ["0", "0.00", "0.00", "−0.13", "12.00"]
