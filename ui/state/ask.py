"""How a page asks the engine: one call that knows waiting, faults, and what was asked before.

    inside = ask(forward_pass, network(), digit.pixels)
    if inside is None:
        return  # a sentence on the page says why; the page runs again when the engine is ready

`ask` is for answers that come in a moment. Two relatives: `ask_in_background` never holds the page
up, and `ask_in_slices` (in a module of its own) shows long work as it grows and can be cancelled.
Only this folder and the row of chips (`ui.frame.chips`) know the engine.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import sha256
from typing import Any, TypeVar, TypeVarTuple, cast

import numpy as np
import streamlit as st

from model.engine import EngineError, Pending, engine
from model.network import Network
from ui.locale import say, to_say
from ui.state.reason_words import engine_words, reason_words
from ui.state.session import session

R = TypeVar("R")
Args = TypeVarTuple("Args")

WAITING_ICON = ":material/hourglass_top:"
COMPUTING = to_say("Computing …")
MINE, EVERYBODYS = 6, 512
"""Answers that are kept: for one person, and for all of them on this server."""


def ask(
    work: Callable[[*Args], R],
    *args: *Args,
    for_everybody: bool = False,
    quiet: bool = False,
    spinner: str | None = COMPUTING,
) -> R | None:
    """Return what the engine answers; None, with a sentence on the page, while it cannot.

    What was answered once is kept under the work and the values of its arguments (a network counts
    by its fingerprint), so asking again costs nothing, also while the engine is away. The answer is
    shared: copy an array before you change it.

    Args:
        work: a function at the top of a module of `model`.
        *args: its arguments: networks, arrays, plain values, and dataclasses or sequences of these.
        for_everybody: whether others will ask the same, as of a network. Then it is kept for the
            whole server; otherwise, as of one's own digit, in this person's session.
        quiet: say nothing on the page when there is no answer.
        spinner: the words beside the spinner; it appears when the answer takes half a second. None:
            no spinner, for what is asked many times a second: it is two messages to the browser.

    Raises:
        Exception: what the work itself raises comes back as it is.
    """
    key, mine = _key(work, args), session().answers
    words = say(COMPUTING) if spinner == COMPUTING else spinner or ""
    try:
        with nullcontext() if spinner is None else st.spinner(words):
            if for_everybody:
                return cast(R, _answer(key, work, args))
            if key not in mine:
                mine[key] = _asked(work, args)
                while len(mine) > MINE:
                    mine.pop(next(iter(mine)))
            return cast(R, mine[key])
    except _NotReadyError:
        if not quiet:
            st.info(waiting_words(), icon=WAITING_ICON)
    except EngineError as error:
        if not quiet:
            st.warning(fault_words(error), icon=WAITING_ICON)
    return None


def ask_in_background(work: Callable[[*Args], R], *args: *Args) -> R | None:
    """Return the answer of long work that is the same for everybody; None until it is there.

    The first call begins it in the worker that trains. A page that shows it looks again in a
    fragment; a fault counts as not there yet, and the next look begins anew.

    Args:
        work: a function at the top of a module of `model`.
        *args: as of `ask`.
    """
    if not ready():
        return None
    key = _key(work, args)
    try:
        pending = _begun(key, work, args)
        return cast(R, pending.result()) if pending.done() else None
    except EngineError:  # the engine has logged why; the next run asks again
        _begun.clear(key, work, args)
        return None


def wait_for(work: Callable[[*Args], R], *args: *Args, seconds: float) -> R:
    """Do long work and wait for it: for what a download button makes when it is pressed.

    Args:
        work: a function at the top of a module of `model`.
        *args: its arguments.
        seconds: longer than this nobody waits.

    Raises:
        EngineError: the engine is away, or the work is not done in time.
        Exception: what the work itself raises comes back as it is.
    """
    return engine().submit(work, *args).result(timeout=seconds)


def ready() -> bool:
    """Whether the engine answers at once."""
    return engine().state.phase == "ready"


def waiting_words() -> str:
    """What one waits for while the engine is not ready, in a sentence."""
    return engine_words(engine().state.phase)


def fault_words(error: EngineError) -> str:
    """Why there was no answer, in a sentence."""
    return reason_words(error.fault)


class _NotReadyError(Exception):
    """The engine would not answer at once."""


def _asked(work: Callable[..., Any], args: tuple[object, ...]) -> object:
    if not ready():  # said at once instead of waiting; the row of chips runs the page again
        raise _NotReadyError
    return engine().run(work, *args)


@st.cache_resource(max_entries=EVERYBODYS, show_spinner=False)
def _answer(key: str, _work: Callable[..., Any], _args: tuple[object, ...]) -> object:
    return _asked(_work, _args)


@st.cache_resource(max_entries=EVERYBODYS, show_spinner=False)
def _begun(key: str, _work: Callable[..., Any], _args: tuple[object, ...]) -> Pending[Any]:
    return engine().submit(_work, *_args)


def _key(work: Callable[..., Any], args: tuple[object, ...]) -> str:
    name = f"{work.__module__}.{work.__qualname__}"
    return sha256(repr((name, *map(_identity, args))).encode()).hexdigest()


def _identity(value: object) -> object:
    """What tells a value from all others, to be printed."""
    if isinstance(value, Network):
        return value.fingerprint
    if isinstance(value, np.ndarray):
        data = sha256(np.ascontiguousarray(value).data).hexdigest()
        return ("array", value.dtype.str, value.shape, data)
    if isinstance(value, bytes):  # a picture file has up to ten million
        return ("bytes", sha256(value).hexdigest())
    if isinstance(value, Mapping):
        return {_identity(name): _identity(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return tuple(map(_identity, value))
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value), *(_identity(getattr(value, field.name)) for field in fields(value)))
    if value is None or isinstance(value, Enum | str | int | float):
        return value
    raise TypeError(f"An answer cannot be kept under a {type(value).__name__}.")
