"""The table of what an address can say: every value survives its text, and no text does harm."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.interpretability.ablation import Ablation
from model.interpretability.attribution import AttributionMethod
from model.network import NetworkConfig
from ui.state import properties
from ui.state.pages import ENTRIES, FRONT_PAGE
from ui.state.properties import (
    CHANGE,
    CHANNEL,
    DIGIT,
    FLIP,
    LAYER,
    METHOD,
    OFF,
    RUN,
    STEPS_OFF,
    TABLE,
    Property,
)
from ui.state.session import Session, View
from ui.state.view import fitting, to_values

CONFIG = NetworkConfig(filters=(3, 4), dense_units=5, dropout=0.1)

numbers = st.integers(0, 99_999)
layers = st.sampled_from(("conv1", "pool1", "dense", "output", "conv7"))
views = st.builds(
    View,
    layer=st.none() | layers,
    channel=st.none() | numbers,
    pixel=st.none() | st.tuples(numbers, numbers),
    epoch=st.none() | numbers,
    before=st.booleans(),
)


def unique(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, unique=True, min_size=1, max_size=5).map(tuple)


VALUES: dict[Property[Any], st.SearchStrategy[Any]] = {
    LAYER: layers,
    CHANNEL: numbers,
    DIGIT: st.integers(0, 499),
    RUN: unique(st.sampled_from(("one", "two", "three"))),
    STEPS_OFF: st.sets(st.sampled_from(("crop", "centre", "ink")), min_size=1).map(frozenset),
    OFF: unique(st.tuples(layers, numbers)),
    FLIP: unique(st.tuples(st.integers(0, 27), st.integers(0, 27))),
    METHOD: st.sampled_from(AttributionMethod),
}


@given(st.data())
@pytest.mark.parametrize("what", VALUES, ids=lambda what: what.name)
def test_a_value_survives_its_text(what: Property[Any], data: st.DataObject) -> None:
    value = data.draw(VALUES[what])
    assert what.read(what.text(value)) == (value, True)


@given(st.text(max_size=20))
@pytest.mark.parametrize("what", TABLE.values(), ids=lambda what: what.name)
def test_any_text_gives_a_value_and_what_is_not_understood_is_noticed(
    what: Property[Any], text: str
) -> None:
    value, understood = what.read(text)
    if understood and text:
        assert what.text(value) == text
    elif not understood:
        assert value == what.default or what.text(value) != text


def test_the_table_is_whole_and_names_pages_that_there_are() -> None:
    declared = [each for each in vars(properties).values() if isinstance(each, Property)]
    assert sorted(each.name for each in declared) == sorted(TABLE)
    for name, what in TABLE.items():
        assert what.name == name
        assert set(what.pages) <= set(ENTRIES), name


def test_every_page_reads_its_address_under_its_own_name() -> None:
    for name, entry in ENTRIES.items():
        if name != FRONT_PAGE:  # it keeps nothing
            assert f'arrive("{name}")' in entry.script.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["-1", "1.5", "", " 3", "03", "٣", "²", "123456", "None", "1e2"])
def test_only_plain_whole_numbers_count(text: str) -> None:
    assert CHANNEL.read(text) == (None, False)


def test_of_nonsense_in_a_list_the_rest_counts() -> None:
    off, understood = OFF.read("conv1.3,conv1.3,conv1,.5,conv2.x,conv9.1")
    assert not understood
    flip, understood = FLIP.read("1.2,28.0,3.4.5,-1.0,7")
    assert not understood
    assert Ablation(off, flip).within(CONFIG) == Ablation((), ((1, 2),))
    off, understood = OFF.read("conv2.3,conv1.2")
    assert understood
    assert Ablation(off, ()).within(CONFIG).filters == (("conv2", 3), ("conv1", 2))
    assert {what.name for what in CHANGE} == {"off", "flip"}


@given(views)
def test_a_view_is_kept_as_its_six_properties(view: View) -> None:
    mine, other = Session(), Session()
    mine.view = view
    for what, value in to_values(view).items():
        other.keep_value(what, value)
    assert mine.view == other.view == view


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (View("conv1", 2, (25, 25)), View("conv1", 2, (25, 25))),
        (View("conv1", 3, (26, 0)), View("conv1")),
        (View("conv1", 0, (0, 0), before=True), View("conv1", 0, (0, 0), before=True)),
        (View("pool1", 1, (12, 12), 4, before=True), View("pool1", 1, (12, 12), 4)),
        (View("dense", 4, (0, 0)), View("dense", 4)),
        (View("dense", 5), View("dense")),
        (View("output", 9, before=True), View("output", 9, before=True)),
        (View("conv3", 1, (0, 0), 7), View(epoch=7)),
    ],
)
def test_what_the_network_does_not_have_is_left_out(asked: View, found: View) -> None:
    assert fitting(asked, CONFIG) == found


@given(views)
def test_any_view_is_made_to_fit(view: View) -> None:
    here = fitting(view, CONFIG)
    assert fitting(here, CONFIG) == here
    assert here.channel is None or here.layer is not None
