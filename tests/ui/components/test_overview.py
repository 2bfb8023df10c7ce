import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from model.evaluation.pictures import ramp_indices
from model.network import NetworkConfig, layers
from model.network.activations import ForwardPass, LayerOutput
from ui.components.overview import GAP, Opened, checked_opening, message
from ui.inside.network_columns import columns, place_of
from ui.state.session import View

CONFIGS = (
    NetworkConfig(),
    NetworkConfig(filters=(3, 20), kernel_size=5, pooling="average", dense_units=7, dropout=0.3),
    NetworkConfig(filters=(128,), dense_units=512),
    NetworkConfig(filters=(), dense_units=1),
)


def some_pass(config: NetworkConfig) -> ForwardPass:
    """Numbers of the right shapes: what they mean is not this module's business."""
    random = np.random.default_rng(3)

    def output(layer) -> LayerOutput:
        before = random.normal(size=layer.output_shape).astype(np.float32)
        if layer.activation == "softmax":
            return LayerOutput(layer, before, np.exp(before) / np.exp(before).sum())
        return LayerOutput(layer, before, np.maximum(before, 0) if layer.activation else before)

    digit = random.random((28, 28)).astype(np.float32)
    return ForwardPass(digit, tuple(output(layer) for layer in layers(config)))


def sent(inside: ForwardPass) -> list[dict]:
    """The columns as the browser gets them."""
    return [message(column) for column in columns(inside)]


def indices(panel) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(panel["png"]))))


@pytest.mark.parametrize("config", CONFIGS)
def test_every_channel_of_every_layer_stands_where_the_panel_says(config: NetworkConfig) -> None:
    inside = some_pass(config)
    shown = sent(inside)
    assert [column["name"] for column in shown] == ["input", *(x.name for x in layers(config))]
    for output, column in zip(inside.layers, shown[1:], strict=True):
        if output.layer.activation == "softmax":
            continue
        values = [output.before, output.after] if output.layer.activation else [output.after]
        assert len(column["panels"]) == len(values)
        scale = float(np.abs(output.after).max())
        for panel, numbers in zip(column["panels"], values, strict=True):
            sheet = indices(panel)
            assert sheet.shape == (panel["height"], panel["width"])
            assert panel["count"] == output.layer.output_shape[-1]
            maps = numbers if numbers.ndim == 3 else numbers[None, None]
            for channel in range(panel["count"]):
                row, place = divmod(channel, panel["across"])
                left, top = place * panel["pitch"][0], row * panel["pitch"][1]
                zoom = (panel["pitch"][0] - panel["gap"]) // maps.shape[1]
                height, width = maps.shape[0] * zoom, maps.shape[1] * zoom
                found = sheet[top : top + height : zoom, left : left + width : zoom]
                np.testing.assert_array_equal(found, ramp_indices(maps[:, :, channel], scale))


@pytest.mark.parametrize("config", CONFIGS)
def test_columns_say_shape_parameters_and_range(config: NetworkConfig) -> None:
    inside = some_pass(config)
    for output, column in zip(inside.layers, sent(inside)[1:], strict=True):
        layer = output.layer
        assert column["facts"] == [
            "×".join(map(str, layer.output_shape)),
            f"{layer.parameters:,} parameters",
        ]
        first = column["panels"][0]["range"]
        assert f"{output.before.max():.2f}".replace("-", "−") in first[0]
        assert f"{output.before.min():.2f}".replace("-", "−") in first[1]


def test_the_outputs_are_scores_and_probabilities() -> None:
    inside = some_pass(NetworkConfig())
    panel = sent(inside)[-1]["panels"][0]
    assert panel["best"] == int(np.argmax(inside.probabilities))
    assert [row["percent"] for row in panel["rows"]] == [f"{p:.1%}" for p in inside.probabilities]
    assert [row["score"] for row in panel["rows"]] == [
        f"{z:.2f}".replace("-", "−") for z in inside.logits
    ]


@pytest.mark.parametrize("config", CONFIGS)
def test_columns_are_narrow_enough_and_the_message_small_enough(config: NetworkConfig) -> None:
    shown = sent(some_pass(config))
    assert max(p.get("width", 0) for column in shown for p in column["panels"]) <= 8 * (28 + GAP)
    assert len(json.dumps(sent(some_pass(NetworkConfig())))) < 150_000


def test_all_zero_before_and_after_is_no_fault() -> None:
    inside = some_pass(NetworkConfig())
    zero = tuple(LayerOutput(x.layer, x.before * 0, x.after * 0) for x in inside.layers)
    assert (indices(sent(ForwardPass(inside.digit, zero))[1]["panels"][0])[0] == 128)[:26].all()


def test_what_was_opened_is_told() -> None:
    inside = some_pass(NetworkConfig())

    shown = sent(inside)

    def told(column: int, panel: int, channel: int | None) -> View | None:
        said = {"column": column, "panel": panel, "channel": channel}
        opened = checked_opening(said, shown)
        assert opened == Opened(column, panel, channel)
        return place_of(opened, inside)

    assert told(1, 0, 31) == View("conv1", 31, before=True)
    assert told(1, 1, None) == View("conv1", None)
    assert told(2, 0, 5) == View("pool1", 5)
    assert told(8, 0, 9) == View("output", 9)
    assert told(0, 0, 0) is None


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        "conv1",
        {},
        {"column": 1},
        {"column": 9, "panel": 0, "channel": 0},
        {"column": -1, "panel": 0, "channel": 0},
        {"column": 1, "panel": 2, "channel": 0},
        {"column": 1, "panel": 0, "channel": 32},
        {"column": 1, "panel": 0, "channel": "1"},
        {"column": True, "panel": 0, "channel": 0},
        {"column": 1, "panel": 0, "channel": 1.5},
    ],
)
def test_a_message_that_makes_no_sense_opens_nothing(said: object) -> None:
    assert checked_opening(said, sent(some_pass(NetworkConfig()))) is None
