"""A class of students without browsers: how long an answer takes to the board, and what is lost.

    python -m tests.benchmarks.bench_classroom --students 30 --minutes 30 --trainings 5 \
        --kill server engine worker

They speak the class's protocol. Every twenty seconds there is a new question, which each answers
once, at some moment of the next fifteen; half of the time each hands in a digit every five seconds;
some train all the time. What is named is killed in turn, at equal distances, with SIGKILL; a server
is started again at once, and the students come back as the same ones, as browsers do.

Lost is what the server had said "done" to, or would not take in the end, and is not in the
database; and a training that is gone, has failed, or does not go on. The wait for the board is told
apart for answers that were under way while something was killed.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.benchmarks.bench_load import processes
from tests.benchmarks.student import ink_of
from tests.browser.conftest import ROOT, end_server, free_port, wait_until_healthy

EVERY, WITHIN = 20.0, 15.0
"""Seconds between two questions, and in which a question is answered."""
DIGIT_EVERY = 5.0
AROUND = 20.0
"""Seconds after a kill in which waits are counted apart."""
KILLS = ("server", "engine", "worker")
AWAY = (OSError, urllib.error.URLError, WebSocketException)


class Server:
    """The server, which can be killed and comes back at the same address."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.kills: list[float] = []  # moments
        self.start()

    def start(self) -> None:
        script = ROOT / "tests" / "benchmarks" / "class_app.py"
        command = [sys.executable, "-m", "streamlit", "run", str(script)]
        command += ["--server.headless=true", f"--server.port={self.port}"]
        environment = os.environ | {"DIGITSCOPE_CACHE": str(self.folder)}
        with (self.folder / "log").open("ab") as out:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdout=out, stderr=out, env=environment
            )
        wait_until_healthy(self.process, self.url)

    def kill(self, what: str) -> None:
        """Kill the server, the engine's program or one of its workers."""
        self.kills.append(time.monotonic())
        found = processes(psutil.Process(self.process.pid))
        if what == "server":
            self.process.kill()
            self.process.wait(20)
            self.start()
        elif what == "engine":
            found["scheduler"].kill()
        else:
            found["training worker"].kill()

    @property
    def memory(self) -> float:
        """Megabytes of the server alone."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6

    async def asked(self, path: str, **query: str) -> dict[str, Any]:
        """What a route answers; asked again until there is a server."""

        def read() -> dict[str, Any]:
            address = f"{self.url}/{path}?{urllib.parse.urlencode(query)}"
            with urllib.request.urlopen(address, timeout=60) as answer:
                found: dict[str, Any] = json.loads(answer.read())
                return found

        while True:
            try:
                return await asyncio.to_thread(read)
            except AWAY:
                await asyncio.sleep(0.25)


@dataclass
class Person:
    """A screen that keeps its connection, and sends each request until it is answered."""

    server: Server
    seat: dict[str, str]  # what it takes its seat with
    parts: dict[str, Any] = field(default_factory=dict)
    waiting: dict[int, str] = field(default_factory=dict)
    done: int = 0
    refused: int = 0
    number: int = 0
    socket: ClientConnection | None = None

    async def live(self) -> None:
        """Be there, for good."""
        while True:
            with suppress(*AWAY):
                given = await self.server.asked("class_seat", **self.seat)
                if "own" in given:
                    self.seat = {"own": given["own"]}
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
        if said.get("done") in self.waiting:
            del self.waiting[said["done"]]
            self.done += 1
        elif said.get("refused") in self.waiting and not said["again"]:
            del self.waiting[said["refused"]]
            self.refused += 1

    async def ask(self, **request: object) -> None:
        """Send a request, or leave it to the next connection."""
        self.number += 1
        text = self.waiting[self.number] = json.dumps(request | {"n": self.number})
        if self.socket is not None:
            with suppress(*AWAY):
                await self.socket.send(text)


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
class Student(Person):
    """One who answers and draws."""

    votes: int = 0
    drawn: int = 0
    last: int = -1  # the number of the last digit: the same is not handed in twice

    async def vote(self, question: str, after: float, sent: list[float]) -> None:
        """Answer once, after so many seconds; the moment is noted."""
        await asyncio.sleep(after)
        sent.append(time.monotonic())
        self.votes += 1
        choice = random.randrange(4)
        await self.ask(do="answer", question=question, round=1, choice=choice)

    async def draw(self) -> None:
        """Hand in what is asked for, half of the time."""
        place = random.randrange(500)
        while True:
            await asyncio.sleep(DIGIT_EVERY * random.uniform(0.8, 1.2))
            prompt = self.parts.get("prompt")
            fresh = prompt and prompt["number"] > self.last
            if fresh and not self.waiting and int(time.monotonic() / 30) % 2:
                self.drawn += 1
                place += 1
                number, digit = prompt["number"], prompt["digit"]
                self.last = number
                await self.ask(do="digit", number=number, digit=digit, ink=ink_of(place))


async def lesson(server: Server, options: argparse.Namespace) -> None:
    """Hold it, and print what was measured."""
    opened = await server.asked("class_open")
    teacher = opened["teacher"]
    board = Board(server, {"teacher": teacher})
    students = [Student(server, {"code": opened["code"]}) for _ in range(options.students)]
    living = [asyncio.create_task(each.live()) for each in (board, *students)]
    await server.asked("class_step", teacher=teacher, do="prompt")
    while not all("own" in student.seat for student in students):
        await asyncio.sleep(0.1)
    drawing = [asyncio.create_task(student.draw()) for student in students]
    trained = [
        (await server.asked("class_train", own=student.seat["own"]))["run"]
        for student in students[: options.trainings]
    ]
    seconds = options.minutes * 60
    began = time.monotonic()
    killing = asyncio.create_task(_kill(server, options.kill, seconds))
    asked: dict[str, list[float]] = {}
    memory = 0.0
    while (now := time.monotonic()) < began + seconds:
        if not memory and now > began + seconds / 6:
            memory = server.memory
        question = (await server.asked("class_step", teacher=teacher, do="ask"))["question"]
        asked[question] = []
        votes = [
            student.vote(question, random.uniform(0, WITHIN), asked[question])
            for student in students
        ]
        await asyncio.gather(asyncio.sleep(EVERY), *votes)
        for run in trained:  # a page that shows it looks, too
            await server.asked("class_run", id=run)
    await killing
    for task in drawing:
        task.cancel()
    until = time.monotonic() + 60
    while any(student.waiting for student in students) and time.monotonic() < until:
        await asyncio.sleep(0.2)
    kept = await server.asked("class_kept", teacher=teacher)
    first = [await server.asked("class_run", id=run) for run in trained]
    await asyncio.sleep(30 if trained else 0)
    last = [await server.asked("class_run", id=run) for run in trained]
    for task in living:
        task.cancel()
    await asyncio.gather(*living, *drawing, return_exceptions=True)
    _tell(server, board, students, asked, kept)
    alive = [
        now["phase"] == "training" and now["epoch"] >= before["epoch"]
        for before, now in zip(first, last, strict=True)
    ]
    epochs = [run["epoch"] for run in last]
    print(f"{len(trained)} trainings, {alive.count(False)} lost; epochs {epochs}")
    print(f"the server: {memory:.0f} MB after a sixth, {server.memory:.0f} MB at the end")


async def _kill(server: Server, kills: Sequence[str], seconds: float) -> None:
    """Kill one after the other, at equal distances within these seconds."""
    began = time.monotonic()
    for place, what in enumerate(kills, start=1):
        due = began + seconds * place / (len(kills) + 1)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        print(f"{time.monotonic() - began:.0f} s: the {what} is killed", flush=True)
        now = time.monotonic()
        await asyncio.to_thread(server.kill, what)
        if what == "server":
            print(f"  it listens again after {time.monotonic() - now:.1f} s", flush=True)


def _tell(
    server: Server,
    board: Board,
    students: list[Student],
    asked: dict[str, list[float]],
    kept: dict[str, int],
) -> None:
    quiet, around, never = [], [], 0
    for question, sent in asked.items():
        for count, moment in enumerate(sorted(sent), start=1):
            shown = board.arrival(question, count)
            if shown is None:
                never += 1
                continue
            killed = any(
                moment - 2 < kill < shown or 0 < moment - kill < AROUND for kill in server.kills
            )
            (around if killed else quiet).append((shown - moment) * 1000)
    votes, drawn = sum(each.votes for each in students), sum(each.drawn for each in students)
    refused = sum(each.refused for each in students)
    waiting = sum(len(each.waiting) for each in students)
    print(f"{votes} answers of {len(students)} students to {len(asked)} questions, {drawn} digits")
    print(
        f"in the database: {kept['answers']} answers, {kept['digits']} digits; refused {refused}, "
        f"not answered {waiting}, never on the board {never}"
    )
    print(f"lost: {votes + drawn - kept['answers'] - kept['digits'] - refused}")
    for words, times in (("to the board", quiet), ("around kills", around)):
        if times:
            p50, p95 = np.percentile(times, [50, 95])
            print(f"{words}: median {p50:.0f} ms, p95 {p95:.0f} ms, slowest {max(times):.0f} ms")


def main() -> None:
    """Start a server, hold the lesson, end the server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--trainings", type=int, default=0)
    parser.add_argument("--kill", nargs="*", choices=KILLS, default=[])
    options = parser.parse_args()
    server = Server()
    try:
        asyncio.run(lesson(server, options))
    finally:
        end_server(server.process, server.folder / "log")


if __name__ == "__main__":
    main()
