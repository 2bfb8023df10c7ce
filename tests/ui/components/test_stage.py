import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.components.stage import LARGEST, LONGEST_NAME, StageUnit, unit_of

json: st.SearchStrategy[object] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just([])
)


def test_a_unit_with_a_place_and_one_without() -> None:
    place = {"layer": "conv2", "channel": 5, "row": 3, "column": 10, "at": 1}
    assert unit_of(place) == StageUnit("conv2", 5, 3, 10)
    assert unit_of({"layer": "dense", "channel": 0, "row": None}) == StageUnit("dense", 0)


@pytest.mark.parametrize(
    "message",
    [
        None,
        {"at": 1},
        {"layer": 3, "channel": 1},
        {"layer": "conv1"},
        {"layer": "conv1", "channel": True},
        {"layer": "conv1", "channel": -1},
        {"layer": "conv1", "channel": LARGEST},
        {"layer": "x" * (LONGEST_NAME + 1), "channel": 1},
    ],
)
def test_a_bad_message_is_no_unit(message: object) -> None:
    assert unit_of(message) is None


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(["layer", "channel", "row", "column"], json))
)
def test_whatever_comes_is_a_unit_or_none(message: dict[str, object]) -> None:
    unit = unit_of(message)
    assert unit is None or (0 <= unit.channel < LARGEST and len(unit.layer) <= LONGEST_NAME)
