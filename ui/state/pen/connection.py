"""One open socket of the pen's channel: what the browser asks, and what it is told.

What it is asked it hands to the dispatcher. What becomes of the run and of the page that its seat
shows it tells the browser by itself.
"""

import asyncio
import weakref
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np
from starlette.websockets import WebSocket

from model.engine import EngineFault
from model.evaluation.pen_message import MessageKind, message
from model.evaluation.pen_request import (
    GivenDigit,
    Ink,
    PathQuestion,
    PenAnswer,
    PenRequest,
    Question,
    SumQuestion,
    WhyQuestion,
)
from model.network import SIDE, Network
from model.preprocessing.sheet import Problem
from model.runs import Run
from ui.locale import speaking
from ui.state.connections.sockets import (
    MALFORMED,
    TOO_LARGE,
    UNKNOWN,
    MalformedError,
    TooLargeError,
    received,
)
from ui.state.my_runs import may_steer
from ui.state.pen.dispatcher import MOST_QUESTIONS, Content, Dispatcher
from ui.state.pen.frames import (
    GIVEN,
    LARGEST,
    READY,
    EpochFrame,
    FollowFrame,
    Frame,
    GivenFrame,
    InkFrame,
    PathFrame,
    RunFrame,
    Told,
    UnitFrame,
    fault_text,
    frame_of,
    run_news,
)
from ui.state.pen.seat import Seat
from ui.state.reason_words import reason_words
from ui.state.session import DRAWING, ChosenDigit, one_of_several

NEWS_SECONDS = 0.25


@dataclass(frozen=True, eq=False)
class _Shown:
    """A network that is shown now, and what is said of it."""

    network: Network
    title: str
    epoch: int | None = None
    batch: int | None = None
    learning: bool = False
    off: tuple[tuple[str, int], ...] = ()


def _shown(seat: Seat) -> _Shown:
    """What a seat shows now. It may read a file and takes a millisecond: not for the loop."""
    return replace(_shown_whole(seat), off=seat.off)


def _shown_whole(seat: Seat) -> _Shown:
    run, epoch = seat.run, seat.epoch
    if run is not None and epoch is not None:
        kept = [each for each in run.epochs if each <= epoch]
        network = run.network_at(kept[-1]) if kept else None
        if network is not None:
            return _Shown(network, seat.network_title, kept[-1])
    elif run is not None:
        state = run.state()
        between = state.phase.moving or state.batch > 0
        if between or state.epoch > 0:
            network = run.network_now() if between else run.network_at()
            if network is not None:
                batch = state.batch if between else None
                moving = state.phase.moving
                return _Shown(network, seat.network_title, state.epoch, batch, moving)
    return _Shown(seat.network, seat.network_title)


def _place_of(run: Run | None) -> tuple[object, ...]:
    """Names the weights that a run has now."""
    if run is None:
        return ()
    state = run.state()
    return run.id, state.generation, state.epoch, state.batch, state.phase.moving


class Connection:
    """One open socket of one seat. All but the seat's listener is called on the server's loop."""

    def __init__(self, socket: WebSocket, seat: Seat, dispatcher: Dispatcher) -> None:
        self._socket = socket
        self._seat = weakref.ref(seat)
        self._dispatcher = dispatcher
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._open = True
        self._traffic = seat.traffic
        self._n = 0  # of the last request
        self._last: Content | None = None  # what was read last
        self._ink: Ink | None = None  # the last from the sheet
        self._again = False  # whether it is to be read again, whatever has changed
        self._answered = 0  # the largest n that was answered
        self._shown: _Shown | None = None
        self._said: PenRequest | None = None  # the one that was answered last
        self._digit: bytes | None = None  # what was read there
        self._out = _Outbox()
        self._listener = self._wake_from_elsewhere
        seat.listen(self._listener)
        self._end_of_seat = weakref.finalize(seat, self._listener)
        self._end_of_seat.atexit = False
        self._given, self._place = seat.given, self._showing(seat)

    def works(self) -> tuple[Coroutine[Any, Any, int], ...]:
        """All that goes on while it is open. The first to end says with which code to close."""
        out = self._out.send_all(self._socket)
        return self._take_frames(), self._follow(), out, self._traffic.until_pushed_out()

    def end(self) -> None:
        """Take no more part in anything."""
        self._open = False
        self._dispatcher.forget(self)
        self._end_of_seat.detach()
        if (seat := self._seat()) is not None:
            seat.leave(self._listener)

    async def _take_frames(self) -> int:
        while True:
            try:
                raw = await received(self._socket, LARGEST)
                seat = self._seat()
                if seat is None:
                    return UNKNOWN
                if self._traffic.too_fast():
                    return MALFORMED
                await self._take(frame_of(raw), seat)
            except TooLargeError:
                return TOO_LARGE
            except MalformedError:
                return MALFORMED
            del seat

    async def _take(self, frame: Frame, seat: Seat) -> None:
        if self._shown is None:
            self._shown = await asyncio.to_thread(_shown, seat)
        match frame:
            case InkFrame(n, finished, packed):
                same = self._ink is not None and self._ink.packed == packed  # sent again
                followed = self._ink.followed if self._ink is not None and same else None
                self._ink = Ink(packed, finished, seat.steps_off, followed)
                self._read(n, self._ink)
            case GivenFrame(n) if seat.given is not None:
                self._given = seat.given
                self._read(n, seat.given)
            case FollowFrame(n, place) if isinstance(self._last, Ink):
                self._ink = replace(self._last, followed=place)
                self._read(n, self._ink)
            case EpochFrame(n, epoch):
                seat.choose_epoch(epoch)
                self._n, self._again = n, True
                self._woken.set()
            case RunFrame(do) if seat.run is not None and may_steer(seat.run, seat.mark):
                _steer(seat.run, do)
            case PathFrame(n, output):
                self._question(n, lambda digit: PathQuestion(digit, output))
            case UnitFrame(n, unit, whole):
                kind = SumQuestion if whole else WhyQuestion
                self._question(n, lambda digit: kind(digit, unit))

    def _question(self, n: int, about: Callable[[bytes], Question]) -> None:
        """Have something told of the reading that the browser shows, by the network that read."""
        if self._said is None or self._digit is None:
            self._out.answer(message(MessageKind.ANSWER, {"n": n, "problem": Problem.BLANK}, {}))
        else:
            question = replace(self._said, n=n, content=about(self._digit))
            self._dispatcher.tell(self, question)

    def _read(self, n: int, content: Content) -> None:
        self._n, self._last = n, content
        self._dispatcher.read(self, n, content)

    def _wake_from_elsewhere(self) -> None:
        with suppress(RuntimeError):  # the server's loop has ended
            self._loop.call_soon_threadsafe(self._woken.set)

    async def _follow(self) -> int:
        """Tell the browser what becomes of the run and of what the page shows."""
        told: Told | None = None
        while True:
            seat = self._seat()
            if seat is None:
                return UNKNOWN
            if seat.run is not None:
                seat.run.seen()
            if self._out.idle:  # of a slow connection the news waits, and is newer then
                news, told = run_news(seat.run, told)
                if news is not None:
                    self._out.text(news)
            await self._look_again(seat)
            seconds = None if seat.run is None else NEWS_SECONDS
            del seat
            # Not wait_for: before Python 3.12 it loses a cancellation that comes as the event does,
            # and a connection that never ends keeps the server from ending.
            with suppress(TimeoutError):  # it is time for news
                async with asyncio.timeout(seconds):
                    await self._woken.wait()
            self._woken.clear()

    async def _look_again(self, seat: Seat) -> None:
        """Read again what was read last where the network, the steps or the digit have changed."""
        place, given, again = self._showing(seat), seat.given, self._again
        self._again = False
        other = given is not self._given
        moved = place != self._place
        if self._shown is None or moved:
            self._shown = await asyncio.to_thread(_shown, seat)
        if not (moved or other or again):
            return
        by_page = other or place[0] != self._place[0]
        self._place, self._given = place, given
        content = (given or self._ink) if other else self._last
        if content is None:
            self._last = None
            return
        if isinstance(content, Ink):
            content = replace(content, off=seat.steps_off)
        if by_page:
            self._out.text(GIVEN)
        self._read(self._n, content)

    def _showing(self, seat: Seat) -> tuple[tuple[object, ...], tuple[object, ...]]:
        """What the page shows, and where its run is; compared with what was read with last."""
        page = (
            *(seat.network.fingerprint, seat.network_title, seat.epoch),
            *(seat.steps_off, seat.off),
        )
        return page, _place_of(seat.run) if seat.epoch is None else ()

    # Called by the dispatcher.

    def request(self, n: int, content: Content) -> PenRequest:
        """What the worker is asked."""
        shown = self._shown
        assert shown is not None  # nothing is read before it is known with what
        return PenRequest(
            n,
            shown.network,
            shown.title,
            shown.epoch,
            shown.batch,
            shown.learning,
            content if isinstance(content, Ink) else GivenDigit(content.pixels.tobytes()),
            shown.off,
        )

    def answer(self, request: PenRequest, content: Content | None, answer: PenAnswer) -> None:
        """Hand an answer on, unless a newer reading was quicker.

        Args:
            request: that is answered.
            content: that was read; None: it was a question.
            answer: to it.
        """
        seat = self._seat()
        if seat is None or not self._open:
            return
        if content is None:
            self._out.answer(answer.message)
            return
        if request.n < self._answered:
            return
        self._answered, self._said, self._digit = request.n, request, answer.digit
        self._out.reading(answer.message)
        if isinstance(content, ChosenDigit):
            seat.digit = content
        elif answer.digit is None:
            seat.digit = None
        else:
            pixels = np.frombuffer(answer.digit, np.float32).reshape(SIDE, SIDE)
            words = one_of_several(DRAWING, answer.followed, answer.count)
            seat.digit = ChosenDigit(pixels, words, answer=answer.answer)

    def fault(self, n: int, fault: str, why: EngineFault) -> None:
        """Say that there is no answer."""
        if (seat := self._seat()) is not None:
            with speaking(seat.language):
                self._out.text(fault_text(n, fault, reason_words(why)))

    def ready(self) -> None:
        """Say that there will be answers again."""
        self._out.text(READY)


def _steer(run: Run, do: str) -> None:
    steps: dict[str, Callable[[], None]] = {
        "pause": run.pause,
        "resume": run.resume,
        "batch": run.one_batch,
        "epoch": run.one_epoch,
        "stop": run.stop,
        "more": lambda: run.more(1),
    }
    steps[do]()


class _Outbox:
    """What waits to be sent on one connection: of readings only the newest."""

    def __init__(self) -> None:
        self._texts: deque[str] = deque(maxlen=16)
        self._answers: deque[bytes] = deque(maxlen=MOST_QUESTIONS)
        self._reading: bytes | None = None
        self._filled = asyncio.Event()

    @property
    def idle(self) -> bool:
        """Whether nothing waits."""
        return not self._filled.is_set()

    def text(self, text: str) -> None:
        """Send a text."""
        self._texts.append(text)
        self._filled.set()

    def answer(self, message: bytes) -> None:
        """Send the answer to a question."""
        self._answers.append(message)
        self._filled.set()

    def reading(self, message: bytes) -> None:
        """Send a reading, in the place of one that still waits."""
        self._reading = message
        self._filled.set()

    async def send_all(self, socket: WebSocket) -> NoReturn:
        """Send whatever comes.

        Raises:
            WebSocketDisconnect: the browser has gone.
        """
        while True:
            await self._filled.wait()
            while self._texts:
                await socket.send_text(self._texts.popleft())
            while self._answers:
                await socket.send_bytes(self._answers.popleft())
            if self._reading is not None:
                message, self._reading = self._reading, None
                await socket.send_bytes(message)
            if not (self._texts or self._answers or self._reading):
                self._filled.clear()
