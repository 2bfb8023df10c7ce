"""What a chart has after a number of messages is what it would have if it had been sent whole."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ui.components.test_curves import COLOUR, decode
from tests.ui.components.test_curves import sent as message
from ui.components.curves import POINTS_PER_LINE, Line, Sent
from ui.components.curves.increments import decimate

AT_MOST = 20
GAPS = np.where(np.arange(4000) % 97 == 50, np.nan, np.random.default_rng(3).normal(size=4000))
WHOLE = np.random.default_rng(4).normal(size=4000)


class Chart:
    """A browser's chart, as `received` in numbers.js keeps its points."""

    def __init__(self) -> None:
        self.series: object = None
        self.number: object = 0
        self.lines: list[np.ndarray] = []

    def receive(self, sent: Sent, lines: list[np.ndarray], generation: int = 0) -> int | None:
        """Take the next message and return how many points it had; None: it does not fit."""
        parts = sent.increments(lines, AT_MOST, generation)
        series, number = sent.stamp["series"], sent.stamp["number"]
        if (self.series, self.number) == (series, number):
            return 0
        follows = self.series == series and self.number == int(str(number)) - 1
        if not follows and any(keep for keep, _ in parts):
            return None
        had = [*self.lines, *[np.empty(0)] * len(lines)]
        self.lines = [
            np.concatenate([had[place][:keep], y[new]])
            for place, (y, (keep, new)) in enumerate(zip(lines, parts, strict=True))
        ]
        self.series, self.number = series, number
        return sum(len(new) for _, new in parts)

    def shows(self, lines: list[np.ndarray]) -> bool:
        expected = [y[decimate(y, AT_MOST)] for y in lines]
        return all(
            np.array_equal(a, b, equal_nan=True) for a, b in zip(self.lines, expected, strict=True)
        )


steps = st.lists(st.integers(0, 90), min_size=1, max_size=25)


@settings(deadline=None)  # a busy machine is no fault
@given(steps, st.sampled_from([GAPS, WHOLE]))
def test_increments_add_up_to_the_whole(grows: list[int], y: np.ndarray) -> None:
    sent, chart, count = Sent(), Chart(), 0
    for more in grows:
        count += more
        lines = [y[:count], y[: count // 7]]
        assert chart.receive(sent, lines) is not None
        assert chart.shows(lines)


@settings(deadline=None)  # a busy machine is no fault
@given(steps, st.data())
def test_a_lost_message_or_a_new_chart_leaves_no_gap(grows: list[int], data: st.DataObject) -> None:
    sent, chart, count = Sent(), Chart(), 0
    for more in grows:
        count += more
        lines = [WHOLE[:count]]
        event = data.draw(st.sampled_from(["arrives", "is lost", "meets a new chart"]))
        if event == "is lost":
            Chart().receive(sent, lines)
            continue
        if event == "meets a new chart":
            chart = Chart()
        if chart.receive(sent, lines) is None:
            sent.forget()
            assert chart.receive(sent, lines) is not None
        assert chart.shows(lines)


def test_points_that_are_taken_back_are_sent_anew() -> None:
    sent, chart = Sent(), Chart()
    other = WHOLE[::-1]
    assert chart.receive(sent, [WHOLE[:300]]) is not None
    assert chart.receive(sent, [other[:310]], generation=1) is not None
    assert chart.shows([other[:310]])
    assert chart.receive(sent, [other[:200]], generation=1) is not None  # fewer are never more
    assert chart.shows([other[:200]])
    assert chart.receive(sent, [other[:200], WHOLE[:5]], generation=1) is not None
    assert chart.shows([other[:200], WHOLE[:5]])


def test_what_is_said_again_is_the_same_message() -> None:
    sent = Sent()
    first = sent.increments([WHOLE[:50]], AT_MOST, 0)
    stamp = sent.stamp
    assert sent.increments([WHOLE[:50]], AT_MOST, 0) is first
    assert sent.stamp == stamp
    sent.increments([WHOLE[:51]], AT_MOST, 0)
    assert sent.stamp != stamp


def test_each_point_is_sent_once_until_bins_double() -> None:
    sent, chart = Sent(), Chart()
    assert chart.receive(sent, [WHOLE[:10]]) == 10
    assert chart.receive(sent, [WHOLE[:14]]) == 4
    anew, more = (chart.receive(sent, [WHOLE[:count]]) for count in (21, 22))
    assert anew is not None
    assert anew <= AT_MOST  # bins begin: all is said anew
    assert more is not None
    assert more <= 6  # those of the last bin, and the end


@pytest.mark.parametrize("batches", [500, 2_000, 20_000])
def test_a_tick_of_a_long_run_is_small(monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    y = np.random.default_rng(1).normal(size=batches + 60)
    sent = Sent()

    def data(count: int) -> dict:
        line = Line("Training", np.arange(count) / 125, y[:count], COLOUR, faint=True)
        return message(monkeypatch, line, sent=sent)

    data(batches)
    line = data(batches + 60)["lines"][0]  # 0.75 s of training
    assert line["keep"] > 0
    assert len(decode(line["points"])[0]) <= 70
    assert len(json.dumps(line)) < 900 < 8 * POINTS_PER_LINE
