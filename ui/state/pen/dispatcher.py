"""What waits at the pen's channel goes to the workers, batch by batch.

What waits together is one batch for the worker, and of one pen only the newest ink waits.
"""

import asyncio
import logging
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from model.engine import EngineError, EngineFault, engine
from model.evaluation.pen_reading import read_batch
from model.evaluation.pen_request import Ink, PenAnswer, PenRequest
from ui.state.session import ChosenDigit

BATCH = 16
"""Requests that are answered together at most."""
MOST_QUESTIONS = 4
"""Of one connection that wait, and in one batch."""
IN_FLIGHT = 2
"""Batches at a time: where enough waits, the worker finds the next one at hand."""
WORTH = 3
"""So many that wait are worth a batch beside the one under way; each costs this process as much."""
ANSWER_SECONDS = 10.0
LOOK_SECONDS = 0.25
"""Between two looks whether the engine answers again."""

_LOGGER = logging.getLogger(__name__)

Content = Ink | ChosenDigit
"""What can be read: ink from the sheet, or a digit from elsewhere."""


class Client(Protocol):
    """Who asks: an open connection."""

    def request(self, n: int, content: Content) -> PenRequest:
        """What the worker is asked."""

    def answer(self, request: PenRequest, content: Content | None, answer: PenAnswer) -> None:
        """Take the answer to a request; `content` is what was read, None: it was a question."""

    def fault(self, n: int, fault: str, why: EngineFault) -> None:
        """Hear that there is no answer: the fault's key, and what the person is told of it."""

    def ready(self) -> None:
        """Hear that there will be answers again."""


Task = tuple[Client, PenRequest, Content | None]
"""Whom to answer, what was asked, and what was to be read; None: it was a question."""


class Dispatcher:
    """Hands what waits to the workers, batch by batch. All is called on the server's loop."""

    def __init__(self) -> None:
        self._waiting: dict[Client, tuple[int, Content]] = {}  # in their order
        self._questions: deque[tuple[Client, PenRequest]] = deque()
        self._running: dict[asyncio.Task[None], list[Task]] = {}
        self._unanswered: set[Client] = set()  # they wait for the engine
        self._watching: asyncio.Task[None] | None = None
        self._pool = ThreadPoolExecutor(IN_FLIGHT, "pen")

    def read(self, client: Client, n: int, content: Content) -> None:
        """Have something read, in the place of what still waits there."""
        self._waiting[client] = n, content
        self._begin()

    def tell(self, client: Client, question: PenRequest) -> None:
        """Have a question answered; of too many of one connection the oldest is dropped."""
        mine = [each for each in self._questions if each[0] is client]
        if len(mine) == MOST_QUESTIONS:
            self._questions.remove(mine[0])
        self._questions.append((client, question))
        self._begin()

    def forget(self, client: Client) -> None:
        """Answer a connection no more."""
        self._waiting.pop(client, None)
        self._questions = deque(each for each in self._questions if each[0] is not client)
        self._unanswered.discard(client)

    def _begin(self) -> None:
        while (self._waiting or self._questions) and self._may_begin():
            batch = self._batch()
            task = asyncio.get_running_loop().create_task(self._answer(batch))
            self._running[task] = batch
            task.add_done_callback(self._ended)

    def _may_begin(self) -> bool:
        """Whether a batch goes now, or waits for more until the one under way is answered.

        A pen that is faster than its readings does not wait: alone it fills no batch.
        """
        if not self._running or len(self._running) == IN_FLIGHT:
            return not self._running
        if len(self._waiting) + len(self._questions) >= WORTH:
            return True
        read = {client for batch in self._running.values() for client, _, _ in batch}
        return not read.isdisjoint(self._waiting)

    def _batch(self) -> list[Task]:
        """Take what waits: a few questions, and of the readings those that wait longest."""
        batch: list[Task] = []
        while self._questions and len(batch) < MOST_QUESTIONS:
            batch.append((*self._questions.popleft(), None))
        for client in list(self._waiting)[: BATCH - len(batch)]:
            n, content = self._waiting.pop(client)
            batch.append((client, client.request(n, content), content))
        return batch

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        if not task.cancelled():
            task.result()
            self._begin()

    async def _answer(self, batch: list[Task]) -> None:
        loop = asyncio.get_running_loop()
        requests = [request for _, request, _ in batch]
        try:
            answers = await loop.run_in_executor(self._pool, _ask, requests)
        except EngineError as error:
            self._tell(batch, error.fault.name.lower(), error.fault)
            return
        except Exception:
            # A fault of ours in one reading must not silence the channel for everybody.
            _LOGGER.exception("A reading failed.")
            self._tell(batch, "failed", EngineFault.LOST)
            return
        for (client, request, content), answer in zip(batch, answers, strict=True):
            client.answer(request, content, answer)

    def _tell(self, batch: list[Task], fault: str, why: EngineFault) -> None:
        for client, request, _ in batch:
            client.fault(request.n, fault, why)
            self._unanswered.add(client)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.get_running_loop().create_task(self._until_ready())

    async def _until_ready(self) -> None:
        await asyncio.sleep(LOOK_SECONDS)
        while engine().state.phase != "ready":
            await asyncio.sleep(LOOK_SECONDS)
        for client in self._unanswered:
            client.ready()
        self._unanswered.clear()


def _ask(requests: list[PenRequest]) -> list[PenAnswer]:
    """Ask the engine; in a thread of the pool."""
    state = engine().state
    if state.phase != "ready":  # said at once instead of waiting
        raise EngineError(state.fault)
    return engine().within(ANSWER_SECONDS).run(read_batch, requests)
