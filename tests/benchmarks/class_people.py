"""Who is in the class of `bench_classroom`: students without browsers, and the teacher's board."""

import asyncio
import json
import random
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.benchmarks.class_server import AWAY, Server
from tests.benchmarks.student import STROKE, PenStudent, ink_of, pen_frames

DIGIT_EVERY = 10.0
"""Seconds between two digits that a student hands in; a class takes a hundred of each."""
HALF = 30.0
"""Seconds: so long all draw, so long none does."""
AGAIN = 1.0
"""Seconds until a request is sent again that could not be carried out: as in `channel.js`."""


def drawing_seconds() -> float:
    """How long everybody still draws now; 0 in the other half of the time."""
    halves, passed = divmod(time.monotonic(), HALF)
    return HALF - passed if halves % 2 else 0.0


@dataclass
class Person:
    """A screen that keeps its connection, and sends each request until it is answered."""

    server: Server
    seat: dict[str, str]  # what it takes its seat with
    parts: dict[str, Any] = field(default_factory=dict)
    waiting: dict[int, str] = field(default_factory=dict)
    refused: int = 0  # for good
    put_off: int = 0  # refused for now, and sent again
    wordless: int = 0  # refused without a sentence
    number: int = 0
    pen_token: str = ""
    socket: ClientConnection | None = None
    retries: set[asyncio.Task[None]] = field(default_factory=set)

    async def live(self) -> None:
        """Be there, for good."""
        while True:
            with suppress(*AWAY):
                given = await self.server.asked("class_seat", **self.seat)
                if "own" in given:
                    self.seat, self.pen_token = {"own": given["own"]}, given["pen"]
                address = self.server.url.replace("http", "ws", 1) + "/class_channel"
                async with connect(address, max_size=None) as socket:
                    await socket.send(json.dumps({"token": given["token"]}))
                    self.socket = socket
                    for text in list(self.waiting.values()):
                        await socket.send(text)
                    async for raw in socket:
                        await self.take(json.loads(raw))
            self.socket = None
            await asyncio.sleep(0.25)

    async def take(self, said: dict[str, Any]) -> None:
        """Note what comes."""
        self.parts |= said.get("parts", {})
        self.waiting.pop(said.get("done", 0), None)
        if "refused" not in said:
            return
        self.wordless += not said["words"]
        if said["again"]:
            self.put_off += 1
            retry = asyncio.create_task(self._send_again(said["refused"]))
            self.retries.add(retry)
            retry.add_done_callback(self.retries.discard)
        elif self.waiting.pop(said["refused"], None) is not None:
            self.refused += 1

    async def ask(self, **request: object) -> None:
        """Send a request, or leave it to the next connection."""
        self.number += 1
        self.waiting[self.number] = json.dumps(request | {"n": self.number})
        await self._send(self.number)

    async def _send_again(self, number: int) -> None:
        await asyncio.sleep(AGAIN)
        await self._send(number)

    async def _send(self, number: int) -> None:
        if self.socket is not None and number in self.waiting:
            with suppress(*AWAY):
                await self.socket.send(self.waiting[number])


@dataclass
class Board(Person):
    """The teacher's board: when it showed how many answers to a question."""

    seen: dict[str, list[tuple[float, int]]] = field(default_factory=dict)

    async def take(self, said: dict[str, Any]) -> None:
        await super().take(said)
        question = said.get("parts", {}).get("question")
        if question:
            moments = self.seen.setdefault(question["id"], [])
            moments.append((time.monotonic(), question["answered"]))

    def arrival(self, question: str, count: int) -> float | None:
        """When so many answers to a question were first shown."""
        moments = self.seen.get(question, [])
        return next((when for when, answered in moments if answered >= count), None)


@dataclass
class Stroke:
    """When it was drawn, and how long each of its readings took."""

    began: float
    ended: float
    times: list[float]  # milliseconds
    unread: int  # were never answered, or with a fault


@dataclass
class Student(Person):
    """One who answers, draws and hands in digits."""

    votes: int = 0
    drawn: int = 0
    last: int = -1  # the number of the last digit: the same is not handed in twice
    strokes: list[Stroke] = field(default_factory=list)

    async def vote(self, question: str, after: float, sent: list[float]) -> None:
        """Answer once, after so many seconds; the moment is noted."""
        await asyncio.sleep(after)
        sent.append(time.monotonic())
        self.votes += 1
        choice = random.randrange(4)
        await self.ask(do="answer", question=question, round=1, choice=choice)

    async def hand_in(self) -> None:
        """Hand in what is asked for, half of the time."""
        place = random.randrange(500)
        while True:
            await asyncio.sleep(DIGIT_EVERY * random.uniform(0.8, 1.2))
            prompt = self.parts.get("prompt")
            if not prompt or self.waiting or not drawing_seconds():
                continue
            if prompt["number"] > self.last:
                self.drawn += 1
                place += 1
                number, digit = prompt["number"], prompt["digit"]
                self.last = number
                await self.ask(do="digit", number=number, digit=digit, ink=ink_of(place))

    async def draw(self, rate: float) -> None:
        """Have so many readings a second over the pen's channel, half of the time."""
        frames = pen_frames(random.randrange(500), STROKE)
        while True:
            with suppress(*AWAY):
                pen = await PenStudent.sit(self.server.url, self.pen_token)
                try:
                    while True:
                        await asyncio.sleep(random.uniform(0.1, 1.0))  # they are not in step
                        if drawing_seconds():
                            await self._stroke(pen, frames, rate)
                finally:
                    await pen.leave()
            await asyncio.sleep(0.5)

    async def _stroke(self, pen: PenStudent, frames: list[bytes], rate: float) -> None:
        began = time.monotonic()
        try:
            await pen.draw(frames, 1 / rate, 0.0, min(drawing_seconds(), STROKE / rate))
        finally:
            unread = len(pen.sent) + pen.faults
            self.strokes.append(Stroke(began, time.monotonic(), pen.times, unread))
