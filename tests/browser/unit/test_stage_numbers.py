"""What the stage computes: where maps and lines stand, and what travels on the pen's channel."""

import zlib
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from model.evaluation.pen_message import MessageKind, message
from model.network import LayerKind, NetworkConfig, layers
from tests.browser.unit.test_ink import rgba, sheets
from ui.components.canvas import SIDE
from ui.state.pen.frames import InkFrame, frame_of

pytestmark = pytest.mark.browser
SIZES = [(940, 460), (1500, 800), (700, 430), (640, 396)]
ANSWER = {"width": 140, "top": 170}


def shown(config: NetworkConfig) -> list[dict[str, Any]]:
    """The layers that have pictures of their own, as the server describes them."""
    return [
        {"name": layer.name, "kind": layer.kind, "shape": list(layer.output_shape)}
        for layer in layers(config)
        if layer.kind not in (LayerKind.FLATTEN, LayerKind.DROPOUT) and layer.name != "output"
    ]


@pytest.fixture
def plan(javascript):
    make = javascript("stage/layout.js", "layout")

    def planned(size: tuple[int, int], config: NetworkConfig | None = None) -> dict[str, Any]:
        (made,) = make([shown(config or NetworkConfig()), *size, ANSWER])
        return made

    return planned


@pytest.mark.parametrize("size", SIZES)
def test_every_channel_of_every_layer_has_a_place_of_its_own(plan, size) -> None:
    made = plan(size)
    names = [block["name"] for block in made["blocks"]]
    assert names == ["input", "conv1", "pool1", "conv2", "pool2", "conv3", "dense"]
    counts = {block["name"]: block["channels"] for block in made["blocks"]}
    assert counts == {
        **{"input": 1, "conv1": 32, "pool1": 32, "conv2": 64},
        **{"pool2": 64, "conv3": 64, "dense": 64},
    }
    for block in made["blocks"]:
        assert block["columns"] * block["rows"] >= block["channels"]
        assert block["y"] >= 0
        assert block["y"] + block["rows"] * block["cell"] <= size[1]
    ends = [(b["x"], b["x"] + b["columns"] * b["cell"]) for b in made["blocks"]]
    assert all(left_end < right for (_, left_end), (right, _) in pairwise(ends))
    assert ends[-1][1] < made["outputs"]["x"]
    outputs = made["outputs"]
    assert outputs["y"] + 10 * outputs["row"] <= size[1] + 0.001


def test_a_deeper_and_wider_network_finds_room(plan) -> None:
    config = NetworkConfig(filters=(64, 128))
    made = plan((940, 460), config)
    assert [block["channels"] for block in made["blocks"]] == [
        1,
        *[each["shape"][-1] for each in shown(config)],
    ]


@pytest.mark.parametrize("size", SIZES)
def test_the_middle_of_a_unit_is_that_unit(plan, javascript, size) -> None:
    made = plan(size)
    rng = np.random.default_rng(0)
    units: list[dict[str, Any]] = [
        {"layer": "output", "channel": k, "row": None, "column": None} for k in range(10)
    ]
    for block in made["blocks"]:
        for channel in rng.integers(0, block["channels"], 12).tolist():
            row, column = (
                (None, None)
                if "maps" not in block or block["maps"] is None
                else (int(rng.integers(side)) for side in block["maps"])
            )
            units.append({"layer": block["name"], "channel": channel, "row": row, "column": column})
    middles = javascript("stage/layout.js", "middleOf")(*([made, unit] for unit in units))
    found = javascript("stage/layout.js", "unitAt")(*([made, x, y] for x, y in middles))
    assert found == units


def test_keys_lead_to_units_that_exist_and_reach_every_layer(plan, javascript) -> None:
    made = plan(SIZES[0])
    blocks = {block["name"]: block for block in made["blocks"]}
    step = javascript("stage/layout.js", "neighbour")
    unit = {"layer": "input", "channel": 0, "row": 14, "column": 14}
    seen = set()
    for _ in range(60):
        (unit,) = step([made, unit, "ArrowRight"])
        seen.add(unit["layer"])
        limit = 10 if unit["layer"] == "output" else blocks[unit["layer"]]["channels"]
        assert 0 <= unit["channel"] < limit
    assert seen >= set(blocks) - {"input"} | {"output"}
    for key, layer in (("ArrowUp", "output"), ("ArrowLeft", "dense")):
        (unit,) = step([made, unit, key])
        assert unit["layer"] == layer


def test_the_browser_reads_what_the_worker_packs(javascript) -> None:
    rng = np.random.default_rng(1)
    arrays: dict[str, np.ndarray] = {
        "input": rng.integers(0, 256, (28, 28)).astype(np.uint8),
        "conv1": rng.integers(0, 256, (3, 5, 5)).astype(np.uint8),
        "dense": rng.normal(size=(7,)).astype(np.float32),
    }
    sent = message(MessageKind.READING, {"n": 5, "digit": 3}, arrays)
    (opened,) = javascript("stage/message.js", "parsed")([zlib.decompress(sent[1:])])
    assert (opened["header"]["n"], opened["header"]["digit"]) == (5, 3)
    for name, array in arrays.items():
        there = opened["arrays"][name]
        np.testing.assert_array_equal(there["values"].reshape(there["shape"]), array)


@pytest.mark.parametrize("finished", [True, False])
def test_the_server_takes_what_the_browser_frames(javascript, finished: bool) -> None:
    (text,) = javascript("canvas/ink.js", "packed")([rgba(sheets()["stroke"]), SIDE])
    drawn, empty = javascript("stage/message.js", "inkFrame")(
        [7, text, finished, SIDE], [2**32 - 1, None, finished, SIDE]
    )
    frame = frame_of(drawn.tobytes())
    assert isinstance(frame, InkFrame)
    assert (frame.n, frame.finished) == (7, finished)
    assert sum(frame.packed[::2]) == SIDE * SIDE
    assert max(frame.packed[1::2]) == 255
    blank = frame_of(empty.tobytes())
    assert isinstance(blank, InkFrame)
    assert blank.n == 2**32 - 1
    assert not any(blank.packed[1::2])


def test_numbers_say_neither_more_nor_less_than_they_are(javascript) -> None:
    shares = [1.0, 0.99997, 0.998, 0.5, 0.0004, 0.0]
    said = javascript("stage/numbers.js", "percent")(*([share] for share in shares))
    assert [each.replace("\xa0", " ") for each in said] == [
        "100.0%",
        "> 99.9%",
        "99.8%",
        "50.0%",
        "< 0.1%",
        "0.0%",
    ]
    values = [0.12345, -0.12345, -0.0001, 0.0]
    said = javascript("stage/numbers.js", "short")(*([value] for value in values))
    assert said == ["0.123", "−0.123", "0.000", "0.000"]


def test_a_running_mean_is_the_mean_of_the_last_values(javascript) -> None:
    values = np.random.default_rng(2).normal(size=40)
    (means,) = javascript("stage/strip.js", "smooth")([values.tolist(), 7])
    expected = [values[max(0, i - 6) : i + 1].mean() for i in range(40)]
    np.testing.assert_allclose(means, expected, atol=1e-12)


def test_colours_begin_at_the_paper_and_grow(javascript) -> None:
    paper = [250, 249, 246]
    (made,) = javascript("stage/colours.js", "arm")([paper, ["#fdd0a2", "#6b1d06"], 256])
    assert made[0] == paper
    assert made[-1] == [0x6B, 0x1D, 0x06]
    lightness = np.array(made[::15]).sum(axis=1)
    assert (np.diff(lightness) < 0).all()
