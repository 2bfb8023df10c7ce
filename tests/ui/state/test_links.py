from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from model.interpretability.ablation import Ablation
from model.network import NetworkConfig
from ui.state.session import View
from ui.state.view_url import NAMES, change_from, change_to, fitting, from_params, to_params

CONFIG = NetworkConfig(filters=(3, 4), dense_units=5, dropout=0.1)

numbers = st.integers(0, 99_999)
views = st.builds(
    View,
    layer=st.none() | st.sampled_from(("conv1", "pool1", "dense", "output", "conv7")),
    channel=st.none() | numbers,
    pixel=st.none() | st.tuples(numbers, numbers),
    epoch=st.none() | numbers,
    before=st.booleans(),
)


@given(views)
def test_a_view_survives_its_url(view: View) -> None:
    params = to_params(view)
    assert set(params) <= set(NAMES)
    assert from_params(params) == view


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=8)))
def test_any_url_gives_a_view_that_fits(params: dict[str, str]) -> None:
    view = fitting(from_params(params), CONFIG)
    assert view.layer in (
        None,
        "conv1",
        "pool1",
        "conv2",
        "flatten",
        "dense",
        "dropout",
        "output",
    )
    assert view.channel is None or view.layer is not None


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


@pytest.mark.parametrize("text", ["-1", "1.5", "", " 3", "٣", "²", "123456", "None", "1e2"])
def test_only_plain_whole_numbers_count(text: str) -> None:
    assert from_params({"layer": "conv1", "channel": text}) == View("conv1")
    assert from_params({"row": text, "column": "1"}).pixel is None


def lists(items: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(items, unique=True, max_size=5).map(tuple)


places = st.integers(0, 27)
changes = st.builds(
    Ablation,
    lists(st.tuples(st.sampled_from(("conv1", "conv2", "conv3")), numbers)),
    lists(st.tuples(places, places)),
)


@given(changes)
def test_what_is_changed_survives_its_url(change: Ablation) -> None:
    assert change_from(change_to(change)) == change


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_url_gives_changes_that_fit(off: str, flip: str) -> None:
    change = change_from({"off": off, "flip": flip})
    assert all(0 <= row < 28 and 0 <= column < 28 for row, column in change.pixels)
    assert all(number >= 0 for _, number in change.filters)


def test_of_nonsense_in_a_url_the_rest_counts() -> None:
    params = {"off": "conv1.3,conv1.3,conv1,.5,conv2.x,conv9.1", "flip": "1.2,28.0,3.4.5,-1.0,7"}
    change = change_from(params)
    assert change.within(CONFIG) == Ablation((), ((1, 2),))
    assert change_from(params | {"off": "conv2.3,conv1.2"}).within(CONFIG).filters == (
        ("conv2", 3),
        ("conv1", 2),
    )


def page() -> None:
    import streamlit as st

    from model.network import NetworkConfig
    from ui.state.links import address, arrival, current_view, go_to, news
    from ui.state.session import View

    view = current_view(NetworkConfig())
    if st.button("move", key="move"):
        go_to(View("conv2", 5, (1, 2)))
    if st.button("clear", key="clear"):
        go_to(View())
    st.text(f"{view.layer} {view.channel} {view.pixel} {view.epoch} {arrival()}")
    st.text(address())
    st.text(f"news {news('box', st.session_state.get('said'))}")


def at(**params: str) -> AppTest:
    app = AppTest.from_function(page)
    for name, value in params.items():
        app.query_params[name] = value
    return app.run()


def test_the_url_sets_the_view_and_the_view_the_url() -> None:
    app = at(layer="conv1", channel="3", row="4", column="5", epoch="2", other="kept")
    assert not app.exception
    assert app.text[0].value == "conv1 3 (4, 5) 2 1"
    app.button(key="move").click().run()
    assert {name: "".join(app.query_params[name]) for name in app.query_params} == {
        "layer": "conv2",
        "channel": "5",
        "row": "1",
        "column": "2",
        "other": "kept",
    }
    app.run()
    assert app.text[0].value == "conv2 5 (1, 2) None 1"
    app.button(key="clear").click().run()
    assert set(app.query_params) == {"other"}


def test_another_link_arrives_and_the_same_one_does_not() -> None:
    app = at(layer="conv1")
    app.run()
    assert app.text[0].value == "conv1 None None None 1"
    app.query_params["layer"] = "conv3"
    app.run()
    assert app.text[0].value == "conv3 None None None 2"


def test_without_parameters_the_last_place_is_kept() -> None:
    app = at(layer="conv2", channel="7")
    del app.query_params["layer"], app.query_params["channel"]
    app.run()
    assert app.text[0].value.startswith("conv2 7")


def test_the_address_names_no_run_that_is_not_shown() -> None:
    app = at(layer="conv1", run="secret1,secret2")
    query = dict(parse_qsl(urlsplit(app.text[1].value).query))
    assert query == {"layer": "conv1"}


def test_a_pick_is_news_once() -> None:
    app = at()
    assert app.text[2].value == "news None"
    app.session_state["said"] = "a"
    assert app.run().text[2].value == "news a"
    assert app.run().text[2].value == "news None"
    app.session_state["said"] = "b"
    assert app.run().text[2].value == "news b"
    app.session_state["said"] = None
    assert app.run().text[2].value == "news None"
    app.session_state["said"] = "b"  # the widget was away: the same pick is a new one
    assert app.run().text[2].value == "news b"


def chosen() -> None:
    import streamlit as st

    from ui.state.links import address, linked, tell

    first = linked("method", ["one", "two"], "one")
    method = st.segmented_control("Method", ["one", "two"], default=first, required=True, key="m")
    tell(method=method if method != "one" else None)
    st.text(f"{first} {method}")
    st.text(address())


def choosing(**params: str) -> AppTest:
    app = AppTest.from_function(chosen)
    for name, value in params.items():
        app.query_params[name] = value
    return app.run()


def test_a_link_chooses_and_what_is_chosen_is_told() -> None:
    app = choosing(method="two", other="kept")
    assert app.text[0].value == "two two"
    app.segmented_control(key="m").set_value("one").run()
    assert app.text[0].value == "two one"  # a widget's start stays what it was
    assert app.text[1].value.endswith("?other=kept")
    app.segmented_control(key="m").set_value("two").run()
    assert dict(parse_qsl(urlsplit(app.text[1].value).query)) == {"other": "kept", "method": "two"}


def test_a_link_that_chooses_what_there_is_not_counts_as_none() -> None:
    app = choosing(method="three")
    assert not app.exception
    assert app.text[0].value == "one one"
    assert app.text[1].value == ""


def test_choices_stay_when_the_place_changes() -> None:
    app = at(layer="conv1", method="two", digit="17")
    app.button(key="move").click().run()
    left = {name: "".join(app.query_params[name]) for name in app.query_params}
    assert (left["method"], left["digit"], left["layer"]) == ("two", "17", "conv2")


def test_the_address_tells_the_epoch_that_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.state.links.shown_run", lambda: SimpleNamespace(id="mine"))
    app = at(epoch="3", run="mine,other")
    del app.query_params["epoch"]  # as the menu does on the way to another page
    app.run()
    query = dict(parse_qsl(urlsplit(app.text[1].value).query))
    assert query == {"epoch": "3", "run": "mine"}
