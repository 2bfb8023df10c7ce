import pytest

from ui.components.stage import MOST_OFF, ShownLayer, StageUnit, filters_of, unit_of

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


def test_filters_are_taken_once_each_and_a_bad_message_is_none() -> None:
    one, two = {"layer": "conv2", "channel": 3}, {"layer": "conv2", "channel": 0}
    taken = filters_of({"filters": [one, two, one]}, LAYERS)
    assert taken == (("conv2", 3), ("conv2", 0))
    assert filters_of({"filters": []}, LAYERS) == ()
    strange = [one, {"layer": 7}, {"layer": "conv9", "channel": 1}, "x"]
    assert filters_of({"filters": strange}, LAYERS) == (("conv2", 3),)
    too_many = {"filters": [one] * (MOST_OFF + 1)}
    bad: tuple[object, ...] = (None, [], {}, {"filters": "conv2"}, too_many)
    assert [filters_of(each, LAYERS) for each in bad] == [None] * len(bad)
