"""What the address says and the session keeps, on a page that does nothing else."""

from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from model.data.mnist import embedded
from model.files.digit_text import digit_from_text, digit_to_text
from model.network import NetworkConfig
from ui.locale.sentence import Sentence
from ui.state.address import arrival, arrive, go_to, keep, kept, newly, place, start, visit
from ui.state.links import address
from ui.state.picks import news
from ui.state.properties import DIGIT, INK, METHOD, PART, STEPS_OFF
from ui.state.session import ChosenDigit, View, session


def page(name: str) -> None:
    from tests.ui.state.test_address import show

    show(name)


def show(name: str) -> None:
    arrive(name)
    view = place(NetworkConfig())
    if st.button("move", key="move"):
        go_to(View("conv2", 5, (1, 2)))
    if st.button("clear", key="clear"):
        go_to(View())
    st.text(f"{view.layer} {view.channel} {view.pixel} {view.epoch} {arrival()}")
    st.text(address(run=st.session_state.get("shared")))
    st.text(f"news {news('box', st.session_state.get('said'))}")


def said(app: AppTest) -> dict[str, str]:
    return {name: "".join(app.query_params[name]) for name in app.query_params}


def linked(app: AppTest) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(app.text[1].value).query))


def at(name: str = "feature_maps", **params: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60, args=(name,))
    for parameter, value in params.items():
        app.query_params[parameter] = value
    return app.run()


def test_the_address_sets_the_view_and_the_view_the_address() -> None:
    app = at(layer="conv1", channel="3", row="4", column="5", epoch="2", other="kept")
    assert not app.exception
    assert not app.toast
    assert app.text[0].value == "conv1 3 (4, 5) 2 1"
    app.button(key="move").click().run()
    assert said(app) == {
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


def test_an_address_that_the_browser_repeats_late_leads_nowhere() -> None:
    app = at(layer="conv1")
    app.button(key="move").click().run()
    app.query_params.clear()
    app.query_params["layer"] = "conv1"  # sent before the browser knew of the move
    app.run()
    assert app.text[0].value == "conv2 5 (1, 2) None 1"
    assert said(app)["layer"] == "conv2"


def test_back_to_a_page_shows_its_place_again() -> None:
    app = at("feature_maps", layer="conv1")
    app.button(key="move").click().run()
    elsewhere = at("filters", layer="conv2")
    elsewhere.session_state["session"] = app.session_state["session"]
    elsewhere.query_params.clear()
    elsewhere.query_params["layer"] = "conv1"
    elsewhere.run()
    assert elsewhere.text[0].value.startswith("conv1 None")


def test_without_parameters_the_last_place_is_kept_and_told() -> None:
    app = at(layer="conv2", channel="7")
    app.query_params.clear()
    app.run()
    assert app.text[0].value.startswith("conv2 7")
    assert said(app) == {"layer": "conv2", "channel": "7"}


def test_each_page_tells_what_is_its_own_and_forgets_nothing() -> None:
    app = at("train", layer="conv1", channel="2", epoch="3", method="Grad-CAM")
    assert said(app) == {"epoch": "3"}
    other = at("feature_maps")
    other.session_state["session"] = app.session_state["session"]
    other.run()
    assert said(other) == {"layer": "conv1", "channel": "2", "epoch": "3"}


@pytest.mark.parametrize(
    ("name", "text"),
    [("layer", "conv9"), ("channel", "x"), ("channel", "32"), ("row", "-1"), ("method", "guess")],
)
def test_what_an_address_asks_for_in_vain_gets_a_sentence(name: str, text: str) -> None:
    app = at(**{"layer": "conv1", name: text})
    assert not app.exception
    assert len(app.toast) == 1
    assert f"“{name}”" in app.toast[0].value
    app.run()
    assert not app.toast


def test_a_link_carries_a_drawing_and_one_that_is_none_gets_a_sentence() -> None:
    drawn = digit_to_text(embedded().test.inputs()[4])
    app = at(ink=drawn)
    assert not app.toast
    assert said(app) == {"ink": drawn}
    assert app.session_state["session"].kept_value(INK) == drawn
    app.session_state["session"].digit = ChosenDigit(
        digit_from_text(drawn), Sentence("your drawing")
    )
    app.run()
    assert linked(app)["ink"] == drawn
    app.query_params["digit"] = "7"  # another digit takes its place
    del app.query_params["ink"]
    app.run()
    assert app.session_state["session"].kept_value(INK) is None
    for text in ("AAAA", drawn[:-3], drawn + "AAAA", "x" * 2000, "%00"):
        app = at(ink=text)
        assert "ink" in app.toast[0].value
        assert said(app) == {}


def test_the_address_names_no_run_that_is_not_shown() -> None:
    assert linked(at(layer="conv1", run="secret1,secret2")) == {"layer": "conv1"}


def test_a_link_names_the_run_that_is_shared_with_its_epoch_and_no_other() -> None:
    app = at(epoch="3", run="mine,other", network="0123abcd")
    assert linked(app) == {}
    app.query_params.clear()  # as the menu does on the way to another page
    app.session_state["shared"] = SimpleNamespace(id="mine")
    app.run()
    assert linked(app) == {"epoch": "3", "run": "mine"}


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


def choices() -> None:
    from tests.ui.state.test_address import choose

    choose()


def choose() -> None:
    arrive("robustness")
    parts = ["This digit", "1,000 digits"]
    first = start(PART, parts, parts[0])
    part = st.segmented_control("Part", parts, default=first, required=True, key="part")
    keep({PART: part if part != parts[0] else None})
    st.text(f"{first}, {part}")
    st.text(address())
    off = kept(STEPS_OFF)
    st.text(f"{newly(DIGIT)} {kept(DIGIT)} {kept(METHOD)} {sorted(off)}")


def choosing(**params: str) -> AppTest:
    app = AppTest.from_function(choices, default_timeout=60)
    for name, value in params.items():
        app.query_params[name] = value
    return app.run()


def test_a_link_chooses_and_what_is_chosen_is_told() -> None:
    app = choosing(part="1,000 digits", other="kept")
    assert app.text[0].value == "1,000 digits, 1,000 digits"
    app.segmented_control(key="part").set_value("This digit").run()
    assert app.text[0].value == "1,000 digits, This digit"  # a widget's start stays what it was
    assert linked(app) == {"other": "kept"}
    app.segmented_control(key="part").set_value("1,000 digits").run()
    assert linked(app) == said(app) == {"other": "kept", "part": "1,000 digits"}


def test_an_option_that_is_not_on_offer_gets_a_sentence() -> None:
    app = choosing(part="Elsewhere")
    assert not app.exception
    assert app.text[0].value == "This digit, This digit"
    assert linked(app) == {}
    assert len(app.toast) == 1


def test_what_a_link_has_set_is_news_once() -> None:
    app = choosing(digit="17", method="Grad-CAM", steps_off="ink,centre,nonsense")
    assert app.text[2].value == "True 17 Grad-CAM ['centre', 'ink']"
    assert app.run().text[2].value.startswith("False 17")


def whole() -> None:
    from tests.ui.state.test_address import run_once

    run_once()


def run_once() -> None:
    with visit("feature_maps"):
        go_to(View("conv2", session().arrivals))
        if st.session_state.setdefault("again", True):
            st.session_state["again"] = False
            st.rerun()


def test_the_first_whole_run_of_a_session_writes_nothing() -> None:
    """The browser is not ready for it: see `ui.frame.history`."""
    app = AppTest.from_function(whole, default_timeout=60).run()
    assert said(app) == {}
    assert said(app.run()) == {"layer": "conv2", "channel": "0"}
