"""The arithmetic page on networks of every kind, without an engine: the pass is made right here."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from model.data.mnist import embedded
from model.network import NetworkConfig, layers
from model.network.activations import ForwardPass, forward_pass
from tests.markup import text_of
from tests.noise import noise_network

PAGE = Path(__file__).resolve().parents[2] / "pages" / "inside" / "arithmetic.py"
CONFIGS = {
    "course": NetworkConfig(),
    "other": NetworkConfig((3, 2), 5, "average", 7, 0.4),
    "one": NetworkConfig((2,), 3, "max", 5),
    "three": NetworkConfig((2, 3, 2), dense_units=4, dropout=0.2),
    "none": NetworkConfig((), dense_units=4),
}


def opened(monkeypatch: pytest.MonkeyPatch, config: NetworkConfig) -> tuple[AppTest, ForwardPass]:
    made = noise_network(config, 7, 0.2)
    inside = forward_pass(made, embedded().test.inputs()[0])
    monkeypatch.setattr("ui.state.shown_network.network", lambda: made)
    monkeypatch.setattr("ui.state.answers.look_inside", lambda digit: inside)
    return AppTest.from_file(str(PAGE), default_timeout=240), inside


def shown(app: AppTest) -> str:
    """All that stands on the page, without its styles and tags."""
    html = " ".join(block.proto.body for block in app.get("html"))
    return text_of(html)


@pytest.mark.parametrize("name", CONFIGS)
def test_every_layer_of_every_network_agrees_on_screen(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    config = CONFIGS[name]
    app, _ = opened(monkeypatch, config)
    app.run()
    for layer in layers(config):
        app.button_group(key="arithmetic_layer_0").set_value(layer.name)
        app.run()
        assert not app.exception, (layer.name, app.exception)
        assert "✓ the same" in shown(app), layer.name
        assert "✗" not in shown(app), layer.name
        assert app.query_params["layer"] == layer.name


def test_a_click_moves_the_sum_and_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    app, inside = opened(monkeypatch, CONFIGS["course"])
    app.run()
    app.session_state["arithmetic_map_conv1_0"] = {"clicked": [0, 9, 11]}
    app.run()
    assert app.query_params["row"] == "9"
    assert app.query_params["column"] == "11"
    channel = int(app.query_params["channel"])
    z = float(inside.layers[0].before[9, 11, channel])
    assert f"TensorFlow: {z:.4f}".replace("-", "−") in shown(app)


def test_a_link_opens_the_same_place(monkeypatch: pytest.MonkeyPatch) -> None:
    app, inside = opened(monkeypatch, CONFIGS["course"])
    for key, value in {"layer": "conv2", "channel": 5, "row": 3, "column": 4}.items():
        app.query_params[key] = str(value)
    app.run()
    assert not app.exception
    assert any("conv2, map 5, row 3, column 4" in text.value for text in app.markdown)
    z = float(inside.layers[2].before[3, 4, 5])
    assert f"TensorFlow: {z:.4f}".replace("-", "−") in shown(app)


def test_a_link_to_nowhere_opens_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = opened(monkeypatch, CONFIGS["one"])
    for key, value in {"layer": "conv9", "channel": "x", "row": "-1", "column": "99999"}.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    assert "✓ the same" in shown(app)


def test_the_sentence_names_the_three_largest_products(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = opened(monkeypatch, CONFIGS["course"])
    app.run()
    sentence = next(t.value for t in app.markdown if "What mattered most" in t.value)
    sizes = [abs(float(n.replace("−", "-"))) for n in re.findall(r"≈ (−?[\d.]+)\)", sentence)]
    assert len(sizes) == 3
    assert sizes == sorted(sizes, reverse=True)


def test_playing_moves_to_the_next_place(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = opened(monkeypatch, CONFIGS["one"])
    for key, value in {"layer": "conv1", "channel": "1", "row": "2", "column": "25"}.items():
        app.query_params[key] = value
    app.run()
    app.toggle(key="arithmetic_playing").set_value(True).run()
    assert (app.query_params["row"], app.query_params["column"]) == ("3", "0")
