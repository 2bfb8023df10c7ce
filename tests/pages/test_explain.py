"""The pages that explain and test explanations, without an engine: the work is done right here."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model.data.mnist import embedded
from model.interpretability.attribution import AttributionMethod, cam_layers
from model.interpretability.faithfulness import PlainOrder
from model.network import Network, NetworkConfig
from model.network.activations import ForwardPass, forward_pass
from tests.markup import text_of
from tests.noise import noise_network
from ui.judge.contrast import as_csv
from ui.judge.faithfulness import conclusions

pytestmark = pytest.mark.usefixtures("inline_engine")

PAGES = Path(__file__).resolve().parents[2] / "pages" / "judge"
CONFIGS = {
    "three": NetworkConfig((3, 4, 4), dense_units=14),
    "other": NetworkConfig((3, 2), 5, "average", 7, 0.4),
    "none": NetworkConfig((), dense_units=4),
}


def opened(
    monkeypatch: pytest.MonkeyPatch, page: str, config: NetworkConfig
) -> tuple[AppTest, Network, ForwardPass]:
    made = noise_network(config, 5)
    inside = forward_pass(made, embedded().test.inputs()[0])
    monkeypatch.setattr("ui.state.shown_network.network", lambda: made)
    monkeypatch.setattr("ui.state.answers.look_inside", lambda digit: inside)
    return AppTest.from_file(str(PAGES / f"{page}.py"), default_timeout=60), made, inside


def words(app: AppTest) -> str:
    html = " ".join(block.proto.body for block in app.get("html"))
    return " ".join([text_of(html), *(text.value for text in app.markdown)])


def choose(app: AppTest, first: int, second: int) -> None:
    for label, value in (("Why a …", first), ("… and not a …", second)):
        next(each for each in app.selectbox if each.label == label).set_value(value)
    app.run()


def pills(app: AppTest) -> Any:
    return next(each for each in app.button_group if each.label.startswith("Open a unit"))


@pytest.mark.parametrize("name", CONFIGS)
def test_every_method_explains_every_network(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    app, made, inside = opened(monkeypatch, "explain", CONFIGS[name])
    app.run()
    answer = int(inside.probabilities.argmax())
    assert f"The network answers **{answer}**" in words(app)
    for method in AttributionMethod:
        app.segmented_control(key="explain_method").set_value(str(method)).run()
        assert not app.exception, (method, app.exception)
        possible = method is not AttributionMethod.GRAD_CAM or bool(cam_layers(made.config))
        assert ("How it works" in words(app)) is possible
        assert bool(app.info) is not possible
        if method is AttributionMethod.INTEGRATED:
            gap = re.search(r"a gap of \*\*([\d.]+)%\*\*", words(app))
            assert gap is not None
            assert float(gap[1]) <= 1


def test_the_contrast_adds_up_on_screen_and_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    app, made, inside = opened(monkeypatch, "explain", CONFIGS["three"])
    app.run()
    order = np.argsort(-inside.logits)
    difference = float(inside.logits[order[0]] - inside.logits[order[1]])
    if embedded().test.labels[0] not in order[:1]:  # then the true digit is the other one
        truth = int(embedded().test.labels[0])
        difference = float(inside.logits[order[0]] - inside.logits[truth])
    shown = f"{difference:+.5f}".replace("-", "−")
    assert words(app).count(shown) == 2

    choose(app, first=4, second=4)
    assert [each.value for each in app.info] == ["Choose two different digits."]
    choose(app, first=4, second=9)
    assert not app.exception
    expected = float(inside.logits[4] - inside.logits[9])
    assert f"{expected:+.5f}".replace("-", "−") in words(app)

    from model.interpretability.logit_difference import contrast

    lines = as_csv(contrast(made, inside, 4, 9)).splitlines()
    assert lines[0] == "unit,value,weight_difference,part"
    assert len(lines) == 1 + 14 + 1
    parts = [float(line.rsplit(",", 1)[1]) for line in lines[1:]]
    assert sum(parts) == pytest.approx(expected, abs=1e-5)


def test_all_units_have_a_bar_and_each_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _, _ = opened(monkeypatch, "explain", CONFIGS["three"])
    app.run()
    assert "2 others" in words(app)
    app.toggle(key="contrast_all").set_value(True).run()
    assert "others" not in words(app)
    assert sorted(int(option) for option in pills(app).options) == list(range(14))
    for unit in (0, 9):
        pills(app).set_value(unit)
        app.run()
        assert not app.exception
        assert f"**Unit {unit}**" in words(app)


@pytest.mark.parametrize("name", ["three", "none"])
def test_every_method_is_tested(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    app, made, _ = opened(monkeypatch, "trust", CONFIGS[name])
    app.run()
    assert not app.exception, app.exception
    methods = [
        each
        for each in AttributionMethod
        if each is not AttributionMethod.GRAD_CAM or cam_layers(made.config)
    ]
    assert app.segmented_control(key="trust_pictures").options == [
        *map(str, methods),
        *map(str, PlainOrder),
        "random order",
    ]
    assert len(re.findall(r"of 10\b", words(app))) == 2 * (len(methods) + len(PlainOrder))
    for method in methods:
        app.segmented_control(key="trust_method").set_value(str(method)).run()
        assert not app.exception, (method, app.exception)
        assert "Rank correlation" in words(app) or "ranks cannot be compared" in words(app)


def test_the_methods_are_compared_on_many_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.judge.faithfulness.MANY", 3)
    app, made, _ = opened(monkeypatch, "trust", CONFIGS["none"])
    app.run()
    app.button(key="trust_many_start").click().run()
    works = app.session_state["session"].works
    works["areas", made.fingerprint].wait(60)
    app.run()
    assert not app.exception, app.exception
    assert "Mean of 3 digits" in words(app)
    assert "Of the orders that know nothing of the network" in words(app)


def test_a_link_opens_the_digit_and_what_was_chosen_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _, _ = opened(monkeypatch, "explain", CONFIGS["three"])
    for name, value in {
        "digit": "17",
        "method": "Grad-CAM",
        "cells": "conv1",
        "first": "3",
        "second": "8",
    }.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    assert any("test digit 17" in each.value for each in app.caption)
    assert app.segmented_control(key="explain_method").value == "Grad-CAM"
    found = {each.label: each.value for each in app.selectbox}
    assert (found["Layer"], found["Why a …"], found["… and not a …"]) == ("conv1", 3, 8)

    app.segmented_control(key="explain_method").set_value(str(AttributionMethod.OCCLUSION)).run()
    assert "method" not in app.query_params
    assert "cells" not in app.query_params
    assert "".join(app.query_params["digit"]) == "17"


def test_what_no_plain_order_is_beaten_by_is_said() -> None:
    methods = [AttributionMethod.OCCLUSION, AttributionMethod.GRAD_CAM]
    gone, back = (
        np.array([0.3, 0.49, 0.48, 0.5, 0.6, 0.57]),
        np.array([0.7, 0.55, 0.8, 0.4, 0.3, 0.5]),
    )
    deletion, insertion = conclusions(methods, gone, back)
    assert "darkness is best (0.48). Better: occlusion. No better: Grad-CAM." in deletion
    assert "darkness is best (0.80)" in insertion
    assert "No method beats it" in insertion
    assert "Every method beats it" in conclusions(methods, np.array([0.1, 0.2, *gone[2:]]), back)[0]
