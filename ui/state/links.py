"""The URL of a view: layer, channel, pixel and epoch beside the page's own address.

A page reads the place once at its top, `view = current_view(config)`, and says where it is now when
the person has moved on, `go_to(view)`. The place is kept in the session, so that the next page of
"Look inside" opens at the same one; the URL always tells it. Other parameters of the URL (the run)
are left alone.

What is changed on "What if?" has parameters of its own, which no other page keeps: the filters that
are off, `off=conv1.3,conv2.17`, and the pixels that are flipped, `flip=12.14` (row and column).
Other pages put what was chosen on them into the URL with `tell`; `linked` says what a widget begins
with.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode

import streamlit as st

from model.interpretability.ablation import Ablation
from model.network import NetworkConfig
from ui.state.pages import PageName, page
from ui.state.session import RUN, SHOWN, View, session
from ui.state.shown_network import network, shown_run
from ui.state.view_url import (
    FLIP,
    NAMES,
    OFF,
    change_from,
    change_to,
    fitting,
    from_params,
    to_params,
)

DIGIT = "digit"  # the parameter with the place of a test digit: all pages that follow it share it
CHOICES = (
    *("method", "window", "cover", "cells", "map", "first", "second", "order"),
    *("judged", "layout", "part", "source"),
)
"""Parameters of a page's own choices; they stay behind when one leaves for another page."""

T = TypeVar("T")
D = TypeVar("D")


def current_view(config: NetworkConfig) -> View:
    """Return the place that the URL asks for, or else the one looked at last.

    What the network does not have (its layers differ from those of the link) is None.
    """
    mine = session()
    asked = {name: st.query_params[name] for name in NAMES if name in st.query_params}
    if asked and asked != mine.view_written:
        before = mine.view.epoch
        mine.view, mine.view_written = from_params(asked), asked
        mine.arrivals += 1
        if mine.view.epoch != before:
            st.rerun()  # the sidebar, already drawn, says which epoch's network is shown
    return fitting(mine.view, config)


def keep_epoch() -> None:
    """Read the epoch that the URL asks for, and tell it: on a page without a place of its own."""
    mine = session()
    current_view(network().config)
    tell(epoch=mine.view.epoch)
    mine.view_written = {name: st.query_params[name] for name in NAMES if name in st.query_params}


def place(config: NetworkConfig) -> View:
    """Return the place looked at, without asking the URL: for fragments.

    While picks follow each other quickly, the browser's URL lags behind and would lead back.
    """
    return fitting(session().view, config)


def go_to(view: View) -> None:
    """Remember this place and write it into the URL."""
    mine = session()
    mine.view, mine.view_written = view, to_params(view)
    present = st.query_params.to_dict()
    _write(
        {name: value for name, value in present.items() if name not in NAMES} | mine.view_written
    )


def asked_change(config: NetworkConfig) -> Ablation | None:
    """Return the changes that the URL asks for, once; None when it asks for nothing new.

    What the network does not have is left out.
    """
    mine = session()
    asked = {name: st.query_params[name] for name in (OFF, FLIP) if name in st.query_params}
    if not asked or asked == mine.change_written:
        return None
    mine.change_written = asked
    return change_from(asked).within(config)


def tell_change(change: Ablation) -> None:
    """Write what is changed into the URL."""
    mine = session()
    mine.change_written = change_to(change)
    present = st.query_params.to_dict()
    rest = {name: value for name, value in present.items() if name not in (OFF, FLIP)}
    _write(rest | mine.change_written)


def open_page(name: PageName, view: View) -> None:
    """Leave for another page, at this place; call it outside of callbacks."""
    mine = session()
    mine.view, mine.view_written = view, {}
    mine.arrivals += 1
    st.switch_page(page(name), query_params=_others(st.query_params.to_dict()) | to_params(view))


def page_link(name: PageName, label: str, view: View) -> None:
    """Offer another page at this place."""
    params = _others(st.query_params.to_dict()) | to_params(view)
    st.page_link(page(name), label=label, query_params=params)


def arrival() -> int:
    """A number for the keys of widgets that follow the view.

    It grows when a link or another page has set the view, so that the widgets begin with what it
    says instead of with what was last chosen in them.
    """
    return session().arrivals


def news(key: str, pick: T | None) -> T | None:
    """Return a pick once: None when it is the same that this widget told last time.

    A widget tells its last pick at every run, also when the person has moved on elsewhere. When it
    tells none, it has been away in between, and whatever comes next is news.
    """
    picks = session().picks
    if pick is None:
        picks.pop(key, None)
        return None
    if picks.get(key) == pick:
        return None
    picks[key] = pick
    return pick


def linked(name: str, options: Sequence[T], otherwise: D) -> T | D:
    """Return the option that the link named by which this person came; `otherwise` for none.

    It stays the same for as long as the session lives, as what a widget begins with must.

    Args:
        name: `DIGIT` or one of `CHOICES`.
        options: told by their text.
        otherwise: returned where the link named none of them.
    """
    text = session().linked.setdefault(name, st.query_params.get(name, ""))
    return next((option for option in options if str(option) == text), otherwise)


def tell(**choices: object) -> None:
    """Write what is chosen now into the URL; None takes a parameter out of it."""
    for name, value in choices.items():
        present = st.query_params.get(name)
        if value is None and present is not None:
            del st.query_params[name]
        elif value is not None and present != str(value):
            st.query_params[name] = str(value)


def copy_link(view: View | None = None) -> None:
    """Offer the address of this very view, with a button that copies it.

    Call it in the fragment that moves the view: elsewhere it would tell the place of before.

    Args:
        view: the place where the page itself chose what it shows; None: what the URL says.
    """
    with st.popover("Link", icon=":material/link:", help="The address of exactly this view"):
        words = "This address opens the same view"
        with_digit = DIGIT in st.query_params
        words += " of the same digit." if with_digit else ". The digit is not part of it."
        if shown_run() is not None:
            words += " Whoever has it sees this training, too."
        st.markdown(words)
        st.code(address(view), language=None, wrap_lines=True)


def address(view: View | None = None) -> str:
    """The address of the view: of all runs that the URL names, only the one that is shown.

    Where the menu has led to another page, its URL does not tell the epoch, but the page shows it.
    """
    params, run, epoch = st.query_params.to_dict(), shown_run(), session().view.epoch
    if view is not None:
        params = _others(params) | to_params(view)
    params.pop(RUN, None)
    params.pop(SHOWN, None)
    if run is not None:
        params |= {RUN: run.id} | ({} if epoch is None else {"epoch": str(epoch)})
    query = urlencode(params)
    return f"{st.context.url or ''}{'?' if query else ''}{query}"


def _write(wanted: dict[str, str]) -> None:
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)


def _others(params: Mapping[str, str]) -> dict[str, str]:
    """The parameters that go along to another page: neither the place nor one page's choices."""
    left = (*NAMES, OFF, FLIP, *CHOICES)
    return {name: value for name, value in params.items() if name not in left}
