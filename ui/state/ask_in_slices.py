"""Long work on screen: a bar that grows, a way to stop, and results that come in piece by piece.

The work is cut into slices of a fifth of a second at most, each handed to the engine's training
worker when the one before is done. So nothing else waits for long, and stopping is not going on.
What was computed stays in the session under a name that holds the network's fingerprint: coming
back to a network, or to an epoch of it, costs nothing.
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Generic, TypeVar, cast

import streamlit as st

from model.data.mnist import DataError
from model.engine import EngineError, engine
from ui.locale import say
from ui.state.ask import WAITING_ICON, ready, waiting_words
from ui.state.reason_words import reason_words
from ui.state.session import session

R = TypeVar("R")

Slice = Callable[[Sequence[R]], "partial[R]"]
"""Names one piece of the work, a function of `model` with its arguments: `partial(work, *args)`.

It is given the results of the pieces before it.
"""

TICK = 0.3
"""Seconds between two looks at work that moves."""
FIRST = 0.4
"""Seconds that the page waits for the first result of work that it has just begun."""
KEPT = 40
"""Pieces of work whose results a session keeps; beyond that the oldest is forgotten."""


class LongWork(Generic[R]):
    """One piece of long work of one person, driven by a thread. Methods may be called from any.

    Args:
        prepare: returns the slices; called in the thread, so it may read files.
    """

    def __init__(self, prepare: Callable[[], Sequence[Slice[R]]]) -> None:
        self._prepare = prepare
        self._lock = threading.Lock()
        self._results: tuple[R, ...] = ()
        self._count = 0
        self._reason = ""
        self._cancelled = False
        self._some = threading.Event()  # there is a result, or there will be none
        self._thread = threading.Thread(target=self._work, name="long-work", daemon=True)
        self._thread.start()

    @property
    def results(self) -> tuple[R, ...]:
        """What the finished slices returned, in their order."""
        return self._results

    @property
    def share(self) -> float:
        """How much of the work is done, from 0 to 1."""
        return len(self._results) / self._count if self._count else 0.0

    @property
    def complete(self) -> bool:
        """Whether all of it is done."""
        return 0 < self._count == len(self._results)

    @property
    def moving(self) -> bool:
        """Whether it goes on without anybody's doing."""
        return self._thread.is_alive() and not self._cancelled

    @property
    def sentence(self) -> str:
        """Why it ended before its end; empty otherwise."""
        return say("Stopped before the end.") if self._cancelled else reason_words(self._reason)

    def cancel(self) -> None:
        """Stop after the slice that runs now; its result is dropped."""
        with self._lock:
            self._cancelled = not self.complete

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, or for so long."""
        self._thread.join(seconds)

    def wait_for_some(self, seconds: float) -> None:
        """Wait until there is a first result or it has ended, or for so long."""
        self._some.wait(seconds)

    def _work(self) -> None:
        try:
            slices = self._prepare()
            self._count = len(slices)
            for named in slices:
                piece = named(self._results)
                pending = engine().submit(piece.func, *piece.args, **piece.keywords)
                result = pending.result()
                with self._lock:
                    if self._cancelled:
                        return
                    self._results = (*self._results, result)
                self._some.set()
        except EngineError as error:
            self._reason = error.fault
        except DataError as error:
            self._reason = error.reason
        finally:
            self._some.set()


def ask_in_slices(
    name: tuple[Hashable, ...],
    prepare: Callable[[], Sequence[Slice[R]]],
    show: Callable[[Sequence[R], bool], None],
    *,
    key: str,
    label: str,
    start: str | None = None,
) -> None:
    """Do long work and show its results as they come, in a fragment that ticks while it moves.

    Args:
        name: of this very work: what is computed, from what, and the network's fingerprint.
        prepare: returns the slices; called once, in a thread.
        show: draws the results so far; the second argument says whether they are all.
        key: names the widgets on their page.
        label: beside the bar: "Reading 10,000 digits".
        start: the words of a button that begins it; None begins at once.
    """
    work = cast("LongWork[R] | None", session().works.get(name))
    moving = work is not None and work.moving
    asleep = work is None and start is None and ready()
    st.fragment(_section, run_every=TICK if moving or asleep else None, key=key)(
        name, prepare, show, key, label, start, moving or asleep
    )


def finished(name: tuple[Hashable, ...]) -> Sequence[object] | None:
    """The results of a piece of work that was done to its end; None where there are none."""
    work = cast("LongWork[object] | None", session().works.get(name))
    return work.results if work is not None and work.complete else None


def _section(
    name: tuple[Hashable, ...],
    prepare: Callable[[], Sequence[Slice[R]]],
    show: Callable[[Sequence[R], bool], None],
    key: str,
    label: str,
    start: str | None,
    was_moving: bool,
) -> None:
    works = session().works
    work = cast("LongWork[R] | None", works.get(name))
    if not ready() and (work is None or not work.complete):
        st.info(waiting_words(), icon=WAITING_ICON)
        return
    begun = work is None and (start is None or _button(start, key))
    if begun:
        work = works[name] = LongWork(prepare)
        while len(works) > KEPT:
            works.pop(next(iter(works)))
    if work is not None:
        _progress(work, prepare, name, key, label)
        work = cast("LongWork[R]", works[name])
        if begun and start is not None:  # the bar stands there; the next look is a tick away
            work.wait_for_some(FIRST)
        if work.results:
            show(work.results, work.complete)
    if was_moving != (work is not None and work.moving):
        st.rerun()


def _progress(
    work: LongWork[R],
    prepare: Callable[[], Sequence[Slice[R]]],
    name: tuple[Hashable, ...],
    key: str,
    label: str,
) -> None:
    if work.moving:
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_progress"):
            text = (
                say("{work}: {share:.0%}", work=label, share=work.share)
                if work.results
                else say("{work}: waiting for its turn", work=label)
            )
            st.progress(work.share, text=text)
            if st.button(say("Cancel"), icon=":material/close:", key=f"{key}_cancel"):
                work.cancel()
                st.rerun()
    elif not work.complete:
        st.warning(work.sentence or say("Nothing came of it."), icon=":material/info:")
        if _button(say("Start again"), key):
            session().works[name] = LongWork(prepare)
            st.rerun()


def _button(words: str, key: str) -> bool:
    return st.button(words, icon=":material/play_arrow:", key=f"{key}_start")
