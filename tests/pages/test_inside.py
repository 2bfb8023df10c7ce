"""Network view and feature maps on networks of every kind, without an engine."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model.data.mnist import embedded
from model.network import Network, NetworkConfig, layers
from model.network.activations import ForwardPass, forward_pass
from tests.noise import noise_network
from ui.locale.sentence import Sentence
from ui.state.session import ChosenDigit, Session

pytestmark = pytest.mark.usefixtures("inline_engine")

PAGES = Path(__file__).resolve().parents[2] / "pages" / "inside"
CONFIGS = {
    "course": NetworkConfig(),
    "large kernels": NetworkConfig((3, 2), 5, "average", 7, 0.4),
    "one": NetworkConfig((2,), 3, "max", 5),
    "three": NetworkConfig((2, 3, 2), pooling="average", dense_units=4, dropout=0.2),
    "none": NetworkConfig((), dense_units=4),
}


def some_network(config: NetworkConfig, seed: int = 7) -> Network:
    return noise_network(config, seed, 0.2, "test network")


def opened(
    monkeypatch: pytest.MonkeyPatch, page: str, config: NetworkConfig
) -> tuple[AppTest, ForwardPass]:
    made = some_network(config)
    digit = embedded().test.inputs()[3]
    inside = forward_pass(made, digit)
    for name in ("ui.state.shown_network.network", "ui.inside.feature_maps.network"):
        monkeypatch.setattr(name, lambda: made)
    monkeypatch.setattr("ui.state.answers.look_inside", lambda digit: inside)
    app = AppTest.from_file(str(PAGES / f"{page}.py"), default_timeout=60)
    app.session_state["session"] = Session(digit=ChosenDigit(digit, Sentence("test digit 3"), 1))
    return app, inside


def texts(app: AppTest) -> str:
    return "\n".join(block.value for block in [*app.markdown, *app.caption, *app.info])


@pytest.mark.parametrize("name", CONFIGS)
def test_the_network_view_shows_every_kind_of_network(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    app, _ = opened(monkeypatch, "network_view", CONFIGS[name])
    app.run()
    assert not app.exception
    assert "Digit: test digit 3." in texts(app)


@pytest.mark.parametrize("name", [name for name, config in CONFIGS.items() if config.filters])
def test_every_layer_with_maps_can_be_looked_at(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    config = CONFIGS[name]
    app, inside = opened(monkeypatch, "feature_maps", config)
    app.run()
    app.selectbox(key="map_order").set_value("similarity")
    for layer in (layer for layer in layers(config) if layer.has_maps):
        app.button_group(key="layer_0").set_value(layer.name)
        app.run()
        assert not app.exception, (layer.name, app.exception)
        assert app.query_params["layer"] in (layer.name, [layer.name])
        found = next(output for output in inside.layers if output.layer == layer)
        channel = int(np.argmax(found.after.max(axis=(0, 1))))
        assert f"**{found.after[:, :, channel].max():.4f}**" in texts(app)
        side = layer.receptive_field
        assert f"{side}×{side} outlined pixels" in texts(app)
    for scale in ("map", "network"):
        app.selectbox(key="map_scale").set_value(scale).run()
        assert not app.exception


def test_a_pick_shows_its_value_field_and_address(monkeypatch: pytest.MonkeyPatch) -> None:
    app, inside = opened(monkeypatch, "feature_maps", CONFIGS["course"])
    app.query_params["layer"] = "conv2"
    app.run()
    app.session_state["maps_conv2_1"] = {"clicked": [5, 3, 4]}
    app.run()
    z = inside.layers[2]
    assert f"Map 5, row 3, column 4: **{z.after[3, 4, 5]:.4f}**" in texts(app)
    assert "rows 6 to 13, columns 8 to 15" in texts(app)
    assert [app.query_params[n] for n in ("layer", "channel", "row", "column")] == [
        *("conv2", "5", "3", "4")
    ]
    app.button_group(key="activation_1").set_value("before ReLU").run()
    before = f"{z.before[3, 4, 5]:.4f}".replace("-", "−")
    assert f"Map 5, row 3, column 4: **{before}**" in texts(app)
    assert app.query_params["before"] == "1"


def test_in_another_order_a_cell_means_another_map(monkeypatch: pytest.MonkeyPatch) -> None:
    app, inside = opened(monkeypatch, "feature_maps", CONFIGS["course"])
    app.run()
    app.selectbox(key="map_order").set_value("mean").run()
    app.session_state["maps_conv1_0"] = {"clicked": [2, 0, 0]}
    app.run()
    third = np.argsort(-inside.layers[0].after.mean(axis=(0, 1), dtype=np.float64))[2]
    assert app.query_params["channel"] == str(third)
    app.selectbox(key="map_order").set_value("channel").run()
    assert app.query_params["channel"] == str(third)  # the old pick is not taken for a new one


def test_a_link_opens_the_view_and_nonsense_opens_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    app, inside = opened(monkeypatch, "feature_maps", CONFIGS["course"])
    for name, value in {"layer": "pool2", "channel": "63", "row": "4", "column": "0"}.items():
        app.query_params[name] = value
    app.run()
    value = inside.layers[3].after[4, 0, 63]
    assert f"Map 63, row 4, column 0: **{value:.4f}**" in texts(app)
    assert "Pooling 11→5" in texts(app)
    for name, value in {"layer": "output", "channel": "x", "row": "99", "column": "-3"}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert app.query_params["layer"] == "conv1"


def test_average_pooling_names_no_winner(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = opened(monkeypatch, "feature_maps", CONFIGS["three"])
    app.query_params["layer"] = "pool1"
    app.run()
    assert "is the mean of the 2×2 numbers" in texts(app)


def test_dead_filters_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    config = CONFIGS["one"]
    made = some_network(config)
    weights = dict(made.weights) | {"conv1/bias": np.array([0, -100], np.float32)}
    app, _ = opened(monkeypatch, "feature_maps", config)
    monkeypatch.setattr(
        "ui.state.shown_network.network", lambda: Network(config, weights, "with a dead one")
    )
    app.run()
    assert "**conv1**: 1 of 2 is dead: 1." in texts(app)


def test_without_convolutions_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = opened(monkeypatch, "feature_maps", CONFIGS["none"])
    app.run()
    assert not app.exception
    assert "has no convolution layer" in texts(app)


def test_the_epoch_strip_needs_a_run_and_shows_its_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    config = CONFIGS["one"]
    app, _ = opened(monkeypatch, "feature_maps", config)
    app.run()
    app.toggle(key="epoch_strip").set_value(True).run()
    assert "This needs a run of yours" in texts(app)

    class SomeRun:
        id, owner, network, epochs = "an id", "", config, (0, 1, 2)

        def network_at(self, epoch: int) -> Network | None:
            return some_network(config, epoch) if epoch != 1 else None

    shown: list[dict] = []

    def grid(maps, **options):
        shown.append({"maps": maps, **options})

    monkeypatch.setattr("ui.frame.epoch_strip.shown_run", SomeRun)
    monkeypatch.setattr("ui.state.links.shown_run", SomeRun)
    monkeypatch.setattr("ui.frame.epoch_strip.map_grid", grid)
    app.run()
    assert not app.exception
    strip = next(call for call in shown if call["key"].startswith("epoch_strip_"))
    assert strip["labels"] == ["epoch 0", "epoch 2"]
    assert strip["maps"].shape == (26, 26, 2)
