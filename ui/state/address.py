"""What the address says and the session keeps: one way in, one way out.

The session is the truth. The address is read where one arrives, by a link, a reload or Back, and
written whenever something that it says has changed; `ui.state.properties` is the table of all that
it can say. A page calls `arrive("explain")` at its top and then

    method = start(METHOD, options, otherwise)   # what a widget begins with
    keep({METHOD: method, MAP: opened})          # what is chosen now

The place that the pages of "Look inside" share has two calls of its own: `place(config)` and
`go_to(view)`. Parameters that are not in the table are left alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import streamlit as st

from model.network import NetworkConfig
from ui.locale import say
from ui.locale.sentence import listed
from ui.state.properties import CHANGE, PLACE, SHOWN_DIGIT, TABLE, Property
from ui.state.session import Session, View, session
from ui.state.view import fitting, to_values

T = TypeVar("T")
D = TypeVar("D")

REMEMBERED = 50
"""Addresses of one visit to a page that are recognised when the browser repeats a late one."""


@contextmanager
def visit(page: str) -> Iterator[None]:
    """Around a whole run of the app: read the address first, and keep silent in the first run.

    The first run of a session shows what the address says, so there is nothing to write; and a
    browser that has just begun would make a step for Back of it (see `ui.frame.history`).
    """
    mine = session()
    mine.silent = not mine.visited
    arrive(page)
    yield  # not `finally`: a run that is broken off to begin again is still the first one
    mine.visited, mine.silent = True, False


def arrive(page: str) -> None:
    """Read the address, and complete it: at the top of a page, before anything of it is drawn.

    Args:
        page: the name of its script.
    """
    mine = session()
    asked = {name: st.query_params[name] for name in TABLE if name in st.query_params}
    if page != mine.page:
        mine.page, mine.told = page, []
    if asked not in mine.told:
        _remember(mine, asked)
        _take(mine, asked)
    _write(mine)


def kept(what: Property[T]) -> T:
    """What is chosen now."""
    return session().kept_value(what)


def keep(choices: Mapping[Property[Any], Any]) -> None:
    """Keep what is chosen now, and let the address say it; None and the default take it out."""
    mine = session()
    for what, value in choices.items():
        mine.keep_value(what, value)
        mine.fresh.discard(what.name)
    _write(mine)


def start(what: Property[Any], options: Sequence[T], otherwise: D) -> T | D:
    """What a widget begins with: the option that was asked for on arrival, or else `otherwise`.

    It stays the same until the next arrival, as what a widget begins with must. What is asked for
    and not on offer gets a sentence.
    """
    mine = session()
    if what.name not in mine.begun:
        return otherwise
    for option in options:
        if option == mine.begun[what.name]:
            return option
    sorry(what)
    del mine.begun[what.name]
    return otherwise


def newly(*properties: Property[Any]) -> bool:
    """Whether the last arrival has set one of these; says so once."""
    names = {what.name for what in properties} & session().fresh
    session().fresh -= names
    return bool(names)


def sorry(*properties: Property[Any]) -> None:
    """Say that what the address asks for is not to be had here."""
    names = listed(f"“{what.name}”" for what in properties)
    st.toast(
        say(
            "What this address asks for under {names} does not exist here. You see the usual.",
            names=names,
        )
    )


def place(config: NetworkConfig) -> View:
    """The place looked at, without what this network does not have."""
    view = session().view
    here = fitting(view, config)
    if newly(*PLACE) and here != view:
        before, after = to_values(view), to_values(here)
        sorry(*(what for what in PLACE if before[what] != after[what]))
    return here


def go_to(view: View) -> None:
    """Move to this place."""
    keep(to_values(view))


def arrival() -> int:
    """A number for the keys of widgets that follow the place.

    It grows when a link or another page has set it, so that the widgets begin with what it says
    instead of with what was last chosen in them.
    """
    return session().arrivals


def told(page: str, view: View | None = None) -> dict[str, str]:
    """What the address of a page says of what is kept; `view` in place of the kept place."""
    mine = session()
    other = {} if view is None else to_values(view)
    values = {what: other.get(what, mine.kept_value(what)) for what in TABLE.values()}
    return {
        what.name: what.text(value)
        for what, value in values.items()
        if what.told_on(page) and value not in (None, what.default)
    }


def strangers() -> dict[str, str]:
    """The parameters of the address that are none of ours."""
    present = st.query_params.to_dict()
    return {name: text for name, text in present.items() if name not in TABLE}


def _take(mine: Session, asked: Mapping[str, str]) -> None:
    """Take over what an address asks for."""
    found, unknown = {}, []
    for name, text in asked.items():
        what = TABLE[name]
        found[what], understood = what.read(text)
        if not understood:
            unknown.append(what)
    for together in (PLACE, CHANGE, SHOWN_DIGIT):  # what is not said of these is unset
        if any(what in found for what in together):
            silent = (each for each in together if each.told_on(mine.page))
            found |= {each: each.default for each in silent if each not in found}
    new = [what for what, value in found.items() if value != mine.kept_value(what)]
    for what in new:
        mine.keep_value(what, found[what])
    if unknown:
        sorry(*unknown)
    if new:
        mine.arrivals += 1
        mine.fresh |= {what.name for what in new}
        mine.begun = dict(mine.values)


def _remember(mine: Session, said: dict[str, str]) -> None:
    mine.told = [*mine.told, said][-REMEMBERED:]


def _write(mine: Session) -> None:
    """Let the address say what is kept, at most one message for all that has changed."""
    if mine.silent or not mine.page:
        return
    said = told(mine.page)
    wanted = strangers() | said
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)
        _remember(mine, said)
