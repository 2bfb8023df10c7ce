"""The pen's channel while a run goes on: news, live readings, epochs, steering, adoption."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from starlette.types import Message
from starlette.websockets import WebSocket
from streamlit.testing.v1 import AppTest

from model.engine import InlineEngine
from model.network import NetworkConfig
from model.runs import Run, RunPhase
from model.runs.registry import Runs
from model.training.config import TrainingConfig
from model.training.trainer import Trainer
from tests.channels import sitting
from tests.pen_messages import digit_sheet, ink_frame
from tests.ui.state.pen.test_channel import asks, reading, served, texts_and
from ui.locale.sentence import Sentence
from ui.state.connections.sockets import end_all
from ui.state.pen.connection import Connection
from ui.state.pen.dispatcher import Dispatcher
from ui.state.pen.seat import Seat, adopt_pen_digit, seat
from ui.state.session import ChosenDigit, View, session

pytestmark = pytest.mark.usefixtures("cache")

SECONDS = 120
SMALL = NetworkConfig(filters=(3,), dense_units=8)
SETTINGS = TrainingConfig(images=160, epochs=2)  # five batches an epoch


class Gate(InlineEngine):
    """Trains a batch only when it is let."""

    def __init__(self) -> None:
        super().__init__(before=self._wait)
        self.open = threading.Event()
        self.asked = threading.Event()

    def _wait(self, work: object, *arguments: object) -> None:
        if work is Trainer.advance:
            self.asked.set()
            assert self.open.wait(SECONDS)


@pytest.fixture(scope="module")
def channel() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture
def gate() -> Iterator[Gate]:
    engine = Gate()
    yield engine
    engine.open.set()


@pytest.fixture
def run(gate: Gate) -> Iterator[Run]:
    """A run whose first slice of training has not come back yet."""
    made = Runs(lambda: gate).start("Run 1", SMALL, SETTINGS)
    assert gate.asked.wait(SECONDS)
    yield made
    gate.open.set()
    made.stop()
    made.wait_until_idle(SECONDS)


@pytest.fixture
def mine(run: Run, inline_engine: InlineEngine) -> Seat:
    return Seat(run=run, network_title="Run 1")


def test_a_digit_is_read_with_the_weights_of_the_moment_until_the_run_is_at_its_end(
    channel: str, mine: Seat, run: Run, gate: Gate
) -> None:
    with sitting(channel, mine.token) as socket:
        socket.send(ink_frame(4, digit_sheet(0)))
        first = reading(socket).header
        untrained = run.network_at(0)
        assert untrained is not None
        assert first["network"] == {
            "fingerprint": untrained.fingerprint,
            "title": "Run 1",
            "epoch": 0,
            "batch": 0,
            "off": [],
        }
        assert first["rules"] is None
        gate.open.set()
        while (last := reading(socket).header)["network"]["batch"] is not None:
            assert last["n"] == 4
            assert last["network"]["fingerprint"] != untrained.fingerprint
        newest = run.network_at()
        assert newest is not None
        assert last["network"]["epoch"] == SETTINGS.epochs
        assert last["network"]["fingerprint"] == newest.fingerprint
        assert last["rules"] is not None


def test_the_news_of_a_run_add_up_to_all_that_there_is_of_it(
    channel: str, mine: Seat, run: Run, gate: Gate
) -> None:
    news: list[dict[str, Any]] = []
    with sitting(channel, mine.token) as socket:
        news.append(texts_and(socket, "run"))
        gate.open.set()
        while news[-1]["phase"] != "finished":
            news.append(texts_and(socket, "run"))
    assert [each["id_changed"] for each in news] == [True] + [False] * (len(news) - 1)
    losses: list[float] = []
    for each in news:
        assert each["from"] == len(losses)
        assert len(each["x"]) == len(each["loss"]) == len(each["accuracy"])
        losses += each["loss"]
    np.testing.assert_allclose(losses, run.state().losses, rtol=1e-3)
    history = [each["history"] for each in news if "history" in each][-1]
    assert [each["epoch"] for each in history] == [1, 2]
    assert set(history[0]) >= {"loss", "accuracy", "validation_loss", "validation_accuracy"}
    assert (news[-1]["epoch"], news[-1]["target"]) == (2, 2)
    assert news[-1]["epochs"] == [0, 1, 2]


def test_an_epoch_is_chosen_and_left_again(channel: str, mine: Seat, run: Run, gate: Gate) -> None:
    gate.open.set()
    run.wait(lambda state: state.phase is RunPhase.FINISHED, SECONDS)
    with sitting(channel, mine.token) as socket:
        socket.send(ink_frame(1, digit_sheet(0)))
        assert reading(socket).header["network"]["epoch"] == 2
        for n, epoch, expected in ((2, 0, 0), (3, 1, 1), (4, None, 2), (5, None, 2), (6, 99, 2)):
            asks(socket, ask="epoch", n=n, epoch=epoch)
            said = reading(socket).header
            network = run.network_at(expected)
            assert network is not None
            assert said["n"] == n
            assert said["network"]["epoch"] == expected
            assert said["network"]["fingerprint"] == network.fingerprint
        assert mine.epoch == 99


def test_a_chosen_epoch_stays_while_the_run_goes_on(
    channel: str, mine: Seat, run: Run, gate: Gate
) -> None:
    with sitting(channel, mine.token) as socket:
        socket.send(ink_frame(1, digit_sheet(0)))
        reading(socket)
        asks(socket, ask="epoch", n=2, epoch=0)
        assert reading(socket).header["network"]["batch"] is None
        gate.open.set()
        while texts_and(socket, "run")["phase"] != "finished":
            pass
        socket.send(ink_frame(3, digit_sheet(1)))
        said = reading(socket).header
        assert (said["n"], said["network"]["epoch"]) == (3, 0)


def test_a_run_is_steered(channel: str, mine: Seat, run: Run, gate: Gate) -> None:
    with sitting(channel, mine.token) as socket:
        asks(socket, ask="run", do="pause")
        while texts_and(socket, "run")["phase"] != "paused":
            pass
        gate.open.set()
        asks(socket, ask="run", do="resume")
        while texts_and(socket, "run")["phase"] != "finished":
            pass
        asks(socket, ask="run", do="more")
        while texts_and(socket, "run")["epoch"] != 3:
            pass


def test_another_run_is_told_whole(channel: str, mine: Seat, run: Run, gate: Gate) -> None:
    with sitting(channel, mine.token) as socket:
        assert texts_and(socket, "run")["phase"] is not None
        mine.run = None
        mine.changed()
        assert texts_and(socket, "run") == {"kind": "run", "phase": None}
        mine.run = run
        mine.changed()
        assert texts_and(socket, "run")["id_changed"]


def taking_over() -> None:
    from tests.ui.state.pen.test_runs import take_over

    take_over()


def take_over() -> None:
    """A page: what the channel left is there, and what the page chose since then stays."""
    here = seat()
    assert seat() is here
    adopt_pen_digit()
    assert session().digit is None
    pixels = np.zeros((28, 28), np.float32)
    here.digit = ChosenDigit(pixels, Sentence("your drawing"))
    here.choose_epoch(3)
    adopt_pen_digit()
    assert session().digit is here.digit
    assert session().view == View(epoch=3)
    session().digit = other = ChosenDigit(pixels, Sentence("test digit 3"))
    session().view = View(epoch=1)
    adopt_pen_digit()
    assert session().digit is other
    assert session().view.epoch == 1


def test_other_pages_take_over_what_the_stage_was_left_with_once() -> None:
    app = AppTest.from_function(taking_over, default_timeout=SECONDS).run()
    assert not app.exception, json.dumps([each.value for each in app.exception])


@pytest.mark.parametrize("turns", range(6))
def test_a_connection_ends_though_its_page_changes_at_that_moment(mine: Seat, turns: int) -> None:
    """A cancellation that came together with an event was lost: the server then never ended."""

    async def end_while_woken() -> int:
        told: asyncio.Queue[Message] = asyncio.Queue()
        coming: asyncio.Queue[Message] = asyncio.Queue()
        coming.put_nowait({"type": "websocket.connect"})
        socket = WebSocket({"type": "websocket"}, coming.get, told.put)
        await socket.accept()
        connection = Connection(socket, mine, Dispatcher())
        works = [asyncio.create_task(work) for work in connection.works()]
        while (await told.get())["type"] != "websocket.send":
            pass  # with the first news it begins to wait for others
        mine.changed()
        for _ in range(turns):
            await asyncio.sleep(0)
        connection.end()
        await asyncio.wait_for(end_all(works), SECONDS)
        return sum(work.cancelled() for work in works)

    assert asyncio.run(end_while_woken()) == 4
