"""Ticks, labels and look-ups of the line chart, against NumPy."""

import numpy as np
import pytest

from ui.components.curves.increments import encode

pytestmark = pytest.mark.browser
RNG = np.random.default_rng(0)
FILE = "curves/numbers.js"


def number(text: str) -> float:
    """The number that a label says: "−0.5", "10⁻⁵", "2.5 × 10⁶"."""
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    factor, _, power = (
        text.replace("−", "-").rpartition("10")
        if text[-1] in "⁰¹²³⁴⁵⁶⁷⁸⁹"
        else (text.replace("−", "-"), "", "0")
    )
    return float(factor.removesuffix(" × ") or 1) * 10.0 ** int(power.translate(raised))


def spans(count: int) -> list[tuple[float, float]]:
    lows = RNG.normal(size=count) * 10.0 ** RNG.integers(-4, 4, count)
    widths = 10.0 ** RNG.uniform(-4, 5, count)
    return [(float(low), float(low + width)) for low, width in zip(lows, widths, strict=True)]


def test_a_step_is_1_2_or_5_and_the_smallest_that_is_large_enough(javascript) -> None:
    rows = [[high - low, int(RNG.integers(2, 12))] for low, high in spans(200)]
    nice = np.sort(np.outer([1.0, 2, 5], 10.0 ** np.arange(-8, 8)).ravel())
    for (span, count), step in zip(rows, javascript(FILE, "niceStep")(*rows), strict=True):
        at = int(np.abs(nice / step - 1).argmin())
        assert step == pytest.approx(nice[at])
        assert step * count >= span * 0.99999
        assert nice[at - 1] * count < span


def test_ticks_lie_inside_in_equal_steps_and_say_their_value(javascript) -> None:
    rows = [[low, high, int(RNG.integers(3, 12))] for low, high in spans(200)]
    for (low, high, count), ticks in zip(rows, javascript(FILE, "linearTicks")(*rows), strict=True):
        values = np.array([tick["v"] for tick in ticks])
        room = 1e-5 * (high - low)
        assert 1 <= len(ticks) <= count + 1
        assert ((values >= low - room) & (values <= high + room)).all()
        if len(values) > 1:
            step = values[1] - values[0]
            np.testing.assert_allclose(np.diff(values), step, rtol=1e-6)
            assert values[0] - step < low + room  # none is missing at the ends
            assert values[-1] + step > high - room
        for value, label in ((tick["v"], tick["label"]) for tick in ticks):
            assert number(label) == pytest.approx(value, rel=1e-3, abs=room)


def test_logarithmic_ticks_are_1_2_5_in_each_decade(javascript) -> None:
    (ticks,) = javascript(FILE, "logTicks")([0.03, 4, 6])
    values = [tick["v"] for tick in ticks]
    assert values == pytest.approx([0.05, 0.1, 0.2, 0.5, 1, 2])
    (many,) = javascript(FILE, "logTicks")([1e-9, 1, 4])
    assert next(tick["label"] for tick in many if tick["label"]) == "10⁻⁹"
    assert 2 <= sum(bool(tick["label"]) for tick in many) <= 5
    (narrow,) = javascript(FILE, "logTicks")([1.1, 1.4, 5])  # within a decade: equal steps
    assert len(narrow) >= 2


def test_points_are_found_as_numpy_finds_them(javascript) -> None:
    xs = np.sort(np.round(RNG.uniform(0, 50, 300), 1))  # some of them equal
    wanted = [-1.0, 0.0, 50.0, 99.0, *xs[::7].tolist(), *RNG.uniform(0, 50, 100).tolist()]
    rows = [[xs.tolist(), x] for x in wanted]
    assert javascript(FILE, "lowerBound")(*rows) == np.searchsorted(xs, wanted).tolist()
    nearest = np.array(javascript(FILE, "nearest")(*rows))
    distance = np.abs(xs[nearest] - wanted)
    np.testing.assert_array_equal(distance, np.abs(xs[:, None] - wanted).min(axis=0))


def test_values_are_written_for_reading(javascript) -> None:
    expected = {
        (0.123456789, False): "0.12346",
        (-2, False): "−2",
        (0, False): "0",
        (float("nan"), False): "not a number",
        (float("-inf"), False): "infinite",
        (0.98765, True): "98.77%",
        (2_500_000, False): "2.5 × 10⁶",
        (0.00001, False): "10⁻⁵",
    }
    got = javascript(FILE, "valueText")(*[list(row) for row in expected])
    assert got == list(expected.values())
    assert javascript(FILE, "xText")([0.12345], [12.345], [3], [-0.5]) == [
        *("0.123", "12.35", "3", "−0.5")
    ]


def test_a_message_is_taken_only_where_it_fits(javascript) -> None:
    nothing: dict[str, object] = {"series": None, "number": 0, "points": []}
    x, y = np.arange(3, dtype=np.float32), np.array([0.5, np.nan, 2], np.float32)
    whole, grown = ({"keep": keep, "points": encode(x, y)} for keep in (0, 1))

    def stamp(number: int, series: str = "a") -> dict[str, object]:
        return {"series": series, "number": number}

    has = {**stamp(4), "points": []}
    rows = [
        [nothing, None, [whole]],  # of a chart that is always told everything
        [nothing, stamp(7), [whole]],
        [nothing, stamp(7), [grown]],  # builds on points that a new chart has not got
        [has, stamp(6), [grown]],  # the fifth was overtaken
        [has, stamp(5, "b"), [grown]],  # the script ran anew
        [has, stamp(4), [grown]],  # said again: nothing is added twice
    ]
    first, second, *lacking, again = javascript(FILE, "received")(*rows)
    assert (first["series"], first["number"]) == (None, 0)
    assert (second["series"], second["number"]) == ("a", 7)
    np.testing.assert_array_equal(second["points"][0]["x"], x)
    np.testing.assert_array_equal(second["points"][0]["y"], y)
    assert lacking == [None] * 3
    assert again == has
