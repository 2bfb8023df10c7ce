"""The What-if page without an engine: what the workers would do is done right here."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model.data.mnist import embedded
from model.interpretability.ablation import Ablation, changed_digits, changed_network, for_unseen
from model.network import Network, NetworkConfig
from model.network.activations import forward_pass
from tests.markup import rows_of
from tests.noise import noise_network

pytestmark = pytest.mark.usefixtures("inline_engine")

PAGE = Path(__file__).resolve().parents[2] / "pages" / "inside" / "what_if.py"
CONFIG = NetworkConfig((3, 4), 5, "average", 7, 0.4)


def opened(
    monkeypatch: pytest.MonkeyPatch, config: NetworkConfig = CONFIG
) -> tuple[AppTest, Network]:
    made = noise_network(config, 7, 0.2)
    inside = forward_pass(made, embedded().test.inputs()[0])
    monkeypatch.setattr("ui.state.shown_network.network", lambda: made)
    monkeypatch.setattr("ui.state.answers.look_inside", lambda digit: inside)
    return AppTest.from_file(str(PAGE), default_timeout=240).run(), made


def rows(app: AppTest, table: int = 0) -> list[list[str]]:
    """The texts of a table without its titles and its bars."""
    titles, *lines = rows_of(app.get("html")[table].proto.body)
    assert not any(titles)  # they are no cells
    return [[text for text in line if text] for line in lines]


def probabilities(made: Network, change: Ablation) -> np.ndarray:
    digit = changed_digits(embedded().test.inputs()[0], change)
    return forward_pass(changed_network(made, change), digit).probabilities


def test_a_picked_filter_is_off_at_once_and_can_be_kept_undone_and_reset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, made = opened(monkeypatch)
    assert "Nothing is changed" in " ".join(text.value for text in app.markdown)
    app.session_state["what_if_filters_conv1_0_0"] = {"clicked": [1, 0, 0]}
    app.run()
    assert not app.exception
    first = Ablation((("conv1", 1),))
    expected = probabilities(made, first)
    assert [row[2] for row in rows(app)] == [f"{p:.1%}" for p in expected]
    assert "filter 1 of conv1 is off" in " ".join(text.value for text in app.markdown)

    app.button(key="what_if_keep").click().run()
    app.session_state["what_if_pixels_0_1"] = {"clicked": [0, 14, 14]}
    app.run()
    both = first.toggled_pixel(14, 14)
    assert [row[2] for row in rows(app)] == [f"{p:.1%}" for p in probabilities(made, both)]

    app.button(key="what_if_undo").click().run()
    assert [row[2] for row in rows(app)] == [f"{p:.1%}" for p in expected]
    app.button(key="what_if_reset").click().run()
    assert [row[2] for row in rows(app)] == [row[1] for row in rows(app)]
    app.button(key="what_if_undo").click().run()
    assert [row[2] for row in rows(app)] == [f"{p:.1%}" for p in expected]


def test_the_address_tells_what_is_changed_and_a_link_brings_it_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, made = opened(monkeypatch)
    app.session_state["what_if_filters_conv1_0_0"] = {"clicked": [1, 0, 0]}
    app.session_state["what_if_pixels_0_0"] = {"clicked": [0, 14, 3]}
    app.run()
    params = {name: "".join(app.query_params[name]) for name in app.query_params}
    assert params == {"layer": "conv1", "channel": "1", "off": "conv1.1", "flip": "14.3"}

    link, _ = opened(monkeypatch)
    for name, value in {"off": "conv2.0,conv1.1,conv1.9", "flip": "14.3,30.1"}.items():
        link.query_params[name] = value
    link.run()
    assert not link.exception
    change = Ablation((("conv2", 0), ("conv1", 1)), ((14, 3),))
    assert [row[2] for row in rows(link)] == [f"{p:.1%}" for p in probabilities(made, change)]
    link.button(key="what_if_undo").click().run()
    assert [row[2] for row in rows(link)] == [row[1] for row in rows(link)]
    assert "off" not in link.query_params
    assert "flip" not in link.query_params


def test_a_thousand_digits_are_counted_digit_by_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    app, made = opened(monkeypatch)
    app.session_state["what_if_filters_conv1_0_0"] = {"clicked": [2, 0, 0]}
    app.toggle(key="what_if_unseen").set_value(True).run()
    assert not app.exception
    effect = for_unseen(made, Ablation((("conv1", 2),)))
    table = rows(app, 1)
    assert [int(row[1]) for row in table[:10]] == effect.right(effect.before).tolist()
    assert [int(row[2]) for row in table[:10]] == effect.right(effect.after).tolist()
    assert int(table[10][2]) == effect.right(effect.after).sum()


def test_a_network_without_filters_still_has_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    app, made = opened(monkeypatch, NetworkConfig((), dense_units=4))
    app.session_state["what_if_pixels_0_0"] = {"clicked": [0, 9, 9]}
    app.run()
    assert not app.exception
    expected = probabilities(made, Ablation((), ((9, 9),)))
    assert [row[2] for row in rows(app)] == [f"{p:.1%}" for p in expected]
