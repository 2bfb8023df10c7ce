"""Thirty students answer, a board looks on: how long an answer takes there, and what is lost.

    python -m tests.benchmarks.bench_classroom [seconds]

They speak the class's protocol and have no browsers. Every ten seconds there is a new question;
each student answers it once, at some moment of the next eight, and raises a hand now and then.
"""

import asyncio
import json
import random
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from tests.browser.conftest import ROOT, end_server, start_server

STUDENTS = 30
EVERY, WITHIN = 10.0, 8.0
"""Seconds between two questions, and in which a question is answered."""


async def fetched(url: str) -> str:
    """The text of an address."""

    def read() -> str:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return str(answer.read().decode())

    return await asyncio.to_thread(read)


async def come(url: str, query: str = "") -> ClientConnection:
    """Take a seat and open its connection."""
    token = await fetched(f"{url}/class_seat{query}")
    socket = await connect(url.replace("http", "ws", 1) + "/class_channel", max_size=None)
    await socket.send(json.dumps({"token": token}))
    return socket


class Board:
    """What the teacher's board has shown: how many had answered the question, and when."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.seen: dict[str, list[tuple[float, int]]] = {}
        self.bytes = 0

    async def look(self) -> None:
        """Take what comes, for good."""
        async for raw in self.socket:
            self.bytes += len(raw)
            question = json.loads(raw).get("parts", {}).get("question")
            if question:
                moments = self.seen.setdefault(question["id"], [])
                moments.append((time.monotonic(), question["answered"]))

    def arrival(self, question: str, count: int) -> float | None:
        """When so many answers to a question were first shown."""
        moments = self.seen.get(question, [])
        return next((when for when, answered in moments if answered >= count), None)


async def answer(socket: ClientConnection, question: str, after: float, sent: list[float]) -> None:
    """Answer once, after so many seconds; the moment is noted."""
    await asyncio.sleep(after)
    sent.append(time.monotonic())
    number = random.randrange(2**30)
    said = {"do": "answer", "question": question, "round": 1, "choice": random.randrange(4)}
    await socket.send(json.dumps(said | {"n": number}))
    if random.random() < 0.2:
        await socket.send(json.dumps({"do": "hand", "up": True, "n": number + 1}))


async def drain(socket: ClientConnection) -> None:
    """Take what comes and forget it."""
    async for _ in socket:
        pass


async def lesson(url: str, seconds: float) -> None:
    """Hold it, and print what was measured."""
    board = Board(await come(url, "?board=1"))
    students = [await come(url) for _ in range(STUDENTS)]
    looking = [asyncio.create_task(board.look())]
    looking += [asyncio.create_task(drain(student)) for student in students]
    asked: dict[str, list[float]] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        question = await fetched(f"{url}/class_step?do=ask")
        asked[question] = []
        chance = [random.uniform(0, WITHIN) for _ in students]
        await asyncio.gather(
            asyncio.sleep(EVERY),
            *(
                answer(student, question, after, asked[question])
                for student, after in zip(students, chance, strict=True)
            ),
        )
        await fetched(f"{url}/class_step?do=show")
    times, lost = [], 0
    for question, sent in asked.items():
        for count, moment in enumerate(sorted(sent), start=1):
            shown = board.arrival(question, count)
            if shown is None:
                lost += 1
            else:
                times.append((shown - moment) * 1000)
    for task in looking:
        task.cancel()
    await asyncio.gather(*looking, return_exceptions=True)
    for socket in (board.socket, *students):
        await socket.close()
    p50, p95 = np.percentile(times, [50, 95])
    print(f"{len(times)} answers of {STUDENTS} students to {len(asked)} questions, {lost} lost")
    print(f"to the board: median {p50:.0f} ms, p95 {p95:.0f} ms, slowest {max(times):.0f} ms")
    print(f"the board was sent {board.bytes / seconds / 1000:.1f} kB a second")


def main() -> None:
    """Start a server, hold the lesson, end the server."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    log = Path(tempfile.mkdtemp()) / "log"
    url, server = start_server(ROOT / "tests" / "benchmarks" / "class_app.py", log)
    try:
        asyncio.run(lesson(url, seconds))
    finally:
        end_server(server, log)


if __name__ == "__main__":
    main()
