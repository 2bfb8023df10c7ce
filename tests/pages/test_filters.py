"""The filters page without an engine: what the workers would do is done right here."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model.interpretability.kernels import HAND_MADE, kernels
from model.network import Network, NetworkConfig
from tests.noise import noise_network
from ui.inside.filters import tiled

pytestmark = pytest.mark.usefixtures("inline_engine")

PAGE = Path(__file__).resolve().parents[2] / "pages" / "inside" / "filters.py"


def opened(monkeypatch: pytest.MonkeyPatch, config: NetworkConfig) -> tuple[AppTest, Network]:
    made = noise_network(config, len(config.filters), 0.2)
    monkeypatch.setattr("ui.state.shown_network.network", lambda: made)
    return AppTest.from_file(str(PAGE), default_timeout=240).run(), made


def text(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.caption, *app.header])


@pytest.mark.parametrize(
    "config",
    [
        NetworkConfig((3, 4), dense_units=5),
        NetworkConfig((2, 3), 5, "average", 5, 0.3),
        NetworkConfig((), dense_units=4),
    ],
)
def test_every_layer_opens(monkeypatch: pytest.MonkeyPatch, config: NetworkConfig) -> None:
    app, made = opened(monkeypatch, config)
    assert not app.exception
    for filters in kernels(made):
        name, count = filters.layer.name, filters.kernels.shape[-1]
        app.button_group(key="filters_layer_0").set_value(name).run()
        for order in ("size", "similarity", "number"):
            app.selectbox(key="filter_order").set_value(order).run()
            assert not app.exception
        app.session_state[f"filters_{name}_number_0"] = {"clicked": [count - 1, 0, 0]}
        app.run()
        assert f"{name}, filter {count - 1}" in text(app)
        assert f"Size {filters.norms()[count - 1]:.4f}" in text(app)


def test_in_another_order_a_pick_is_still_the_filter_that_was_clicked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, made = opened(monkeypatch, NetworkConfig((6,), dense_units=5))
    app.selectbox(key="filter_order").set_value("size").run()
    app.session_state["filters_conv1_size_0"] = {"clicked": [0, 0, 0]}
    app.run()
    largest = int(np.argmax(kernels(made)[0].norms()))
    assert f"conv1, filter {largest}" in text(app)
    app.selectbox(key="filter_order").set_value("number").run()
    assert f"conv1, filter {largest}" in text(app)


def test_ones_own_kernel_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    app, made = opened(monkeypatch, NetworkConfig((4,), dense_units=5))
    number, cosine = kernels(made)[0].most_similar(HAND_MADE["sobel_vertical"])
    assert f"The most similar one of the network: filter {number}" in text(app)
    assert f"Similarity **{cosine:.2f}**" in text(app)
    app.button_group(key="hand_made").set_value("My own").run()
    own = np.zeros((3, 3))
    own[1, 1] = 1
    for i, j, value in ((0, 0, -2.0), (2, 1, 3.5)):
        app.number_input(key=f"own_{i}_{j}").set_value(value)
        own[i, j] = value
    app.run()
    number, cosine = kernels(made)[0].most_similar(own)
    assert f"filter {number}**" in text(app)
    assert f"Similarity **{cosine:.2f}**" in text(app)


def test_nine_zeros_are_answered_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = opened(monkeypatch, NetworkConfig((4,), dense_units=5))
    app.button_group(key="hand_made").set_value("My own").run()
    app.number_input(key="own_1_1").set_value(0.0).run()
    assert not app.exception
    assert any("zeros" in info.value for info in app.info)


def test_a_tile_holds_every_slice() -> None:
    stack = np.arange(1, 3 * 3 * 5 * 2 + 1, dtype=np.float32).reshape(3, 3, 5, 2)
    tiles = tiled(stack)
    assert tiles.shape == (7, 11, 2)  # 2 rows of 3 slots, a line between two
    assert np.array_equal(tiles[0:3, 4:7], stack[:, :, 1])
    assert np.array_equal(tiles[4:7, 0:3], stack[:, :, 3])
    assert not tiles[3].any()
    assert sorted(tiles[tiles > 0].tolist()) == sorted(stack.ravel().tolist())
    assert np.array_equal(tiled(stack[:, :, :1]), stack[:, :, 0])
