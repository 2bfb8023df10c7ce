import pytest

from ui.components.stage import ShownLayer, StageUnit, unit_of

LAYERS = (
    ShownLayer("conv2", "convolution", (11, 11, 64)),
    ShownLayer("dense", "dense", (64,)),
)


def test_a_unit_with_a_place_and_one_without() -> None:
    place = {"layer": "conv2", "channel": 5, "row": 3, "column": 10, "at": 1}
    assert unit_of(place, LAYERS) == StageUnit("conv2", 5, 3, 10)
    assert unit_of({"layer": "dense", "channel": 0, "row": None}, LAYERS) == StageUnit("dense", 0)
    outside = {"layer": "conv2", "channel": 5, "row": 3, "column": 11}
    assert unit_of(outside, LAYERS) == StageUnit("conv2", 5)


@pytest.mark.parametrize(
    "message",
    [
        None,
        {"at": 1},
        {"layer": 3, "channel": 1},
        {"layer": "conv2"},
        {"layer": "conv2", "channel": True},
        {"layer": "conv2", "channel": -1},
        {"layer": "conv2", "channel": 64},
        {"layer": "conv9", "channel": 1},
        {"layer": "\ud800", "channel": 1},
    ],
)
def test_a_bad_message_is_no_unit(message: object) -> None:
    assert unit_of(message, LAYERS) is None
