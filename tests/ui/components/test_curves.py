import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from streamlit.testing.v1 import AppTest

from ui.components import curves as module
from ui.components.curves import POINTS_PER_LINE, Line, curves
from ui.components.curves.increments import decimate, encode

COLOUR = ("#111111", "#eeeeee")
AT_MOST = 20
values = hnp.arrays(np.float64, st.integers(1, 300), elements=st.floats(-1e6, 1e6))
with_gaps = hnp.arrays(
    np.float64,
    st.integers(1, 300),
    elements=st.floats(-9, 9) | st.sampled_from([np.nan, np.inf, -np.inf]),
)


def decode(points: str) -> tuple[np.ndarray, np.ndarray]:
    both = np.frombuffer(base64.b64decode(points), "<f4")
    return both[: len(both) // 2], both[len(both) // 2 :]


@settings(deadline=None)  # a busy machine is no fault
@given(values)
def test_decimation_keeps_extremes_order_and_ends(y: np.ndarray) -> None:
    kept = decimate(y, AT_MOST)
    assert len(kept) <= AT_MOST
    assert (np.diff(kept) > 0).all()
    assert kept[0] == 0
    assert kept[-1] == len(y) - 1
    assert y[kept].min() == y.min()
    assert y[kept].max() == y.max()


@settings(deadline=None)  # a busy machine is no fault
@given(with_gaps)
def test_decimation_keeps_gaps_and_the_extremes_of_what_is_a_number(y: np.ndarray) -> None:
    kept = decimate(y, AT_MOST)
    assert len(kept) <= AT_MOST
    assert (np.diff(kept) > 0).all()
    assert (kept[0], kept[-1]) == (0, len(y) - 1)
    finite = np.isfinite(y)
    assert np.isfinite(y[kept]).any() == finite.any()
    assert np.isfinite(y[kept]).all() == finite.all()
    if finite.any():
        assert np.nanmin(y[kept][np.isfinite(y[kept])]) == y[finite].min()
        assert np.nanmax(y[kept][np.isfinite(y[kept])]) == y[finite].max()


def test_short_lines_stay_whole() -> None:
    assert decimate(np.arange(600.0), 600).tolist() == list(range(600))
    assert decimate(np.empty(0), 600).tolist() == []


@pytest.mark.parametrize("where", [0, 1, 9_999, 13_337, 19_998, 19_999])
def test_one_spike_among_twenty_thousand_batches_stays(where: int) -> None:
    y = np.sin(np.arange(20_000.0))
    y[where] = 40
    kept = decimate(y, POINTS_PER_LINE)
    assert where in kept
    assert len(kept) <= POINTS_PER_LINE


def test_a_growing_line_does_not_shimmer() -> None:
    y = np.random.default_rng(1).normal(size=1196)  # 4 points a bin from 599 to 1196 points
    whole = decimate(y, POINTS_PER_LINE)
    for count in range(601, 1196, 35):
        done = count - count % 4  # the last bin may still be filling
        kept = decimate(y[:count], POINTS_PER_LINE)
        before, now = kept[kept < done], whole[whole < done]
        assert set(before) - set(now) <= {count - 1}  # its end, which is an end no longer
        assert set(now) <= set(before)


@settings(deadline=None)  # a busy machine is no fault
@given(hnp.arrays(np.float32, st.integers(0, 50), elements=st.floats(width=32)))
def test_encoding_gives_back_every_float32(y: np.ndarray) -> None:
    x = np.arange(len(y), dtype=np.float64)
    got_x, got_y = decode(encode(x, y.astype(np.float64)))
    np.testing.assert_array_equal(got_x, x)
    np.testing.assert_array_equal(got_y, y)


def test_what_float32_cannot_hold_is_infinite() -> None:
    assert decode(encode(np.zeros(1), np.array([1e39])))[1][0] == np.inf


def sent(monkeypatch: pytest.MonkeyPatch, *lines: Line, **options: object) -> dict:
    calls: list[dict] = []
    monkeypatch.setattr(module, "_mount", lambda **call: calls.append(call))
    curves(lines, key="k", title="Loss", x_label="Epoch", y_label="Loss", **options)  # type: ignore[arg-type]
    return calls[0]["data"]


def test_one_run_of_twenty_thousand_batches_is_under_20_kb(monkeypatch: pytest.MonkeyPatch) -> None:
    batch, epoch = np.arange(20_000.0), np.arange(1.0, 143)
    data = sent(
        monkeypatch,
        Line("Batches", batch / 141, np.cos(batch), COLOUR, faint=True),
        Line("Training", epoch, np.cos(epoch), COLOUR),
        Line("Validation", epoch, np.sin(epoch), COLOUR, dashed=True),
    )
    assert len(json.dumps(data)) < 20_000
    assert decode(data["lines"][1]["points"])[0].tolist() == epoch.tolist()


def test_twenty_runs_share_the_points(monkeypatch: pytest.MonkeyPatch) -> None:
    y = np.cos(np.arange(20_000.0))
    data = sent(monkeypatch, *[Line(f"Run {i}", y * 0 + i, y, COLOUR) for i in range(20)])
    assert len(json.dumps(data)) < 100_000


def test_an_epoch_repeated_after_a_crash_is_put_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line("Training", np.array([1.0, 2, 3, 2, 3]), np.array([5.0, 4, 3, 4.5, 3.5]), COLOUR)
    x, y = decode(sent(monkeypatch, line)["lines"][0]["points"])
    assert x.tolist() == [1, 2, 2, 3, 3]
    assert y.tolist() == [5, 4, 4.5, 3, 3.5]


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (np.arange(3), np.arange(2)),
        (np.zeros((2, 2)), np.zeros((2, 2))),
        (np.array([0, np.nan]), np.zeros(2)),
        (np.array([0, np.inf]), np.zeros(2)),
    ],
)
def test_impossible_lines_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, x: np.ndarray, y: np.ndarray
) -> None:
    with pytest.raises(ValueError, match="line 'Training': expected"):
        sent(monkeypatch, Line("Training", x, y, COLOUR))


@pytest.mark.parametrize("y_range", [(1.0, 1.0), (1.0, 0.0), (0.0, np.inf), (np.nan, 1.0)])
def test_impossible_ranges_are_refused(
    monkeypatch: pytest.MonkeyPatch, y_range: tuple[float, float]
) -> None:
    with pytest.raises(ValueError, match="y_range: expected"):
        sent(monkeypatch, y_range=y_range)


def page() -> None:
    import numpy as np

    from ui.components.curves import Line, curves

    nan = Line("Training", np.arange(1, 4), np.array([1, np.nan, np.inf]), ("red", "pink"))
    labels: Any = {"title": "Loss", "x_label": "Epoch", "y_label": "Cross-entropy"}
    curves([nan], key="loss", **labels)
    curves([], key="nothing", empty="Nothing yet", log=True, **labels)


def test_a_page_with_a_diverged_and_an_empty_chart_runs_and_runs_again() -> None:
    at = AppTest.from_function(page, default_timeout=60).run()
    assert not at.exception
    at.run()
    assert not at.exception
    charts = [
        element
        for element in at.get("bidi_component")
        if element.proto.component_name == "digitscope_curves"
    ]
    assert len(charts) == 2
    data = json.loads(charts[0].proto.json)
    np.testing.assert_array_equal(decode(data["lines"][0]["points"])[1], [1, np.nan, np.inf])
    assert json.loads(charts[1].proto.json)["empty"] == "Nothing yet"
