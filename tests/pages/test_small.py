"""How small can it be: guess, run, look, show one on all pages, and come back to find it all."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from model.experiments import Part, small
from model.experiments.compression.lite import LiteForm
from model.experiments.compression.steps import learned
from model.experiments.measured import Measured
from model.experiments.small import SHARES, Point, SmallSettings, Way
from model.network import NetworkConfig
from tests.networks import random_network
from ui.experiment.small import conclusions, student_words, zeros_words
from ui.experiment.small_points import figures_words, point_words, three_words
from ui.state.session import studies

PAGE = Path(__file__).resolve().parents[2] / "pages" / "experiment" / "small.py"
BASE = random_network(NetworkConfig(filters=(3, 4), dense_units=6), 1)


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch, inline_engine: object, cache: Path) -> None:
    """Small networks, some updates: that it runs is looked at, and not what comes out of it."""
    monkeypatch.setattr(small, "ROUNDED_SHARES", (90,))
    monkeypatch.setattr(small, "STUDENTS", {"small": NetworkConfig((2,), dense_units=3)})
    monkeypatch.setattr(small, "UNSEEN_STUDENT", "small")
    monkeypatch.setattr(
        small,
        "learned",
        lambda start, digits, _, seed, **more: learned(start, digits, 2, seed, **more),
    )
    for place in (
        "ui.state.shown_network",
        "ui.experiment.small_points",
        "model.experiments.small",
    ):
        monkeypatch.setattr(f"{place}.shipped", lambda: BASE)
    monkeypatch.setattr("ui.experiment.frame.measured", lambda _: None)
    studies.clear()


def button(app: AppTest, key: str):
    return next((each for each in app.button if each.key == key), None)


def texts(app: AppTest) -> str:
    return " ".join(each.value for each in (*app.markdown, *app.caption, *app.info))


@pytest.mark.usefixtures("_short")
def test_the_page_from_the_guess_to_a_small_network_on_all_pages() -> None:
    app = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert button(app, "small_run") is None
    assert "opens with your guess" in texts(app)
    app.select_slider(key="small_slider").set_value(0.4)
    button(app, "small_guess").click().run()
    assert "Nothing is measured with these settings yet" in texts(app)
    button(app, "small_run").click().run()
    study = studies().of(small.EXPERIMENT, SmallSettings())
    study.wait(120)
    assert study.complete, study.state()
    app.run()
    assert not app.exception
    assert f"{study.state().count} of {study.state().count} measurements" in texts(app)
    for view in ("Zeros", "Students", "Without a 3", "Size"):
        app.button_group(key="small_view").set_value(view).run()
        assert not app.exception
        assert len(app.get("plotly_chart")) == 1
    point = Point(Way.TUNED, LiteForm.INT8, 90)
    app.selectbox(key="small_point").set_value(point).run()
    assert "scale and zero point" in texts(app)
    button(app, "small_show").click().run()
    assert "90% zeros, trained on, int8" in texts(app)
    assert f"{study.state().count} of {study.state().count} measurements" in texts(
        app
    )  # of the same one
    button(app, "small_back").click().run()
    assert "On all pages now" not in texts(app)
    assert button(app, "small_back") is None


@pytest.mark.usefixtures("inline_engine", "cache")
def test_another_network_s_page_says_whose_figures_it_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured = (part(Point(Way.WHOLE), 0.99), part(Point(Way.TUNED, share=20), 0.99))
    known = Measured(SmallSettings(), measured, "a machine", "2026-11-27", 100.0)
    monkeypatch.setattr("ui.experiment.frame.measured", lambda _: known)
    monkeypatch.setattr("ui.experiment.small_points.network", lambda: BASE)
    app = AppTest.from_file(str(PAGE), default_timeout=60).run()
    button(app, "small_guess").click().run()
    assert not app.exception
    assert "These figures are of the shipped network" in texts(app)
    app.selectbox(key="small_point").set_value(Point(Way.TUNED, share=20)).run()
    assert "has learned in our measurement" in texts(app)  # its weights did not come with the app
    assert button(app, "small_show").disabled


def part(point: Point, accuracy: float, seed: int = 0, packed: int = 100_000, **more: Any) -> Part:
    values = {
        "way": point.way.value,
        "form": point.form.value,
        "share": point.share,
        "student": point.student or None,
        "seed": seed,
        "accuracy": accuracy,
        "packed": packed,
        "bytes": packed + 1000,
        "nonzero": 5000,
        "parameters": 9000,
        "milliseconds": 0.0651,
        "in_float": "",
        "input_scale": 0.0,
        "input_zero": 0,
        "output_scale": 0.0,
        "output_zero": 0,
    }
    return Part(point.key(seed), {**values, **more})


def test_the_guess_stands_beside_what_was_measured() -> None:
    cut = [part(Point(Way.CUT, share=share), 0.99 if share < 70 else 0.5) for share in SHARES]
    found = [part(Point(Way.WHOLE), 0.99), *cut]
    words = " ".join(zeros_words(found, 0.35))
    assert "**60%** of the weights can go at once" in words
    assert "You guessed 35%." in words
    assert "guessed" not in " ".join(zeros_words(found, None))
    assert not list(zeros_words(found[:4], 0.35))


def test_a_broken_network_is_called_so() -> None:
    assert "reads only 62.0% rightly" in " ".join(conclusions([part(Point(Way.WHOLE), 0.62)], 0.3))


def test_the_smallest_file_that_is_good_enough_is_named() -> None:
    found = [
        part(Point(Way.WHOLE), 0.99, packed=349_000),
        part(Point(Way.WHOLE, LiteForm.INT8), 0.985, packed=88_640),
        part(Point(Way.CUT, share=99), 0.2, packed=9_000),
    ]
    words = " ".join(conclusions(found, None))
    assert "**89 kB** instead of 349 kB: int8" in words


def test_where_whole_numbers_are_slower_it_is_said() -> None:
    def found(slow: float) -> str:
        parts = [
            part(Point(Way.WHOLE, LiteForm.FLOAT32), 0.99, milliseconds=0.02),
            part(Point(Way.WHOLE, LiteForm.INT8), 0.99, milliseconds=slow),
        ]
        return " ".join(conclusions(parts, None))

    assert "“int8” took 0.0300 ms a digit, and 0.0200 ms in float" in found(0.03)
    assert "faster" not in found(0.01)


def test_a_difference_within_the_bands_is_chance() -> None:
    def students(alone: list[float], taught: list[float]) -> str:
        found = [
            part(Point(way, student="small"), accuracy, seed)
            for way, all_of_it in ((Way.ALONE, alone), (Way.DISTILLED, taught))
            for seed, accuracy in enumerate(all_of_it)
        ]
        return " ".join(student_words(found))

    assert "chance alone may do that" in students([0.9, 0.94, 0.95], [0.93, 0.95, 0.97])
    assert "answers help" in students([0.9, 0.91, 0.92], [0.93, 0.95, 0.97])
    assert "labels are better" in students([0.96, 0.97], [0.93, 0.95])
    assert "chance alone" in students([0.9], [0.99])  # one measurement is never a difference


def test_what_the_converter_left_in_float_is_said() -> None:
    point = Point(Way.WHOLE, LiteForm.WEIGHTS8)
    assert "in float: conv1, output" in figures_words(part(point, 0.9, in_float="conv1, output"))
    whole: dict[str, Any] = {
        "input_scale": 1 / 255,
        "input_zero": -128,
        "output_scale": 1 / 256,
        "output_zero": -128,
    }
    words = figures_words(part(Point(Way.WHOLE, LiteForm.INT8), 0.9, **whole))
    assert "x / 0.003922 − 128" in words
    assert "p / 0.003906 − 128" in words


def test_every_point_has_a_name_of_its_own() -> None:
    names = [point_words(point) for point, seed in small.points(SmallSettings()) if seed == 0]
    assert len(set(names)) == len(names)
    assert "" not in names


def test_the_student_without_a_three_is_said_in_digits() -> None:
    found = [Part("a", {f"wrong {bias}": 60 - bias for bias in range(21)})]
    found = [Part("a", {**found[0].values, **{f"wrong threes {b}": 50 - b for b in range(21)}})]
    words = three_words(found, 20)
    assert "**20 of 50** threes" in words
    assert "440 of 450 others" in words
    assert "fewest errors" in words
    assert "fewest errors" not in three_words(found, 3)
