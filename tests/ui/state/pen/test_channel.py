"""The pen's channel over a real WebSocket, with seats that tests make themselves."""

import gc
import json
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from model.engine import EngineState, InlineEngine, using_engine
from model.evaluation.pen_message import MessageKind
from model.evaluation.pen_reading import read_batch
from model.network import NetworkConfig
from model.network.shipped import shipped
from tests import channels
from tests.channels import closed_with, sitting
from tests.junk import junk_message, mutated
from tests.networks import random_network
from tests.pen_messages import EMPTY, Message, digit_sheet, ink_frame, opened, two_digits
from ui.locale.pseudo import PSEUDO
from ui.locale.sentence import Sentence
from ui.state.connections import sockets
from ui.state.connections.sockets import CONNECTIONS, TOO_MANY, MalformedError
from ui.state.pen.channel import pen_routes
from ui.state.pen.dispatcher import WORTH
from ui.state.pen.frames import LARGEST, frame_of
from ui.state.pen.seat import Seat
from ui.state.session import ChosenDigit

SECONDS = 60
JUNK = int(os.environ.get("DIGITSCOPE_JUNK", "100"))

pytestmark = pytest.mark.usefixtures("closed_at_once")


@contextmanager
def served() -> Iterator[str]:
    """The address of a server with the channel alone."""
    with channels.served(pen_routes()) as url:
        yield f"{url}/pen"


@pytest.fixture(scope="module")
def channel() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture
def seat(inline_engine: InlineEngine) -> Seat:
    return Seat()


def texts_and(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """Wait for a text of this kind and return it; others are passed over."""
    while True:
        raw = socket.recv(SECONDS)
        if isinstance(raw, str) and (text := json.loads(raw))["kind"] == kind:
            return text


def reading(socket: ClientConnection) -> Message:
    """Wait for a reading; texts are passed over."""
    while isinstance(raw := socket.recv(SECONDS), str):
        pass
    return opened(raw)


def test_ink_comes_back_as_a_reading(channel: str, seat: Seat) -> None:
    with sitting(channel, seat.token) as socket:
        assert texts_and(socket, "run") == {"kind": "run", "phase": None}
        socket.send(ink_frame(7, digit_sheet(0)))
        said = reading(socket)
        assert said.header["n"] == 7
        assert said.header["digit"] in range(10)
        assert said.arrays["conv1"].shape == (32, 26, 26)
        assert seat.digit is not None
        np.testing.assert_array_equal(said.arrays["input"], np.rint(seat.digit.pixels * 255))
        socket.send(ink_frame(8, EMPTY))
        assert reading(socket).header["digit"] is None
        assert seat.digit is None


def test_two_seats_see_their_own(channel: str, seat: Seat) -> None:
    other = Seat(network=random_network(NetworkConfig(filters=(3,), dense_units=5), 3))
    with sitting(channel, seat.token) as one, sitting(channel, other.token) as two:
        one.send(ink_frame(1, digit_sheet(1)))
        two.send(ink_frame(1, digit_sheet(2)))
        for socket, whose in ((one, seat), (two, other)):
            said = reading(socket)
            assert said.header["network"]["fingerprint"] == whose.network.fingerprint
            assert whose.digit is not None
            np.testing.assert_array_equal(said.arrays["input"], np.rint(whose.digit.pixels * 255))


@pytest.mark.parametrize(
    "first", ["{}", '{"token": "made up"}', '{"token": 3}', "no JSON", b"\1\0\0\0\0\0", "[" * 9999]
)
def test_who_brings_no_token_of_a_seat_is_sent_away(channel: str, first: str | bytes) -> None:
    with connect(channel) as socket:
        socket.send(first)
        assert closed_with(socket) == 4401


def test_who_says_nothing_is_sent_away(channel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "TOKEN_SECONDS", 0.01)
    with connect(channel) as socket:
        assert closed_with(socket) == 4401


def test_a_page_of_another_origin_is_refused(channel: str, seat: Seat) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(channel, origin="http://evil.example"):  # type: ignore[call-overload]
        pass
    assert refused.value.response.status_code == 403
    with connect(channel, origin=channel.replace("ws", "http", 1).removesuffix("/pen")):  # type: ignore[call-overload]
        pass


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\2" + ink_frame(1, EMPTY)[1:],
        b"\1\7" + ink_frame(1, EMPTY)[2:],
        ink_frame(1, EMPTY)[:-1],
        ink_frame(1, EMPTY) + b"\1\0",
        "",
        "null",
        '{"ask": "nothing", "n": 1}',
        '{"ask": "given"}',
        '{"ask": "given", "n": true}',
        '{"ask": "epoch", "n": 1, "epoch": -1}',
        '{"ask": "run", "do": "explode"}',
        '{"ask": "path", "n": 1, "output": 10}',
        '{"ask": "why", "n": 1, "layer": 3, "channel": 0}',
        '{"ask": "sum", "n": 1, "layer": "conv1", "channel": 0.5}',
        '{"ask": ["run"], "n": 1}',
        '{"ask": "run", "do": ["pause"]}',
    ],
)
def test_a_malformed_frame_ends_the_connection(
    channel: str, seat: Seat, frame: str | bytes
) -> None:
    with sitting(channel, seat.token) as socket:
        socket.send(frame)
        assert closed_with(socket) == 4400


def test_who_sends_what_no_page_sends_is_let_go_later(
    channel: str, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or whoever floods the server would be back at once."""
    monkeypatch.setattr(sockets, "PENALTY_SECONDS", 0.5)
    with sitting(channel, seat.token) as socket:
        began = time.monotonic()
        socket.send("junk")
        assert closed_with(socket) == 4400
        assert time.monotonic() - began >= 0.5


@pytest.mark.parametrize("frame", [b"\1" * (LARGEST + 1), "x" * (LARGEST + 1)])
def test_a_frame_that_is_too_large_ends_the_connection(
    channel: str, seat: Seat, frame: str | bytes
) -> None:
    with sitting(channel, seat.token) as socket:
        socket.send(frame)
        assert closed_with(socket) == 1009


def test_more_frames_than_a_pen_sends_end_the_connection(channel: str, seat: Seat) -> None:
    with sitting(channel, seat.token) as socket:
        with suppress(ConnectionClosed):
            for n in range(1000):
                socket.send(json.dumps({"ask": "given", "n": n}))
        assert closed_with(socket) == 4400


def test_one_seat_has_few_places_in_the_queue(seat: Seat) -> None:
    """With a hundred connections one person would be read a hundred times for each other one."""
    gate = Gate()
    other = Seat()
    with using_engine(InlineEngine(before=gate)), served() as url, ExitStack() as stack:
        mine = stack.enter_context(sitting(url, other.token))
        mine.send(ink_frame(1, digit_sheet(1)))
        assert gate.begun.acquire(timeout=SECONDS)
        sockets = []
        for _ in range(CONNECTIONS + 2):
            sockets.append(stack.enter_context(sitting(url, seat.token)))
            texts_and(sockets[-1], "run")
        assert [closed_with(socket) for socket in sockets[:-CONNECTIONS]] == [TOO_MANY] * 2
        for n, socket in enumerate(sockets[-CONNECTIONS:], 2):
            socket.send(ink_frame(n, digit_sheet(n)))
            assert socket.ping().wait(SECONDS)
        mine.send(ink_frame(9, digit_sheet(1)))
        gate.open.set()
        for n, socket in enumerate(sockets[-CONNECTIONS:], 2):
            assert reading(socket).header["n"] == n
        while reading(mine).header["n"] != 9:
            pass


def test_ten_thousand_random_frames_are_taken_or_refused() -> None:
    chance = random.Random(4)
    good = [ink_frame(3, digit_sheet(1)), b'{"ask": "epoch", "n": 1, "epoch": 2}']
    refused = 0
    for number in range(10_000):
        frame = bytearray(chance.choice(good) if number % 2 else chance.randbytes(40))
        for _ in range(chance.randrange(4)):
            frame[chance.randrange(len(frame))] = chance.randrange(256)
        raw: bytes | str = bytes(frame)
        if chance.random() < 0.5:
            raw = bytes(frame).decode("utf-8", "replace")
        try:
            frame_of(raw)
        except MalformedError:
            refused += 1
    assert 5_000 < refused < 10_000


ASKS: list[dict[str, Any]] = [
    {"ask": "given", "n": 1},
    {"ask": "epoch", "n": 2, "epoch": 3},
    {"ask": "path", "n": 3, "output": 4},
    {"ask": "why", "n": 4, "layer": "conv1", "channel": 3, "row": 5, "column": 6},
    {"ask": "sum", "n": 5, "layer": "output", "channel": 3, "row": None, "column": None},
    {"ask": "follow", "n": 6, "place": 1},
    {"ask": "run", "do": "pause"},
]


def test_whatever_a_browser_asks_the_channel_goes_on(
    channel: str, seat: Seat, caplog: pytest.LogCaptureFixture
) -> None:
    """Frames that are no page's, and those that ask for what no network has."""
    chance = np.random.default_rng(5)
    connections = 0
    sent = 0
    while sent < JUNK:
        connections += 1
        # No limit to what waits: the answers are left where they are.
        with connect(channel, max_queue=None) as socket, suppress(ConnectionClosed):
            socket.send(json.dumps({"token": seat.token}))
            socket.send(ink_frame(1, digit_sheet(2)))
            reading(socket)
            for _ in range(20):
                sent += 1
                said = junk_message(ASKS[chance.integers(len(ASKS))], chance)
                socket.send(json.dumps(said)[:LARGEST])
                if chance.random() < 0.2:
                    socket.send(mutated(ink_frame(sent + 1, digit_sheet(sent)), chance)[:LARGEST])
            assert socket.ping(ack_on_close=True).wait(SECONDS)
    while True:
        with suppress(ConnectionClosed), sitting(channel, seat.token) as socket:
            socket.send(ink_frame(1, digit_sheet(2)))
            assert reading(socket).header["n"] == 1
            break  # not closed: it sends no more than a pen again
    assert connections > 1  # the channel closed some
    assert not caplog.records


class Gate:
    """Stands before an engine's work: notes each batch, and lets it through while it is open."""

    def __init__(self) -> None:
        self.open, self.begun = threading.Event(), threading.Semaphore(0)
        self.batches: list[list[int]] = []

    def __call__(self, work: Callable[..., Any], requests: Any) -> None:
        assert work is read_batch
        self.batches.append([request.n for request in requests])
        self.begun.release()
        assert self.open.wait(SECONDS)


def test_what_waits_together_is_one_batch_and_the_newest_ink_replaces_the_older(
    seat: Seat,
) -> None:
    gate = Gate()
    other = Seat()
    with (
        using_engine(InlineEngine(before=gate)),
        served() as url,
        sitting(url, seat.token) as one,
        sitting(url, other.token) as two,
    ):
        for n in (1, 2):  # a pen faster than its readings: both batches that may be on their way
            one.send(ink_frame(n, digit_sheet(n)))
            assert gate.begun.acquire(timeout=SECONDS)
        for n in range(3, 9):
            one.send(ink_frame(n, digit_sheet(n), finished=False))
        for n in range(10, 13):
            two.send(ink_frame(n, digit_sheet(n), finished=False))
        for socket in (one, two):  # what was sent before a ping has arrived before it
            assert socket.ping().wait(SECONDS)
        gate.open.set()
        for socket, newest in ((one, 8), (two, 12)):
            while reading(socket).header["n"] != newest:
                pass
    assert gate.batches == [[1], [2], [8, 12]]


def test_beside_a_batch_under_way_others_wait_until_they_are_worth_one(seat: Seat) -> None:
    gate = Gate()
    seats = [seat, *(Seat() for _ in range(WORTH))]
    with using_engine(InlineEngine(before=gate)), served() as url, ExitStack() as stack:
        first, *others = (stack.enter_context(sitting(url, each.token)) for each in seats)
        first.send(ink_frame(1, digit_sheet(0)))
        assert gate.begun.acquire(timeout=SECONDS)
        for n, socket in enumerate(others[:-1], 2):
            socket.send(ink_frame(n, digit_sheet(n)))
            assert socket.ping().wait(SECONDS)
        assert gate.batches == [[1]]
        others[-1].send(ink_frame(WORTH + 1, digit_sheet(0)))
        assert gate.begun.acquire(timeout=SECONDS)
        gate.open.set()
        for socket in (first, *others):
            reading(socket)
    assert gate.batches == [[1], list(range(2, WORTH + 2))]


def test_a_seat_ends_with_its_session(channel: str, seat: Seat) -> None:
    brief = Seat()
    with sitting(channel, brief.token) as socket:
        texts_and(socket, "run")
        token = brief.token
        del brief
        gc.collect()
        assert closed_with(socket) == 4401
    with sitting(channel, token) as socket:
        assert closed_with(socket) == 4401


def test_a_given_digit_is_read_when_asked_and_when_the_page_changes_it(
    channel: str, seat: Seat
) -> None:
    first, second = (
        ChosenDigit(
            digit_sheet(place)[::3, ::3].astype(np.float32) / 255, Sentence(f"test digit {place}")
        )
        for place in (4, 5)
    )
    seat.given = first
    with sitting(channel, seat.token) as socket:
        socket.send(json.dumps({"ask": "given", "n": 1}))
        assert reading(socket).header["n"] == 1
        assert seat.digit is first
        seat.given = second
        seat.changed()
        texts_and(socket, "given")
        np.testing.assert_array_equal(reading(socket).arrays["input"], np.rint(second.pixels * 255))
        assert seat.digit is second


def test_what_was_drawn_is_read_again_with_the_network_that_the_page_shows_now(
    channel: str, seat: Seat
) -> None:
    with sitting(channel, seat.token) as socket:
        socket.send(ink_frame(3, digit_sheet(6)))
        assert reading(socket).header["network"]["fingerprint"] == shipped().fingerprint
        seat.network = random_network(NetworkConfig(filters=(3,), dense_units=5), 4)
        seat.network_title = "Mine"
        seat.changed()
        again = reading(socket).header
        assert again["n"] == 3
        assert again["network"]["title"] == "Mine"
        assert again["network"]["fingerprint"] == seat.network.fingerprint


def test_a_map_that_is_switched_off_is_read_again_without_it(channel: str, seat: Seat) -> None:
    with sitting(channel, seat.token) as socket:
        socket.send(ink_frame(3, digit_sheet(6)))
        assert reading(socket).arrays["conv1"][4].any()
        seat.off = (("conv1", 4),)
        seat.changed()
        without = reading(socket)
        assert not without.arrays["conv1"][4].any()
        assert without.header["network"]["off"] == [["conv1", 4]]
        seat.off = ()
        seat.changed()
        assert reading(socket).arrays["conv1"][4].any()


def test_while_the_engine_is_away_it_is_said_and_then_that_it_is_back(
    channel: str, seat: Seat, inline_engine: InlineEngine
) -> None:
    inline_engine.state = EngineState("restarting")
    with sitting(channel, seat.token) as socket:
        socket.send(ink_frame(5, digit_sheet(0)))
        fault = texts_and(socket, "fault")
        assert (fault["n"], fault["fault"]) == (5, "restarting")
        assert "starting again" in fault["words"]
        seat.language = PSEUDO
        socket.send(ink_frame(5, digit_sheet(0)))
        assert "štártîñg ágáîñ" in texts_and(socket, "fault")["words"]
        inline_engine.state = EngineState("ready")
        texts_and(socket, "ready")
        socket.send(ink_frame(6, digit_sheet(0)))
        assert reading(socket).header["n"] == 6


def asks(socket: ClientConnection, **fields: object) -> None:
    socket.send(json.dumps(fields))


def test_questions_are_about_the_reading_that_is_shown(channel: str, seat: Seat) -> None:
    with sitting(channel, seat.token) as socket:
        asks(socket, ask="path", n=1, output=None)
        assert reading(socket).header == {"n": 1, "problem": "blank", "arrays": []}
        socket.send(ink_frame(2, digit_sheet(0)))
        shown = reading(socket).header
        asks(socket, ask="path", n=3, output=None)
        assert reading(socket).header["output"] == shown["digit"]
        where = {"layer": "conv1", "channel": 3, "row": 5, "column": 6}
        asks(socket, ask="why", n=4, **where)
        assert reading(socket).header["unit"] == where
        asks(socket, ask="sum", n=5, layer="output", channel=shown["digit"], row=None, column=None)
        said = reading(socket)
        assert said.kind is MessageKind.ANSWER
        assert said.header["n"] == 5
        assert said.header["value"] == pytest.approx(shown["probability"])
        assert said.header["network"] == shown["network"]


def test_of_several_digits_another_one_is_followed(channel: str, seat: Seat) -> None:
    with sitting(channel, seat.token) as socket:
        socket.send(ink_frame(1, two_digits(), finished=True))
        shown = reading(socket)
        assert len(shown.header["each"]) == 2
        other = 1 - shown.header["followed"]
        asks(socket, ask="follow", n=2, place=other)
        followed = reading(socket)
        assert followed.header["followed"] == other
        assert followed.header["digit"] == shown.header["each"][other]
        assert (followed.arrays["input"] != shown.arrays["input"]).any()
        assert seat.digit is not None
        assert seat.digit.source.endswith(f"digit {other + 1} of 2")
        asks(socket, ask="follow", n=3, place=40)  # there is none: the largest one again
        assert reading(socket).header["followed"] == shown.header["followed"]


def test_of_many_questions_the_newest_four_are_answered(seat: Seat) -> None:
    gate = Gate()
    gate.open.set()
    with (
        using_engine(InlineEngine(before=gate)),
        served() as url,
        sitting(url, seat.token) as socket,
    ):
        socket.send(ink_frame(1, digit_sheet(0)))
        reading(socket)
        assert gate.begun.acquire(timeout=SECONDS)
        gate.open.clear()
        asks(socket, ask="path", n=2, output=2)
        assert gate.begun.acquire(timeout=SECONDS)
        for n in range(3, 14):
            asks(socket, ask="path", n=n, output=None)
        assert socket.ping().wait(SECONDS)
        gate.open.set()
        while reading(socket).header["n"] != 13:
            pass
    assert gate.batches == [[1], [2], [3, 4, 5], [10, 11, 12, 13]]


@pytest.mark.parametrize(("base", "path"), [("", "/pen"), ("/school/app/", "/school/app/pen")])
def test_the_channel_is_below_the_servers_own_path(
    monkeypatch: pytest.MonkeyPatch, base: str, path: str
) -> None:
    options = {"server.baseUrlPath": base}
    monkeypatch.setattr("streamlit.get_option", options.__getitem__)
    assert [route.path for route in pen_routes()] == [path]
